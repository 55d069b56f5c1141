"""A plot of several curves in a dozen lines of text, each drawn in a letter of its own, so that it needs no colour."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import exp, isfinite, log
from string import ascii_letters, ascii_uppercase
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.charts.quantities import error_quantity
from dlx.show.charts.scales import ValueRange, fitting
from dlx.show.numbers import error
from dlx.show.terminal.lines import Piece

if TYPE_CHECKING:
    from dlx.show.charts.groups import MeanCurve


HEIGHT, MARGIN = 10, 9
LETTERS = ascii_uppercase + ascii_letters[:26]
STYLES = ("blue", "red", "green", "magenta", "yellow", "cyan")


def letter(number: int) -> str:
    """The letter of a curve; curves beyond the alphabet have none."""
    return LETTERS[number] if number < len(LETTERS) else " "


def style(number: int) -> str:
    """The colour of a curve."""
    return STYLES[number % len(STYLES)]


def letter_plot(
    curves: Sequence[MeanCurve | None], task: str | None, width: int = 80, unit: str = "epochs"
) -> list[list[Piece]]:
    """The lines of the plot, of at most ``width`` characters; none where there is nothing to draw.

    ``unit`` is what is counted to the right, in the plural: a word of dlx.
    """
    numbered = {number: curve for number, curve in enumerate(curves[: len(LETTERS)]) if curve is not None}
    if not numbered:
        return []
    first = min(curve.epochs[0] for curve in numbered.values())
    last = max(curve.epochs[-1] for curve in numbered.values())
    columns = width - MARGIN - 2 if last > first else 1
    means, quantity = [curve.mean for curve in numbered.values()], error_quantity(task)
    scale = RowScale(fitting(means, quantity.may_be_logarithmic))
    cells: dict[tuple[int, int], int] = {}
    for number, curve in reversed(numbered.items()):  # the first lie on top
        values = curve.means_at(first, last, columns)
        cells |= {(scale.row(value), column): number for column, value in enumerate(values) if isfinite(value)}
    lines = [_line(row, cells, columns, scale, task) for row in reversed(range(HEIGHT))]
    ends = f"{first:,.0f}", f"{last:,.0f} {translated(unit)}" if columns > 1 else translated(unit.removesuffix("s"))
    return [*lines, [(f"{'':{MARGIN}} {ends[0]}{ends[1]:>{max(columns + 1 - len(ends[0]), 6)}}", "dim")]]


def _line(row: int, cells: dict[tuple[int, int], int], columns: int, scale: RowScale, task: str | None) -> list[Piece]:
    labelled = row in (0, HEIGHT // 2, HEIGHT - 1)
    name = error(scale.value(row), task) if labelled else ""
    pieces = groupby(cells.get((row, column)) for column in range(columns))
    lengths = [(number, len(list(group))) for number, group in pieces]
    texts = [(" " * k, "") if number is None else (letter(number) * k, style(number)) for number, k in lengths]
    return [(f"{name:>{MARGIN}} {'┤' if labelled else '│'}", "dim"), *texts]


class RowScale:
    """From values to rows, 0 at the bottom, and back."""

    def __init__(self, values: ValueRange) -> None:
        self.logarithmic = values.logarithmic
        self.low, self.high = (log(values.low), log(values.high)) if self.logarithmic else (values.low, values.high)

    def row(self, value: float) -> int:
        """The nearest row; what lies beyond the ends is drawn at them."""
        place = ((log(value) if self.logarithmic else value) - self.low) / ((self.high - self.low) or 1)
        return round(min(max(place, 0), 1) * (HEIGHT - 1))

    def value(self, row: int) -> float:
        """The value of a row."""
        place = self.low + (self.high - self.low) * row / (HEIGHT - 1)
        return exp(place) if self.logarithmic else place
