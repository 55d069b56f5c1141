"""The mean errors of the trainings of each size, with intervals for the choice of examples and chance in training."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, sqrt
from statistics import NormalDist, fmean, variance

from dlx.stats.intervals import CONFIDENCE, Estimate, error_rate
from dlx.stats.power_law import Points
from dlx.stats.student import two_sided
from dlx.words import Task

Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


def mean_dev_errors(measured: Points, task: Task) -> list[Estimate]:
    """The mean error of each size, its interval from the same deviations as the power law's.

    A rate p with deviation d has the Wilson interval of p·(1 − p)/d² examples, which never reaches below 0.
    """
    pairs = zip(measured.errors.tolist(), measured.deviations.tolist(), strict=True)
    if task.is_regression:
        return [Estimate(error, max(error - Z * d, 0.0), error + Z * d) for error, d in pairs]
    return [error_rate(p, max(round(p * (1 - p) / d**2), 1) if 0 < p < 1 else round(1 / d)) for p, d in pairs]


def mean_train_errors(sizes: Sequence[Sequence[Estimate]]) -> list[Estimate]:
    """The mean error of the trainings of each size, with an interval for both things that move it.

    The examples that it is measured on move it as they move a single training's error: by the mean of those ends. And
    chance in training moves it by t·r·value/√n, with r the relative deviation between the n trainings of a size that
    the examples do not explain, pooled over the sizes, since so few trainings tell little alone.
    """
    extra = [(_excess(errors), len(errors) - 1) for errors in sizes if fmean(error.value for error in errors) > 0]
    df = sum(freedom for _, freedom in extra)
    squared = max(sum(excess * freedom for excess, freedom in extra) / df, 0.0) if df else 0.0
    relative = two_sided(CONFIDENCE, df) * sqrt(squared) if df else 0.0
    return [_mean(errors, relative / sqrt(len(errors))) for errors in sizes]


def _excess(errors: Sequence[Estimate]) -> float:
    """The variance between trainings less that which their examples give, relative to the mean squared; 0 for one."""
    if len(errors) < 2:
        return 0.0
    of_examples = fmean((error.high - error.low) / (2 * Z) for error in errors) ** 2
    return (variance(error.value for error in errors) - of_examples) / fmean(error.value for error in errors) ** 2


def _mean(errors: Sequence[Estimate], relative: float) -> Estimate:
    value = fmean(error.value for error in errors)
    below = hypot(fmean(error.value - error.low for error in errors), relative * value)
    above = hypot(fmean(error.high - error.value for error in errors), relative * value)
    return Estimate(value, max(value - below, 0.0), value + above)
