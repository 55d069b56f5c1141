"""What a run came to, on one screen: errors with their intervals, the verdict, where it lies, what to type next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dlx.diagnose.beaten import beaten_in_words
from dlx.diagnose.verdict import NO_BETTER, in_words
from dlx.documents.diagnosis import GAPS, DiagnosisDocument
from dlx.documents.findings import Finding
from dlx.language import translated
from dlx.show.charts.error_remarks import error_remarks
from dlx.show.numbers import error, interval, sparkline
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import Piece, heading, paragraph, say, table
from dlx.show.words import ending, level_of, note_on_errors, place, title_of_error, title_of_metric
from dlx.stats.intervals import Estimate

if TYPE_CHECKING:
    from dlx.diagnose.steps.next_step import NextStep

COLORS = {"high": "red", "low": "green", "unsettled": "yellow"}
SEVERITIES = {"error": "bold red", "warning": "yellow", "note": "cyan"}
SPARK_WIDTH = 40
MARGIN = 9  # at least
LABELS = ("verdict", "beaten", "cause", "advice", "refit", "cost", "run", "then", "next")
MOST_FINDINGS = 2


def summary(
    facts: Mapping[str, Any],
    diagnosis: DiagnosisDocument | None,
    path: Path,
    *,
    costs: Sequence[float] = (),
    steps: Sequence[NextStep] = (),
    stream: TextIO | None = None,
) -> None:
    """Prints the end of a run.

    Args:
        facts: the document ``run.json``.
        diagnosis: None where there is none.
        path: the run directory.
        costs: the train cost of each row, drawn as a small curve where the stream can spell it.
        steps: what can be typed next, and why.
        stream: in place of stdout.
    """
    out = stream or sys.stdout
    task = facts.get("data", {}).get("task")
    heading(facts["name"], translated(ending(facts)), out)
    if diagnosis:
        say(stream=out)
        _verdict_first(diagnosis, steps, out)
        say(stream=out)
        _measured(diagnosis, task, out)
        say(stream=out)
    _refit_or_minimum(facts, out)
    curve = sparkline(costs, SPARK_WIDTH)
    if curve and "utf" in (out.encoding or "utf-8").lower():
        say((margin("cost"), "dim"), (f"{costs[0]:.4g} {curve} {costs[-1]:.4g}", ""), stream=out)
    say((margin("run"), "dim"), (str(path), "cyan"), stream=out)
    others = steps[1:] if diagnosis else steps
    for number, step in enumerate(others):
        label = "" if number else ("then" if diagnosis else "next")
        say_command(label, step.command, room(), "", out)


def _verdict_first(diagnosis: DiagnosisDocument, steps: Sequence[NextStep], out: TextIO) -> None:
    """The verdict, its cause and what to do: in words, then as the one command that is likeliest to help.

    What was found and matters is the cause; the others stand in ``dlx diagnose --full``.
    """
    verdict = verdict_in_words(diagnosis)
    say((margin("verdict"), "dim"), (translated(verdict), f"bold {COLORS[level_of(verdict)]}"), stream=out)
    if worse := beaten_in_words(diagnosis):
        paragraph("beaten", translated(worse), COLORS["high"], margin=room(), stream=out)
    for number, line in enumerate(causes(diagnosis)):
        say((margin("cause" if number == 0 else ""), "dim"), *line, stream=out)
    paragraph("advice", translated(first_advice(diagnosis, steps)), margin=room(), stream=out)
    for step in filter(lambda step: step.command, steps[:1]):
        say_command("", step.command, room(), stream=out)


def margin(label: str, width: int = 0) -> str:
    """A label in the language of the reader, as wide as the margin."""
    return f"{translated(label):<{width or room()}}"


def room() -> int:
    """The width of the margin: there is a blank behind the longest label."""
    return max(MARGIN, *(len(translated(label)) + 1 for label in LABELS))


def verdict_in_words(document: DiagnosisDocument) -> str:
    """The verdict on bias and variance; with what else surely is high, or that no model errs surely less."""
    verdict = document.verdict
    if document.bias_is_unbeaten and not document.is_high("variance"):
        return f"{verdict}, but {NO_BETTER}"
    high = [in_words(name) for name in GAPS[2:] if document.is_high(name)]
    if not high or "high" in verdict:
        return verdict
    of_both = "bias or variance unsettled" if verdict == "unsettled" else verdict
    return f"{of_both}, high {' and '.join(high)}"


def first_advice(diagnosis: DiagnosisDocument, steps: Sequence[NextStep]) -> str:
    """The sentence above the first command; without any command, what the recipe says first."""
    return steps[0].advice if steps else diagnosis.next[0]


def remarks_below(diagnosis: DiagnosisDocument, out: TextIO) -> None:
    """Which intervals cannot be trusted, and how rare classes fare."""
    for sentence in error_remarks(diagnosis):
        paragraph("", translated(sentence), "yellow", stream=out)


def _measured(diagnosis: DiagnosisDocument, task: str | None, out: TextIO) -> None:
    """The errors, and the metric that is judged in their place."""
    shares = _explained(diagnosis)
    title = "RMSE" if shares and diagnosis.target_errors is None else title_of_error(diagnosis.target_errors)
    titles = ["", translated(title), translated("95 % interval"), "m", *(["R²"] if shares else [])]
    rows = errors(diagnosis.errors, task)
    table([[*row, *share] for row, share in zip(rows, shares, strict=True)] if shares else rows, titles, stream=out)
    if note := note_on_errors(diagnosis.target_errors):
        paragraph("", translated(note), margin=0, stream=out)
    remarks_below(diagnosis, out)
    if measure := diagnosis.measure:
        say(stream=out)
        of_measure = ("", translated(title_of_metric(measure.name)), translated("95 % interval"), "m")
        table(errors(measure.errors, diagnosis.task), of_measure, stream=out)


def _explained(diagnosis: DiagnosisDocument) -> list[list[str]]:
    """R² of each part that has an error, where it was measured of one: a regression."""
    metrics = diagnosis.metrics or {}
    measured = [metrics.get(part, {}).get("r2") for part in diagnosis.errors]
    values = ["" if r2 is None or r2.value is None else _share(r2.value) for r2 in measured]
    return [[value] for value in values] if any(values) else []


def _share(r2: float) -> str:
    """Three decimals; of what is far below that of the mean only how far."""
    return f"{r2:.3f}" if r2 > -1000 else f"{r2:.0e}"


def _refit_or_minimum(facts: Mapping[str, Any], out: TextIO) -> None:
    """That the network that predicts is not the one whose errors these are; of an objective where it has come to."""
    if note := (facts.get("refit") or {}).get("note"):
        paragraph("refit", translated(note), margin=room(), stream=out)
    for line in _minimum(facts.get("objective")):
        say(*line, stream=out)


def errors(by_part: Mapping[str, Estimate], task: str | None) -> list[tuple[str, str, str, str]]:
    """A row for each part: its error, the interval and the number of examples."""
    return [
        (
            in_words(part),
            error(estimate.value, task),
            ends(estimate, task),
            "" if estimate.m is None else f"{estimate.m:,}",
        )
        for part, estimate in by_part.items()
    ]


def ends(estimate: Estimate, task: str | None) -> str:
    """The interval of an error or a gap; nothing where that is a single point."""
    return "" if estimate.low == estimate.high else translated(interval(estimate.low, estimate.high, task))


def causes(diagnosis: DiagnosisDocument) -> Iterator[list[Piece]]:
    """The worst findings in one line each, and how many more there are; notes are left to ``dlx diagnose``."""
    findings = serious_once(diagnosis)
    for number, finding in enumerate(findings[:MOST_FINDINGS]):
        more = len(findings) - MOST_FINDINGS if number == MOST_FINDINGS - 1 else 0
        rest = translated(f", and {more} more: dlx diagnose --full") if more > 0 else ""
        yield [
            (translated(finding.severity), SEVERITIES[finding.severity]),
            (f"  {finding.name}{translated(place(finding))}{rest}", ""),
        ]


def serious_once(diagnosis: DiagnosisDocument) -> list[Finding]:
    """The findings that are no notes; what was found in dev and in test alike stands there once."""
    by_place: dict[tuple[str, str], Finding] = {}
    for finding in diagnosis.serious:
        by_place.setdefault((finding.name, place(finding)), finding)
    return list(by_place.values())


def _minimum(objective: Mapping[str, Any] | None) -> Iterator[list[Piece]]:
    """Where an objective's variables have come to, and its cost there."""
    if objective is None:
        return
    w = objective["w"]
    variables = (
        translated(f"{objective['variables']:,} variable{'s' * (objective['variables'] != 1)}")
        if w is None
        else ", ".join(f"{value:.10g}" for value in w)
    )
    yield [(margin("w"), "dim"), (variables, "bold")]
    yield [(margin("J(w)"), "dim"), (f"{objective['cost']:.6g}", "")]
