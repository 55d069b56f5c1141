"""Coverage: how many of 100 intervals of a regression's error hold the true one, by the distribution of residuals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import e, exp, pi, sqrt

import numpy as np

from dlx.stats.mean_loss import mean_loss, root_mean_square
from dlx.stats.tails import carriers
from dlx.types import Array

SIZES = {5: 600, 10: 600, 20: 600, 50: 600, 100: 600, 200: 600, 1000: 200, 10_000: 150}  # examples, and how many sets
NORMAL = sqrt(2 / pi)  # the mean of |z|
LOGNORMAL = 0.7658851 * exp(0.5)  # 2·(Φ(½) − Φ(−½))·√e, the mean of |exp(z) − √e|


def _with_outliers(share: float) -> Callable[[np.random.Generator, int], Array]:
    def draw(rng: np.random.Generator, m: int) -> Array:
        return rng.normal(size=m) * np.where(rng.random(m) < share, 20.0, 1.0)

    return draw


@dataclass(frozen=True)
class Residuals:
    """A distribution of residuals, with its true mean square and mean absolute value."""

    draw: Callable[[np.random.Generator, int], Array]
    mean_square: float
    mean_absolute: float


DISTRIBUTIONS = {
    "normal": Residuals(lambda rng, m: rng.normal(size=m), 1, NORMAL),
    "Laplace": Residuals(lambda rng, m: rng.laplace(size=m), 2, 1),
    "t, 5 degrees of freedom": Residuals(lambda rng, m: rng.standard_t(5, size=m), 5 / 3, 0.9490083),
    "t, 3 degrees of freedom": Residuals(lambda rng, m: rng.standard_t(3, size=m), 3, 2 * sqrt(3) / pi),
    "lognormal": Residuals(lambda rng, m: np.exp(rng.normal(size=m)) - exp(0.5), e * e - e, LOGNORMAL),
    "1 % outliers, 20 times as large": Residuals(_with_outliers(0.01), 0.99 + 4, (0.99 + 0.2) * NORMAL),
    "5 % outliers, 20 times as large": Residuals(_with_outliers(0.05), 0.95 + 20, (0.95 + 1) * NORMAL),
}


@dataclass(frozen=True)
class Cell:
    """Shares of sets of m examples: intervals that hold the truth, and sets of which a few are said to carry the error.

    covered_or_named: where the interval holds the truth, or those are named.
    """

    distribution: str
    m: int
    squared: float
    absolute: float
    named: float
    covered_or_named: float


def cells() -> Iterator[tuple[str, int]]:
    """Which there are."""
    return product(DISTRIBUTIONS, SIZES)


def simulate(which: tuple[str, int]) -> Cell:
    """Draw so many sets of m residuals, and their intervals as a diagnosis has them."""
    name, m = which
    residuals, rng, rows = DISTRIBUTIONS[name], np.random.default_rng(m), []
    for _ in range(SIZES[m]):
        sample = residuals.draw(rng, m)
        squares = sample**2
        square = root_mean_square(squares, np.random.default_rng(0))
        absolute = mean_loss(np.abs(sample), np.random.default_rng(0))
        is_covered = square.low <= sqrt(residuals.mean_square) <= square.high
        is_named = carriers(squares) is not None
        is_absolute_covered = absolute.low <= residuals.mean_absolute <= absolute.high
        rows.append((is_covered, is_absolute_covered, is_named, is_covered or is_named))
    return Cell(name, m, *np.mean(rows, axis=0).tolist())
