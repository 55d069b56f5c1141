"""Tree-structured Parzen estimators: Optuna's sampler draws the points of a search by ask and tell."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf, isnan
from typing import TYPE_CHECKING

from dlx.extras import missing_extra
from dlx.search.tune.space import Dimension

if TYPE_CHECKING:
    from optuna.trial import Trial

    from dlx.search.tune.designs import Point


class Tpe:
    """Points that are likelier in a density of the good trials so far than in that of the others.

    J. Bergstra et al., Algorithms for Hyper-Parameter Optimization (NeurIPS 2011), with one density over all dimensions
    (multivariate: S. Falkner et al., BOHB (ICML 2018)). The first ten points are random. A point without a result yet
    counts as a bad one, so that a batch spreads (constant liar). The same seed, the same calls in the same order and
    the same version of Optuna give the same points.

    Args:
        dimensions: whatever their scales, positions are drawn: uniform from 0 to 1, or the index of an option.
        seed: of the draws.

    Raises:
        EnvironmentProblem: Optuna is not installed.
    """

    def __init__(self, dimensions: Sequence[Dimension], seed: int) -> None:
        try:
            import optuna
        except ImportError as error:
            raise missing_extra("optuna", "optuna", "the method tpe") from error
        from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        with _without_warnings():
            sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
        self._study = optuna.create_study(sampler=sampler)
        self._space: dict[str, BaseDistribution] = {
            dimension.key: CategoricalDistribution(range(len(dimension.choices)))
            if dimension.is_choice
            else FloatDistribution(0.0, 1.0)
            for dimension in dimensions
        }
        self._pending: list[tuple[Point, Trial]] = []

    def ask(self, count: int) -> list[Point]:
        """The next points to try, a position for each dimension."""
        batch = [self._ask() for _ in range(count)]
        self._pending += batch
        return [point for point, _ in batch]

    def tell(self, points: Sequence[Point], values: Sequence[float | None]) -> None:
        """What came of points that were asked for, smaller is better; NaN or None of one that failed, the worst."""
        for point, value in zip(points, values, strict=True):
            place = [other for other, _ in self._pending].index(point)
            _, trial = self._pending.pop(place)
            self._study.tell(trial, inf if value is None or isnan(value) else value)

    def _ask(self) -> tuple[Point, Trial]:
        with _without_warnings():
            trial = self._study.ask(self._space)
        return tuple(float(trial.params[key]) for key in self._space), trial


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Optuna 4 calls both options that are set here experimental."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
