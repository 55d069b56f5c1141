"""A training in folds on the terminal: the error over all examples, the verdict on it, and a row for each fold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dlx.diagnose.verdict import in_words
from dlx.language import translated
from dlx.show.charts.error_remarks import rare_class_sentences, tail_sentences
from dlx.show.charts.folds import fold_metrics
from dlx.show.charts.metrics import baseline_tables, class_table, target_table
from dlx.show.numbers import duration, error, interval
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.diagnosis import translated_rows
from dlx.show.terminal.lines import heading, labeled, paragraph, say, table
from dlx.show.terminal.summary import COLORS, ends, errors
from dlx.show.words import level_of, note_on_errors, title_of_error, title_of_metric

if TYPE_CHECKING:
    from dlx.diagnose.steps.next_step import NextStep
    from dlx.documents.diagnosis import DiagnosisDocument
    from dlx.documents.folds import FoldsDocument


def folds(
    document: FoldsDocument,
    directory: Path,
    step: NextStep | None = None,
    commands: Sequence[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Prints what it has come to.

    Args:
        document: what it has come to.
        directory: of the whole.
        step: what to do first, and why.
        commands: what can be typed then.
        stream: in place of stdout.
    """
    out = stream or sys.stdout
    heading(document.name, f"{document.folds} folds, {duration(document.seconds)}", out)
    say(stream=out)
    _trainings(document, out)
    for message in document.messages:
        paragraph("", message, "red", stream=out)
    if document.diagnosis is not None:
        say(stream=out)
        _errors(document, document.diagnosis, out)
        advice = step.advice if step else document.diagnosis.next[0]
        paragraph("advice", translated(advice), stream=out)
        if step is not None and step.command:
            say_command("", step.command, stream=out)
    say(stream=out)
    labeled("written", (str(directory), "cyan"))
    for number, command in enumerate(commands):
        say_command("" if number else "next", command)


def _measured(document: FoldsDocument, diagnosis: DiagnosisDocument, out: TextIO) -> None:
    """The metric that is judged in place of the error, the metrics, and simple models that were fitted in each fold."""
    if measure := diagnosis.measure:
        say(stream=out)
        titles = (translated("all folds"), translated(title_of_metric(measure.name)), translated("95 % interval"), "m")
        table(errors(measure.errors, document.task), titles, stream=out)
    if measured := fold_metrics(document):
        say(stream=out)
        spreads = ((row, translated(f"{row.least} to {row.largest}")) for row in measured)
        rows = [(translated(row.title), row.value, translated(row.interval), spread) for row, spread in spreads]
        titles = ("out-of-fold", "all", "95 % interval", "folds, by themselves")
        table(rows, [*map(translated, titles)], stream=out)
    charts = class_table(document.metrics), target_table(document.metrics)
    for chart in (*charts, *baseline_tables(document.baselines, document.task)):
        if chart is not None:
            say(stream=out)
            table(translated_rows(chart), [*map(translated, chart.titles)], stream=out)


def _trainings(document: FoldsDocument, out: TextIO) -> None:
    parts = [part for part in ("train", "dev", "test") if any(part in record.errors for record in document.trainings)]
    rows = [
        (
            str(record.fold),
            *(error(record.errors[part].value, document.task) if part in record.errors else "" for part in parts),
            "" if record.kept_epoch is None else f"{record.kept_epoch:,}",
            translated(record.status.replace("_", " ")),
            record.trial,
        )
        for record in document.trainings
    ]
    table(rows, [*map(translated, ("fold", *parts, "epoch", "", "run"))], stream=out)


def _errors(document: FoldsDocument, diagnosis: DiagnosisDocument, out: TextIO) -> None:
    """The pooled errors, their spread, what is measured beside them, and the verdict."""
    task, verdict, spread = document.task, diagnosis.verdict, document.spread
    rows = [
        (
            in_words(name),
            error(pooled.value, task),
            translated(interval(pooled.low, pooled.high, task)),
            f"{pooled.m:,}",
        )
        for name, pooled in document.errors.items()
    ]
    titles = ("all folds", title_of_error(diagnosis.target_errors), "95 % interval", "m")
    table(rows, [*map(translated, titles)], stream=out)
    if note := note_on_errors(diagnosis.target_errors):
        paragraph("", translated(note), stream=out)
    if spread is not None:
        values = [error(value, task) for value in (spread.least, spread.largest, spread.deviation)]
        of_folds = f"test errors of the folds: {values[0]} to {values[1]}, standard deviation {values[2]}"
        paragraph("", translated(of_folds), stream=out)
    for sentence in (*tail_sentences(diagnosis.tails), *rare_class_sentences(document.metrics)):
        paragraph("", translated(sentence), "yellow", stream=out)
    _measured(document, diagnosis, out)
    say(stream=out)
    labeled("verdict", (translated(verdict), f"bold {COLORS[level_of(verdict)]}"))
    for name, gap in (("bias", diagnosis.bias), ("variance", diagnosis.variance)):
        assert gap is not None, "train and out_of_fold are measured"
        level = translated(gap.level, of=name), COLORS[gap.level]
        pieces = (f"{translated(name)} {error(gap.value, task)} ", ""), level
        labeled("", *pieces, (f" ({ends(gap, task)})", "dim"))
