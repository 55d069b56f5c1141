"""Axes over the epochs of training: which epochs are written, how values are scaled, where labels stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlx.show.charts.scales import ValueRange, epoch_range

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW_DECADES = 1e3
LABEL_GAP = 0.055
MARGIN = 0.02  # of the epochs, on both sides


def count_epochs(axes: Axes, first: float, last: float) -> None:
    """Whole epochs along the bottom, from the first to the last with a little room."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axes.set_xlim(*epoch_range(first, last, MARGIN))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=(1, 2, 5, 10)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def scale_values(axes: Axes, values: ValueRange) -> None:
    """The vertical axis, with a little room above and below."""
    if values.logarithmic:
        _decades(axes, values.low, values.high)
        return
    room = (values.high - values.low) or 1
    axes.set_ylim(values.low - 0.02 * room, values.low + 1.05 * room)


def _decades(axes: Axes, low: float, high: float) -> None:
    from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

    axes.set_yscale("log")
    axes.set_ylim(low / 1.2, high * 1.2)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < FEW_DECADES * low else (1,)))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_minor_locator(NullLocator())


def height(axes: Axes, x: float, value: float) -> float:
    """Where a value lies between the lower and the upper end of the axis, 0 to 1."""
    across = axes.transData + axes.transAxes.inverted()
    return float(np.clip(across.transform((x, value))[1], 0, 1))
