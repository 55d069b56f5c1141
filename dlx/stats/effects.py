"""Effects: by how much a remedy changes the error on dev, paired by replicate and by example, with honest intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import hypot, inf, sqrt
from typing import Literal

import numpy as np

from dlx.stats.intervals import CONFIDENCE, Estimate
from dlx.stats.student import two_sided
from dlx.types import Array

RANKED = 0.6  # the share of the risk that the interval by ranks has: just enough for 3 remedies in 5 replicates
MOST_RANKED = 60  # replicates: of more the mean is near normal, and their orders are too many to count in floats
Verdict = Literal["keep", "harmful", "no effect", "unclear"]


def contributions(mistakes: Array, regression: bool = False) -> Array:
    """What each example adds to an error, so that the error is their mean, (m,).

    Of a classification the mistakes are that. Of a regression with squared residuals q and error r = √mean(q) they are
    (q/r + r)/2: their mean is r, and they spread as r does when examples are drawn anew (the delta method).
    """
    if not regression:
        return mistakes.astype(np.float64)
    root = sqrt(mistakes.mean(dtype=np.float64))
    return (mistakes / root + root) / 2 if root > 0 else np.zeros(len(mistakes))


def effect(before: Array, after: Array, tried: int = 1, confirmed: float = 1, risk: float = 1 - CONFIDENCE) -> Estimate:
    """The change of the error on dev, after − before, with its 95 % interval: below 0 is better.

    Both are of the same examples, and replicate s of both has the same random numbers, so their difference d (k, m) is
    taken entry by entry and what they share drops out. Two kinds of chance are left in its mean d̄, which stands for
    all replicates and all examples that there could have been:

    - the examples: e = t·√(s²/m + (max|d|/m)²), s the standard deviation of the m means of d over replicates, t with
      m − 1 degrees of freedom. The second term is one more example that goes the other way: a handful of changes, all
      for the better, is not certain yet (A. Agresti & Y. Min, Statistics in Medicine 24 (2005), for single pairs);
    - the replicates, in two ways which share the risk of a miss; what lies in both is taken. By the standard deviation
      s of their means: d̄ ± √((t·s/√k)² + e²) (independent parts put together: Zou & Donner, Statistics in Medicine 27
      (2008)), which is narrow where replicates go along with each other. And by their ranks (`_ranked`), e added on
      either side, which is narrow where the present spec fails in a different way each time while the remedy always
      succeeds: t takes the spread of the failures for doubt about the remedy.

    Chance that depends on both replicate and example is counted with both, so the interval is rather too wide.
    N. Obuchowski & H. Rockette, Communications in Statistics 24 (1995), treat readers and cases likewise. With one
    replicate its chance is unknown, and only that of the examples is in the interval.

    The interval is wide enough for all remedies at once (Bonferroni): the probability that any of them misses its
    effect is at most the risk. Replicates need less than examples: the one that decided which remedies go on (the
    race's first) is left out here, so in those that are counted only the ``confirmed`` remedies can be lucky.

    Args:
        before, after: (k, m) `contributions` of example i in replicate s (other first weights, orders and masks).
        tried: remedies of the family: how many could have been chosen for their luck on these dev examples.
        confirmed: those of them that were chosen to be trained in these replicates; or what the risk of this one is
            divided by, where they do not all have the same share.
        risk: of a miss, in all of them together.
    """
    d = after - before
    m = d.shape[1]
    mean, examples = float(d.mean()), examples_half(d, risk / tried)
    ranked = _ranked(before.mean(axis=1), after.mean(axis=1), RANKED * risk / confirmed)
    half = hypot(examples, _replicates(d, (1 if ranked is None else 1 - RANKED) * risk / confirmed))
    low, high = mean - half, mean + half
    if ranked is not None:
        low, high = max(low, min(ranked[0] - examples, mean)), min(high, max(ranked[1] + examples, mean))
    return Estimate(mean, low, high, m)


def examples_half(d: Array, risk: float) -> float:
    """t·√(s²/m + (max|d|/m)²): how far the mean of d may be off by the choice of its m examples (see `effect`)."""
    m, largest = d.shape[1], float(np.abs(d).max())
    return _t(m, risk) * sqrt(_variance(d.mean(axis=0)) / m + (largest / m) ** 2)


def _replicates(d: Array, risk: float) -> float:
    """t·s/√k, s the standard deviation of the replicates' means, t with k − 1 degrees of freedom; 0 for one."""
    return _t(len(d), risk) * sqrt(spread_of_replicates(d) / len(d)) if len(d) > 1 else 0.0


def spread_of_replicates(d: Array) -> float:
    """The variance of the replicates' means; what is left of d without row and column means is at least in it."""
    k, m = d.shape
    rows = d.mean(axis=1)
    rest = d - rows[:, None] - d.mean(axis=0) + d.mean()
    at_least = float((rest**2).sum()) / ((k - 1) * max(m - 1, 1)) / m
    return float(max(_variance(rows), at_least))


def _ranked(before: Array, after: Array, risk: float) -> tuple[float, float] | None:
    """The interval of the shift between two samples of k errors by their ranks, whatever their distribution.

    Of the k² differences between an error after and one before, from the c-th smallest to the c-th largest: it fails
    to hold the shift with the probability that Mann and Whitney's U is below c, on either side (J. Hodges & E. Lehmann,
    Annals of Mathematical Statistics 34 (1963)). None where k is too small for any c (5 will do for a risk of 0.8 %),
    or too large to need it.
    """
    k = len(before)
    if k > MOST_RANKED:
        return None
    c = int(np.searchsorted(below(k), risk / 2, side="right"))
    if c == 0:
        return None
    differences = np.sort((after[:, None] - before).ravel())
    return float(differences[c - 1]), float(differences[-c])


@lru_cache
def below(k: int) -> Array:
    """P(U ≤ 0), P(U ≤ 1) … of Mann and Whitney's U for two samples of k.

    Of all orders of 2k values those with U = u are the coefficient of x^u in Π (1 − x^(k+i))/(1 − x^i), i = 1 … k.
    """
    size = k * k + 1
    ways = np.zeros(size)
    ways[0] = 1.0
    for i in range(1, k + 1):
        ways[k + i :] -= ways[: size - k - i].copy()
        for start in range(i):
            ways[start::i] = ways[start::i].cumsum()
    probabilities: Array = ways.cumsum() / ways.sum()
    return probabilities


def _variance(values: Array) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.0


def _t(count: int, risk: float) -> float:
    return two_sided(1 - risk, max(count - 1, 1))


def clipped(estimate: Estimate, largest: float) -> Estimate:
    """The same effect, its interval kept within the changes that there can be."""
    return replace(estimate, low=max(estimate.low, -largest), high=min(estimate.high, largest))


def standard_error(before: Array, after: Array) -> float:
    """How far the measured change is from the true one, typically: replicates and examples together."""
    d = after - before
    k, m = d.shape
    return sqrt((spread_of_replicates(d) / k if k > 1 else 0.0) + _variance(d.mean(axis=0)) / m)


def verdict(estimate: Estimate, tolerance: float) -> Verdict:
    """Keep where the error surely falls; no effect where it surely stays within the tolerance."""
    if estimate.high < 0:
        return "keep"
    if estimate.low > 0:
        return "harmful"
    return "no effect" if max(-estimate.low, estimate.high) < tolerance else "unclear"


def pooled(errors: Sequence[Estimate], largest: float = inf) -> Estimate:
    """The mean of an error over replicates; chance of the examples, which they share, and of the replicates.

    ``largest`` is the largest error that there can be: 1 of a classification.
    """
    values = np.array([error.value for error in errors])
    k, mean = len(errors), float(values.mean())
    half = _t(k, 1 - CONFIDENCE) * sqrt(_variance(values) / k)
    below = hypot(float(np.mean([error.value - error.low for error in errors])), half)
    above = hypot(float(np.mean([error.high - error.value for error in errors])), half)
    return Estimate(mean, max(mean - below, 0.0), min(mean + above, largest), errors[0].m)
