"""The chart of a learning-rate range test: the cost over α, and the rates that are marked in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

import numpy as np

from dlx.show.charts.curves import drawable
from dlx.show.charts.scales import HUGE, ValueRange, fitting
from dlx.types import Array

if TYPE_CHECKING:
    from dlx.documents.range_test import RangeTest

BEFORE = 1.5  # decades that are shown before the cost falls


@dataclass(frozen=True)
class RangeChart:
    """Costs over the logarithms of the rates.

    places: log₁₀ α.
    costs: (n,) finite.
    marks: the rates that a test has found, by what they are.
    """

    places: Array
    costs: Array
    marks: Mapping[str, float]

    @property
    def range(self) -> ValueRange:
        """Of the costs."""
        return fitting([self.costs], may_be_logarithmic=True)

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last place."""
        return float(self.places[0]), float(self.places[-1])


def range_chart(document: RangeTest) -> RangeChart:
    """From a little before the cost falls to where it explodes; all of it where it does not fall."""
    places, costs = np.log10(document.rates), drawable(document.costs)
    tested = document.tested
    first = places[0] if tested.falls_from is None else log10(tested.falls_from) - BEFORE
    is_drawn = (places >= first) & np.isfinite(costs) & (np.abs(costs) < HUGE)
    rates = {"falls": tested.falls_from, "suggested": tested.suggested, "grows": tested.grows_from}
    marks = {name: rate for name, rate in rates.items() if rate is not None}
    return RangeChart(places[is_drawn], costs[is_drawn], marks)
