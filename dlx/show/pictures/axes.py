"""Axes over the epochs of training: which epochs are written, how values are scaled, where labels stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE = 20  # a ratio of highest to lowest cost that asks for a logarithmic axis
DWARFED = 3  # how far the first tenth of the epochs may overtop the rest before it is cut
FEW = 20  # rows that are drawn with a dot each, and all of them
FEW_DECADES = 1e3
LABEL_GAP = 0.055
HUGE = 1e200  # what lies beyond leaves no room for an axis


def count_epochs(axes: Axes, first: float, last: float) -> None:
    """Whole epochs along the bottom, from the first to the last with a little room."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    room = max(0.5, 0.02 * (last - first))
    axes.set_xlim(max(0, first - room), last + room)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=(1, 2, 5, 10)))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def scale_values(axes: Axes, every: Sequence[np.ndarray], logarithmic: bool) -> None:
    """Values that fall far get a logarithmic axis; else the axis begins at 0 and a far higher start is cut.

    Args:
        axes: whose height is scaled.
        every: the values of each curve, NaN where there is none; one of them at least is finite.
        logarithmic: whether the axis may be that.
    """
    low, high = min(map(_lowest, every)), max(map(_highest, every))
    if logarithmic and low > 0 and high > WIDE * low:
        _decades(axes, low, high)
        return
    late = [_highest(values[len(values) // 10 :] if len(values) > FEW else values) for values in every]
    settled = max(late) if np.isfinite(max(late)) else high
    bottom, top = min(low, 0), high if high <= DWARFED * settled or settled <= 0 else 1.5 * settled
    room = (top - bottom) or 1
    axes.set_ylim(bottom - 0.02 * room, bottom + 1.05 * room)


def _lowest(values: np.ndarray) -> float:
    return float(np.min(values, initial=np.inf, where=np.isfinite(values)))


def _highest(values: np.ndarray) -> float:
    return float(np.max(values, initial=-np.inf, where=np.isfinite(values)))


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


def apart(heights: Sequence[float], gap: float = LABEL_GAP) -> list[float]:
    """The same heights, moved as little as it takes that labels there do not overlap."""
    order = np.argsort(heights)
    places = np.asarray(heights)[order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    places[-1:] = np.minimum(places[-1:], 1)
    for i in range(len(places) - 2, -1, -1):
        places[i] = min(places[i], places[i + 1] - gap)
    return [float(places[np.flatnonzero(order == i)[0]]) for i in range(len(places))]
