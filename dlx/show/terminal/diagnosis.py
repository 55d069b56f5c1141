"""A diagnosis on the terminal: errors, gaps, the verdict, what is taken for what, findings, and what is next."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dlx.diagnose.verdict import between, in_words
from dlx.documents.classes import ClassesDocument, WorstExample
from dlx.documents.diagnosis import GAPS, DiagnosisDocument, SpecDiagnosis
from dlx.language import translated
from dlx.show.charts.confusion import ClassRow, Confusion, confusion
from dlx.show.charts.metrics import (
    BaselineTable,
    ClassTable,
    MetricsChart,
    TargetTable,
    baseline_tables,
    class_table,
    metrics_table,
    target_table,
)
from dlx.show.numbers import error, interval
from dlx.show.terminal.advice import AdviceLines, LinesInMargin
from dlx.show.terminal.brief import brief
from dlx.show.terminal.lines import Piece, columns_of, heading, paragraph, paragraph_lines, say, table
from dlx.show.terminal.summary import COLORS, ends, errors, remarks_below, verdict_in_words
from dlx.show.words import ending, level_of, note_on_errors, title_of_error, title_of_metric
from dlx.text import shorten

if TYPE_CHECKING:
    from dlx.diagnose.steps.next_step import NextStep

WIDE_ENOUGH = 80  # what is assumed of the reader's screen where there is no terminal
MOST_CLASSES, MOST_WORST = 20, 5
ERROR_TITLES = ("error", "95 % interval", "m")

Cell = str | Piece


def diagnosis(
    name: str,
    document: DiagnosisDocument | SpecDiagnosis,
    facts: Mapping[str, Any],
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
        document: of the run or the errors, or of the spec, which has no errors yet.
        facts: the document ``run.json`` of a run; empty where there is none.
        remarks: on how it was found.
        steps, pictures: what can be typed next and why, and what was written.
        full, more: whether all of a run is shown, not only verdict, cause and one command; and what shows the rest.
        stream: in place of stdout.
    """
    out = stream or sys.stdout
    head = heading(name, translated(ending(facts)) if facts else "", out)
    above = [line for remark in remarks for line in paragraph_lines("", translated(remark), columns_of(out), "yellow")]
    for line in above:
        say(*line, stream=out)
    advice = AdviceLines(document, out)
    if isinstance(document, DiagnosisDocument):
        screen = _Screen(document, out)
        if facts and not full:
            brief(document, facts, steps, more, out, head + len(above))
            return
        screen.full()
    if facts or document.findings or isinstance(document, SpecDiagnosis):
        advice.findings(with_notes=full)
    advice.next(steps)
    advice.pictures(pictures)


class _Screen(LinesInMargin):
    """Where what is known of errors is shown."""

    def __init__(self, document: DiagnosisDocument, out: TextIO) -> None:
        super().__init__(out)
        self.document, self.task = document, document.task
        self.width = shutil.get_terminal_size().columns if out.isatty() else WIDE_ENOUGH

    def full(self) -> None:
        """All that is known of the errors."""
        self.errors()
        self.verdict()
        if self.document.classes is not None:
            self.classes(self.document.classes)
        self.metrics()

    def errors(self) -> None:
        """The errors from the optimal one on, and the gaps between them."""
        self.gap_above()
        optimal = (translated("optimal"), error(self.document.optimal_error, self.task), "", "")
        measure = self.document.measure
        first = [] if measure else [optimal]
        titles = ("", title_of_error(self.document.target_errors), *ERROR_TITLES[1:])
        self._table([*first, *errors(self.document.errors, self.task)], titles)
        if note := note_on_errors(self.document.target_errors):
            paragraph("", translated(note), margin=0, stream=self.out)
        remarks_below(self.document, self.out)
        if measure:
            self.gap_above()
            titles = ("", title_of_metric(measure.name), *ERROR_TITLES[1:])
            self._table([optimal, *errors(measure.errors, self.task)], titles)
        self.gap_above()
        self._table(list(self._gaps()), ("", "", "gap", "95 % interval", ""))

    def _table(self, rows: Sequence[Sequence[Cell]], headers: Sequence[str]) -> None:
        """Without the columns that say nothing."""
        columns = [number for number, column in enumerate(zip(*rows, strict=True)) if any(map(_text, column))]
        titles = [translated(headers[number]) for number in columns]
        table([[row[number] for number in columns] for row in rows], titles, self.out)

    def _gaps(self) -> Iterator[tuple[Cell, ...]]:
        pairs = between(self.document.errors)
        for name, gap in self.document.gaps.items():
            parts = " − ".join(translated(in_words(part)) for part in pairs[name])
            if gap is not None:
                value = error(gap.value, self.task)
                level = translated(gap.level, of=name), COLORS[gap.level]
                yield translated(in_words(name)), parts, value, ends(gap, self.task), level
            elif name in GAPS[:2]:
                yield translated(in_words(name)), parts, "", "", (translated("unknown", of=name), COLORS["unsettled"])

    def verdict(self) -> None:
        """In the colour of the worst that it says."""
        self.gap_above()
        document, verdict = self.document, verdict_in_words(self.document)
        optimal, tolerance = (error(value, self.task) for value in (document.optimal_error, document.tolerance))
        note = translated(f"  (optimal {optimal}, tolerance {tolerance})")
        self.line("verdict", (translated(verdict), f"bold {COLORS[level_of(verdict)]}"), (note, "dim"))

    def classes(self, document: ClassesDocument) -> None:
        """What is taken for what, as a matrix where that fits the screen, and the worst examples."""
        chart, worst = confusion(document), document.worst
        self.gap_above()
        if not self._matrix(chart, with_errors=True):
            if self._matrix(chart, with_errors=False):
                self.gap_above()
            self._by_class(chart)
        self.gap_above()
        headers = [*map(translated, (f"worst of {chart.part}", "class", "taken for", "probability", "loss"))]
        examples = [_worst(example) for example in worst[:MOST_WORST]]
        if worst and worst[0].row is not None:
            headers.insert(1, translated("row in the source"))
            examples = [(cells[0], f"{worst[at].row:,}", *cells[1:]) for at, cells in enumerate(examples)]
        table(examples, headers, stream=self.out)

    def metrics(self) -> None:
        """What is measured beside the error, and what simple models reach."""
        document, metrics = self.document, self.document.metrics
        table_of_all = metrics_table(metrics, self.task, document.target_errors)
        charts = table_of_all, class_table(metrics), target_table(metrics)
        for chart in (*charts, *baseline_tables(document.baselines, self.task)):
            if chart is not None:
                self.gap_above()
                table(translated_rows(chart), [*map(translated, chart.titles)], stream=self.out)

    def _matrix(self, chart: Confusion, with_errors: bool) -> bool:
        """The counts, and the errors beside them; false where the screen is too narrow for it."""
        if not chart.is_counted:
            return False
        rows = [
            (row.label, *(_count(n, i == j) for j, n in enumerate(row.counts)), *_class_error(row) * with_errors)
            for i, row in enumerate(chart.rows)
        ]
        titles = (chart.part, *(row.label for row in chart.rows), *map(translated, ERROR_TITLES * with_errors))
        taken = [max(len(_text(cell)) for cell in column) for column in zip(titles, *rows, strict=True)]
        if sum(taken) + 2 * len(taken) - 2 > self.width:
            return False
        say((translated("rows: the classes, columns: what they are taken for"), "dim"), stream=self.out)
        table(rows, titles, stream=self.out)
        return True

    def _by_class(self, chart: Confusion) -> None:
        ranked = chart.worst_first()
        rows = [(_short(row.label), *_class_error(row), _taken_for(row, chart)) for row in ranked[:MOST_CLASSES]]
        table(rows, (chart.part, *map(translated, (*ERROR_TITLES, "taken"))), stream=self.out)
        if len(ranked) > len(rows):
            left = len(ranked) - len(rows)
            more = f"and {left:,} more class{'es' * (left > 1)} in diagnosis.json"
            self.line("", (translated(more), "dim"))


def translated_rows(chart: MetricsChart | ClassTable | TargetTable | BaselineTable) -> list[tuple[str, ...]]:
    """The rows of a table; what it is of is the name of a class or a target, but for metrics and simple models."""
    is_own = isinstance(chart, MetricsChart | BaselineTable)
    return [(translated(name) if is_own else name, *map(translated, cells)) for name, *cells in chart.rows]


def _count(count: int, is_right: bool) -> Piece:
    """A cell of the matrix: empty for 0, so that mistakes stand out."""
    return (f"{count:,}" if count else "", "green" if is_right else "red")


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _worst(example: WorstExample) -> tuple[str, ...]:
    probability = "" if example.probability is None else f"{example.probability:.3f}"
    loss = "" if example.loss is None else f"{example.loss:.4g}"
    return f"{example.index:,}", _short(example.label), _short(example.predicted), probability, loss


def _class_error(row: ClassRow) -> tuple[str, ...]:
    if row.error is None:
        return "", "", "0"
    ends_of_class = translated(interval(row.error.low, row.error.high, None))
    return error(row.error.value, None), ends_of_class, f"{row.m:,}"


def _taken_for(row: ClassRow, chart: Confusion) -> str:
    """The two classes that a class is most often taken for, such as `as dog (3), owl (1)`."""
    mistakes = [mistake for mistake in chart.mistakes if mistake.label == row.label][:2]
    words = ", ".join(f"{_short(mistake.predicted)} ({mistake.count:,})" for mistake in mistakes)
    return f"{translated('as')} {words}" if words else ""


def _short(label: object) -> str:
    return shorten(str(label), 20)
