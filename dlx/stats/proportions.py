"""Proportions: limits of a true share of wrong answers, and of the difference of two, that are seldom too narrow."""

from __future__ import annotations

from functools import lru_cache
from math import exp, hypot, lgamma, log, log1p, sqrt
from statistics import NormalDist

from dlx.stats.intervals import CONFIDENCE, Estimate

RISK = (1 - CONFIDENCE) / 2  # that the truth lies beyond a limit
ADDED_UP = 30  # chances of counts; more are taken together
NORMAL = NormalDist()
SHARES, FAR = 48, 0.001  # how many true shares stand for all, and the probability of such as lie beyond them


Limits = tuple[float, float]  # the lower and the upper one


def limits(estimate: Estimate, risk: float = RISK) -> Limits:
    """Below which, and above which, the true share lies with at most that probability each; without m the share itself.

    They are the limits of C. Clopper & E. Pearson, Biometrika 26 (1934): the share at which so many wrong answers or
    more, or so many or fewer, would come with the probability ``risk``. The share has not to be of whole answers.

    >>> [round(limit, 4) for limit in limits(Estimate(0.0, 0.0, 0.0, 30))]
    [0.0, 0.1157]
    """
    return (estimate.value, estimate.value) if estimate.m is None else limits_of(estimate.value, estimate.m, risk)


def limits_of(share: float, m: int, risk: float) -> Limits:
    """The limits of a share of m answers."""
    wrong = min(max(share, 0.0), 1.0) * m
    right = m - wrong
    low = beta_quantile(wrong, right + 1, risk) if wrong > 0 else 0.0
    high = beta_quantile(wrong + 1, right, 1 - risk) if right > 0 else 1.0
    return min(low, share), max(high, share)


def difference_of_shares(a: Estimate, b: Estimate, risk: float = RISK) -> Estimate:
    """a − b of two independent shares of wrong answers, each limit of which is too near with about that probability.

    (a − b) − √((a − low_a)² + (high_b − b)²) to (a − b) + √((high_a − a)² + (b − low_b)²), with the `limits` of each
    (G. Zou & A. Donner, Statistics in Medicine 27 (2008)). With Wilson's in their place, as R. Newcombe has it, few
    wrong answers make a limit too near in up to 14 of 100 cases; with these, at a risk of 2.5 %, in 3
    (``experiments/intervals``). Rounded to 12 digits, so that 0.17 − 0.15 is the 0.02 that was meant.
    """
    of_a, of_b = limits(a, risk), limits(b, risk)
    return Estimate(_rounded(a.value - b.value), *limits_of_difference(a.value, of_a, b.value, of_b))


def limits_of_difference(a: float, of_a: Limits, b: float, of_b: Limits) -> Limits:
    """The limits of a − b, of those of each, as `difference_of_shares` has them."""
    value = a - b
    return _rounded(value - hypot(a - of_a[0], of_b[1] - b)), _rounded(value + hypot(of_a[1] - a, b - of_b[0]))


def _rounded(number: float) -> float:
    return float(f"{number:.12g}")


def beta_quantile(a: float, b: float, probability: float) -> float:
    """The quantile of Beta(a, b), of which a and b are 1 at least or count as 1: exact where one of them is 1.

    Elsewhere it is that of the ratio of two χ², whose cube roots are nearly normal (E. Paulson, Annals of Mathematical
    Statistics 13 (1942)).
    """
    if a <= 1:
        return float(1 - (1 - probability) ** (1 / b))
    if b <= 1:
        return float(probability ** (1 / a))
    z, A, B = _normal_quantile(probability), 1 / (9 * a), 1 / (9 * b)
    root = sqrt(A * (1 - B) ** 2 + B * (1 - A) ** 2 - A * B * z * z)
    ratio = max(((1 - A) * (1 - B) + z * root) / ((1 - B) ** 2 - z * z * B), 0.0) ** 3 * a / b
    return ratio / (1 + ratio)


_normal_quantile = lru_cache(maxsize=256)(NORMAL.inv_cdf)


@lru_cache(maxsize=64)  # each size that is thought of is asked by the same
def posterior(estimate: Estimate, m: int, least: float) -> tuple[tuple[float, float], ...]:
    """True shares that a share of m may come from, from ``least`` on, with their probabilities.

    What is thought of them before is that each order of magnitude is as likely as another (H. Jeffreys, "Theory of
    probability", 1939, for what is not negative).
    """
    wrong = estimate.value * m
    right = m - wrong
    highest = beta_quantile(wrong + 1, right, 1 - FAR) if right > 0 else 1.0
    lowest = max(least, beta_quantile(wrong, right + 1, FAR) if wrong > 0 else 0.0)
    ratio = max(highest / lowest, 1.01) ** (1 / (SHARES - 1))
    shares = [min(lowest * ratio**i, 1 - 1e-9) for i in range(SHARES)]
    logarithms = [wrong * log(share) + right * log1p(-share) for share in shares]
    largest = max(logarithms)
    weights = [exp(logarithm - largest) for logarithm in logarithms]
    total = sum(weights)
    return tuple((share, weight / total) for share, weight in zip(shares, weights, strict=True))


def chance_of_at_most(count: int, m: int, share: float) -> float:
    """The probability of at most so many wrong answers of m, each wrong with this probability.

    The chances of the shorter side are added up; where that has many, it is taken from the cube roots of
    `beta_quantile`, which are then off by less than 0.0002.
    """
    if count < 0 or count >= m:
        return float(count >= m)
    if share <= 0 or share >= 1:
        return float(share <= 0)
    if count + 1 <= ADDED_UP:
        return min(_at_most(count, m, share), 1.0)
    if m - count <= ADDED_UP:
        return max(1 - _at_most(m - count - 1, m, 1 - share), 0.0)
    a, b = count + 1, m - count
    root, A, B = (share / (1 - share) * b / a) ** (1 / 3), 1 / (9 * a), 1 / (9 * b)
    return 1 - NORMAL.cdf(((1 - B) * root - (1 - A)) / sqrt(B * root * root + A))


def _at_most(count: int, m: int, share: float) -> float:
    """The sum of the chances of ``count`` wrong answers and of fewer, each from the one of a wrong answer more."""
    ways = lgamma(m + 1) - lgamma(count + 1) - lgamma(m - count + 1)
    chance = total = exp(ways + count * log(share) + (m - count) * log1p(-share))
    for wrong in range(count, 0, -1):
        chance *= wrong / (m - wrong + 1) * (1 - share) / share
        total += chance
    return total
