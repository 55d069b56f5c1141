"""Outliers: a few values so far from all others that they are most of the squared deviation from the middle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dlx.types import Array
from dlx.words import figure, percent

NORMAL = 1.349  # the interquartile range of the normal distribution, in standard deviations
FAR = 12.0  # such deviations of the middle half, beyond which a value lies apart: of a lognormal one in 200 does
FEW = 0.05  # of the values, that are outliers and not a second kind of them
CARRIED = 0.5  # of the squared deviation from the median
MOST_NAMED = 3


@dataclass(frozen=True)
class Outliers:
    """The outliers of m values.

    places, values, shares: (k,) where they stand, what they are, and of the squared deviation; the farthest first.
    middle, spread: the median, and the standard deviation that the middle half would have if it were normal.
    """

    places: Array
    values: Array
    shares: Array
    m: int
    middle: float
    spread: float

    @property
    def share(self) -> float:
        """What they are of the squared deviation together."""
        return float(self.shares.sum())

    def in_words(self, row: Callable[[int], int] = lambda place: place + 1) -> str:
        """Such as `rows 17 (912, 41 %), 43 (-850, 30 %) and 99 (790, 22 %)`: value and share of the squared deviation.

        row: what the row at a place is called; else its number from 1.
        """
        triples = zip(self.places.tolist(), self.values.tolist(), self.shares.tolist(), strict=True)
        named = [f"{row(place)} ({figure(value, 6)}, {percent(share)})" for place, value, share in triples][:MOST_NAMED]
        rest = len(self.places) - len(named)
        *others, last = [*named, f"{rest:,} more"] if rest else named
        return f"row{'s' * bool(others)} {', '.join(others)}{' and ' * bool(others)}{last}"


def usual_spread(values: Array) -> float:
    """The standard deviation that the middle half of values (m, k) would have if it were normal, root mean square."""
    low, high = np.quantile(values.astype(np.float64), [0.25, 0.75], axis=0)
    return float(np.sqrt(np.square((high - low) / NORMAL).mean()))


def outliers(values: Array) -> Outliers | None:
    """Those of values (m,), where they are few and most of the squared deviation; None elsewhere."""
    values = values.astype(np.float64)
    if len(values) == 0 or not np.isfinite(values).all():
        return None
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75]).tolist()
    spread = (high - low) / NORMAL
    with np.errstate(over="ignore"):
        squares = np.square(values - middle)
        total = float(squares.sum())
    if spread == 0 or not np.isfinite(total):
        return None
    apart = np.flatnonzero(np.abs(values - middle) > FAR * spread)
    places = apart[np.argsort(-squares[apart], kind="stable")]
    shares = squares[places] / total
    if not 0 < len(places) <= FEW * len(values) or shares.sum() <= CARRIED:
        return None
    return Outliers(places, values[places], shares, len(values), middle, spread)
