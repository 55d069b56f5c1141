"""Scales: from which value to which a chart reaches, whether it shows ratios, and where texts stand beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from dlx.show.numbers import falls_far

if TYPE_CHECKING:
    from dlx.types import Array

DWARFED = 3  # how far the first tenth of a curve may overtop the rest before it is cut
WORTH = 2  # times the room that a cut leaves, which a start has to overtop for it
FEW = 20  # values that are drawn with a dot each, and all of them
HUGE = 1e150  # what lies beyond leaves no room for a scale; the square of less is still finite


@dataclass(frozen=True)
class ValueRange:
    """The lowest and the highest value that must be seen; what draws them adds its margin."""

    low: float
    high: float
    logarithmic: bool = False


def finite(values: Sequence[float] | Array) -> list[float]:
    """Those that can be drawn."""
    return [float(value) for value in values if abs(value) < HUGE]


def fitting(curves: Sequence[Sequence[float] | Array], may_be_logarithmic: bool) -> ValueRange:
    """The range that shows these curves best; one value of them at least can be drawn.

    Values that fall far are shown by their ratios; else the range begins at 0, and a start that is far above the rest
    is cut, but not that of a curve that only falls.
    """
    values = [value for curve in curves for value in finite(curve)]
    low, high = min(values), max(values)
    if may_be_logarithmic and falls_far(low, high):
        return ValueRange(low, high, logarithmic=True)
    whole = max((max(finite(curve)) for curve in curves if _only_falls(finite(curve))), default=low)
    late = [value for curve in curves for value in finite(curve[len(curve) // 10 if len(curve) > FEW else 0 :])]
    settled = max(late, default=high)
    top = max(whole, 1.5 * settled) if high > DWARFED * settled > 0 else high
    return ValueRange(min(low, 0.0), top if high > WORTH * top else high)


def _only_falls(values: Sequence[float]) -> bool:
    """Whether a curve goes nowhere up: its start is no accident that hides the rest, but where it comes from."""
    return all(after <= before for before, after in pairwise(values))


def other_scale(curves: Sequence[Sequence[float] | Array], usual: ValueRange) -> ValueRange | None:
    """The range of the same curves on the other scale, logarithmic or not; None where not all of them have ratios."""
    values = [value for curve in curves for value in finite(curve)]
    if usual.logarithmic:
        return fitting(curves, may_be_logarithmic=False)
    return ValueRange(min(values), max(values), logarithmic=True) if 0 < min(values) < max(values) else None


def epoch_range(first: float, last: float, margin: float) -> tuple[float, float]:
    """From the first epoch to the last, with a margin that is a share of them, or half an epoch, on both sides."""
    room = max(0.5, margin * (last - first))
    return max(0, first - room), last + room


def third(share: float) -> int:
    """In which third of its length, 0, 1 or 2, a place on a scale lies: a text there grows towards the middle."""
    return min(max(int(3 * share), 0), 2)


def apart(places: Sequence[float], gap: float, end: float) -> list[float]:
    """The same places, moved as little as it takes that texts there do not overlap, none beyond the ``end``."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = [places[i] for i in order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    moved[-1:] = [min(last, end) for last in moved[-1:]]
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    return [moved[order.index(i)] for i in range(len(moved))]
