"""How many examples would settle whether a gap between two errors is high or low, in 4 of 5 cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from math import exp, hypot, log, sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

from dlx.stats.intervals import Estimate, at_size, difference, widened
from dlx.stats.proportions import (
    RISK,
    Limits,
    beta_quantile,
    chance_of_at_most,
    difference_of_shares,
    limits,
    limits_of,
    limits_of_difference,
    posterior,
)

MOST = 10**9  # a gap that so many examples leave open lies at the tolerance
AIM, AIM_OF_SEVERAL = 0.87, 0.93  # the chance, of one part and of several, that gives 4 of 5 whatever errors are likely
LEAST = 0.05  # of the tolerance, below which true errors need not be told apart
STEPS = 11  # of a bisection, by which a share of 2⁻¹¹ is left
Z = NormalDist().inv_cdf(1 - RISK)
QUANTILES = tuple(NormalDist().inv_cdf((i + 0.5) / 24) for i in range(24))
PRIOR = 0.5  # wrong answers, and right ones, that count beside those that were seen
TINY = 1e-15  # a spread that is none

Sizes = dict[str, int]  # examples by part


class Question(NamedTuple):
    """Whether the error of the part ``upper`` lies above that of ``lower`` by more than the tolerance.

    regression: whether the errors are no rates of wrong answers, so that only their intervals say how far off they are.
    risk: how probable it may be at most that the answer is wrong.
    """

    errors: Mapping[str, Estimate]
    upper: str
    lower: str
    tolerance: float
    regression: bool = False
    risk: float = RISK

    def gap(self, sizes: Mapping[str, int], shift: float = 0.0) -> Estimate:
        """The difference, as if these parts had that many examples, and had come out apart by so much more."""
        ends = (self._resized(part, sizes) for part in (self.upper, self.lower))
        upper, lower = ends
        if shift:
            share = self._share_of_upper(sizes)
            upper = self._moved(upper, share * shift)
            lower = self._moved(lower, (share - 1) * shift)
        if not self.regression:
            return difference_of_shares(upper, lower, self.risk)
        times = NormalDist().inv_cdf(1 - self.risk) / Z
        return difference(widened(upper, times), widened(lower, times))

    def is_settled(self, sizes: Mapping[str, int]) -> bool:
        """Whether the interval then lies on one side of the tolerance."""
        return self._is_high(sizes) or self._is_low(sizes)

    def chance(self, sizes: Mapping[str, int]) -> float:
        """The probability that it is settled by measuring these parts anew on so many examples.

        The true errors are as uncertain as the present measurement leaves them. One part that is a rate has a new count
        of wrong answers; any other error, and the gap of two new ones, is normal about the true one.
        """
        if not self.regression and len(sizes) == 1:
            return self._chance_of_counts(*next(iter(sizes.items())))
        low, high = self._borders(sizes)
        chances = []
        for z in QUANTILES:
            normal = NormalDist(self._true_shift(sizes, z), self._deviation(sizes, z) or TINY)
            chances.append(normal.cdf(low) + 1 - normal.cdf(high))
        return sum(chances) / len(chances)

    def _chance_of_counts(self, part: str, m: int) -> float:
        """The probability that so many answers of one part settle it, by what each count of wrong ones would tell."""
        few_is_low, other = part == self.upper, self.errors[self.lower if part == self.upper else self.upper]
        of_other = limits(other, self.risk)

        def with_count(count: int) -> Limits:
            share = count / m
            of_share = limits_of(share, m, self.risk)
            if few_is_low:
                return limits_of_difference(share, of_share, other.value, of_other)
            return limits_of_difference(other.value, of_other, share, of_share)

        def is_few(count: int) -> bool:
            low, high = with_count(count)
            return high <= self.tolerance if few_is_low else low > self.tolerance

        def is_many(count: int) -> bool:
            low, high = with_count(count)
            return low > self.tolerance if few_is_low else high <= self.tolerance

        few = _first_count(lambda count: not is_few(count), m) - 1
        many = _first_count(is_many, m)
        chances = (
            weight * (chance_of_at_most(few, m, rate) + 1 - chance_of_at_most(many - 1, m, rate))
            for rate, weight in posterior(self.errors[part], self.errors[part].m or m, self._least(part))
        )
        return sum(chances)

    def _least(self, part: str) -> float:
        """The least true error that is thought of: a network seldom errs less where it was not trained."""
        grows_above = part == self.upper and self.lower in ("train", "optimal")
        return max(self.errors[self.lower].value if grows_above else 0.0, LEAST * self.tolerance)

    def _borders(self, sizes: Mapping[str, int]) -> tuple[float, float]:
        """Up to which shift of the measured gap it is settled as low, and from which on as high."""
        error = max(self.errors[part].value for part in (self.upper, self.lower))
        farthest = 2 * max(error, self.tolerance) + abs(self.errors[self.upper].value - self.errors[self.lower].value)
        high = _first(lambda shift: self._is_high(sizes, shift), -farthest, farthest)
        return -_first(lambda shift: self._is_low(sizes, -shift), -farthest, farthest), high

    def _is_high(self, sizes: Mapping[str, int], shift: float = 0.0) -> bool:
        return self.gap(sizes, shift).low > self.tolerance

    def _is_low(self, sizes: Mapping[str, int], shift: float = 0.0) -> bool:
        return self.gap(sizes, shift).high <= self.tolerance

    def _resized(self, part: str, sizes: Mapping[str, int]) -> Estimate:
        error = self.errors[part]
        return at_size(error, sizes[part], self.regression) if part in sizes else error

    def _moved(self, error: Estimate, shift: float) -> Estimate:
        """The estimate of the same size, had it come out so much higher."""
        if shift == 0:
            return error
        if self.regression or error.m is None:
            value = max(error.value + shift, 0.0)
            moved = value - error.value
            return replace(error, value=value, low=max(error.low + moved, 0.0), high=error.high + moved)
        return at_size(replace(error, value=min(max(error.value + shift, 0.0), 1.0)), error.m)

    def _true_shift(self, sizes: Mapping[str, int], z: float) -> float:
        """By how much the true gap lies above the measured one, at this quantile."""
        medians, distances = [], []
        for part, sign in ((self.upper, 1), (self.lower, -1)):
            if part in sizes:
                median = _true(self.errors[part], 0.0, self.regression)
                medians.append(sign * (median - self.errors[part].value))
                distances.append(_true(self.errors[part], sign * z, self.regression) - median)
        return sum(medians) + (hypot(*distances) if z > 0 else -hypot(*distances))

    def _deviation(self, sizes: Mapping[str, int], z: float) -> float:
        """The standard deviation of the new gap about the true one."""
        deviations = []
        for part, sign in ((self.upper, 1), (self.lower, -1)):
            if part in sizes and self.regression:
                then = self._resized(part, sizes)
                deviations.append((then.high - then.low) / 2 / Z)
            elif part in sizes:
                rate = _true(self.errors[part], sign * z, False)
                deviations.append(sqrt(rate * (1 - rate) / sizes[part]))
        return hypot(*deviations)

    def _share_of_upper(self, sizes: Mapping[str, int]) -> float:
        """How much of a shift of the gap is one of the upper error."""
        return (self.upper in sizes) / max(len(sizes), 1)


def _true(error: Estimate, z: float, regression: bool) -> float:
    """The true error at a quantile of a normal z, as the measurement leaves it.

    That of a rate, k wrong of m, is Beta(k + ½, m − k + ½), the posterior of H. Jeffreys; that of any other is the
    normal distribution of which the interval holds 95 %.
    """
    if regression or error.m is None:
        return max(error.value + z * (error.high - error.value if z > 0 else error.value - error.low) / Z, 0)
    wrong = error.value * error.m
    return beta_quantile(wrong + PRIOR, error.m - wrong + PRIOR, NormalDist().cdf(z))


def _first(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The least number from which on it holds; above ``high`` where it does nowhere."""
    if not holds(high):
        return 2 * high - low
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _first_count(holds: Callable[[int], bool], m: int) -> int:
    """The least count from 0 to m from which on it holds; m + 1 where it does nowhere."""
    low, high = -1, m + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def enough_to_settle(question: Question, growing: tuple[str, ...]) -> Sizes | None:
    """The sizes at which an open gap is settled in 4 of 5 cases, by one of the growing parts or by all of them.

    Of these the one with the fewest further examples; None where neither does it: the gap is the tolerance itself, or
    the error of a part that cannot grow is not known well enough.
    """
    errors = tuple((part, question.errors[part]) for part in (question.upper, question.lower, *growing))
    sizes = _enough(errors, *question[1:], growing)
    return None if sizes is None else dict(sizes)


@lru_cache(maxsize=512)  # trials on small parts often come to the same errors
def _enough(errors: tuple[tuple[str, Estimate], ...], *rest: Any) -> Sizes | None:
    """The same of the rest of a question, and the growing parts behind it."""
    *of_question, growing = rest
    question = Question(dict(errors), *of_question)
    ways = {(part,) for part in growing} | {growing}
    candidates = [sizes for way in sorted(ways) if (sizes := _smallest(question, way))]
    return min(
        candidates, key=lambda sizes: sum(sizes[part] - (question.errors[part].m or 0) for part in sizes), default=None
    )


def _smallest(question: Question, growing: tuple[str, ...]) -> Sizes | None:
    """The least m, to two digits, at which the gap is likely to be settled with m examples in each growing part."""
    now = {part: question.errors[part].m for part in growing}
    if None in now.values():
        return None

    def grown(m: float) -> Sizes:
        return {part: max(round(m), size or 0) for part, size in now.items()}

    aim = AIM if len(growing) == 1 else AIM_OF_SEVERAL

    def is_likely(logarithm: float) -> bool:
        return question.chance(grown(exp(logarithm))) >= aim

    if not question.is_settled(grown(MOST)) or not is_likely(log(MOST)):
        return None
    m = _rounded_up(exp(_first(is_likely, 0.0, log(MOST))))
    while question.chance(grown(m)) < aim and m < MOST:  # since answers are counted in whole numbers
        m = _rounded_up(1.04 * m)
    return {part: size for part, size in grown(m).items() if size > (now[part] or 0)} or None


def _rounded_up(m: float) -> int:
    """Two digits: no more are known."""
    whole = int(-(-m // 1))
    step = int(10 ** max(len(str(whole)) - 2, 0))
    return -(-whole // step) * step
