"""Scales: from values to places between 0 and 100 % of a picture's side, with round numbers to write beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

WIDE = 20  # a ratio of highest to lowest value that asks for a logarithmic scale
DWARFED = 3  # how far the first tenth of a curve may overtop the rest before it is cut
FEW = 20  # values, of which none is cut
HUGE = 1e300  # what lies beyond leaves no room for a scale
FARTHEST = 10.0  # how many times the height a curve may leave it: all the same, beyond
ROOM = 0.04  # of the height, above and below
FEW_DECADES, MOST_DECADES = 3, 6


@dataclass(frozen=True)
class PageScale:
    """What lies at 0 and at 100 %; ``logarithmic`` has equal ratios at equal distances, else equal differences."""

    low: float
    high: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value, in percent; what lies outside is put on the border."""
        return min(self.beyond(value), 100.0)

    def beyond(self, value: float) -> float:
        """The same, but what is too high lies above 100 %."""
        low, high = self._on(self.low), self._on(self.high)
        place = (self._on(max(value, self.low)) - low) / ((high - low) or 1)
        return 100 * min(place, FARTHEST)

    def ticks(self, most: int = 6) -> list[float]:
        """Round numbers within."""
        return _decades(self.low, self.high) if self.logarithmic else _round_numbers(self.low, self.high, most)

    def _on(self, value: float) -> float:
        return log10(value) if self.logarithmic else value


def fitting(curves: Sequence[Sequence[float]], may_be_logarithmic: bool) -> PageScale:
    """The scale that shows these curves best; one value of them at least is finite.

    Values that fall far are shown on a logarithmic scale; else the scale begins at 0, and a start that is far above the
    rest is cut.
    """
    low, high = (choose(value for curve in curves for value in finite(curve)) for choose in (min, max))
    if may_be_logarithmic and low > 0 and high / WIDE > low:
        return PageScale(low / 1.2, high * 1.2, logarithmic=True)
    late = [max(finite(curve[len(curve) // 10 :] if len(curve) > FEW else curve), default=low) for curve in curves]
    settled, bottom = max(late), min(low, 0.0)
    top = high if settled <= 0 or high <= DWARFED * settled else 1.5 * settled
    room = ROOM * ((top - bottom) or 1)
    return PageScale(bottom - room * (bottom < 0), top + room)


def finite(values: Iterable[float]) -> list[float]:
    """Those that can be drawn."""
    return [value for value in values if isfinite(value) and abs(value) < HUGE]


def apart(places: Sequence[float], gap: float) -> list[float]:
    """The same places, moved as little as it takes that texts there do not overlap."""
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = [places[i] for i in order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    moved[-1:] = [min(last, 100.0) for last in moved[-1:]]
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    return [moved[order.index(i)] for i in range(len(moved))]


def _round_numbers(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not 0 < span < HUGE:
        return [low]
    power = 10.0 ** floor(log10(span / most))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if span / (power * factor) <= most)
    return [step * number for number in range(ceil(low / step), floor(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    first, last = floor(log10(low)), ceil(log10(high))
    factors = (1, 2, 5) if last - first <= FEW_DECADES else (1,)
    every = -(-(last - first) // MOST_DECADES)
    numbers = [factor * 10.0**power for power in range(first, last + 1, every) for factor in factors]
    return [value for value in numbers if low <= value <= high]
