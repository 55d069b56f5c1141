"""Cost and error over the epochs: how training went, and where the kept parameters come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlx.show.charts.curves import Curves
from dlx.show.charts.scales import apart, third
from dlx.show.pictures.axes import LABEL_GAP, count_epochs, height, scale_values
from dlx.show.pictures.canvas import ALARM, DEV, GREY, INK, TRAIN, house_style, new_figure, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLORS = {"cost": GREY, "train": TRAIN, "dev": DEV, "J": TRAIN}
STROKES = {"train": (0, (5, 2))}  # where dev stands beside it
THIN = ("cost",)  # the curves that others must be seen on
SIDES = ("left", "center", "right")


@house_style()
def curves(charts: Sequence[Curves], *, title: str) -> bytes:
    """Each chart of a training, side by side under a title, as PNG."""
    return png(_figure(charts, title))


@house_style()
def curves_figure(charts: Sequence[Curves], *, title: str) -> Figure:
    """The same as a figure, which a notebook shows."""
    return _figure(charts, title)


def _figure(charts: Sequence[Curves], title: str) -> Figure:
    figure = new_figure(10, 4.2, title)
    place = {"left": 0.085, "right": 0.905, "bottom": 0.12, "top": 0.83, "wspace": 0.5}
    for axes, chart in zip(figure.subplots(1, len(charts), squeeze=False, gridspec_kw=place)[0], charts, strict=True):
        axes.set(xlabel=chart.unit, ylabel=chart.quantity.name)
        axes.grid(axis="y")
        if len(chart.epochs):
            count_epochs(axes, *chart.ends)
        if chart.curves:
            scale_values(axes, chart.range)
        _draw(axes, chart)
        _mark(axes, chart)
    return figure


def _draw(axes: Axes, chart: Curves) -> None:
    """The curves, with their names and last values at their ends."""
    marker = "o" if chart.is_dotted else ""
    for curve in chart.curves:
        width = 0.8 if curve.label in THIN else 1.8
        color = COLORS[curve.label]
        has_dev = any(other.label == "dev" for other in chart.curves)
        stroke = STROKES.get(curve.label, "-") if has_dev else "-"
        axes.plot(
            chart.epochs, curve.values, color=color, linestyle=stroke, linewidth=width, marker=marker, markersize=4
        )
    heights = [height(axes, chart.ends[1], curve.last) for curve in chart.curves]
    for curve, place in zip(chart.curves, apart(heights, LABEL_GAP, end=1), strict=True):
        text = f"{curve.label} {chart.quantity.written(curve.last)}"
        axes.text(1.02, place, text, color=COLORS[curve.label], va="center", transform=axes.transAxes)


def _mark(axes: Axes, chart: Curves) -> None:
    """The best epoch with the value that the curve for choosing has there, and the end of all numbers."""
    if chart.lost is not None:
        _line(axes, chart.lost, 1.085, chart.warning, ALARM)
    if chart.kept_epoch is not None and chart.curves:
        curve = chart.curves[-1]
        value = curve.values[np.flatnonzero(chart.epochs == chart.kept_epoch)[0]]
        text = f"best epoch {chart.kept_epoch:,}: {curve.label} {chart.quantity.written(value)}"
        _line(axes, chart.kept_epoch, 1.025, text, INK)
        axes.plot(chart.kept_epoch, value, marker="o", markersize=8, color=COLORS[curve.label], zorder=3)
        axes.plot(chart.kept_epoch, value, marker="o", markersize=4.5, color="white", zorder=3)


def _line(axes: Axes, epoch: float, height: float, text: str, color: str) -> None:
    first, last = axes.get_xlim()
    side = SIDES[third((epoch - first) / (last - first))]
    axes.axvline(epoch, color=color, linewidth=0.9, linestyle=(0, (4, 3)), alpha=0.7, zorder=1)
    across = axes.get_xaxis_transform()
    axes.text(epoch, height, text, color=color, size=9, horizontalalignment=side, transform=across)
