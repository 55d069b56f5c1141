"""The difference between two groups of runs: its interval, and how many more seeds or dev examples would settle it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import comb, hypot, inf, sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from dlx.stats.effects import MOST_RANKED, RANKED, effect, spread_of_replicates
from dlx.stats.intervals import CONFIDENCE, Estimate
from dlx.stats.student import two_sided
from dlx.types import Array

RISK = 1 - CONFIDENCE
POWER = 0.8  # the share of cases in which what is advised settles it, if difference and spread are as measured
MOST_SEEDS = 1000
COUNTS = sorted({round(float(f"{1.08**i:.2g}")) for i in range(91)})  # 1, 2, 3 … 950, 1000: about so many
MOST_EXAMPLES = 10**7


class Seeds(NamedTuple):
    """The variance from seed to seed, and of how many runs there is the mean."""

    variance: float
    k: int


@dataclass(frozen=True)
class Advice:
    """What would settle it in 4 of 5 cases if difference and spread are as measured; None where there is no need.

    Of ``inf`` the number is beyond all that is reasonable, or there is none. Who follows it looks twice, so errs more
    often: of differences of nothing, 4 to 5 % are called established with five seeds and 11 % with those that are then
    advised (simulated with normal errors). Of differences of two thirds of the spread, 82 % are settled by them.
    """

    more_seeds: float | None = None
    dev_examples: float | None = None


@dataclass(frozen=True)
class Chance:
    """A measured difference, and the kinds of chance in it.

    seeds: of the pairs, or of either group; none where there is one run on each side.
    examples: the half width that the dev examples add at these seeds, which more of them do not take away.
    shrinking: the part of it that goes with the seeds: what an example does differently in each run.
    m: the dev examples.
    ranked: whether `effect` gives a share of the risk to ranks.
    """

    value: float
    seeds: tuple[Seeds, ...]
    examples: float = 0.0
    shrinking: float = 0.0
    m: int | None = None
    ranked: bool = False

    def half(self, more: int = 0) -> float:
        """The half width of the 95 % interval with so many more seeds in each group."""
        return hypot(self.half_of_seeds(more), self.half_of_examples(more))

    def half_of_examples(self, more: int = 0) -> float:
        """That of the examples: the shrinking part is one of a mean over the runs."""
        now = min((k for _, k in self.seeds), default=1)
        return hypot(self.examples, self.shrinking * sqrt(now / (now + more)))

    def half_of_seeds(self, more: int = 0) -> float:
        """t·√(Σ s²/k), t with the degrees of freedom of Welch and Satterthwaite; k − 1 for pairs."""
        if not self.seeds:
            return 0.0
        shares = [(variance / (k + more), k + more) for variance, k in self.seeds]
        total = sum(share for share, _ in shares)
        return two_sided(1 - self._risk(more), _freedom(shares)) * sqrt(total) if total > 0 else 0.0

    def _risk(self, more: int) -> float:
        k = min(k for _, k in self.seeds) + more
        by_ranks = self.ranked and k <= MOST_RANKED and 1 / comb(2 * k, k) <= RANKED * RISK / 2
        return (1 - RANKED) * RISK if by_ranks else RISK

    def estimate(self) -> Estimate:
        """The difference with its interval."""
        return Estimate(self.value, self.value - self.half(), self.value + self.half(), self.m)

    def advice(self) -> Advice:
        """More seeds, if they can settle it; else more dev examples; else both, each for half of the variance.

        Nothing where neither the chance of the seeds nor that of the examples is known.
        """
        if not self.seeds and self.m is None:
            return Advice()
        if (seeds := self._more_seeds(abs(self.value))) is not None:
            return Advice(more_seeds=seeds)
        if (examples := self._dev_examples(abs(self.value), self.half_of_seeds())) is not None:
            return Advice(dev_examples=examples)
        share, shrunk = abs(self.value) / sqrt(2), replace(self, examples=0.0, shrinking=0.0)
        return Advice(shrunk._more_seeds(share) or inf, self._dev_examples(share, 0.0) or inf)

    def _more_seeds(self, value: float) -> float | None:
        """The least number with which half the interval, and z times what they can shift the mean, fit into the value.

        None where the examples alone leave it open; inf above the largest number that is looked at.
        """
        if not self.seeds or value <= self.examples:
            return None
        z = NormalDist().inv_cdf(POWER)

        def settles(more: int) -> bool:
            shift = sqrt(sum(variance * more / (k + more) ** 2 for variance, k in self.seeds))
            return value >= self.half(more) + z * shift

        return next(filter(settles, COUNTS), inf) if settles(MOST_SEEDS) else inf

    def _dev_examples(self, value: float, seeds: float) -> float | None:
        """The least number of dev examples in all, drawn anew; None where the seeds alone leave it open."""
        now = self.half_of_examples()
        if self.m is None or value <= seeds or now == 0:
            return None
        z = NormalDist().inv_cdf(POWER) / two_sided(CONFIDENCE, max(self.m - 1, 1))

        def settles(m: int) -> bool:
            half = now * sqrt(self.m / m) if self.m else inf
            return value >= hypot(seeds, half) + z * half

        return _least(settles, self.m, MOST_EXAMPLES)


def _freedom(shares: list[tuple[float, int]]) -> int:
    """(Σ s²/k)²/Σ (s²/k)²/(k − 1); a single run has taken its spread from the other group."""
    if any(k == 1 for _, k in shares):
        return max(max(k for _, k in shares) - 1, 1)
    total = sum(share for share, _ in shares)
    return max(int(total**2 / sum(share**2 / (k - 1) for share, k in shares)), 1) if total > 0 else 1


def _least(settles: Callable[[int], bool], low: int, high: int) -> float:
    """The least number above ``low`` that does, by bisection; inf where the highest does not."""
    if not settles(high):
        return inf
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settles(middle) else (middle, high)
    return high


def paired_by_example(of: Array, against: Array) -> tuple[Estimate, Chance]:
    """Runs that were measured on the same dev examples, row s of both with the same random numbers: `effect`.

    of, against: (k, m), what each dev example adds to the error in each run. With one row its seed's chance is unknown
    and not in the interval.
    """
    d = of - against
    k = len(d)
    seeds = (Seeds(spread_of_replicates(d), k),) if k > 1 else ()
    return effect(against, of), _with_examples(float(d.mean()), seeds, _interplay(d), d.mean(axis=0), ranked=True)


def by_example(of: Array, against: Array) -> tuple[Estimate, Chance]:
    """Runs that were measured on the same dev examples with other random numbers.

    of (k, m), against (l, m): the mean difference ± √((t·√(s²/k + s′²/l))² + e²), t as Welch has it, e as in `effect`;
    a single run is taken to vary as the others do.
    """
    seeds = _borrowed([Seeds(_spread(rows), len(rows)) for rows in (of, against)])
    means = of.mean(axis=0) - against.mean(axis=0)
    chance = _with_examples(float(means.mean()), seeds, _interplay(of) + _interplay(against), means)
    return chance.estimate(), chance


def _spread(rows: Array) -> float:
    return spread_of_replicates(rows) if len(rows) > 1 else 0.0


def _with_examples(
    value: float, seeds: tuple[Seeds, ...], interplay: float, means: Array, ranked: bool = False
) -> Chance:
    """The chance of the m examples beside that of the seeds: t·√(s²/m + (max/m)²), s² without the interplay's share."""
    m, t = len(means), two_sided(CONFIDENCE, max(len(means) - 1, 1))
    variance = float(means.var(ddof=1)) if m > 1 else 0.0
    shrinking = min(interplay, variance)
    largest = float(np.abs(means).max()) / m
    return Chance(value, seeds, t * sqrt((variance - shrinking) / m + largest**2), t * sqrt(shrinking / m), m, ranked)


def _interplay(rows: Array) -> float:
    """The variance of the examples' means that comes from what an example does differently in each run."""
    k, m = rows.shape
    if k < 2 or m < 2:
        return 0.0
    rest = rows - rows.mean(axis=1, keepdims=True) - rows.mean(axis=0) + rows.mean()
    return float((rest**2).sum() / ((k - 1) * (m - 1) * k))


def paired_by_seed(of: Array, against: Array, examples: float = 0.0, finest: float = 0.0) -> tuple[Estimate, Chance]:
    """Pairs of errors with the same random numbers, on dev sets that differ: mean ± √((t·s/√k)² + e²).

    Args:
        of, against: (k,) errors.
        examples: e, the half width that the dev examples add where all runs of a group have the same.
        finest: the least step of an error, 1/m: pairs that all differ alike do not prove that they always will.
    """
    d = of - against
    k = len(d)
    seeds = (Seeds(max(float(d.var(ddof=1)), finest**2 / k), k),) if k > 1 else ()
    chance = Chance(float(d.mean()), seeds, examples)
    return chance.estimate(), chance


def unpaired(of: Array, against: Array, examples: float = 0.0, finest: float = 0.0) -> tuple[Estimate, Chance]:
    """Errors of k and l runs that share neither seeds nor dev sets: Welch's interval, with e as in `paired_by_seed`.

    Source: B. L. Welch, "The generalization of Student's problem", Biometrika 34 (1947).
    """
    groups = [Seeds(_variance(errors, finest), len(errors)) for errors in (of, against)]
    chance = Chance(float(of.mean() - against.mean()), _borrowed(groups), examples)
    return chance.estimate(), chance


def _variance(errors: Array, finest: float) -> float:
    if len(errors) < 2:
        return 0.0
    variance = float(errors.var(ddof=1))
    return max(variance, finest * finest / len(errors))


def _borrowed(groups: list[Seeds]) -> tuple[Seeds, ...]:
    """A group of one run has the variance of the other; of two of one run nothing is known."""
    variances = [group.variance for group in groups if group.k > 1]
    return tuple(group if group.k > 1 else Seeds(variances[0], group.k) for group in groups) if variances else ()
