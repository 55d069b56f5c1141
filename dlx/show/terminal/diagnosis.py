"""A diagnosis on the terminal: errors, gaps, the verdict, what is taken for what, findings, and what is next."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dlx.diagnose.sections import place_in_notes
from dlx.diagnose.verdict import GAPS, between, in_words
from dlx.show.charts.confusion import ClassRow, Confusion, confusion
from dlx.show.charts.metrics import baseline_tables, class_table, metrics_table, target_table
from dlx.show.numbers import error, interval
from dlx.show.rates import tested_in_words
from dlx.show.terminal.brief import brief
from dlx.show.terminal.lines import Piece, paragraph, say, table
from dlx.show.terminal.summary import COLORS, SEVERITIES, ends, errors, tails, verdict_in_words
from dlx.show.words import ending, level_of, note_on_errors, place, title_of_error, title_of_metric
from dlx.text import shorten

if TYPE_CHECKING:
    from dlx.diagnose.next_step import NextStep

MARGIN = 10
WIDE_ENOUGH = 80  # what is assumed of the reader's screen where there is no terminal
MOST_CLASSES, MOST_WORST = 20, 5
ERROR_TITLES = ("error", "95 % interval", "m")

Document = Mapping[str, Any]
Cell = str | Piece


def diagnosis(
    name: str,
    document: Document,
    facts: Document,
    *,
    remarks: Sequence[str] = (),
    steps: Sequence[NextStep] = (),
    pictures: Sequence[Path] = (),
    full: bool = True,
    more: str = "",
    stream: TextIO | None = None,
) -> None:
    """Prints what was found out.

    Args:
        name: of the run or the spec, or the bare errors as they were typed.
        document: as ``dlx diagnose --json`` prints it.
        facts: the document ``run.json`` of a run; empty where there is none.
        remarks: on how it was found.
        steps, pictures: what can be typed next and why, and what was written.
        full, more: whether all of a run is shown, not only verdict, cause and one command; and what shows the rest.
        stream: in place of stdout.
    """
    screen = _Screen(document, stream or sys.stdout)
    say((name, "bold"), (f"  {ending(facts)}" if facts else "", ""), stream=screen.out)
    for remark in remarks:
        paragraph("", remark, "yellow", stream=screen.out)
    if facts and not full:
        brief(document, facts, steps, more, screen.out)
        return
    if "errors" in document:
        screen.errors()
        screen.verdict()
    if document.get("classes"):
        screen.classes()
    screen.metrics()
    if facts or document["findings"] or "errors" not in document:
        screen.findings(with_notes=full)
    screen.next(steps)
    screen.pictures(pictures)


class _Screen:
    """Where a document is shown."""

    def __init__(self, document: Document, out: TextIO) -> None:
        self.document, self.out, self.task = document, out, document.get("task")
        self.width = shutil.get_terminal_size().columns if out.isatty() else WIDE_ENOUGH

    def line(self, label: str, *pieces: Piece) -> None:
        """A line with its label in the margin."""
        say((f"{label:<{MARGIN}}", "dim"), *pieces, stream=self.out)

    def errors(self) -> None:
        """The errors from the optimal one on, and the gaps between them."""
        self._gap_above()
        optimal = ("optimal", error(self.document["optimal_error"], self.task), "", "")
        measure = self.document.get("measure")
        first = [] if measure else [optimal]
        titles = ("", title_of_error(self.document), "95 % interval", "m")
        self._table([*first, *errors(self.document["errors"], self.task)], titles)
        if note := note_on_errors(self.document):
            paragraph("", note, margin=0, stream=self.out)
        tails(self.document, self.out)
        if measure:
            self._gap_above()
            titles = ("", title_of_metric(measure["name"]), "95 % interval", "m")
            self._table([optimal, *errors(measure["errors"], self.task)], titles)
        self._gap_above()
        self._table(list(self._gaps()), ("", "", "gap", "95 % interval", ""))

    def _table(self, rows: Sequence[Sequence[Cell]], headers: Sequence[str]) -> None:
        """Without the columns that say nothing."""
        columns = [number for number, column in enumerate(zip(*rows, strict=True)) if any(map(_text, column))]
        table([[row[number] for number in columns] for row in rows], [headers[number] for number in columns], self.out)

    def _gaps(self) -> Iterator[tuple[Cell, ...]]:
        pairs = between(self.document["errors"])
        for name in GAPS:
            gap, parts = self.document[name], " − ".join(map(in_words, pairs[name]))
            if gap:
                value = error(gap["value"], self.task)
                yield in_words(name), parts, value, ends(gap, self.task), (gap["level"], COLORS[gap["level"]])
            elif name in GAPS[:2]:
                yield in_words(name), parts, "", "", ("unknown", COLORS["unsettled"])

    def verdict(self) -> None:
        """In the colour of the worst that it says."""
        self._gap_above()
        verdict = verdict_in_words(self.document)
        optimal, tolerance = (error(self.document[name], self.task) for name in ("optimal_error", "tolerance"))
        note = f"  (optimal {optimal}, tolerance {tolerance})"
        self.line("verdict", (verdict, f"bold {COLORS[level_of(verdict)]}"), (note, "dim"))

    def classes(self) -> None:
        """What is taken for what, as a matrix where that fits the screen, and the worst examples."""
        chart, worst = confusion(self.document["classes"]), self.document["classes"]["worst"]
        self._gap_above()
        if not self._matrix(chart, with_errors=True):
            if self._matrix(chart, with_errors=False):
                self._gap_above()
            self._by_class(chart)
        self._gap_above()
        headers = [f"worst of {chart.part}", "class", "taken for", "probability", "loss"]
        examples = [_worst(example) for example in worst[:MOST_WORST]]
        if worst and "row" in worst[0]:
            headers.insert(1, "row in the source")
            examples = [(cells[0], f"{worst[at]['row']:,}", *cells[1:]) for at, cells in enumerate(examples)]
        table(examples, headers, stream=self.out)

    def metrics(self) -> None:
        """What is measured beside the error, and what simple models reach."""
        charts = metrics_table(self.document, self.task), class_table(self.document), target_table(self.document)
        for chart in (*charts, *baseline_tables(self.document, self.task)):
            if chart is not None:
                self._gap_above()
                table(chart.rows, chart.titles, stream=self.out)

    def _matrix(self, chart: Confusion, with_errors: bool) -> bool:
        """The counts, and the errors beside them; false where the screen is too narrow for it."""
        if not chart.is_counted:
            return False
        rows = [
            (row.label, *(_count(n, i == j) for j, n in enumerate(row.counts)), *_class_error(row) * with_errors)
            for i, row in enumerate(chart.rows)
        ]
        titles = (chart.part, *(row.label for row in chart.rows), *ERROR_TITLES * with_errors)
        taken = [max(len(_text(cell)) for cell in column) for column in zip(titles, *rows, strict=True)]
        if sum(taken) + 2 * len(taken) - 2 > self.width:
            return False
        say(("rows: the classes, columns: what they are taken for", "dim"), stream=self.out)
        table(rows, titles, stream=self.out)
        return True

    def _by_class(self, chart: Confusion) -> None:
        ranked = chart.worst_first()
        rows = [(_short(row.label), *_class_error(row), _taken_for(row, chart)) for row in ranked[:MOST_CLASSES]]
        table(rows, (chart.part, *ERROR_TITLES, "taken"), stream=self.out)
        if len(ranked) > len(rows):
            self.line("", (f"and {len(ranked) - len(rows):,} more classes in diagnosis.json", "dim"))

    def findings(self, with_notes: bool) -> None:
        """What was found, the worst first, each with its evidence, its remedy and its place in the notes."""
        self._gap_above()
        findings = [entry for entry in self.document["findings"] if with_notes or entry["severity"] != "note"]
        if not findings:
            self.line("findings", ("none", ""))
        for number, finding in enumerate(findings):
            before, after = (findings[at] if 0 <= at < len(findings) else {} for at in (number - 1, number + 1))
            if not _is_same(finding, before):
                margin = (f"{finding['severity']:<{MARGIN}}", SEVERITIES[finding["severity"]])
                say(margin, (finding["name"], "bold"), (place(finding), ""), stream=self.out)
            paragraph("", finding["evidence"], stream=self.out)
            if not _is_same(finding, after):
                remedy = f"remedy: {finding['remedy']} (notes: {place_in_notes(finding['notes'])})"
                paragraph("", remedy, "dim", stream=self.out)

    def next(self, steps: Sequence[NextStep]) -> None:
        """What to do, in words, the first command's first, then as commands; and what was tested for that."""
        self._gap_above()
        if tested := tested_in_words(self.document):
            paragraph("tested", f"learning rates: {tested}", stream=self.out)
        sentences = dict.fromkeys([*(step.advice for step in steps[:1]), *self.document["next"]])
        for number, sentence in enumerate(sentences):
            paragraph("next" if number == 0 else "", sentence, stream=self.out)
        for step in steps:
            self.line("", (step.command, "cyan"))

    def pictures(self, pictures: Sequence[Path]) -> None:
        """The files that were written."""
        for label, picture in zip(chain(["pictures"], [""] * len(pictures)), pictures, strict=False):
            self.line(label, (str(picture), "cyan"))

    def _gap_above(self) -> None:
        say(stream=self.out)


def _is_same(finding: Document, other: Document) -> bool:
    """Whether it is the same cause at the same place, such as copies in dev and in test."""
    return all(finding[key] == other.get(key) for key in ("name", "severity", "layer", "epoch", "remedy"))


def _count(count: int, is_right: bool) -> Piece:
    """A cell of the matrix: empty for 0, so that mistakes stand out."""
    return (f"{count:,}" if count else "", "green" if is_right else "red")


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _worst(example: Document) -> tuple[str, ...]:
    probability, loss = ("" if example[key] is None else f"{example[key]:.4g}" for key in ("probability", "loss"))
    return f"{example['index']:,}", _short(example["label"]), _short(example["predicted"]), probability, loss


def _class_error(row: ClassRow) -> tuple[str, ...]:
    if row.error is None:
        return "", "", "0"
    return error(row.error.value, None), interval(row.error.low, row.error.high, None), f"{row.m:,}"


def _taken_for(row: ClassRow, chart: Confusion) -> str:
    """The two classes that a class is most often taken for, such as `as dog (3), owl (1)`."""
    mistakes = [mistake for mistake in chart.mistakes if mistake.label == row.label][:2]
    words = ", ".join(f"{_short(mistake.predicted)} ({mistake.count:,})" for mistake in mistakes)
    return f"as {words}" if words else ""


def _short(label: object) -> str:
    return shorten(str(label), 20)
