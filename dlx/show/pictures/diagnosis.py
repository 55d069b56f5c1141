"""The picture of a diagnosis: the errors from the optimal one to that of test as a waterfall, the gaps named."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from dlx.diagnose.verdict import between, in_words
from dlx.show.pictures.canvas import ALARM, CLASSES, GREY, INK, house_style, new_figure, png
from dlx.stats.intervals import Estimate
from dlx.words import PARTS, Task

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEIGHT, MARGIN, COLUMN = 4.5, 1.6, 2.0  # inches: of the figure, around the axes, and for each error
COLORS = {"high": ALARM, "low": CLASSES[2], "unsettled": "#C77700"}
LEVELS = ("optimal", *PARTS)
NAMES = {"bias": "avoidable bias"}
DASHES = (0, (3, 2))
HALF = 0.165  # of the width of a gap's bar
ROOM_ABOVE, ROOM_FOR_ONE = 1.12, 1e-12

Document = Mapping[str, Any]


@house_style()
def diagnosis(document: Document, title: str) -> bytes:
    """Each error with its interval, and between neighbours their gap: its size, its level and the tolerance, as PNG.

    Args:
        document: ``diagnosis.json``.
        title: stands above the picture, the verdict below it.
    """
    errors = {"optimal": {"value": document["optimal_error"], "m": None}, **document["errors"]}
    levels = {part: errors[part] for part in LEVELS if part in errors}
    width = MARGIN + COLUMN * len(levels)
    figure = new_figure(width, HEIGHT, title)
    axes = figure.add_axes((0.95 / width, 0.6 / HEIGHT, 1 - 1.15 / width, 1 - 1.85 / HEIGHT))
    waterfall = _Waterfall(axes, document, levels)
    waterfall.scale()
    waterfall.draw_gaps()
    waterfall.draw_errors()
    verdict = document["verdict"]
    color = next(color for level, color in COLORS.items() if level in verdict)
    figure.text(0.15 / width, 1 - 0.44 / HEIGHT, verdict, size=10.5, color=color, weight="bold", va="center")
    return png(figure)


class _Waterfall:
    """The axes: an error at each whole x, their gaps halfway between."""

    def __init__(self, axes: Axes, document: Document, levels: Document) -> None:
        self.axes, self.document, self.levels = axes, document, levels
        self.is_rate = document["task"] != Task.REGRESSION
        self.factor = 100 if self.is_rate else 1

    def scale(self) -> None:
        """From 0 to above the highest end of an interval that is finite."""
        ends = [
            self.factor * end
            for estimate in map(Estimate.from_document, self.levels.values())
            for end in (estimate.value, estimate.high)
        ]
        top = max([end for end in ends if isfinite(end)], default=0.0) or self.factor * self.document["tolerance"]
        self.axes.set_ylim(0, ROOM_ABOVE * max(top, ROOM_FOR_ONE))
        self.axes.set_xlim(-0.45, len(self.levels) - 0.55)
        self.axes.set_ylabel("error (%)" if self.is_rate else "RMSE (units of the target)")
        self.axes.grid(axis="y")
        self.axes.set_xticks(range(len(self.levels)), [self._tick(part) for part in self.levels])
        self.axes.tick_params(axis="x", length=0)
        self.axes.yaxis.set_major_formatter("{x:,g}")

    def _tick(self, part: str) -> str:
        m = self.levels[part]["m"]
        return f"{in_words(part)}\n{m:,} examples" if m else in_words(part)

    def draw_gaps(self) -> None:
        """A bar from the lower error to the upper one, in the colour of its level, its name above the axes."""
        places = {part: x for x, part in enumerate(self.levels)}
        for name, (upper, lower) in between(self.document["errors"]).items():
            if gap := self.document[name]:
                self._gap(name, gap, places[lower], places[upper])

    def _gap(self, name: str, gap: Document, left: int, right: int) -> None:
        color, x = COLORS[gap["level"]], (left + right) / 2
        bottom, top = (self.factor * list(self.levels.values())[place]["value"] for place in (left, right))
        threshold = bottom + self.factor * self.document["tolerance"]
        self.axes.bar(x, top - bottom, 2 * HALF, bottom=bottom, color=color, alpha=0.35, zorder=2)
        for y, start, stop in ((bottom, left, x + HALF), (top, x - HALF, right)):
            self.axes.plot([start, stop], [y, y], color=GREY, linewidth=0.9, zorder=2)
        self.axes.plot([x - HALF, x + HALF], [threshold] * 2, color=INK, linewidth=0.9, linestyle=DASHES, zorder=3)
        if left == 0:
            self.axes.annotate("tolerance", (x, threshold), (0, 3), textcoords="offset points", ha="center", size=8)
        measured = Estimate.from_document(gap)
        low, high = self._number(measured.low), self._number(measured.high)
        interval = f"{low.removesuffix(' %')} to {high}" if low != high else ""
        words = (interval, 9, "normal"), (gap["level"], 9, "bold"), (NAMES.get(name, in_words(name)), 9.5, "bold")
        for line, (text, size, weight) in enumerate(words):
            place: dict[str, Any] = {"ha": "center", "va": "bottom", "transform": self.axes.get_xaxis_transform()}
            text += f" {self._number(gap['value'])}" if line == 2 else ""
            self.axes.text(x, 1.03 + 0.075 * line, text, color=color, size=size, weight=weight, **place)

    def draw_errors(self) -> None:
        """A point with its interval and its value beside it."""
        for x, estimate in enumerate(map(Estimate.from_document, self.levels.values())):
            value, low, high = (self.factor * end for end in (estimate.value, estimate.low, estimate.high))
            if low < high:
                ends = [[value - low], [min(high, 10 * self.axes.get_ylim()[1]) - value]]
                self.axes.errorbar(x, value, ends, color=INK, capsize=4, linewidth=1.3, zorder=4)
            self.axes.plot(x, value, "o", color=INK, markersize=5, zorder=4, clip_on=False)
            self.axes.annotate(
                self._number(estimate.value), (x, value), (8, 5), textcoords="offset points", size=9, zorder=5
            )

    def _number(self, value: float) -> str:
        """A rate in percent, another error to three digits."""
        return f"{100 * value:.2f} %" if self.is_rate else f"{float(f'{value:.3g}'):,.9g}"
