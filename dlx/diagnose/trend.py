"""The trend of a cost near the end of a training, which no single row decides, however noisy the curve."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, nan

import numpy as np

from dlx.types import Array

LEAST_ROWS = 6  # that a trend is read from, where there are so many: its last two rows would be luck
MOST_ROWS = 256  # whose pairs are looked at; of more, as many that are equally far apart
AGREED = 0.65  # of all pairs of rows, that go the way of the trend: of rows that only scatter a half would


def recent_fall(epochs: Sequence[float] | Array, costs: Sequence[float] | Array, share: float) -> float:
    """By which share of itself a cost fell over the last ``share`` of the epochs; NaN for a single row.

    It is the median of the slopes of log cost between all pairs of rows (H. Theil 1950, P. Sen 1968), which a quarter
    of wild rows does not move; 0 where hardly more of the pairs fall than rise. Where costs are not positive, or there
    are three rows or fewer, the last row is compared with that before this share.

    Args:
        epochs, costs: row by row, (n,).
        share: of the epochs, at the end.
    """
    x, y = np.asarray(epochs, np.float64), np.asarray(costs, np.float64)
    earlier = np.flatnonzero(x <= (1 - share) * x[-1]) if len(x) else x
    if not len(earlier):
        return nan
    start = max(min(int(earlier[-1]), len(x) - LEAST_ROWS), 0)
    x, y, first = x[start:], y[start:], y[int(earlier[-1])]
    if len(x) <= 3 or not (y > 0).all() or not np.isfinite(y).all():
        return float(1 - y[-1] / first) if first > 0 else nan
    if len(x) > MOST_ROWS:
        places = np.linspace(0, len(x) - 1, MOST_ROWS).round().astype(np.int64)
        x, y = x[places], y[places]
    before, after = np.triu_indices(len(x), 1)
    slopes = (np.log(y[after]) - np.log(y[before])) / (x[after] - x[before])
    slope = float(np.median(slopes))
    agreed = float((slopes * slope > 0).mean())
    return 1 - exp(slope * share * float(epochs[-1])) if agreed >= AGREED else 0.0
