"""The picture of a diagnosis: the errors from the optimal one to that of test as a waterfall, the gaps named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlx.diagnose.verdict import in_words
from dlx.language import translated
from dlx.show.charts.quantities import ERROR_RATE, error_quantity
from dlx.show.charts.waterfall import ErrorGap, Waterfall
from dlx.show.numbers import rounded
from dlx.show.pictures.canvas import ALARM, GREY, INK, TRAIN, house_style, new_figure, png
from dlx.show.words import level_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, MARGIN, COLUMN = 4.5, 1.6, 2.0  # inches: of the figure, around the axes, and for each error
COLORS = {"high": ALARM, "low": TRAIN, "unsettled": "#C77700"}
DASHES = (0, (3, 2))
HALF = 0.165  # of the width of a gap's bar
ROOM_ABOVE = 1.12


@house_style()
def diagnosis(chart: Waterfall, title: str) -> bytes:
    """Each error with its interval, and between neighbours their gap: its size, its level and the tolerance, as PNG.

    Args:
        chart: of the errors and their gaps.
        title: stands above the picture, the verdict below it.
    """
    width = MARGIN + COLUMN * len(chart.errors)
    figure = new_figure(width, HEIGHT, title)
    axes = figure.add_axes((0.95 / width, 0.6 / HEIGHT, 1 - 1.15 / width, 1 - 1.85 / HEIGHT))
    drawing = _Drawing(axes, chart)
    drawing.scale()
    for gap in chart.gaps:
        drawing.gap(gap)
    drawing.errors()
    color = COLORS[level_of(chart.verdict)]
    figure.text(
        0.15 / width, 1 - 0.44 / HEIGHT, translated(chart.verdict), size=10.5, color=color, weight="bold", va="center"
    )
    return png(figure)


class _Drawing:
    """The axes: an error at each whole x, their gaps halfway between."""

    def __init__(self, axes: Axes, chart: Waterfall) -> None:
        self.axes, self.chart = axes, chart
        self.quantity = error_quantity(chart.task)
        self.factor = self.quantity.factor

    def scale(self) -> None:
        """From 0 to above the highest that must be seen."""
        self.axes.set_ylim(0, ROOM_ABOVE * self.factor * self.chart.top)
        self.axes.set_xlim(-0.45, len(self.chart.errors) - 0.55)
        self.axes.set_ylabel(self.quantity.name)
        self.axes.grid(axis="y")
        self.axes.set_xticks(range(len(self.chart.errors)), [self._tick(part) for part in self.chart.errors])
        self.axes.tick_params(axis="x", length=0)
        self.axes.yaxis.set_major_formatter("{x:,g}")

    def _tick(self, part: str) -> str:
        m = self.chart.errors[part].m
        name = translated(in_words(part))
        return f"{name}\n{translated(f'{m:,} examples')}" if m else name

    def gap(self, gap: ErrorGap) -> None:
        """A bar from the lower error to the upper one, in the colour of its level, its name above the axes."""
        left, right = (list(self.chart.errors).index(part) for part in (gap.lower, gap.upper))
        color, x = COLORS[gap.level], (left + right) / 2
        bottom, top = (self.factor * self.chart.errors[part].value for part in (gap.lower, gap.upper))
        threshold = bottom + self.factor * self.chart.tolerance
        self.axes.bar(x, top - bottom, 2 * HALF, bottom=bottom, color=color, alpha=0.35, zorder=2)
        for y, start, stop in ((bottom, left, x + HALF), (top, x - HALF, right)):
            self.axes.plot([start, stop], [y, y], color=GREY, linewidth=0.9, zorder=2)
        self.axes.plot([x - HALF, x + HALF], [threshold] * 2, color=INK, linewidth=0.9, linestyle=DASHES, zorder=3)
        if left == 0:
            place: dict[str, Any] = {"textcoords": "offset points", "ha": "center", "size": 9}
            self.axes.annotate(translated("tolerance"), (x, threshold), (0, 3), **place)
        low, high = self._number(gap.size.low), self._number(gap.size.high)
        interval = f"{low.removesuffix(' %')} to {high}" if low != high else ""
        name = f"{translated(gap.name)} {self._number(gap.size.value)}"
        level = translated(gap.level, of=gap.name.removeprefix("avoidable ").replace(" ", "_"))
        for line, (text, size, weight) in enumerate(((interval, 9, "normal"), (level, 9, "bold"), (name, 9.5, "bold"))):
            place = {"ha": "center", "va": "bottom", "transform": self.axes.get_xaxis_transform()}
            self.axes.text(x, 1.03 + 0.075 * line, text, color=color, size=size, weight=weight, **place)

    def errors(self) -> None:
        """A point with its interval and its value beside it."""
        for x, error in enumerate(self.chart.errors.values()):
            value, low, high = (self.factor * end for end in (error.value, error.low, error.high))
            if low < high:
                ends = [[value - low], [min(high, 10 * self.axes.get_ylim()[1]) - value]]
                self.axes.errorbar(x, value, ends, color=INK, capsize=4, linewidth=1.3, zorder=4)
            self.axes.plot(x, value, "o", color=INK, markersize=5, zorder=4, clip_on=False)
            text = self._number(error.value)
            self.axes.annotate(text, (x, value), (8, 5), textcoords="offset points", size=9, zorder=5)

    def _number(self, value: float) -> str:
        """A rate in percent, another error to three digits."""
        if self.quantity is ERROR_RATE:
            return self.quantity.written(self.factor * value)
        return rounded(value)
