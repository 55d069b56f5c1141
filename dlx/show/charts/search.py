"""A search: its trials by what they came to, on the scale of what is minimized."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf, isfinite, log, nan
from statistics import quantiles
from typing import TYPE_CHECKING, Any

from dlx.show.charts.quantities import Quantity
from dlx.show.charts.scales import HUGE, ValueRange
from dlx.show.numbers import falls_far, interval
from dlx.show.short_names import short_value
from dlx.show.words import minimized
from dlx.words import Status, Task

if TYPE_CHECKING:
    from dlx.documents.tuning import SearchedDimension, TrialRecord, TuningDocument
    from dlx.stats.intervals import Estimate

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
    """

    quantity: Quantity
    points: Sequence[TrialPoint]
    axes: Sequence[SearchAxis]
    range: ValueRange

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
    name = minimized(document.objective)
    is_rate = unit(document) != Task.REGRESSION
    quantity = Quantity(f"{name} (%)", "{:.2f} %", factor=100) if is_rate else Quantity(name, "{:.4g}")
    values = [_scaled(trial.value, quantity.factor) for trial in document.trials]
    best = _best(document, values)
    again = {finalist.index for finalist in document.confirmation.finalists} if document.confirmation else set()
    points = [
        TrialPoint(trial, value, _kind(trial, value, best, again))
        for trial, value in zip(document.trials, values, strict=True)
    ]
    axes = [_axis(dimension) for dimension in document.space]
    return SearchChart(quantity, points, axes, _range([value for value in values if isfinite(value)]))


def _scaled(value: float | None, factor: float) -> float:
    return factor * value if value is not None and abs(value) < HUGE else nan


def _best(document: TuningDocument, values: Sequence[float]) -> int | None:
    """The index of the trial that won, or of the lowest value so far."""
    if document.best is not None:
        return document.best.index
    ended = [(value, trial.index) for value, trial in zip(values, document.trials, strict=True) if isfinite(value)]
    return min(ended)[1] if ended else None


def _kind(trial: TrialRecord, value: float, best: int | None, again: set[int]) -> str:
    if not isfinite(value):
        return "lost"
    if trial.index == best:
        return "best"
    if trial.index in again:
        return "again"
    return "stopped" if trial.status == Status.STOPPED else "ended"


def _range(values: Sequence[float]) -> ValueRange:
    """Robust, for searches have terrible trials: from the lowest value, or 0, to a little above most of them."""
    if not values:
        return ValueRange(0.0, 1.0)
    low, high, third = min(values), max(values), quantiles([*values, *values], method="inclusive")[2]
    if falls_far(low, high):
        return ValueRange(low, high, logarithmic=True)
    top = min(high, low + REACH * ((third - low) or (high - low)))
    return ValueRange(min(low, 0.0), top if top > min(low, 0.0) else 1.0)


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
