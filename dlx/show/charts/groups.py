"""Groups of runs: for each the mean of its runs over the epochs, and how far they spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import NamedTuple

import numpy as np

from dlx.show.charts.curves import COSTS, ERRORS, Curve, Curves, drawable
from dlx.show.charts.quantities import COST, Quantity, error_quantity
from dlx.stats.intervals import CONFIDENCE
from dlx.stats.student import two_sided
from dlx.types import Array

ENOUGH = 5  # runs that tell an interval of their mean; of fewer the lowest and the highest are shown
MOST_COLOURS = 8  # groups that have a colour of their own

Columns = Mapping[str, Sequence[float]]


class Group(NamedTuple):
    """Runs of one kind, such as the seeds of a variant: their name, and the columns of each one's ``metrics.csv``."""

    label: str
    metrics: Sequence[Columns]


class MeanCurve(NamedTuple):
    """One column over the epochs: the mean of a group's runs, and the ends of its band; NaN where no run has a value.

    ``lost`` says whether a run came to an end of its numbers.
    """

    epochs: Array
    mean: Array
    low: Array
    high: Array
    lost: bool

    @property
    def last(self) -> tuple[float, float]:
        """The last epoch that has a mean, and that mean."""
        index = np.flatnonzero(np.isfinite(self.mean))[-1]
        return float(self.epochs[index]), float(self.mean[index])

    def means_at(self, first: float, last: float, count: int) -> list[float]:
        """The means at so many epochs, evenly from first to last; NaN outside the curve."""
        means: list[float] = np.interp(np.linspace(first, last, count), self.epochs, self.mean, np.nan, np.nan).tolist()
        return means


def mean_curve(group: Group, column: str, factor: float = 1) -> MeanCurve | None:
    """A column of a group, times a factor, at every epoch that one of its runs has a row for.

    A run is read off between its rows along a straight line. One that ended earlier counts with its last value from
    there on, one that is no longer finite is left out from there on.
    """
    runs = [(drawable(metrics["epoch"]), drawable(metrics[column], factor)) for metrics in group.metrics]
    runs = [(epochs, values) for epochs, values in runs if np.isfinite(values).any()]
    if not runs:
        return None
    epochs = np.unique(np.concatenate([epochs for epochs, _ in runs]))
    rows = np.array([np.interp(epochs, *run, left=np.nan) for run in runs])
    low, high = _interval(rows) if len(rows) >= ENOUGH else (_lowest(rows), -_lowest(-rows))
    return MeanCurve(epochs, _mean(rows), low, high, lost=any(np.isnan(values[-1]) for _, values in runs))


def _mean(rows: Array) -> Array:
    """Of the runs that have a value, at each epoch."""
    counts = np.isfinite(rows).sum(axis=0)
    means: Array = np.where(counts, np.nansum(rows, axis=0) / np.maximum(counts, 1), np.nan)
    return means


def _lowest(rows: Array) -> Array:
    lowest = np.min(rows, axis=0, initial=np.inf, where=np.isfinite(rows))
    return np.where(np.isfinite(lowest), lowest, np.nan)


def _interval(rows: Array) -> tuple[Array, Array]:
    """mean ± t·s/√k of the k runs that have a value, at each epoch; NaN where there is only one."""
    counts, mean = np.isfinite(rows).sum(axis=0), _mean(rows)
    variance = np.nansum((rows - mean) ** 2, axis=0) / np.maximum(counts - 1, 1)
    factor = np.array([_half_width(count) for count in range(len(rows) + 1)])
    half = factor[counts] * np.sqrt(variance)
    return mean - half, mean + half


def _half_width(count: int) -> float:
    return two_sided(CONFIDENCE, count - 1) / sqrt(count) if count > 1 else np.nan


def group_curves(groups: Sequence[Group], task: str | None) -> list[Curves]:
    """The mean costs of several groups over each other, and their mean errors: of dev, or of train where none has it.

    Each curve has the kind ``group1``, ``group2`` …, by which its colour and its strokes are chosen.
    """
    charts = []
    for quantity, columns in ((COST, COSTS), (error_quantity(task), ERRORS)):
        for part in ("dev", "train"):
            means = [mean_curve(group, columns[part], quantity.factor) for group in groups]
            if any(means):
                charts.append(_laid_over(groups, means, replace(quantity, name=f"{part} {quantity.name}")))
                break
    return charts


def _laid_over(groups: Sequence[Group], means: Sequence[MeanCurve | None], quantity: Quantity) -> Curves:
    """The curves read off at every epoch that one of them has."""
    epochs = np.unique(np.concatenate([mean.epochs for mean in means if mean]))
    curves = [
        Curve(group.label, np.interp(epochs, mean.epochs, mean.mean, np.nan, np.nan), f"group{number}")
        for number, (group, mean) in enumerate(zip(groups, means, strict=True), 1)
        if mean
    ]
    return Curves(quantity, epochs, curves)
