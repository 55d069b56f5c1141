"""How the error falls with the number of examples: the power laws with a floor that agree with measured points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from statistics import NormalDist
from typing import Any

import numpy as np

from dlx.stats.intervals import CONFIDENCE, Estimate
from dlx.types import Array

PARAMETERS = 3
FEWEST_SIZES = PARAMETERS + 1
EXPONENTS = (0.02, 4.0)  # of b; from data to data it was found between 0.07 and 1 (Hestness et al. 2017)
EXPONENTS_TRIED, FLOORS_TRIED, ZOOMS = 181, 61, 6
MISTAKE, HALF_A_MISTAKE = 1.0, 0.5


@dataclass(frozen=True)
class Points:
    """Errors on one dev set after training on growing numbers of examples, and how far they can be from the true ones.

    sizes: (k,) examples trained on. errors: (k,). covariance: (k, k), of the errors' deviations from the true ones.
    """

    sizes: Array
    errors: Array
    covariance: Array

    @property
    def deviations(self) -> Array:
        """The standard deviation of each error."""
        variances: Array = np.diag(self.covariance)
        return np.sqrt(variances)


def points(sizes: Sequence[int], mistakes: Sequence[Array], regression: bool = False) -> Points:
    """The mean errors of several trainings at each size, all on the same D dev examples.

    Two things make them uncertain. Which examples dev holds: that moves the errors of all sizes together, so their
    covariance over the examples, divided by D, counts. And chance in training: the variance between the trainings of
    a size, relative to the squared error and pooled over the sizes, since a few of them tell little alone; what of it
    comes from the choice of dev examples is taken off. So that no mistakes do not pass for certainty, one mistake more
    or less in all sizes, and half of one in each, are added to what is seen.

    Args:
        sizes: examples trained on.
        mistakes: for each size what each dev example adds to the error, (trainings, D): 1 or 0 for wrong or right, or
            squared residuals.
        regression: the error is the root of the mean of ``mistakes``, not their mean.
    """
    linear = [_linear(np.asarray(values, np.float64), regression) for values in mistakes]
    dev_examples = linear[0].shape[1]
    errors = np.array([values.mean() for values in linear])
    of_dev = np.atleast_2d(np.cov([values.mean(axis=0) for values in linear])) / dev_examples
    unseen = MISTAKE**2 + HALF_A_MISTAKE**2 * np.eye(len(linear))
    relative = np.mean([_chance(values) / max(values.mean(), HALF_A_MISTAKE / dev_examples) ** 2 for values in linear])
    counts = np.array([len(values) for values in linear])
    of_chance = max(float(relative), 0.0) * errors**2 / counts
    return Points(np.array(sizes), errors, of_dev + unseen / dev_examples**2 + np.diag(of_chance))


def _linear(mistakes: Array, regression: bool) -> Array:
    """Values whose mean is the error of a training; a root of a mean is replaced by its tangent."""
    if not regression:
        return mistakes
    root = np.sqrt(mistakes.mean(axis=1, keepdims=True))
    return np.where(root > 0, (mistakes + root**2) / (2 * np.maximum(root, np.finfo(float).tiny)), 0.0)


def _chance(linear: Array) -> float:
    """The variance between trainings beyond that which the choice of dev examples gives; 0 where there is but one."""
    if len(linear) < 2:
        return 0.0
    return float(linear.mean(axis=1).var(ddof=1) - linear.var(axis=0, ddof=1).mean() / linear.shape[1])


@dataclass(frozen=True)
class PowerLaws:
    """err(m) = c + a·(m/m₀)^(−b), c ≥ 0, a ≥ 0, with m₀ the largest size measured.

    The best law has the smallest χ² = rᵀ·Σ⁻¹·r, r the residuals and Σ their covariance. A quantity's interval holds
    its values under all laws whose χ² exceeds that by no more than z² = 1.96² (the profile likelihood; S. S. Wilks,
    Annals of Mathematical Statistics 9 (1938)). Where even the best law misses the points, χ² > k − 3, z² is enlarged
    in proportion (R. T. Birge, Physical Review 40 (1932)). In simulated experiments with three trainings a size these
    intervals held the truth in 92 to 100 % of the cases, 98 % on average over 30 curves, a bootstrap over trainings and
    dev examples in 87 to 98 % over four. What the points do not determine comes out as an interval without end.

    Sources of the form: J. Hestness et al., "Deep learning scaling is predictable, empirically", arXiv:1712.00409
    (2017); T. Viering & M. Loog, "The shape of learning curves: a review", IEEE TPAMI 45 (2023), arXiv:2103.10948.
    """

    points: Points
    a: float
    b: float
    c: float
    chi_squared: float
    others: tuple[Array, Array, Array, Array]  # b, c, and the lowest and highest a with them: the laws that agree

    @property
    def m0(self) -> int:
        """The largest number of examples measured."""
        return int(self.points.sizes.max())

    def error_at(self, m: float) -> Estimate:
        """The error after training on m examples."""
        return self._estimate(lambda a, b, c: c + a * (m / self.m0) ** -b)

    @property
    def floor(self) -> Estimate:
        """c: the error that no number of examples gets below."""
        return self._estimate(lambda a, b, c: c)

    @property
    def exponent(self) -> Estimate:
        """b: how steeply the part above the floor falls; 0.5 halves it with four times as many examples."""
        return self._estimate(lambda a, b, c: b)

    def examples_for(self, error: float) -> Estimate:
        """The number of examples after which the error is that low, m₀·(a/(error − c))^(1/b); infinite where never."""

        def needed(a: Array, b: Array, c: Array) -> Array:
            above = np.maximum(error - c, np.finfo(float).tiny)
            with np.errstate(over="ignore"):
                return np.where((error > c) | (a == 0) & (error >= c), self.m0 * (a / above) ** (1 / b), inf)

        return self._estimate(needed)

    def _estimate(self, quantity: Callable[[Any, Any, Any], Any]) -> Estimate:
        """The value under the best law, and the range under all that agree; every quantity here rises with a."""
        b, c, low, high = self.others
        value = float(quantity(np.float64(self.a), np.float64(self.b), np.float64(self.c)))
        lowest, highest = float(np.min(quantity(low, b, c))), float(np.max(quantity(high, b, c)))
        return Estimate(value, min(value, lowest), max(value, highest))


def fit(measured: Points) -> PowerLaws:
    """The power laws that agree with the points.

    With b given, the law is linear in a and c: its best a and c and their ranges follow in closed form. b is tried on
    a grid that is narrowed down to the range that agrees, so no search can end in a wrong place.

    Raises:
        ValueError: there are fewer than four sizes, with which three parameters cannot be judged.
    """
    if len(set(measured.sizes.tolist())) < FEWEST_SIZES:
        raise ValueError(f"a power law needs {FEWEST_SIZES} sizes")
    b_range = EXPONENTS
    for _ in range(ZOOMS):
        profile = _Profile(measured, np.geomspace(*b_range, EXPONENTS_TRIED))
        b_range = profile.narrowed()
    return profile.laws()


class _Profile:
    """χ² of the best a and c for each of some b; all vectors are whitened, so that χ² is a sum of squares."""

    def __init__(self, measured: Points, b: Array) -> None:
        self.points, self.b = measured, b
        whiten = np.linalg.inv(np.linalg.cholesky(measured.covariance))
        self.x = (measured.sizes / measured.sizes.max()) ** -b[:, np.newaxis] @ whiten.T  # (b, k)
        self.ones, self.y = whiten.sum(axis=1), whiten @ measured.errors
        self.length = (self.x**2).sum(axis=1)
        across = self.ones - ((self.x @ self.ones) / self.length)[:, np.newaxis] * self.x  # what of c no a can replace
        self.c_curvature = (across**2).sum(axis=1)
        self.c_free = across @ self.y / self.c_curvature
        self.c = self._best_c()
        self.chi_squared = self._chi_squared(self.c, np.maximum(self._a(self.c), 0))
        best = float(self.chi_squared.min())
        z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
        self.allowed = best + z * z * max(1.0, best / (len(measured.sizes) - PARAMETERS))

    def _best_c(self) -> Array:
        """The best c ≥ 0 for each b; where its a would be negative, that of the law with a = 0."""
        c = np.maximum(self.c_free, 0)
        level = max(float(self.ones @ self.y / (self.ones @ self.ones)), 0.0)
        return np.where(self._a(c) < 0, level, c)

    def _a(self, c: Array) -> Array:
        """The best a, negative too, for a c of each b, or for rows of them."""
        a: Array = (self.x @ self.y - c * (self.x @ self.ones)) / self.length
        return a

    def _chi_squared(self, c: Array, a: Array) -> Array:
        rest = self.y - c[..., np.newaxis] * self.ones - a[..., np.newaxis] * self.x
        total: Array = (rest**2).sum(axis=-1)
        return total

    def narrowed(self) -> tuple[float, float]:
        """The range of the b that agree, with one more on each side."""
        places = np.flatnonzero(self.chi_squared <= self.allowed)
        return float(self.b[max(places[0] - 1, 0)]), float(self.b[min(places[-1] + 1, len(self.b) - 1)])

    def laws(self) -> PowerLaws:
        """The best law, and for each b those with a c between the ends of its range."""
        best = int(self.chi_squared.argmin())
        lowest = self._chi_squared(self.c_free, self._a(self.c_free))
        reach = np.sqrt(np.maximum(self.allowed - lowest, 0) / self.c_curvature)
        c = np.maximum(self.c_free + np.linspace(-1, 1, FLOORS_TRIED)[:, np.newaxis] * reach, 0)
        a = self._a(c)
        room = np.sqrt(np.maximum(self.allowed - self._chi_squared(c, a), 0) / self.length)
        agrees = (self._chi_squared(c, np.maximum(a, 0)) <= self.allowed) | (c == self.c)
        low, high = np.maximum(a - room, 0)[agrees], np.maximum(a + room, 0)[agrees]
        others = np.broadcast_to(self.b, c.shape)[agrees], c[agrees], low, high
        a_best = max(float(self._a(self.c)[best]), 0.0)
        return PowerLaws(
            self.points, a_best, float(self.b[best]), float(self.c[best]), float(self.chi_squared[best]), others
        )
