"""The trials of a search as arrays, as pictures draw them: the values, the rounds, and what lies beyond the axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dlx.show.charts.search import search_chart
from dlx.show.words import minimized
from dlx.types import Array
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.tuning import TuningDocument


class Trials:
    """Columns of ``trials``, and the axis of their errors; `top` is the highest that is drawn at its place."""

    def __init__(self, document: TuningDocument) -> None:
        chart = search_chart(document)
        self.quantity, self.what = chart.quantity, minimized(document.objective)
        self.values = np.array([point.value for point in chart.points], dtype=float)
        self.ended = np.isfinite(self.values)
        self.rounds = np.array([trial.round for trial in document.trials], dtype=int)
        self.stopped = np.array([trial.status == Status.STOPPED for trial in document.trials], dtype=bool)
        self.best, self.is_confirmed = chart.best, chart.is_confirmed
        self.bottom, self.top, self.is_logarithmic = chart.range.low, chart.range.high, chart.range.logarithmic

    @property
    def heights(self) -> Array:
        """Where each error stands, (n,): what is beyond the axis at its end, NaN where there is none."""
        return np.asarray(np.clip(self.values, self.bottom, self.top))

    @property
    def beyond(self) -> Array:
        """Which errors are higher than the axis, (n,)."""
        return np.asarray(self.ended & (np.nan_to_num(self.values) > self.top + 1e-9 * abs(self.top)))
