"""Skewness: whether positive values lie so far to one side that they seem to grow by factors, as prices do."""

from __future__ import annotations

import numpy as np

from dlx.types import Array

SKEWED, EVEN = 2.0, 1.0  # the skewness of an exponential distribution, and of logarithms that are hardly skewed
FEWEST = 50  # values, of which the skewness tells something


def skewness(values: Array) -> float:
    """The third central moment over the cube of the standard deviation; 0 of equal values."""
    with np.errstate(over="ignore", invalid="ignore"):
        apart = values.astype(np.float64) - values.mean(dtype=np.float64)
        spread = float(np.sqrt(np.square(apart).mean()))
        return float((apart**3).mean() / spread**3) if 0 < spread < np.inf else 0.0


def grow_by_factors(values: Array) -> bool:
    """Whether values (m,) are positive and skewed, and their logarithms are not."""
    if len(values) < FEWEST or not np.isfinite(values).all() or values.min() <= 0:
        return False
    return skewness(values) > SKEWED and abs(skewness(np.log(values))) < EVEN
