"""Intervals drawn: estimates below each other on one scale, each a point on the line from end to end."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from dlx.show.charts.quantities import Quantity
from dlx.show.page.charts import short
from dlx.show.page.elements import Element, element
from dlx.show.page.scales import PageScale
from dlx.stats.intervals import Estimate

ROOM = 0.04  # of the scale beyond its ends
MIDDLE = "50%"
FEW_TICKS = 4


class IntervalScale:
    """The scale that several estimates share, and what is drawn of each."""

    def __init__(self, estimates: Sequence[Estimate | None], quantity: Quantity) -> None:
        self.quantity = quantity
        ends = [end for estimate in estimates if estimate for end in self._ends(estimate)]
        low, high = min([0.0, *ends]), max([0.0, *ends])
        room = ROOM * ((high - low) or 1)
        self._x = PageScale(low - room * (low < 0), high + room)

    def _ends(self, estimate: Estimate) -> list[float]:
        ends = (self.quantity.factor * end for end in (estimate.low, estimate.value, estimate.high))
        return [end for end in ends if isfinite(end)]

    def axis(self) -> Element:
        """Its numbers."""
        ticks = [tick for tick in self._x.ticks(FEW_TICKS) if self._x(tick) < 96]
        labels = [element("span", short(f"{tick:.4g}"), style=f"left:{self._x(tick):.2f}%") for tick in ticks]
        return element("div", labels, class_="axis", aria_hidden="true")

    def draw(self, estimate: Estimate | None, kind: str = "") -> Element | None:
        """An estimate on it, 0 as a line; None of none."""
        if estimate is None or not self._ends(estimate):
            return None
        x, ends = self._x, self._ends(estimate)
        shapes = [_line(x(0.0), x(0.0), "zero"), _line(x(min(ends)), x(max(ends)), "reach")]
        if isfinite(estimate.value):
            at = f"{x(self.quantity.factor * estimate.value):.2f}%"
            shapes.append(element("circle", cx=at, cy=MIDDLE, r=4.5))
        return element("svg", shapes, class_=f"whisker {kind}".strip(), aria_hidden="true")


def _line(first: float, last: float, kind: str) -> Element:
    y1, y2 = ("0%", "100%") if kind == "zero" else (MIDDLE, MIDDLE)
    return element("line", class_=kind, x1=f"{first:.2f}%", x2=f"{last:.2f}%", y1=y1, y2=y2)
