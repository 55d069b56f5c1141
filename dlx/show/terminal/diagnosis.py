"""A diagnosis on the terminal: errors, gaps, the verdict, what is taken for what, findings, and what is next."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from dlx.diagnose.verdict import GAPS, between, in_words
from dlx.show.numbers import error
from dlx.show.terminal.lines import Piece, paragraph, say, table
from dlx.show.terminal.summary import COLORS, SEVERITIES, ends, errors
from dlx.show.words import ending, place
from dlx.text import shorten

MARGIN = 10
WIDE_ENOUGH = 80  # what is assumed of the reader's screen where there is no terminal
MOST_CLASSES, MOST_WORST = 20, 5

Document = Mapping[str, Any]
Cell = str | Piece


def diagnosis(
    name: str,
    document: Document,
    facts: Document,
    *,
    remarks: Sequence[str] = (),
    commands: Sequence[str] = (),
    pictures: Sequence[Path] = (),
    stream: TextIO | None = None,
) -> None:
    """Prints what was found out.

    Args:
        name: of the run or the spec, or the bare errors as they were typed.
        document: as ``dlx diagnose --json`` prints it.
        facts: the document ``run.json`` of a run; empty where there is none.
        remarks: what must be known of how it was found.
        commands: what can be typed next.
        pictures: that were written.
        stream: in place of stdout.
    """
    screen = _Screen(document, stream or sys.stdout)
    say((name, "bold"), (f"  {ending(facts)}" if facts else "", ""), stream=screen.out)
    for remark in remarks:
        paragraph("", remark, "yellow", stream=screen.out)
    if "errors" in document:
        screen.errors()
        screen.verdict()
    if document.get("classes"):
        screen.classes()
    if facts or document["findings"] or "errors" not in document:
        screen.findings()
    screen.next(commands)
    for label, picture in zip(chain(["pictures"], [""] * len(pictures)), pictures, strict=False):
        screen.line(label, (str(picture), "cyan"))


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
        self._table([optimal, *errors(self.document, self.task)], ("", "error", "95 % interval", "m"))
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
        verdict = self.document["verdict"]
        color = next(color for level, color in COLORS.items() if level in verdict)
        optimal, tolerance = (error(self.document[name], self.task) for name in ("optimal_error", "tolerance"))
        self.line("verdict", (verdict, f"bold {color}"), (f"  (optimal {optimal}, tolerance {tolerance})", "dim"))

    def classes(self) -> None:
        """What is taken for what, as a matrix where that fits the screen, and the worst examples."""
        classes = self.document["classes"]
        class_errors = [self._class_error(estimate) for estimate in classes["errors"]]
        self._gap_above()
        if not self._matrix(classes, class_errors, ("error", "95 % interval", "m")):
            if self._matrix(classes, [()] * len(class_errors), ()):
                self._gap_above()
            self._by_class(classes)
        self._gap_above()
        headers = (f"worst of {in_words(classes['part'])}", "class", "taken for", "probability", "loss")
        table([_worst(example) for example in classes["worst"][:MOST_WORST]], headers, stream=self.out)

    def _matrix(self, classes: Document, beside: Sequence[tuple[str, ...]], headers: tuple[str, ...]) -> bool:
        """The counts, and the cells of each class beside them; false where the screen is too narrow for it."""
        if classes["confusion"] is None:
            return False
        labels = [str(label) for label in classes["labels"]]
        rows = [
            (label, *(_count(count, i == j) for j, count in enumerate(counts)), *error_cells)
            for i, (label, counts, error_cells) in enumerate(zip(labels, classes["confusion"], beside, strict=True))
        ]
        titles = (in_words(classes["part"]), *labels, *headers)
        taken = [max(len(_text(cell)) for cell in column) for column in zip(titles, *rows, strict=True)]
        if sum(taken) + 2 * len(taken) - 2 > self.width:
            return False
        say(("rows: the classes, columns: what they are taken for", "dim"), stream=self.out)
        table(rows, titles, stream=self.out)
        return True

    def _by_class(self, classes: Document) -> None:
        measured = [estimate for estimate in classes["errors"] if estimate["m"]]
        worst = sorted(measured, key=lambda estimate: -estimate["value"])[:MOST_CLASSES]
        rows = [
            (_short(estimate["label"]), *self._class_error(estimate), _taken_for(estimate, classes))
            for estimate in worst
        ]
        headers = (in_words(classes["part"]), "error", "95 % interval", "m", "taken")
        table(rows, headers, stream=self.out)
        if len(measured) > len(worst):
            self.line("", (f"and {len(measured) - len(worst):,} more classes in diagnosis.json", "dim"))

    def _class_error(self, estimate: Document) -> tuple[str, str, str]:
        if estimate["value"] is None:
            return "", "", "0"
        return error(estimate["value"], self.task), ends(estimate, self.task), f"{estimate['m']:,}"

    def findings(self) -> None:
        """What was found, the worst first, each with its evidence, its remedy and its place in the notes."""
        self._gap_above()
        findings = self.document["findings"]
        if not findings:
            self.line("findings", ("none", ""))
        for finding in findings:
            margin = (f"{finding['severity']:<{MARGIN}}", SEVERITIES[finding["severity"]])
            say(margin, (finding["name"], "bold"), (place(finding), ""), stream=self.out)
            paragraph("", finding["evidence"], stream=self.out)
            paragraph("", f"remedy: {finding['remedy']} (notes: {finding['notes']})", "dim", stream=self.out)

    def next(self, commands: Sequence[str]) -> None:
        """What to do, in words, then as commands."""
        self._gap_above()
        for number, step in enumerate(self.document["next"]):
            paragraph("next" if number == 0 else "", step, stream=self.out)
        for command in commands:
            self.line("", (command, "cyan"))

    def _gap_above(self) -> None:
        say(stream=self.out)


def _count(count: int, is_right: bool) -> Piece:
    """A cell of the matrix: empty for 0, so that mistakes stand out."""
    return (f"{count:,}" if count else "", "green" if is_right else "red")


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]


def _worst(example: Document) -> tuple[str, ...]:
    probability, loss = ("" if example[key] is None else f"{example[key]:.4g}" for key in ("probability", "loss"))
    return f"{example['index']:,}", _short(example["label"]), _short(example["predicted"]), probability, loss


def _taken_for(estimate: Document, classes: Document) -> str:
    """The two classes that a class is most often taken for, such as `as dog (3), owl (1)`."""
    pairs = [pair for pair in classes["confused"] if pair["label"] == estimate["label"]][:2]
    mistakes = ", ".join(f"{_short(pair['predicted'])} ({pair['count']:,})" for pair in pairs)
    return f"as {mistakes}" if mistakes else ""


def _short(label: object) -> str:
    return shorten(str(label), 20)
