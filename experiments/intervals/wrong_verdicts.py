"""Wrong verdicts: how probable it is that a gap is called high which is not, or low which is; by exact sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from math import nextafter

import numpy as np

from dlx.diagnose.gaps import questions
from dlx.stats.enough_examples import Question
from dlx.stats.intervals import Estimate, exact
from dlx.types import Array

TOLERANCES = (0.005, 0.01, 0.02, 0.05)
TRAIN_ERRORS = (0.0, 0.0005, 0.005, 0.02, 0.1, 0.3)
GAPS = (0.0, 0.5, 1.0, 1.001, 1.5, 3.0)  # tolerances that the dev error lies above the train error
TRAIN_SIZES = (20, 100, 1000, 5000)
DEV_SIZES = (5, 10, 20, 50, 180, 500, 2000)
CHAIN = ("train", "train_dev", "dev", "test")
NEGLIGIBLE = 1e-12  # probability of a count that is left out


@dataclass(frozen=True)
class Truth:
    """True errors of parts, in the order of CHAIN, measured on so many examples; each gap is one of neighbours."""

    errors: tuple[float, ...]
    sizes: tuple[int, ...]
    optimal: float
    tolerance: float

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts, train first."""
        return ("train", "dev") if len(self.errors) == 2 else CHAIN[: len(self.errors)]

    def risk(self) -> float:
        """At which the gaps of this diagnosis are judged."""
        return next(iter(self._questions([exact(0.0)] * len(self.sizes)).values())).risk

    def _questions(self, estimates: list[Estimate]) -> dict[str, Question]:
        errors = {"optimal": exact(self.optimal)}
        for part, estimate, m in zip(self.parts, estimates, self.sizes, strict=True):
            errors[part] = Estimate(estimate.value, estimate.low, estimate.high + 1, m)  # so that it is not exact
        pairs = {upper: (upper, lower) for lower, upper in pairwise(("optimal", *self.parts))}
        return questions(errors, pairs, self.tolerance, is_rate=True)


def wrong_share(truth: Truth) -> tuple[float, float]:
    """How probable it is that the last gap is judged wrongly, and that any is."""
    right = np.array([1.0])
    last = 0.0
    risk, lower, counts = truth.risk(), truth.optimal, np.array([-1])
    for number, (error, m) in enumerate(zip(truth.errors, truth.sizes, strict=True)):
        new_counts, chances = binomial(m, error)
        is_high = error - lower > truth.tolerance
        m_lower = truth.sizes[number - 1] if number else None
        wrong = np.array([_wrong(count, m_lower, new_counts, m, is_high, truth, risk) for count in counts.tolist()])
        if number:
            below = binomial(truth.sizes[number - 1], truth.errors[number - 1])[1]
            last = float(below @ wrong @ chances)
        right = (right @ ~wrong) * chances
        lower, counts = error, new_counts
    return last, 1 - float(right.sum())


def _wrong(count: int, m_lower: int | None, counts: Array, m: int, is_high: bool, truth: Truth, risk: float) -> Array:
    """Of which counts of the upper part the gap is judged wrongly, where the lower part has this count."""
    low = exact(truth.optimal) if m_lower is None else Estimate(count / m_lower, 0.0, 1.0, m_lower)
    few, many = borders(low, m, truth.tolerance, risk)
    return counts <= few if is_high else counts >= many


@lru_cache(maxsize=200_000)
def borders(lower: Estimate, m: int, tolerance: float, risk: float) -> tuple[int, int]:
    """Up to which count of m the gap above the lower error is called low, and from which on it is called high."""

    def gap(count: int) -> Estimate:
        share = count / m
        errors = {"lower": lower, "upper": Estimate(share, share, share, m)}
        return Question(errors, "upper", "lower", tolerance, False, risk).gap({})

    many = _first(lambda count: gap(count).low > tolerance, m)
    return _first(lambda count: gap(count).high > tolerance, m) - 1, many


def _first(holds: Callable[[int], bool], m: int) -> int:
    low, high = -1, m + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@lru_cache
def _log_factorials(m: int) -> Array:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, m + 1)))])


def binomial(m: int, share: float) -> tuple[Array, Array]:
    """The counts of m that are not negligible, and their probabilities."""
    counts, table = np.arange(m + 1), _log_factorials(m)
    if share <= 0:
        return counts[:1], np.ones(1)
    logarithms = table[m] - table[counts] - table[m - counts] + counts * np.log(share) + (m - counts) * np.log1p(-share)
    chances = np.exp(logarithms)
    likely = chances > NEGLIGIBLE
    return counts[likely], chances[likely] / chances[likely].sum()


def pairs_of_errors() -> Iterator[Truth]:
    """Train and dev, of every combination; the bias lies at the tolerance where it can."""
    for tolerance, train, gap in product(TOLERANCES, TRAIN_ERRORS, GAPS):
        dev = train + gap * tolerance
        for sizes in product(TRAIN_SIZES, DEV_SIZES):
            yield Truth((train, _at_most(dev, train, tolerance, gap)), sizes, max(train - tolerance, 0.0), tolerance)


def _at_most(error: float, lower: float, tolerance: float, gap: float) -> float:
    """A true error whose gap does not exceed the tolerance by rounding."""
    while gap <= 1 and error - lower > tolerance:
        error = nextafter(error, 0.0)
    return error


def families() -> Iterator[Truth]:
    """Three and four parts, each gap at the tolerance, or just above it."""
    for tolerance, train, gap in product(TOLERANCES, (0.005, 0.02, 0.1), (1.0, 1.001)):
        errors = [train]
        for _ in CHAIN[1:]:
            errors.append(_at_most(errors[-1] + gap * tolerance, errors[-1], tolerance, gap))
        optimal = max(train - tolerance * gap, 0.0)
        for sizes in ((1000, 100, 100, 100), (200, 200, 200, 200), (1000, 500, 180, 180), (100, 20, 10, 5)):
            yield Truth(tuple(errors), sizes, optimal, tolerance)
            yield Truth(tuple(errors[:3]), sizes[:3], optimal, tolerance)
