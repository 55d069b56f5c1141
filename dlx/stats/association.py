"""Association: how much one column tells of another, from 0 (nothing) to 1 (all), whatever their types."""

from __future__ import annotations

from math import sqrt

import numpy as np

from dlx.types import Array


def correlation(a: Array, b: Array) -> float:
    """Pearson's r of two columns of numbers (m,), or 0 where one of them is constant."""
    x, y = a - a.mean(), b - b.mean()
    with np.errstate(over="ignore", invalid="ignore"):
        norm = sqrt(float(x @ x)) * sqrt(float(y @ y))
        r = float(x @ y) / norm if norm > 0 else 0.0
    return r if np.isfinite(r) else 0.0


def ranks(values: Array) -> Array:
    """The place of each value in ascending order, from 1; equal values share the mean of their places."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])


def rank_correlation(a: Array, b: Array) -> float:
    """Spearman's ρ: Pearson's r of the ranks."""
    return correlation(ranks(a), ranks(b))


def correlation_ratio(codes: Array, values: Array) -> float:
    """ε of numbers in groups: the correlation ratio η, corrected for its bias (Kelley 1935); codes: (m,) from 0.

    ε² = 1 − (1 − η²)·(m − 1)/(m − k) for k groups, where η² is the variance between groups over all variance; 0 where
    that is less.
    """
    total = float(np.square(values - values.mean()).sum())
    counts = np.bincount(codes)
    groups = int(np.count_nonzero(counts))
    if total <= 0 or not np.isfinite(total) or groups >= len(values):
        return 0.0
    means = np.bincount(codes, values) / np.maximum(counts, 1)
    unexplained = 1 - float(counts @ np.square(means - values.mean())) / total
    return sqrt(min(1.0, max(0.0, 1 - unexplained * (len(values) - 1) / (len(values) - groups))))


def contingency(codes: Array, other: Array) -> Array:
    """How often each pair of values stands in the same row, (A, B); both ascend, and none is absent."""
    rows, places = (np.unique(values, return_inverse=True) for values in (codes, other))
    width = len(places[0])
    pairs = np.bincount(rows[1] * width + places[1], minlength=len(rows[0]) * width)
    return pairs.reshape(-1, width)


def cramers_v(codes: Array, other: Array) -> float:
    """Cramér's V = √(φ²/(min(A, B) − 1)) with φ² = χ²/m, corrected for its bias (Bergsma 2013).

    φ² becomes max(0, φ² − (A − 1)(B − 1)/(m − 1)), and A becomes A − (A − 1)²/(m − 1), likewise B.
    """
    table = contingency(codes, other).astype(np.float64)
    m, (A, B) = table.sum(), table.shape
    if min(A, B) < 2 or m < 2:
        return 0.0
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / m
    phi2 = max(0.0, float((np.square(table - expected) / expected).sum()) / m - (A - 1) * (B - 1) / (m - 1))
    smaller = min(A - (A - 1) ** 2 / (m - 1), B - (B - 1) ** 2 / (m - 1))
    return min(1.0, sqrt(phi2 / (smaller - 1))) if smaller > 1 else 0.0
