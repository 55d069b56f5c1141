"""A sweep over learning rates (Smith 2017, §3.3): the cost of each step while α grows from one step to the next."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import floor, inf, log10, sqrt
from statistics import fmean, median, pstdev

import numpy as np

from dlx.errors import Diverged
from dlx.training.experiment import Experiment
from dlx.training.fit import step_costs
from dlx.training.learning_rate import ListedRates
from dlx.types import Array

# Decades of α that the average of the costs reaches back over, whatever the number of steps in them; and twice as many
# steps are of rate 0 at first.
MEMORY, AT_FIRST = 5 / 24, 10 / 24
# A cost has fallen, or grown, by a share of all that it falls; one that falls by less than a share of itself, or than
# these standard deviations of its noise, has not.
BEGUN, FALLEN = 0.1, 0.02
NOISE = 3.0
# The rate that is suggested lies, by its logarithm, halfway between where this share of the whole fall is done and a
# tenth of where the cost grows, and so many times below where it grows at least. Of 36 combinations of data, network
# and optimizer, trained to their end (`python -m experiments.rates`), those at the suggestion are on average 1.1 %
# behind the best of a grid on dev, in shares of the cost of a constant answer, and 7 % at worst; those at the default
# of the optimizer 22 %. The share alone is 1.3 %, a tenth of the rate of the least cost 2.5 % and 26 % at worst, where
# the cost falls steepest 4.5 and 30 %.
DONE, BELOW_GROWTH, MARGIN = 0.8, 10.0, 3.0
TO_GROWTH = 2.5  # decades from where that share is done, within which the cost grows
STEEP = 0.5  # decades over which the slope is taken


@dataclass(frozen=True)
class RangeCurve:
    """The costs of a sweep, or the medians of several.

    rates: (n,) α of each step, as many in each decade as in every other.
    costs: (n,) averaged over the last few steps; infinite after the end.
    first: the cost before any step.
    noise: the standard deviation of the costs as long as θ stays.
    """

    rates: Array
    costs: Array
    first: float
    noise: float = 0.0

    @property
    def least(self) -> float:
        """The lowest cost."""
        return float(self.costs[self._lowest])

    @property
    def falls(self) -> bool:
        """Whether any rate brings the cost down."""
        return self.first - self.least > max(FALLEN * abs(self.first), NOISE * self.noise)

    @property
    def has_ended(self) -> bool:
        """Whether the cost has exploded."""
        return not np.isfinite(self.costs[-1])

    @property
    def direction(self) -> int:
        """Where rates are to be looked for that this curve does not show: −1 is below, 1 above, 0 nowhere else."""
        per_decade = steps_per_decade(self.rates)
        if not self.falls:
            return -1 if self.has_ended or self.costs[-1] > self.first else 1
        if self._begun < per_decade:
            return -1
        is_near_the_end = self._done >= len(self.rates) - round(TO_GROWTH * per_decade)
        return 1 if is_near_the_end and self.grows_from is None else 0

    @property
    def falls_from(self) -> float:
        """The rate from which on the cost is below the first one, up to where it is lowest."""
        return float(self.rates[self._begun])

    @property
    def steepest(self) -> float:
        """The rate around which it falls most, on a logarithmic scale of rates."""
        width = max(1, min(round(STEEP * steps_per_decade(self.rates)), self._lowest))
        starts = range(max(self._begun - width, 0), self._lowest - width + 1)
        falls = [self.costs[start] - self.costs[start + width] for start in starts]
        return float(self.rates[starts[int(np.argmax(falls))] + width // 2])

    @property
    def grows_from(self) -> float | None:
        """The rate from which it grows again; None where it does not."""
        grown = self.costs[self._lowest :] > self._after(1 - BEGUN)
        return float(self.rates[self._lowest + int(np.argmax(grown))]) if grown.any() else None

    @property
    def suggested(self) -> float:
        """The rate to train at, before it is rounded."""
        done, grows_from = float(self.rates[self._done]), self.grows_from
        if grows_from is None:
            return done
        return min(sqrt(done * grows_from / BELOW_GROWTH), grows_from / MARGIN)

    def _after(self, share: float) -> float:
        """The cost at which that share of the whole fall is done."""
        return self.first - share * (self.first - self.least)

    @cached_property
    def _begun(self) -> int:
        above = np.flatnonzero(self.costs[: self._lowest] > self._after(BEGUN))
        return int(above[-1]) + 1 if above.size else 0

    @cached_property
    def _done(self) -> int:
        return int(np.argmax(self.costs <= self._after(DONE)))

    @cached_property
    def _lowest(self) -> int:
        return int(np.argmin(self.costs))


def rates_between(low: float, high: float, per_decade: int) -> Array:
    """Rates between 10^low and 10^high, so many in each decade, none of them a power of ten.

    At a round rate the step on a round function may end exactly at its minimum, where no rate does harm any more.
    """
    places = (np.arange(round((high - low) * per_decade)) + 0.5) / per_decade
    return np.asarray(10.0 ** (low + places))


def swept(experiment: Experiment, rates: Array) -> RangeCurve:
    """Train one step at each rate, until the cost has risen above the first one by more than it had fallen below it.

    The experiment is used up by it: its θ is thrown far off. Its first steps are of rate 0, for the first cost.
    """
    per_decade = steps_per_decade(rates)
    beta = 1 - 1 / max(1.0, MEMORY * per_decade)
    at_first = max(2, round(AT_FIRST * per_decade))
    experiment.rate = ListedRates([0.0] * at_first + rates.tolist())
    steps = step_costs(experiment, at_first + len(rates))
    costs: list[float] = []
    first, spread = inf, 0.0
    with suppress(Diverged):
        beginning = list(islice(steps, at_first))
        average = first = least = fmean(beginning)
        spread = pstdev(beginning)
        usual = max(abs(first), NOISE * spread)
        for cost in steps:
            average = beta * average + (1 - beta) * cost
            if average - first > max(usual, first - least):
                break
            costs.append(average)
            least = min(least, average)
    return RangeCurve(
        rates, np.array(costs + [inf] * (len(rates) - len(costs))), first, spread * sqrt((1 - beta) / (1 + beta))
    )


def median_curve(curves: Sequence[RangeCurve]) -> RangeCurve:
    """The median of the costs at each rate, which are the same for all."""
    costs = np.median([curve.costs for curve in curves], axis=0)
    noise = median(curve.noise for curve in curves) / sqrt(len(curves))
    return RangeCurve(curves[0].rates, costs, median(curve.first for curve in curves), noise)


def steps_per_decade(rates: Array) -> int:
    """How many of them lie in each."""
    return round((len(rates) - 1) / log10(rates[-1] / rates[0]))


def rounded_rate(rate: float) -> float:
    """The nearest of …, 0.01, 0.02, 0.05, 0.1, …, by its logarithm: a rate need not be known better than that.

    >>> [rounded_rate(rate) for rate in (0.004, 0.012, 0.02)]
    [0.005, 0.01, 0.02]
    """
    decade = floor(log10(rate))
    near = [float(f"{digit}e{decade + k}") for k in (0, 1) for digit in (1, 2, 5)]
    return min(near, key=lambda candidate: abs(log10(candidate / rate)))
