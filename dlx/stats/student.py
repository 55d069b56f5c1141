"""Student's t distribution: its quantiles, for means of few values whose spread is not known."""

from __future__ import annotations

from functools import lru_cache
from math import atan2, cos, pi, sin, sqrt
from statistics import NormalDist

NEARLY_NORMAL = 1000  # degrees of freedom from which the series is dear and the difference is in the third digit
STEPS = 80  # of bisection: more than a float has bits to halve


def within(t: float, df: int) -> float:
    """The probability that a value of Student's t with df degrees of freedom lies between −t and t, for t ≥ 0.

    With θ = arctan(t/√df), a finite series in cos θ (Abramowitz & Stegun 1964, 26.7.3 for odd df and 26.7.4 for even).
    """
    theta = atan2(t, sqrt(df))
    term, total = (cos(theta), 0.0) if df % 2 else (1.0, 0.0)
    for k in range(df // 2):
        total += term
        term *= cos(theta) ** 2 * ((2 * k + 2) / (2 * k + 3) if df % 2 else (2 * k + 1) / (2 * k + 2))
    return 2 / pi * (theta + sin(theta) * total) if df % 2 else sin(theta) * total


@lru_cache
def two_sided(confidence: float, df: int) -> float:
    """The t for which −t … t holds a value of Student's t with that probability.

    >>> [round(two_sided(0.95, df), 3) for df in (1, 4, 30)]
    [12.706, 2.776, 2.042]
    """
    if df >= NEARLY_NORMAL:
        return NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = 0.0, 1.0
    while within(high, df) < confidence:
        high *= 2
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle, df) < confidence else (low, middle)
    return high
