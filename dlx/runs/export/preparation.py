"""Preparation: what turns a row as the data have them into the features that a network takes, but for NaN."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dlx.data.values.columns import Column
from dlx.data.values.quantiles import steps
from dlx.types import Array


@dataclass(frozen=True)
class Preparation:
    """Each feature (n_x,) by the number of the row that it is made of, and how it is made of it.

    source: the place of that number; log, signed_log: where its ln, or sign(x)·ln(1 + |x|), is the feature; indicator:
    where the feature is 1 if the number is missing, else 0. quantile: where it is its share of train's values, share +
    Σ slope·(clip(x, low, high) − low), whose arrays low, high and slope (steps, n_x) are there where it is anywhere.
    """

    source: Array
    log: Array
    signed_log: Array
    indicator: Array
    quantile: Array
    share: Array
    low: Array
    high: Array
    slope: Array

    def arrays(self) -> dict[str, Array]:
        """All of it by name."""
        return {
            "source": self.source,
            "log": self.log,
            "signed_log": self.signed_log,
            "indicator": self.indicator,
            **(self.of_quantiles() if self.quantile.any() else {}),
        }

    def of_quantiles(self) -> dict[str, Array]:
        """What the quantile transform needs, by name."""
        names = ("quantile", "share", "low", "high", "slope")
        return {name: getattr(self, name) for name in names}


def inputs(columns: Sequence[Column]) -> list[str]:
    """The names of the numbers in a row: without transforms and indicators, which the network then makes itself."""
    return [name for column in columns for name in column.untransformed().values()]


def preparation(columns: Sequence[Column]) -> Preparation | None:
    """How the features are made of a row; None where they are its numbers."""
    source, place = list[int](), 0
    for column in columns:
        width = len(column.values())
        source += [*range(place, place + width), *([place] if column.has_indicator else [])]
        place += width
    transforms = np.array([column.details.transform for column in columns for _ in column.values()])
    indicator = np.array([is_last for column in columns for is_last in _indicators(column)], bool)
    if not indicator.any() and (transforms == "none").all():
        return None
    sources = np.array(source, np.int64)
    of_features = transforms[sources]
    of_quantiles = _quantiles([column for column in columns for _ in column.values()])
    quantiles = (of_features == "quantile", *(array[..., sources] for array in of_quantiles))
    return Preparation(sources, of_features == "log", of_features == "signed_log", indicator, *quantiles)


def _quantiles(columns: Sequence[Column]) -> tuple[Array, Array, Array, Array]:
    """The first share (n,) and the steps (steps, n) to the others, of one column for each number."""
    shares = np.array([column.details.shares[0] if column.details.shares else 0.0 for column in columns])
    every = [steps(column.details.quantiles, column.details.shares) for column in columns]
    low, high, slope = (np.stack(arrays, axis=1) for arrays in zip(*every, strict=True))
    return shares, low, high, slope


def _indicators(column: Column) -> list[bool]:
    return [False] * len(column.values()) + [True] * column.has_indicator
