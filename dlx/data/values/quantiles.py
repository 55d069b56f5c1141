"""The quantile transform: of a number the share of train's numbers below it, linear between some of them."""

from __future__ import annotations

import numpy as np

from dlx.types import Array

MOST = 101  # quantiles, evenly spaced from 0 to 1, as scikit-learn's QuantileTransformer takes 1000


def fitted(values: Array) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The different quantiles of values (m,), ascending, and the share that each stands for.

    A value that several quantiles share stands for the middle of them. Of a constant it is one half.
    """
    shares = np.linspace(0, 1, min(MOST, max(2, len(values))))
    quantiles, first, counts = np.unique(np.quantile(values, shares), return_index=True, return_counts=True)
    middle = (shares[first] + shares[first + counts - 1]) / 2
    return tuple(quantiles.tolist()), tuple(middle.tolist())


def transformed(values: Array, quantiles: tuple[float, ...], shares: tuple[float, ...]) -> Array:
    """The share of each value, (m,); beyond train's least and largest that of these; NaN of NaN."""
    interpolated: Array = np.interp(values, quantiles, shares)
    return np.where(np.isnan(values), np.nan, interpolated)


def steps(quantiles: tuple[float, ...], shares: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """low, high and slope (MOST − 1,) such that a share is the first one + Σ slope·(clip(x, low, high) − low)."""
    low, high, slope = np.zeros(MOST - 1), np.ones(MOST - 1), np.zeros(MOST - 1)
    count = max(0, len(quantiles) - 1)
    low[:count], high[:count] = quantiles[:-1], quantiles[1:]
    slope[:count] = np.diff(shares) / np.diff(quantiles)
    return low, high, slope
