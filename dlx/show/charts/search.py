"""A search: its trials by what they came to, on the scale of what is minimized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf, isfinite, log, nan
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.show.charts.quantities import Quantity
from dlx.show.charts.scales import HUGE, ValueRange
from dlx.show.numbers import interval
from dlx.show.short_names import short_value
from dlx.show.words import minimized
from dlx.words import Status, Task

if TYPE_CHECKING:
    from dlx.documents.tuning import SearchedDimension, TrialRecord, TuningDocument
    from dlx.stats.intervals import Estimate

WIDE = 6  # a ratio of high errors to the lowest that asks for a logarithmic axis
HIGH = 0.9  # of the errors are no higher than a high one
BELOW, ABOVE = 2, 4  # powers of ten that a logarithmic axis goes below the median at most, and reaches in all
REACH = 4  # how many times the distance from the lowest value to the third quartile an axis goes up
FEW_OPTIONS = 12  # of a choice that are all written along an axis
COUNTS = {
    "trained": "trained to the end",
    Status.STOPPED: "stopped early",
    Status.DIVERGED: "diverged",
    Status.FAILED: "failed",
    Status.UNFINISHED: "unfinished",
}


@dataclass(frozen=True)
class TrialPoint:
    """A trial, its value as it is shown (NaN where there is none), and its kind.

    ``best`` was best when trained again, or is the lowest before that; ``again`` was trained again; ``stopped`` was
    stopped early; ``lost`` has no value; all others have ``ended``.
    """

    record: TrialRecord
    value: float
    kind: str


@dataclass(frozen=True)
class SearchAxis:
    """A hyperparameter: its name, and what is written at which place of its axis, 0 to 1."""

    key: str
    marks: Sequence[tuple[float, str]]
    options: int = 0  # of a choice

    def place(self, record: TrialRecord) -> float:
        """Where a trial stands, 0 to 1."""
        at = record.at.get(self.key, 0.0)
        return min(max(at / max(self.options - 1, 1) if self.options else at, 0.0), 1.0)


@dataclass(frozen=True)
class SearchChart:
    """The trials of a search.

    quantity: what is minimized.
    points: in the order in which they were tried.
    axes: one for each hyperparameter.
    range: of the values that must be seen; few terrible ones may lie above it.
    is_confirmed: whether the best one is so by further trainings, and not as the lowest of the search.
    """

    quantity: Quantity
    points: Sequence[TrialPoint]
    axes: Sequence[SearchAxis]
    range: ValueRange
    is_confirmed: bool

    @property
    def best(self) -> int | None:
        """Where the best one stands among the points; None where no trial has a value."""
        return next((number for number, point in enumerate(self.points) if point.kind == "best"), None)

    @property
    def ranked(self) -> list[TrialPoint]:
        """The best first, then by their values, those without one at the end."""
        last = {"best": -inf, "lost": inf}
        return sorted(self.points, key=lambda point: last.get(point.kind, point.value))

    @property
    def course(self) -> list[float]:
        """The lowest value so far at each trial; NaN before there is one."""
        lowest = accumulate((point.value if isfinite(point.value) else inf for point in self.points), min)
        return [value if isfinite(value) else nan for value in lowest]


def search_chart(document: TuningDocument) -> SearchChart:
    """The chart of what a search has come to so far."""
    quantity = _quantity(document)
    values = [_scaled(trial.value, quantity.factor) for trial in document.trials]
    best, is_confirmed = _best(document, values)
    again = {finalist.index for finalist in document.confirmation.finalists} if document.confirmation else set()
    points = [
        TrialPoint(trial, value, _kind(trial, value, best, again))
        for trial, value in zip(document.trials, values, strict=True)
    ]
    axes = [_axis(dimension) for dimension in document.space]
    return SearchChart(quantity, points, axes, _range([value for value in values if isfinite(value)]), is_confirmed)


def _quantity(document: TuningDocument) -> Quantity:
    name = minimized(document.objective)
    is_rate = unit(document) != Task.REGRESSION
    scale = "%" if is_rate else "units of the target"
    named = f"{name} ({scale})" if "error" in document.objective else name
    return Quantity(named, "{:.2f} %", factor=100) if is_rate else Quantity(named, "{:.4g}")


def _scaled(value: float | None, factor: float) -> float:
    return factor * value if value is not None and abs(value) < HUGE else nan


def _best(document: TuningDocument, values: Sequence[float]) -> tuple[int | None, bool]:
    """The index of the trial that won when trained again, else of the lowest value, and whether it is the former."""
    ended = [(value, trial.index) for value, trial in zip(values, document.trials, strict=True) if isfinite(value)]
    winner = None if document.confirmation is None else document.confirmation.winner
    if any(index == winner for _, index in ended):
        return winner, True
    return (min(ended)[1] if ended else None), False


def _kind(trial: TrialRecord, value: float, best: int | None, again: set[int]) -> str:
    if not isfinite(value):
        return "lost"
    if trial.index == best:
        return "best"
    if trial.index in again:
        return "again"
    return "stopped" if trial.status == Status.STOPPED else "ended"


def _range(values: Sequence[float]) -> ValueRange:
    """Robust, for searches have terrible trials: from the lowest value, or 0, to a little above most of them.

    Where high values are several times the lowest, the range is logarithmic.
    """
    if not values:
        return ValueRange(0.0, 1.0)
    low, high, third = min(values), max(values), float(np.quantile(values, 0.75))
    positive = [value for value in values if value > 0]
    if low >= 0 and positive and float(np.quantile(values, HIGH)) > WIDE * min(positive):
        floor = max(min(positive), float(np.median(positive)) / 10**BELOW) / (2 if low == 0 else 1.15)
        return ValueRange(floor, min(high, floor * 10**ABOVE), logarithmic=True)
    bottom, top = min(low, 0.0), min(high, low + REACH * ((third - low) or (high - low)))
    return ValueRange(bottom, top if top > bottom else 1.0)


def _axis(dimension: SearchedDimension) -> SearchAxis:
    if dimension.scale == "choice":
        options: Sequence[Any] = dimension.choices
        last = max(len(options) - 1, 1)
        every = -(-len(options) // FEW_OPTIONS)
        marks = [(number / last, short_value(option)) for number, option in enumerate(options)][::every]
        return SearchAxis(dimension.key, marks, len(options))
    ends = dimension.low, dimension.high
    if not dimension.integer or dimension.low is None or dimension.high is None:
        return SearchAxis(dimension.key, [(float(k), short_value(end)) for k, end in enumerate(ends)])
    return SearchAxis(dimension.key, list(_of_whole_numbers(dimension, int(dimension.low), int(dimension.high))))


def _of_whole_numbers(dimension: SearchedDimension, low: int, high: int) -> Iterator[tuple[float, str]]:
    """Where whole numbers stand: each has the stretch of the scale that lies nearest to it, the ends half of one."""
    numbers = range(low, high + 1) if high - low < FEW_OPTIONS else (low, high)
    on_scale = log if dimension.scale == "log_uniform" else float
    first, last = on_scale(low - 0.5), on_scale(high + 0.5)
    for number in numbers:
        yield (on_scale(number) - first) / (last - first), short_value(number)


def unit(document: TuningDocument) -> str | None:
    """The task by which numbers are shown: a cost is a number, as the error of a regression is."""
    return document.task if document.objective.endswith("error") else Task.REGRESSION


def ends_of(estimate: Estimate, task: str | None) -> str:
    """The interval in words."""
    return interval(estimate.low, estimate.high, task) if isfinite(estimate.low) else "unknown"
