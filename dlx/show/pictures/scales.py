"""The scale of a hyperparameter as an axis: where its values stand, which of them are written, how they are spelled."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import ceil, floor, log10
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.text import shorten
from dlx.types import Array

if TYPE_CHECKING:
    from matplotlib.axis import Axis

    from dlx.documents.tuning import SearchedDimension

EACH = 13  # whole numbers that are all written
DECADES = 2.2  # of a logarithmic axis from which on only powers of ten are written
FEW = 8  # whole numbers of which each is shared by many trials
JITTER = 0.25
NEAREST = 0.055  # of the axis from one number to the next
MOST = 9  # numbers along an axis
ROOM = 0.04  # of the axis beyond its ends
WIDEST, TALLEST = 60, 36  # characters of a key along an axis
LONGEST = 18  # characters of an option
TINY = 1e-16  # the nearest that 1 − β comes to 0


class Scale:
    """An entry of ``space`` of ``tune.json``.

    Places are what is drawn: v, log v, −log(1 − v) or the option's index. `ends` are the places of its lowest and its
    highest value, and so are `low` and `high`; but where it has so few values that many trials share one, it
    `is_discrete`, and these are half a step further.
    """

    def __init__(self, dimension: SearchedDimension) -> None:
        self.key, self.kind = dimension.key, dimension.scale
        self.options: Sequence[Any] = dimension.choices
        self.is_integer = bool(dimension.integer)
        self.is_choice = self.kind == "choice"
        ends = 0.0, len(self.options) - 1.0
        if dimension.low is not None and dimension.high is not None:
            ends = dimension.low, dimension.high
        self.is_discrete = self.is_choice or (self.is_integer and ends[1] - ends[0] < FEW)
        room = 0.5 if self.is_discrete else 0
        self.low, self.high = (self._end(end) for end in (ends[0] - room, ends[1] + room))
        self.ends = self._end(ends[0]), self._end(ends[1])

    def _end(self, end: float) -> float:
        return float(end) if self.is_choice else self.place(end)

    def place(self, value: Any) -> float:
        """Where a value stands."""
        if self.is_choice:
            return float(next((k for k, option in enumerate(self.options) if option == value), -1))
        if self.kind == "log_uniform":
            return log10(value)
        return -log10(max(1 - value, TINY)) if self.kind == "one_minus_log_uniform" else float(value)

    def places(self, values: Sequence[Any]) -> Array:
        """Where values stand."""
        return np.array([self.place(value) for value in values])

    def span(self, region: Sequence[Any]) -> list[tuple[float, float]]:
        """The stretch between two values, or one around each option."""
        if self.is_choice:
            return [(place - 0.42, place + 0.42) for place in self.places(region)]
        room = 0.42 if self.is_discrete else 0
        return [(self.place(region[0] - room), self.place(region[-1] + room))] if region else []

    def beside(self, places: Array) -> Array:
        """The places, moved at random by up to a quarter of the way to the next one, where trials share them."""
        distinct = np.unique(places)
        if not self.is_discrete:
            return places
        gap = float(np.diff(distinct).min()) if len(distinct) > 1 else 0.1 * (self.high - self.low)
        return np.asarray(places + JITTER * gap * np.random.default_rng(0).uniform(-1, 1, len(places)))

    def value(self, place: float) -> float:
        """The number at a place."""
        if self.kind == "log_uniform":
            return float(10**place)
        return float(1 - 10**-place) if self.kind == "one_minus_log_uniform" else place

    def write(self, axis: Axis, places: Array) -> None:
        """Number the axis, which reaches from end to end and as far as there are places."""
        low, high = min([self.low, *places]), max([self.high, *places])
        room = ROOM * (high - low)
        (axis.axes.set_xlim if axis.axis_name == "x" else axis.axes.set_ylim)(low - room, high + room)  # type: ignore[attr-defined]
        major = self._majors(low, high)
        axis.set_ticks(list(major), [self._spelled(place) for place in major], parse_math=False)
        axis.set_ticks([place for place in self._minors(low, high) if place not in major], minor=True)
        axis.set_tick_params(which="minor", length=2)
        axis.set_label_text(tail(self.key, WIDEST if axis.axis_name == "x" else TALLEST), parse_math=False)  # type: ignore[attr-defined]

    def _majors(self, low: float, high: float) -> Sequence[float]:
        if self.is_choice:
            return range(len(self.options))
        first, last = self.value(low), self.value(high)
        if self.is_integer and last - first < EACH:
            whole = [self.place(number) for number in range(ceil(first - 1e-9), floor(last + 1e-9) + 1)]
            return thinned(whole, NEAREST * (high - low))
        if self.kind == "uniform" or high - low < log10(2):
            return self._even(first, last)
        factors = (1,) if high - low > DECADES else (1, 2, 5)
        places = self._steps(factors, low, high)
        every = -(-len(places) // MOST)
        return places[::every]

    def _even(self, first: float, last: float) -> list[float]:
        """Round numbers at even distances."""
        from matplotlib.ticker import MaxNLocator

        room = 1e-9 * (last - first)
        numbers = MaxNLocator(6, integer=self.is_integer, steps=(1, 2, 2.5, 5, 10)).tick_values(first, last)
        return [self.place(number) for number in numbers if first - room <= number <= last + room]

    def _steps(self, factors: Sequence[int], low: float, high: float) -> list[float]:
        """Places of v or 1 − v = factor·10^k."""
        sign = -1 if self.kind == "one_minus_log_uniform" else 1
        decades = range(floor(min(sign * low, sign * high)) - 1, floor(max(sign * low, sign * high)) + 2)
        places = [sign * (decade + log10(factor)) for decade in decades for factor in factors]
        return sorted(place for place in places if low - 1e-9 <= place <= high + 1e-9)

    def _minors(self, low: float, high: float) -> list[float]:
        if self.is_choice or self.kind == "uniform" or high - low > 2 * MOST:
            return []
        return self._steps(range(1, 10), low, high)

    def _spelled(self, place: float) -> str:
        if self.is_choice:
            return spelled(self.options[int(place)])
        value = self.value(place)
        return f"{value:,.0f}" if self.is_integer else spelled(value)


def spelled(value: Any) -> str:
    """A value to few digits; those near 1 by their distance from 1, what is long cut."""
    if isinstance(value, float):
        if 0.9 < value < 1:
            return f"{1 - float(f'{1 - value:.3g}'):.12g}"
        return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shorten(text, LONGEST)


def tail(key: str, longest: int = 60) -> str:
    """The end of a key: it says more than the beginning."""
    return key if len(key) <= longest else f"…{key[1 - longest :]}"


def thinned(places: Sequence[float], least: float) -> list[float]:
    """Those of them, from the last one down, that keep so far apart."""
    spaced: list[float] = []
    for place in reversed(places):
        if not spaced or spaced[-1] - place >= least:
            spaced.append(place)
    return spaced[::-1]
