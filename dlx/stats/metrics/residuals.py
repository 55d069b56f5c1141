"""Metrics of a regression: R², root mean square and mean absolute error, and quantiles of the absolute residuals."""

from __future__ import annotations

from math import nan
from typing import ClassVar, final

import numpy as np

from dlx.stats.intervals import Estimate, quantile, random_groups
from dlx.stats.mean_loss import mean_loss, root_mean_square
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import REGRESSION, Metric, mean_of_dependent
from dlx.types import Array

RESAMPLES, GROUPS = 1000, 500


@final
class R2(Metric):
    """1 − Σ(answer − y)²/Σ(y − ȳ)²: the share of the targets' variance that is explained; of several targets the mean.

    0 is what always answering the mean of these targets reaches; worse is below 0. It is not defined where a target
    does not vary. Interval: the quantiles of 1000 bootstrap resamples (B. Efron 1979), above 500 examples of as many
    random groups of them.
    Source: S. Wright, "Correlation and causation", 1921; as in scikit-learn.
    """

    name = "r2"
    title = "R²"
    tasks = REGRESSION
    higher_is_better = True

    def value(self, answers: Answers) -> float:
        """The mean over the targets."""
        total = ((answers.y - answers.y.mean(axis=0)) ** 2).sum(axis=0)
        if not (total > 0).all():
            return nan
        return float((1 - (answers.residuals**2).sum(axis=0) / total).mean())

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """With the quantiles of what resamples come to."""
        value, m = self.value(answers), answers.m
        if not np.isfinite(value) or m < 2:
            return Estimate(value, -np.inf, np.inf, m)
        centred = answers.y - answers.y.mean(axis=0)
        sums = random_groups(np.stack([answers.residuals**2, centred, centred**2, np.ones_like(centred)]), GROUPS, rng)
        index = rng.integers(sums.shape[1], size=(RESAMPLES, sums.shape[1]))
        residual, first, second, count = (of_groups[index].sum(axis=1) for of_groups in sums)
        with np.errstate(divide="ignore", invalid="ignore"):
            resampled = (1 - residual / (second - first**2 / count)).mean(axis=1)
        resampled = resampled[np.isfinite(resampled)]
        if len(resampled) == 0:
            return Estimate(value, -np.inf, np.inf, m)
        low, high = np.quantile(resampled, [0.025, 0.975]).tolist()
        return Estimate(value, min(low, value), max(high, value), m)


@final
class Rmse(Metric):
    """√((1/m)·Σ(answer − y)²), the root mean square of the residuals, in the unit of the target; of several targets
    that of all their residuals.

    It is the error of a regression. Interval: the studentized bootstrap (P. Hall, Annals of Statistics 16 (1988)).
    """

    name = "rmse"
    title = "RMSE"
    tasks = REGRESSION

    def value(self, answers: Answers) -> float:
        """The root of the mean square."""
        return float(np.sqrt((answers.residuals**2).mean()))

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """As the error has it."""
        return root_mean_square((answers.residuals**2).mean(axis=1), rng)


@final
class Mae(Metric):
    """(1/m)·Σ|answer − y|, the mean absolute error, in the unit of the target; of several targets the mean.

    Interval: the studentized bootstrap (P. Hall, Annals of Statistics 16 (1988)).
    """

    name = "mae"
    title = "MAE"
    tasks = REGRESSION

    def value(self, answers: Answers) -> float:
        """The mean of the absolute residuals."""
        return float(np.abs(answers.residuals).mean())

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """With the interval of a mean."""
        return mean_loss(np.abs(answers.residuals).mean(axis=1), rng)


class AbsoluteError(Metric):
    """A quantile of |answer − y|; of several targets the mean of theirs."""

    tasks = REGRESSION
    share: ClassVar[float] = 0.5

    def value(self, answers: Answers) -> float:
        """The quantile, between two examples interpolated linearly."""
        return float(np.quantile(np.abs(answers.residuals), self.share, axis=0).mean())

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """With the ends that order statistics give; of several targets the means of theirs."""
        columns: list[Array] = list(np.abs(answers.residuals).T)
        return mean_of_dependent([quantile(column, self.share) for column in columns])


@final
class MedianAbsoluteError(AbsoluteError):
    """The median of |answer − y|, in the unit of the target: half of the answers are nearer; of several targets the
    mean of theirs.

    Interval: from one ordered residual to another, so that it holds the median with 95 % whatever their distribution
    (W. Thompson, Annals of Mathematical Statistics 7 (1936)).
    """

    name = "median_absolute_error"
    share = 0.5


@final
class AbsoluteErrorOfNineInTen(AbsoluteError):
    """The 90 % quantile of |answer − y|, in the unit of the target: nine in ten answers are nearer; of several targets
    the mean of theirs.

    Interval: from one ordered residual to another, so that it holds the quantile with 95 % whatever their distribution
    (W. Thompson, Annals of Mathematical Statistics 7 (1936)).
    """

    name = "absolute_error_90"
    title = "absolute error of 9 in 10"
    share = 0.9
