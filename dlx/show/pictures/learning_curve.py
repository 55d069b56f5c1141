"""The picture of a learning curve: errors over the number of examples, and the fitted law with what it says of more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlx.show.charts.quantities import ERROR_RATE, error_quantity
from dlx.show.pictures.canvas import ALARM, DEV, GREY, TRAIN, house_style, new_figure, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlx.documents.learning_curve import FittedError, Interval, LearningCurve
    from dlx.types import Array

WIDTH, HEIGHT = 8.0, 4.6
COLORS = {"train": TRAIN, "dev": DEV}
KEYS = ("value", "low", "high")
ROOM_ABOVE = 1.08
WIDE = 5  # a ratio of highest to lowest error that asks for a logarithmic axis
BESIDE = 1.035


@house_style()
def learning_curve(document: LearningCurve, title: str) -> bytes:
    """Train and dev error of each size with intervals, every training as a dot, and the law with its range, as PNG.

    Args:
        document: what the trainings have told.
        title: stands above the picture.
    """
    figure = new_figure(WIDTH, HEIGHT, title)
    axes = figure.add_axes((0.1, 0.13, 0.87, 0.76))
    drawing = _Drawing(axes, document)
    drawing.law()
    drawing.errors()
    drawing.target()
    drawing.scale()
    return png(figure)


class _Drawing:
    """The axes: a power law is a straight line on logarithmic scales, and bends where it comes near its floor."""

    def __init__(self, axes: Axes, document: LearningCurve) -> None:
        self.axes, self.document = axes, document
        self.quantity = error_quantity(document.task)
        self.factor = self.quantity.factor
        dev = self._column("dev", "value")
        lowest = min(dev.min(), self._goal)
        self.is_logarithmic = bool(lowest > 0 and dev.max() > WIDE * lowest)
        self.bottom = lowest / 2 if self.is_logarithmic else 0.0  # lower errors, such as 0, are drawn there
        self.top = 0.0  # of what must be seen

    @property
    def _goal(self) -> float:
        return self.factor * self.document.target.error

    def _column(self, part: str, key: str) -> Array:
        return self._numbers([getattr(point, part) for point in self.document.points], key)

    def _numbers(self, estimates: Sequence[Interval | FittedError], key: str) -> Array:
        return self.factor * np.array([getattr(estimate, key) for estimate in estimates])

    def law(self) -> None:
        """The best law as a line, dashed beyond the examples there are, and the range of all that agree."""
        curve, fit = self.document.curve, self.document.fit
        if fit is None:
            return
        m = np.array([point.m for point in curve])
        value, low, high = (self._numbers(curve, key) for key in KEYS)
        measured = m <= fit.m0
        beyond = m >= m[measured][-1]
        self.axes.fill_between(m, np.maximum(low, self.bottom), high, color=DEV, alpha=0.13, linewidth=0)
        self.axes.plot(m[measured], value[measured], color=DEV, linewidth=1.5)
        self.axes.plot(m[beyond], value[beyond], color=DEV, linewidth=1.5, linestyle="--")

    def errors(self) -> None:
        """The mean of each size with its interval, and beside it each training alone."""
        points = self.document.points
        m = np.array([point.m for point in points])
        for part, color in COLORS.items():
            value, low, high = (np.maximum(self._column(part, key), self.bottom) for key in KEYS)
            high = np.minimum(high, 10 * max(value.max(), self._column("dev", "value").max()))
            ends = [value - low, high - value]
            self.axes.errorbar(m, value, ends, fmt="o", color=color, markersize=5, capsize=3, linewidth=1.2, label=part)
            for point in points:
                alone = [max(self.factor * getattr(training, part), self.bottom) for training in point.trainings]
                self.axes.plot([BESIDE * point.m] * len(alone), alone, ".", color=color, alpha=0.5, markersize=4)
            self.top = max(self.top, float(high.max()))

    def target(self) -> None:
        """The error that was asked for, and the number of examples that it needs where that is known."""
        needed, curve = self.document.target.examples, self.document.curve
        self.axes.axhline(self._goal, color=GREY, linewidth=0.9, linestyle=":")
        text = f"target {self._goal:.4g}{' %' if self.quantity is ERROR_RATE else ''}"
        across = ("axes fraction", "data")
        self.axes.annotate(text, (0.005, self._goal), (0, 3), across, "offset points", color=GREY, size=9)
        if needed is not None and curve and 0 < needed.value <= curve[-1].m:
            at = (needed.value, self._goal)
            label = f"{float(f'{at[0]:.2g}'):,.0f} examples"
            self.axes.plot(*at, "D", color=ALARM, markersize=6, zorder=4)
            self.axes.annotate(label, at, (5, 7), textcoords="offset points", color=ALARM, size=9, ha="left")

    def scale(self) -> None:
        """Whole numbers of examples; errors from 0 on where the axis is not logarithmic."""
        from matplotlib.ticker import LogLocator, NullLocator

        top = max(self.top, self._goal)
        self.axes.set_ylim(self.bottom, ROOM_ABOVE * top)
        self.axes.set_xscale("log")
        if self.is_logarithmic:
            self.axes.set_yscale("log")
        for axis in (self.axes.xaxis, self.axes.yaxis) if self.is_logarithmic else (self.axes.xaxis,):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_minor_locator(NullLocator())
        self.axes.xaxis.set_major_formatter("{x:,.0f}")
        self.axes.yaxis.set_major_formatter("{x:,g}")
        self.axes.set_xlabel("training examples")
        self.axes.set_ylabel(self.quantity.name)
        self.axes.grid(axis="y")
        self.axes.legend(loc="upper right")
