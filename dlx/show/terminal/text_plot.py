"""A plot of several curves in a dozen lines of text, each drawn in a letter of its own, so that it needs no colour."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from math import exp, inf, isfinite, log
from string import ascii_letters, ascii_uppercase

from dlx.show.numbers import WIDE, error
from dlx.show.terminal.lines import Piece

HEIGHT, MARGIN = 10, 9
DWARFED = 3  # how far the first tenth may overtop the rest before it is cut
LETTERS = ascii_uppercase + ascii_letters[:26]
STYLES = ("blue", "red", "green", "magenta", "yellow", "cyan")

Course = tuple[Sequence[float], Sequence[float]]  # epochs, rising, and the value at each of them


def letter(number: int) -> str:
    """The letter of a curve; curves beyond the alphabet have none."""
    return LETTERS[number] if number < len(LETTERS) else " "


def style(number: int) -> str:
    """The colour of a curve."""
    return STYLES[number % len(STYLES)]


def letter_plot(courses: Sequence[Course], task: str | None, width: int = 80) -> list[list[Piece]]:
    """The lines of the plot, of at most ``width`` characters; none where there is nothing to draw.

    The scale begins at 0, or is logarithmic where the values fall far; a start far above all the rest is cut.
    """
    courses = [(epochs, [value if isfinite(value) else inf for value in values]) for epochs, values in courses]
    curves = {number: course for number, course in enumerate(courses[: len(LETTERS)]) if _finite([course])}
    if not curves:
        return []
    first = min(epochs[0] for epochs, _ in curves.values())
    last = max(epochs[-1] for epochs, _ in curves.values())
    columns = width - MARGIN - 2 if last > first else 1
    at = [first + (last - first) * column / max(columns - 1, 1) for column in range(columns)]
    scale = _Scale(list(curves.values()))
    cells: dict[tuple[int, int], int] = {}
    for number, course in reversed(curves.items()):  # the first lie on top
        for column, epoch in enumerate(at):
            if isfinite(value := _value(course, epoch)):
                cells[scale.row(value), column] = number
    lines = [_line(row, cells, columns, scale, task) for row in reversed(range(HEIGHT))]
    ends = f"{first:,.0f}", f"{last:,.0f} epochs" if columns > 1 else "epoch"
    return [*lines, [(f"{'':{MARGIN}} {ends[0]}{ends[1]:>{max(columns + 1 - len(ends[0]), 6)}}", "dim")]]


def _line(row: int, cells: dict[tuple[int, int], int], columns: int, scale: _Scale, task: str | None) -> list[Piece]:
    labelled = row in (0, HEIGHT // 2, HEIGHT - 1)
    name = error(scale.value(row), task) if labelled else ""
    pieces = groupby(cells.get((row, column)) for column in range(columns))
    lengths = [(number, len(list(group))) for number, group in pieces]
    texts = [(" " * k, "") if number is None else (letter(number) * k, style(number)) for number, k in lengths]
    return [(f"{name:>{MARGIN}} {'┤' if labelled else '│'}", "dim"), *texts]


def _finite(courses: Sequence[Course]) -> list[float]:
    return [value for _, values in courses for value in values if isfinite(value)]


def _value(course: Course, epoch: float) -> float:
    """Between two rows along a straight line; infinite before the first, after the last, and without a number."""
    epochs, values = course
    if not epochs[0] <= epoch <= epochs[-1]:
        return inf
    after = bisect_left(epochs, epoch)
    if epochs[after] == epoch:
        return values[after]
    share = (epoch - epochs[after - 1]) / (epochs[after] - epochs[after - 1])
    below, above = values[after - 1], values[after]
    return below + share * (above - below) if isfinite(below) and isfinite(above) else inf


class _Scale:
    """From values to rows, 0 at the bottom, and back."""

    def __init__(self, courses: Sequence[Course]) -> None:
        values = _finite(courses)
        low, high = min(values), max(values)
        self.logarithmic = low > 0 and high > WIDE * low
        late = _finite([(epochs, series[len(series) // 10 :]) for epochs, series in courses])
        settled = max(late, default=high)
        if not self.logarithmic and high > DWARFED * settled > 0:
            high = 1.5 * settled
        self.low, self.high = (log(low), log(high)) if self.logarithmic else (min(low, 0.0), high)

    def row(self, value: float) -> int:
        """The nearest row; what lies beyond the ends is drawn at them."""
        place = ((log(value) if self.logarithmic else value) - self.low) / ((self.high - self.low) or 1)
        return round(min(max(place, 0), 1) * (HEIGHT - 1))

    def value(self, row: int) -> float:
        """The value of a row."""
        place = self.low + (self.high - self.low) * row / (HEIGHT - 1)
        return exp(place) if self.logarithmic else place
