"""How far an error measured on m examples can be from the true one: 95 % confidence intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import hypot, inf, isfinite, sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, repr=False)
class Estimate:
    """A value with its interval; ``m`` is the number of examples behind it, None where that is unknown."""

    value: float
    low: float
    high: float
    m: int | None = None

    def __repr__(self) -> str:
        m = "" if self.m is None else f", m={self.m}"
        return f"{type(self).__name__}({self.value:.4g}, {self.low:.4g} to {self.high:.4g}{m})"

    @property
    def has_interval(self) -> bool:
        """Whether anything is known of how far off the value can be."""
        return self.low > -inf or self.high < inf

    def interval(self) -> dict[str, float | None]:
        """Value and ends as JSON has them, which knows no infinity: such a number is null there."""
        ends = {"value": self.value, "low": self.low, "high": self.high}
        return {name: number if isfinite(number) else None for name, number in ends.items()}

    def document(self) -> dict[str, float | None]:
        """The same with the number of examples."""
        return {**self.interval(), "m": self.m}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Estimate:
        """The estimate that a document has; an end that is not stated is the value itself.

        What is null there was infinite: the value and the upper end upwards, the lower end only with the value.
        """
        value = inf if document["value"] is None else float(document["value"])
        low, high = document.get("low", value), document.get("high", value)
        if low is None:
            low = inf if value == inf else -inf
        return cls(value, float(low), inf if high is None else float(high), document.get("m"))


def exact(value: float) -> Estimate:
    """A value taken at its word: its interval is the point itself."""
    return Estimate(value, value, value)


def unbounded(value: float) -> Estimate:
    """A value of which nothing more is known."""
    return Estimate(value, -inf, inf)


def error_rate(value: float, m: int | None) -> Estimate:
    """A share of wrong answers p among m, with the Wilson score interval.

    (p + z²/2m ± z·√(p(1−p)/m + z²/4m²)) / (1 + z²/m), z = 1.96; without m the point itself.
    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    It keeps its coverage for small m and for p near 0, where p ± z·√(p(1−p)/m) collapses. Because wrong answers are
    counted in whole numbers, the coverage swings about 95 %: it stays within 93 and 97 % where 10 or more wrong answers
    are to be expected, within 92.5 and 98.2 % where 2 are, and can fall to 84 % where 0.18 are (Brown, Cai & DasGupta,
    "Interval estimation for a binomial proportion", Statistical Science 16 (2001)).

    >>> estimate = error_rate(81 / 263, 263)
    >>> round(estimate.low, 4), round(estimate.high, 4)
    (0.2553, 0.3662)
    """
    if m is None:
        return exact(value)
    scale = 1 + Z * Z / m
    center = (value + Z * Z / (2 * m)) / scale
    half = Z * sqrt(value * (1 - value) / m + (Z / (2 * m)) ** 2) / scale
    low = center - half if value > 0 else 0.0
    high = center + half if value < 1 else 1.0
    return Estimate(value, low, high, m)


def mean_share(shares: np.ndarray, labels: int) -> Estimate:
    """The mean of m shares of wrong labels, each of so many labels of one example, with an interval.

    Labels of one example may be wrong together, so that the example is the unit. The interval is Wilson's for as many
    independent answers as make the mean p spread as the shares do, p·(1 − p)/s² for each example (L. Kish, "Survey
    Sampling", 1965, the effective sample size; E. Korn & B. Graubard, Survey Methodology 24 (1998), for intervals); of
    equal shares nothing tells how they spread, and each example is one.

    Args:
        shares: (m,), one for each example.
        labels: how many there are: an example never counts as more.
    """
    m, p = len(shares), float(shares.mean())
    squared = float(shares.var(ddof=1)) if m > 1 else 0.0
    times = min(max(p * (1 - p) / squared, 1.0), labels) if squared > 0 else 1.0
    estimate = error_rate(p, round(m * times))
    return Estimate(p, estimate.low, estimate.high, m)


def random_groups(values: np.ndarray, most: int, rng: np.random.Generator) -> np.ndarray:
    """The sums (…, groups, k) over at most so many random groups of the m examples of values (…, m, k)."""
    import numpy as np

    m = values.shape[-2]
    if m <= most:
        return values
    starts = np.linspace(0, m, most, endpoint=False).astype(np.intp)
    order, each = rng.permutation(m), values.reshape(-1, *values.shape[-2:])
    sums = np.stack([np.add.reduceat(of_each[order], starts, axis=0) for of_each in each])
    return sums.reshape(*values.shape[:-2], *sums.shape[1:])


def quantile(values: np.ndarray, share: float) -> Estimate:
    """A quantile of m values, interpolated linearly, between two of them that hold the true one with 95 %.

    How many values lie below the true quantile is binomial, whatever their distribution (W. Thompson, Annals of
    Mathematical Statistics 7 (1936)). Where there are too few values for such an end, it is unknown; it is at least 0,
    as the values are.
    """
    import numpy as np

    ordered, m = np.sort(values), len(values)
    counts = np.arange(m + 1)
    log_factorials = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, m + 1)))])
    log_choices = log_factorials[-1] - log_factorials - log_factorials[::-1]
    below = np.cumsum(np.exp(log_choices + counts * np.log(share) + (m - counts) * np.log1p(-share)))
    risk = (1 - CONFIDENCE) / 2
    first = int(np.searchsorted(below, risk, side="right"))  # P(fewer than so many lie below) is at most the risk
    last = int(np.searchsorted(below, 1 - risk, side="left")) + 1
    low = float(ordered[first - 1]) if first > 0 else 0.0
    high = float(ordered[last - 1]) if last <= m else inf
    return Estimate(float(np.quantile(ordered, share)), low, high, m)


def at_size(estimate: Estimate, m: int, regression: bool = False) -> Estimate:
    """The same value as if it had been measured on m examples.

    An error rate has the Wilson interval of that m. The ends of a bootstrap interval come nearer as 1/√m.
    """
    if not regression:
        return error_rate(estimate.value, m)
    nearer, value = sqrt((estimate.m or m) / m), estimate.value
    return Estimate(value, value - nearer * (value - estimate.low), value + nearer * (estimate.high - value), m)


def widened(estimate: Estimate, times: float) -> Estimate:
    """The same value with ends that lie so many times as far from it."""
    value = estimate.value
    low = value - times * (value - estimate.low) if estimate.low > -inf else -inf
    return replace(estimate, low=low, high=value + times * (estimate.high - value))


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
