"""Groups of runs in a picture: for each the mean of its runs over the epochs, and how far they spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np

from dlx.show.pictures.axes import HUGE
from dlx.stats.intervals import CONFIDENCE
from dlx.stats.student import two_sided

ENOUGH = 5  # runs that tell an interval of their mean; of fewer the lowest and the highest are shown

Columns = Mapping[str, Sequence[float]]


class Group(NamedTuple):
    """Runs of one kind, such as the seeds of a variant: their name, and the columns of each one's ``metrics.csv``."""

    label: str
    metrics: Sequence[Columns]


class MeanCurve(NamedTuple):
    """One column over the epochs: the mean of a group's runs, and the ends of its band; NaN where no run has a value.

    ``lost`` says whether a run came to an end of its numbers.
    """

    epochs: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    lost: bool

    @property
    def last(self) -> int:
        """The index of the last mean that there is."""
        return int(np.flatnonzero(np.isfinite(self.mean))[-1])


def course(group: Group, column: str, factor: float = 1) -> MeanCurve | None:
    """A column of a group, times a factor, at every epoch that one of its runs has a row for.

    A run is read off between its rows along a straight line. One that ended earlier counts with its last value from
    there on, one that is no longer finite is left out from there on.
    """
    runs = [(_finite(metrics["epoch"]), factor * _finite(metrics[column])) for metrics in group.metrics]
    runs = [(epochs, values) for epochs, values in runs if np.isfinite(values).any()]
    if not runs:
        return None
    epochs = np.unique(np.concatenate([epochs for epochs, _ in runs]))
    rows = np.array([np.interp(epochs, *run, left=np.nan) for run in runs])
    low, high = _interval(rows) if len(rows) >= ENOUGH else (_lowest(rows), -_lowest(-rows))
    return MeanCurve(epochs, _mean(rows), low, high, lost=any(np.isnan(values[-1]) for _, values in runs))


def _finite(values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    return np.where(np.abs(array) < HUGE, array, np.nan)


def _mean(rows: np.ndarray) -> np.ndarray:
    """Of the runs that have a value, at each epoch."""
    counts = np.isfinite(rows).sum(axis=0)
    means: np.ndarray = np.where(counts, np.nansum(rows, axis=0) / np.maximum(counts, 1), np.nan)
    return means


def _lowest(rows: np.ndarray) -> np.ndarray:
    lowest = np.min(rows, axis=0, initial=np.inf, where=np.isfinite(rows))
    return np.where(np.isfinite(lowest), lowest, np.nan)


def _interval(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """mean ± t·s/√k of the k runs that have a value, at each epoch; NaN where there is only one."""
    counts, mean = np.isfinite(rows).sum(axis=0), _mean(rows)
    variance = np.nansum((rows - mean) ** 2, axis=0) / np.maximum(counts - 1, 1)
    factor = np.array([_half_width(count) for count in range(len(rows) + 1)])
    half = factor[counts] * np.sqrt(variance)
    return mean - half, mean + half


def _half_width(count: int) -> float:
    return two_sided(CONFIDENCE, count - 1) / sqrt(count) if count > 1 else np.nan
