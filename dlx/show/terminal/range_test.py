"""A learning-rate range test on the terminal: the cost over α, the rates that were found, and what to type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.rates import rate_in_words
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import Piece, heading, labeled, paragraph, say
from dlx.show.terminal.text_plot import HEIGHT, MARGIN, RowScale

if TYPE_CHECKING:
    from dlx.documents.range_test import RangeTest
    from dlx.show.charts.range_test import RangeChart

COLUMNS = 64
APART = 9  # columns from one rate that is written to the next
DOT, BAR, ARROW = "•", "│", "▲"


def range_test(
    document: RangeTest, chart: RangeChart, commands: Sequence[str] = (), picture: Path | None = None
) -> None:
    """Prints the curve, the rates in it, and where the picture lies.

    Args:
        document: of the test.
        chart: of its costs.
        commands: what can be typed next.
        picture: that was drawn of it.
    """
    tested = document.tested
    what = f"learning-rate range test of {document.optimizer}: {tested.probes} sweeps, {tested.steps:,} steps"
    heading(document.name, translated(what))
    say()
    for line in plot(chart):
        say(*line)
    say()
    for label, text in sentences(document):
        paragraph(label, translated(text), "bold" if label == "suggested" else "")
    for number, command in enumerate(commands):
        say_command("" if number else "next", command)
    if picture is not None:
        labeled("written", (str(picture), "cyan"))


def sentences(document: RangeTest) -> Iterator[tuple[str, str]]:
    """What there is to say, each with its label."""
    tested = document.tested
    if tested.suggested is None or tested.falls_from is None or tested.steepest is None:
        yield "verdict", "no learning rate brings the cost down within a few steps: the fault lies elsewhere"
        return
    yield "falls", f"from {rate_in_words(tested.falls_from)} on, most around {rate_in_words(tested.steepest)}"
    if tested.grows_from is not None:
        yield "grows", f"from {rate_in_words(tested.grows_from)} on"
    yield "suggested", f"{rate_in_words(tested.suggested)}{_beside(document)}"


def _beside(document: RangeTest) -> str:
    if document.learning_rate == document.tested.suggested:
        return ", which the spec has"
    present = rate_in_words(document.learning_rate)
    enough = f", with which its {document.training_steps:,} steps get as far" if document.can_stay else ""
    return f" (the spec has {present}{enough})"


def plot(chart: RangeChart) -> list[list[Piece]]:
    """The lines of the plot; none where no cost can be drawn."""
    if len(chart.places) < 2:
        return []
    low, high = chart.ends
    scale = RowScale(chart.range)
    columns = [_column(place, low, high) for place in chart.places]
    dots = {(scale.row(cost), column) for cost, column in zip(chart.costs.tolist(), columns, strict=True)}
    at = _column(log10(chart.marks["suggested"]), low, high) if "suggested" in chart.marks else None
    if at is not None and not 0 <= at < COLUMNS:
        at = None
    rows = [_row(row, dots, at, scale) for row in reversed(range(HEIGHT))]
    pointer = [] if at is None else [[(f"{'':{MARGIN}} {'':{at + 1}}{ARROW} {translated('suggested')}", "bold")]]
    return [*rows, [(f"{'':{MARGIN}} └{_rates(low, high)}", "dim")], *pointer]


def _column(place: float, low: float, high: float) -> int:
    return round((place - low) / (high - low) * (COLUMNS - 1))


def _row(row: int, dots: set[tuple[int, int]], at: int | None, scale: RowScale) -> list[Piece]:
    labelled = row in (0, HEIGHT // 2, HEIGHT - 1)
    name = f"{scale.value(row):.3g}" if labelled else ""
    pieces: list[Piece] = [(f"{name:>{MARGIN}} {'┤' if labelled else '│'}", "dim")]
    for column in range(COLUMNS):
        if (row, column) in dots:
            pieces.append((DOT, "blue"))
        else:
            pieces.append((BAR, "bold") if column == at else (" ", ""))
    return pieces


def _rates(low: float, high: float) -> str:
    """Powers of ten along the bottom, as many as have room."""
    line = ["─"] * COLUMNS
    every = max(1, ceil(APART / ((COLUMNS - 1) / (high - low))))
    for power in range(ceil(low), floor(high) + 1):
        text, column = rate_in_words(10.0**power), _column(power, low, high)
        if power % every == 0 and column + len(text) <= COLUMNS:
            line[column : column + len(text)] = text
    return "".join(line)
