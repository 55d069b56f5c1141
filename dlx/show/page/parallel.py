"""Parallel coordinates: every trial of a search as a line from hyperparameter to hyperparameter to what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from dlx.language import translated
from dlx.show.charts.search import SearchChart, TrialPoint
from dlx.show.page.charts import drawing, short, stroke
from dlx.show.page.elements import Child, Element, element, name_of, scrolled
from dlx.show.page.scales import PageScale, with_margin
from dlx.show.page.words import section
from dlx.show.short_names import short_names, short_value

NOTE = (
    "Each line is a trial, from one hyperparameter to the next, on the scale that it was drawn on, to what it came to. "
    "The thick line is the best, dark lines the others that were trained again; dotted lines came to no value."
)
KINDS = ("lost", "stopped", "ended", "again", "best")  # the last on top
LOST = 0.0  # from above, in percent: where lines without a value end


def parallel(chart: SearchChart) -> Element:
    """The section."""
    y = with_margin(chart.range)
    names: list[Child] = [*map(name_of, short_names([axis.key for axis in chart.axes])), chart.quantity.name]
    places = [100 * number / (len(names) - 1) for number in range(len(names))]
    rules = [stroke([(place, 0), (place, 100)], "rule") for place in places]
    ordered = sorted(chart.points, key=lambda point: KINDS.index(point.kind))
    lines = [_line(chart, point, places, y) for point in ordered]
    heads = [element("span", name, style=f"left:{place:.2f}%") for name, place in zip(names, places, strict=True)]
    parts = [
        element("div", heads, class_="heads"),
        drawing([*rules, *lines]),
        element("div", list(_marks(chart, places, y)), class_="scale"),
    ]
    label = f"{len(chart.points):,} trials as lines over {len(chart.axes)} hyperparameters and {chart.quantity.name}"
    plot = element("div", parts, class_="parallel", role="img", aria_label=label, style=f"--axes:{len(names)}")
    return section(
        "settings", "All settings", element("p", NOTE, class_="note"), scrolled(plot, "parallel coordinates")
    )


def _line(chart: SearchChart, point: TrialPoint, places: Sequence[float], y: PageScale) -> Element:
    heights = [100 * (1 - axis.place(point.record)) for axis in chart.axes]
    heights.append(100 - y(point.value) if isfinite(point.value) else LOST)
    d = "M" + "L".join(f"{x:.5g} {height:.4g}" for x, height in zip(places, heights, strict=True))
    return element("path", element("title", in_words(chart, point)), class_=point.kind, d=d)


def in_words(chart: SearchChart, point: TrialPoint) -> str:
    """What is told of a trial to those who point at it."""
    status = translated(point.record.status.replace("_", " "))
    value = chart.quantity.written(point.value) if isfinite(point.value) else status
    settings = (f"{key} = {short_value(setting)}" for key, setting in point.record.settings.items())
    return "\n".join([f"{translated('trial')} {point.record.index:,}: {value}", *settings])


def _marks(chart: SearchChart, places: Sequence[float], y: PageScale) -> Iterator[Element]:
    """What is written along each axis."""
    for place, axis in zip(places, chart.axes, strict=False):
        for at, text in axis.marks:
            yield element("span", name_of(text), style=f"left:{place:.2f}%;top:{100 * (1 - at):.2f}%")
    for tick in y.ticks():
        yield element("span", short(f"{tick:.5g}"), style=f"left:{places[-1]:.2f}%;top:{100 - y(tick):.2f}%")
