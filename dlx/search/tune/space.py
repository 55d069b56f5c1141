"""The space of a search: each hyperparameter with the scale that it is drawn on, from positions to values and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any, Literal

from dlx.documents.tuning import SearchedDimension

Scale = Literal["uniform", "log_uniform", "one_minus_log_uniform", "choice"]
Value = Any  # a number of a scale, or one of the options of a choice: any plain value of YAML
DIGITS = 6  # significant ones of a value that is drawn, so that specs can be read; of 1 − β on its scale


@dataclass(frozen=True)
class Dimension:
    """One hyperparameter and its scale.

    Its values are given by their position: 0 at `low`, 1 at `high`, on the scale itself in between. So all scales are
    drawn, zoomed and compared alike. Of a choice the position is the index of the option.

    - ``uniform``: v = low + position·(high − low).
    - ``log_uniform``: log v runs evenly from log low to log high.
    - ``one_minus_log_uniform``: log(1 − v) runs evenly, for a β near 1: half of the draws from 0.9 to 0.999 are below
      0.99, because β = 0.9 averages over 10 values, 0.99 over 100 and 0.999 over 1000 (1/(1 − β)).
    - ``integer``: each whole number has the share of the scale that lies nearest to it: [low − ½, high + ½] rounded.

    Args:
        key: the dotted key of the spec.
        scale: how values are spread.
        low, high: the ends; both belong to it.
        integer: whether only whole numbers are meant.
        choices: the options of a choice.
        points: of a grid, if it was stated.
    """

    key: str
    scale: Scale
    low: float = 0.0
    high: float = 1.0
    integer: bool = False
    choices: tuple[Value, ...] = ()
    points: int | None = None

    @property
    def is_choice(self) -> bool:
        """Whether it has options instead of a scale."""
        return self.scale == "choice"

    def value(self, position: float) -> Value:
        """The value at a position; beyond 0 and 1 the scale goes on."""
        if self.is_choice:
            return self.choices[int(position)]
        first, last = self._ends()
        number = self._back(first + position * (last - first))
        if self.integer:
            return self._whole(number, position)
        return _readable(number, self.scale)

    def position(self, value: Value) -> float:
        """Where a value stands; the inverse of ``value`` up to its rounding."""
        if self.is_choice:
            return float(self.choices.index(value))
        first, last = self._ends()
        return (self._forth(value) - first) / (last - first)

    def _ends(self) -> tuple[float, float]:
        margin = 0.5 if self.integer else 0.0
        return self._forth(self.low - margin), self._forth(self.high + margin)

    def _whole(self, number: float, position: float) -> int:
        """Within the ends as long as the position is: rounding half a number up must not leave them."""
        nearest = round(number)
        return int(min(max(nearest, self.low), self.high)) if 0 <= position <= 1 else nearest

    def _forth(self, value: float) -> float:
        if self.scale == "log_uniform":
            return log(value)
        return log(1 - value) if self.scale == "one_minus_log_uniform" else value

    def _back(self, place: float) -> float:
        if self.scale == "log_uniform":
            return exp(place)
        return 1 - exp(place) if self.scale == "one_minus_log_uniform" else place

    def described(self) -> SearchedDimension:
        """As ``tune.json`` has it."""
        ends: dict[str, Any] = {}
        if not self.is_choice:
            ends = {"low": self.low, "high": self.high, "integer": self.integer}
        return SearchedDimension(key=self.key, scale=self.scale, **ends, choices=list(self.choices))


LAYERS, UNITS = "layers", "units"  # of a choice of hidden layers: how many, and how many units each of them has


@dataclass(frozen=True)
class Space:
    """All hyperparameters of a search."""

    dimensions: tuple[Dimension, ...]
    hidden: str | None = None  # the key of the hidden layers, where their number and size are searched

    @property
    def keys(self) -> list[str]:
        """The key of each dimension."""
        return [dimension.key for dimension in self.dimensions]

    def values(self, point: Sequence[float]) -> dict[str, Value]:
        """The value of each hyperparameter at a point, a position for each dimension."""
        return {dimension.key: dimension.value(at) for dimension, at in zip(self.dimensions, point, strict=True)}

    def overrides(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """What these values change in a spec: dotted keys and plain values."""
        if self.hidden is None:
            return dict(values)
        layers, units = (values[f"{self.hidden}.{part}"] for part in (LAYERS, UNITS))
        rest = {key: value for key, value in values.items() if not key.startswith(f"{self.hidden}.")}
        return rest | {self.hidden: [units] * layers}

    def point(self, values: Mapping[str, Value]) -> list[float]:
        """Where the values stand."""
        return [dimension.position(values[dimension.key]) for dimension in self.dimensions]


def _readable(value: float, scale: Scale) -> float:
    if scale == "one_minus_log_uniform":
        return round(1 - float(f"{1 - value:.{DIGITS}g}"), 15)
    return float(f"{value:.{DIGITS}g}")
