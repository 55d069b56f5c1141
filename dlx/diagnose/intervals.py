"""How far an error measured on m examples can be from the true one: 95 % confidence intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from dlx.evaluation import Evaluation

CONFIDENCE = 0.95
RESAMPLES = 1000
BLOCKS = 2000


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; ``m`` is the number of examples behind it, None where that is unknown."""

    value: float
    low: float
    high: float
    m: int | None = None


def exact(value: float, m: int | None = None) -> Estimate:
    """A value taken at its word: its interval is the point itself."""
    return Estimate(value, value, value, m)


def error_rate(value: float, m: int | None) -> Estimate:
    """A share of wrong answers p among m, with the Wilson score interval.

    (p + z²/2m ± z·√(p(1−p)/m + z²/4m²)) / (1 + z²/m), z = 1.96; without m the point itself.
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    It keeps its coverage for small m and for p near 0, where p ± z·√(p(1−p)/m) collapses.
    """
    if m is None:
        return exact(value)
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    scale = 1 + z * z / m
    center = (value + z * z / (2 * m)) / scale
    half = z * sqrt(value * (1 - value) / m + (z / (2 * m)) ** 2) / scale
    low = center - half if value > 0 else 0.0
    high = center + half if value < 1 else 1.0
    return Estimate(value, low, high, m)


def root_mean_square(squared_errors: np.ndarray, rng: np.random.Generator) -> Estimate:
    """The root of the mean of m squared errors, with the percentile bootstrap interval of 1000 resamples.

    Source: B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7 (1979). Above 2000
    examples, 2000 random groups of them are resampled in their place, which leaves the spread of the mean as it is
    and the cost bounded.

    Args:
        squared_errors: (m,), one for each example.
        rng: draws the resamples.
    """
    m = len(squared_errors)
    if m < 2:  # one example tells nothing of the spread
        return Estimate(sqrt(float(squared_errors.mean())), 0.0, inf, m)
    starts = np.linspace(0, m, min(m, BLOCKS), endpoint=False).astype(np.intp)
    sums = np.add.reduceat(rng.permutation(squared_errors.astype(np.float64)), starts)
    counts = np.diff(starts, append=m)
    drawn = rng.integers(len(starts), size=(RESAMPLES, len(starts)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.sqrt(np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]))
    return Estimate(sqrt(sums.sum() / m), float(low), float(high), m)


def measured(evaluation: Evaluation) -> Estimate:
    """The error of a frozen network on its part of the data, with the interval that fits the task."""
    if evaluation.network.loss.task == "regression":
        return root_mean_square(evaluation.squared_errors(), np.random.default_rng(0))
    return error_rate(evaluation.run()[1], evaluation.reader.m)


def difference(a: Estimate, b: Estimate) -> Estimate:
    """a − b of two independent estimates, with an interval from theirs.

    (a − b) − √((a − low_a)² + (high_b − b)²) to (a − b) + √((high_a − a)² + (b − low_b)²): for Wilson intervals
    Newcombe's method 10, "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17 (1998); for any others Zou & Donner, Statistics in Medicine 27 (2008). Rounded to 12 digits, so that
    0.17 − 0.15 is the 0.02 that was meant.
    """
    value = a.value - b.value
    low = value - hypot(a.value - a.low, b.high - b.value)
    high = value + hypot(a.high - a.value, b.value - b.low)
    value, low, high = (float(f"{number:.12g}") for number in (value, low, high))
    return Estimate(value, low, high)
