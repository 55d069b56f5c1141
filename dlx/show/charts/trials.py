"""The trials of a search as arrays: how their errors are scaled for a picture of all of them, and which one is best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlx.show.charts.search import REACH, search_chart
from dlx.types import Array
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.tuning import TuningDocument

WIDE = 6  # a ratio of high errors to the lowest that asks for a logarithmic axis
HIGH = 0.9  # of the errors are no higher than a high one
BELOW, ABOVE = 2, 4  # powers of ten that a logarithmic axis goes below the median at most, and reaches in all


class Trials:
    """Columns of ``trials``, and the axis of their errors: robust, for searches have terrible trials.

    Where high errors are several times the lowest, the axis is logarithmic. `top` is the highest error that is drawn at
    its place; what lies above stands at the upper edge.
    """

    def __init__(self, document: TuningDocument) -> None:
        chart = search_chart(document)
        self.quantity, self.what = chart.quantity, document.objective.replace("_", " ")
        self.values = np.array([point.value for point in chart.points], dtype=float)
        self.ended = np.isfinite(self.values)
        self.rounds = np.array([trial.round for trial in document.trials], dtype=int)
        self.stopped = np.array([trial.status == Status.STOPPED for trial in document.trials], dtype=bool)
        self.best, self.is_confirmed = self._best(document)
        self.bottom, self.top, self.is_logarithmic = self._scaled()

    def _best(self, document: TuningDocument) -> tuple[int | None, bool]:
        """The row of the trial that won when trained again, else of the lowest error, and whether it is the former."""
        indices = [trial.index for trial in document.trials]
        won = None if document.confirmation is None else document.confirmation.winner
        if won is not None and won in indices and self.ended[indices.index(won)]:
            return indices.index(won), True
        return (int(np.nanargmin(self.values)) if self.ended.any() else None), False

    def _scaled(self) -> tuple[float, float, bool]:
        there = self.values[self.ended]
        if not len(there):
            return 0.0, 1.0, False
        low, high, third = float(there.min()), float(there.max()), float(np.quantile(there, 0.75))
        positive = there[there > 0]
        if low >= 0 and len(positive) and float(np.quantile(there, HIGH)) > WIDE * positive.min():
            floor = max(float(positive.min()), float(np.median(positive)) / 10**BELOW) / (2 if low == 0 else 1.15)
            return floor, min(high, floor * 10**ABOVE), True
        top = min(high, low + REACH * ((third - low) or (high - low)))
        return min(low, 0.0), max(top, low + 1e-12 + abs(low) * 1e-6), False

    @property
    def heights(self) -> Array:
        """Where each error stands, (n,): what is beyond the axis at its end, NaN where there is none."""
        return np.asarray(np.clip(self.values, self.bottom, self.top))

    @property
    def beyond(self) -> Array:
        """Which errors are higher than the axis, (n,)."""
        return np.asarray(self.ended & (np.nan_to_num(self.values) > self.top + 1e-9 * abs(self.top)))

    @property
    def label(self) -> str:
        """Of the axis."""
        unit = "%" if self.quantity.factor == 100 else "units of the target"
        return f"{self.what} ({unit})" if "error" in self.what else self.what
