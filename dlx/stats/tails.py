"""Tails: how heavy the largest of many losses are, and what larger ones may still come."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Self

import numpy as np

from dlx.stats.measured import Carriers
from dlx.stats.student import within
from dlx.types import Array

SHARE, ROOTS, LEAST = 0.2, 3, 3  # a tail has a fifth of the losses at most, 3·√m at most, and 3 at least
PRIOR, PRIOR_SHAPE = 10, 0.5  # losses that count beside those of the tail, and the shape that they have
MOST_SHAPE = 0.95  # from 1 on there is no mean
TINY = 1e-12  # of the spread, by which losses of a tail differ at least
HEAVY = 0.11  # of the losses, half of whose sum is made by so few: of squares of normal residuals it takes an eighth
TOO_FEW = 50  # losses, which look alike whatever tail they come from
FEW, FEW_OF_ALL = 10, 0.05  # residuals, and of all of them, that make half of an error whose interval is not trusted
USUAL = 0.01  # the probability of so large a share of one of few normal residuals, from which on it is no news
MANY = 20  # residuals from which on one that makes half of the error is news whatever their distribution


@dataclass(frozen=True)
class Tail:
    """The largest of m losses by the generalized Pareto distribution of what they exceed ``start`` by.

    shape: 1/α where the chance of a loss above x falls as x^−α; of ½ and above no variance is finite.
    body: the other losses, in order.
    count: how many are in the tail.
    """

    shape: float
    scale: float
    start: float
    body: Array
    count: int

    @classmethod
    def of(cls, losses: Array) -> Self:
        """That of these losses, at least four of them, which are not all alike.

        The fit is that of J. Zhang & M. Stephens, Technometrics 51 (2009), in the form of A. Vehtari, D. Simpson, A.
        Gelman, Y. Yao & J. Gabry, "Pareto smoothed importance sampling", JMLR 25 (2024), who add ten losses of shape ½.
        To the shape half of its standard error, (1 + k)/√n, is added: that of few losses comes out too small.
        """
        ordered, m = np.sort(losses), len(losses)
        count = max(int(min(SHARE * m, ROOTS * sqrt(m))), LEAST)
        start = float(ordered[-count - 1])
        shape, scale = _pareto(np.maximum(ordered[-count:] - start, TINY * float(losses.std())))
        shape = (shape * count + PRIOR_SHAPE * PRIOR) / (count + PRIOR)
        shape = min(max(shape + (1 + shape) / sqrt(count + PRIOR) / 2, TINY), MOST_SHAPE)
        return cls(shape, scale, start, ordered[:-count], count)

    @property
    def mean(self) -> float:
        """The mean of the losses, those of the tail taken from its distribution."""
        of_tail = self.count * (self.start + self.scale / (1 - self.shape))
        return (float(self.body.sum()) + of_tail) / (len(self.body) + self.count)

    def resample(self, count: int, rng: np.random.Generator) -> Array:
        """So many samples, (count, m), of the body's losses and of new ones of the tail."""
        index = rng.integers(len(self.body) + self.count, size=(count, len(self.body) + self.count))
        samples: Array = self.body[np.minimum(index, len(self.body) - 1)]
        in_tail = index >= len(self.body)
        chances = 1 - rng.random(int(in_tail.sum()))
        samples[in_tail] = self.start + self.scale / self.shape * (chances**-self.shape - 1)
        return samples


def _pareto(exceedances: Array) -> tuple[float, float]:
    """The shape and the scale of the generalized Pareto distribution of numbers above 0, in order."""
    n = len(exceedances)
    steps = np.arange(1, 31 + int(sqrt(n)))
    quartile = exceedances[max(int(n / 4 + 0.5), 1) - 1]
    rates = 1 / exceedances[-1] + (1 - np.sqrt(len(steps) / (steps - 0.5))) / (3 * quartile)
    rates = rates[rates != 0]
    shapes = np.log1p(-rates[:, np.newaxis] * exceedances).mean(axis=1)
    likelihoods = n * (np.log(-rates / shapes) - shapes - 1)
    weights = np.exp(likelihoods - likelihoods.max())
    rate = float((rates * weights).sum() / weights.sum())
    shape = float(np.log1p(-rate * exceedances).mean())
    return shape, -shape / rate


def studentized(samples: Array, mean: float) -> Array:
    """(x̄* − mean)/s* of each sample, (count, m); of equal numbers, which have no spread, 0 or infinite."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        t: Array = (samples.mean(axis=1) - mean) / samples.std(axis=1)
    return np.nan_to_num(t, nan=0.0, posinf=inf, neginf=-inf)


def makers_of_half(losses: Array) -> int:
    """How many of the largest losses make at least half of their sum."""
    largest = np.sort(losses)[::-1]
    return int(np.searchsorted(np.cumsum(largest), largest.sum() / 2)) + 1


def is_heavy(losses: Array) -> bool:
    """Whether so few losses make half of their sum that larger ones are likely to come, or all are too few to tell."""
    return len(losses) <= TOO_FEW or makers_of_half(losses) <= HEAVY * len(losses)


def carriers(squared_errors: Array) -> Carriers | None:
    """The largest residuals that together make half of the squared error, where they are so few that its interval is
    not to be trusted; None elsewhere.

    Of few residuals one can carry half by mere chance: there it has to be larger than one of so many normal residuals
    is in 99 of 100 cases (F. Grubbs, Annals of Mathematical Statistics 21 (1950), with a known mean).
    """
    m, total = len(squared_errors), float(squared_errors.sum())
    if m < 2 or not 0 < total < inf:
        return None
    count = makers_of_half(squared_errors)
    if count > min(FEW, max(1, FEW_OF_ALL * m)):
        return None
    share = float(np.sort(squared_errors)[-count:].sum()) / total
    if m < MANY and m * (1 - within(sqrt(share * (m - 1) / max(1 - share, TINY)), m - 1)) > USUAL:
        return None
    return Carriers(count, m, share)
