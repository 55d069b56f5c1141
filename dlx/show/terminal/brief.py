"""A diagnosis in brief: cause, evidence, one command and what it takes, then the verdict; on one small screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from dlx.diagnose.beaten import beaten_in_words
from dlx.diagnose.verdict import in_words
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.language import translated
from dlx.show.charts.error_remarks import error_remarks
from dlx.show.numbers import duration, error
from dlx.show.terminal.advice import continued
from dlx.show.terminal.commands import command_lines
from dlx.show.terminal.lines import Piece, columns_of, paragraph_lines, say, table_lines, text_width
from dlx.show.terminal.summary import COLORS, causes, errors, first_advice, margin, serious_once, verdict_in_words
from dlx.show.words import level_of, title_of_error, title_of_metric
from dlx.text import shorten

if TYPE_CHECKING:
    from dlx.diagnose.steps.next_step import NextStep

MARGIN = 10
MOST_LINES = 20  # of a screen of 80 columns, the line above and what the reader has typed not counted
LONGEST = 140  # characters of a sentence of evidence
HEAD = 1  # lines above
GAPS = ("bias", "variance")
Line = list[Piece]


@dataclass(frozen=True)
class Block:
    """Lines that belong together; the highest rank gives way first where there are too many, and 0 never does."""

    lines: list[Line]
    rank: int = 0


def brief(
    document: DiagnosisDocument,
    facts: Mapping[str, Any],
    steps: Sequence[NextStep],
    more: str,
    out: TextIO,
    above: int = HEAD,
) -> None:
    """Prints what the end of the training did not say first: why, and what the command is expected to do and to take.

    Args:
        document: ``diagnosis.json``.
        facts: the document ``run.json``.
        steps: what can be typed next, and why.
        more: what shows the rest.
        out: where to.
        above: lines that stand above already.
    """
    columns = columns_of(out)
    blocks = [*_reasons(document, columns), *_advice(document, facts, steps, columns), *_judged(document, columns)]
    blocks += [Block([[]], 2), Block(list(command_lines("more", more, columns)))]
    for line in _fitting(blocks, columns, MOST_LINES - above):
        say(*line, stream=out)


def _fitting(blocks: Sequence[Block], columns: int, most: int) -> Iterator[Line]:
    """The lines of those that fit."""
    left = list(blocks)
    while sum(_height(line, columns) for block in left for line in block.lines) > most:
        first = max(left, key=lambda block: block.rank)
        if first.rank == 0:
            break
        left.remove(first)
    return (line for block in left for line in block.lines)


def _height(line: Line, columns: int) -> int:
    """Lines of the screen that a line takes."""
    return max(1, -(-sum(text_width(text) for text, _ in line) // columns))


def _paragraph(label: str, text: str, columns: int, style: str = "") -> list[Line]:
    """In the language of the reader."""
    return _lines(label, translated(text), columns, style)


def _lines(label: str, text: str, columns: int, style: str = "") -> list[Line]:
    return list(paragraph_lines(label, text, columns, style))


def _reasons(document: DiagnosisDocument, columns: int) -> Iterator[Block]:
    """What is the matter: a simple model that does better, and the causes with their evidence."""
    yield Block([[]])
    if worse := beaten_in_words(document):
        yield Block(_paragraph("beaten", worse, columns, COLORS["high"]))
    evidence = [finding.evidence for finding in serious_once(document)]
    for number, (line, sentence) in enumerate(zip(causes(document), evidence, strict=False)):
        yield Block([[(margin("cause" if number == 0 else "", MARGIN), "dim"), *line]])
        yield Block(_lines("", shorten(translated(sentence), LONGEST), columns), 1 + 4 * number)


def _advice(
    document: DiagnosisDocument, facts: Mapping[str, Any], steps: Sequence[NextStep], columns: int
) -> Iterator[Block]:
    """What to do, as words and as a command, what is expected of it, and what it takes."""
    yield Block(_paragraph("advice", first_advice(document, steps), columns))
    for step in steps[:1] if steps and steps[0].command else ():
        yield Block(list(command_lines("", step.command, columns)))
        sentences = [translated(sentence) for sentence in (step.effect, _time(step, facts)) if sentence]
        if sentences:
            yield Block(_lines("expected", "; ".join(sentences), columns), 3)
    is_waiting = bool(steps) and steps[0].waits_for_reader
    if is_waiting and (then := next((step for step in steps if step.command), None)):
        sentence = continued(translated(then.advice), translated(steps[0].advice))
        words = _lines("then", sentence, columns) if sentence else []
        yield Block([*words, *command_lines("" if words else "then", then.command, columns)], 1)


def _time(step: NextStep, facts: Mapping[str, Any]) -> str:
    """How long the trainings of a command take, by how long the training of the run took."""
    final, cost = facts.get("final"), step.cost
    if not final or cost is None or not final["epoch"]:
        return ""
    seconds = final["seconds"] / final["epoch"] * cost.epochs * cost.trainings
    many = f"{cost.trainings} trainings" if cost.trainings > 1 else "one training"
    return f"{many}, {cost.bound or 'about'} {duration(seconds)}"


def _judged(document: DiagnosisDocument, columns: int) -> Iterator[Block]:
    """The verdict, the gaps that it is made of, and the errors."""
    verdict, task = verdict_in_words(document), document.task
    yield Block([[(margin("verdict", MARGIN), "dim"), (translated(verdict), f"bold {COLORS[level_of(verdict)]}")]])
    yield Block(_paragraph("", _gaps(document, task), columns, "dim"), 4)
    yield Block([[]])
    measure = document.measure
    title = translated(title_of_metric(measure.name) if measure else title_of_error(document.target_errors))
    titles = ("", title, translated("95 % interval"), "m")
    yield Block(list(table_lines(errors(document.judged_errors, task), titles)))
    for sentence in error_remarks(document):
        yield Block(_paragraph("", sentence, columns, "yellow"))


def _gaps(document: DiagnosisDocument, task: str | None) -> str:
    """Such as `bias 0.00 % low, variance 16.69 % high, tolerance 2.00 %`."""
    present = [(name, gap) for name, gap in document.gaps.items() if gap is not None and name in GAPS]
    gaps = [f"{in_words(name)} {error(gap.value, task)} {gap.level}" for name, gap in present]
    return ", ".join([*gaps, f"tolerance {error(document.tolerance, task)}"])
