"""Scales: from values to places between 0 and 100 % of a picture's side, with round numbers to write beside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, inf, log10

from dlx.show.charts.scales import ValueRange

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


def with_margin(values: ValueRange) -> PageScale:
    """A range with a little room above it, and below what is negative."""
    if values.logarithmic:
        return PageScale(values.low / 1.2, values.high * 1.2, logarithmic=True)
    room = ROOM * ((values.high - values.low) or 1)
    return PageScale(values.low - room * (values.low < 0), values.high + room)


def _round_numbers(low: float, high: float, most: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not 0 < span < inf:
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
