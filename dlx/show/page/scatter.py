"""The trials of a search as points: one after the other, and over each hyperparameter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from dlx.show.charts.search import SearchChart, TrialPoint
from dlx.show.page.charts import drawing, short, stroke
from dlx.show.page.elements import Child, Element, element, name_of
from dlx.show.page.parallel import KINDS, in_words
from dlx.show.page.scales import PageScale, with_margin
from dlx.show.page.words import section

NOTE = (
    "Each point is a trial, the large one the best, dark ones the others that were trained again. At the upper edge "
    "stands what is higher, or came to no value."
)
NEAR = 5.0  # the edge, in percent of the width
MARGIN = 3.0  # of the width on both sides, in percent


def course(chart: SearchChart) -> Element | None:
    """The value of each trial in the order in which they were tried, with the lowest so far as steps."""
    if not any(isfinite(point.value) for point in chart.points):
        return None
    x = PageScale(0, len(chart.points) + 1)
    y = with_margin(chart.range)
    steps = list(_steps([(x(number), value) for number, value in enumerate(chart.course, 1)], y))
    marks = [(x(tick), f"{tick:,.0f}") for tick in x.ticks() if tick == int(tick) and tick >= 1]
    points = [(x(number), point) for number, point in enumerate(chart.points, 1)]
    plot = _figure(chart, "Over the search", points, marks, [stroke(steps, "course")], unit="trial")
    note = element("p", "The line is the lowest value so far.", class_="note")
    return section("course", "How the search went", element("div", plot, class_="charts"), note)


def _steps(points: Iterable[tuple[float, float]], y: PageScale) -> Iterator[tuple[float, float]]:
    """The corners of a line that goes along, then down."""
    before: float | None = None
    for x, value in points:
        if not isfinite(value):
            continue
        height = 100 - y(value)
        if before is not None and before != height:
            yield x, before
        yield x, height
        before = height


def over_each(chart: SearchChart) -> Element | None:
    """The values over each hyperparameter by itself."""
    if not any(isfinite(point.value) for point in chart.points) or not chart.axes:
        return None
    figures = []
    for axis in chart.axes:
        marks = [(_within(place), text) for place, text in axis.marks]
        points = [(_within(axis.place(point.record)), point) for point in chart.points]
        figures.append(_figure(chart, axis.key, points, marks, caption=name_of(axis.key)))
    return section(
        "hyperparameters",
        "Over each hyperparameter",
        element("p", NOTE, class_="note"),
        element("div", figures, class_="charts small"),
    )


def _within(place: float) -> float:
    return MARGIN + (100 - 2 * MARGIN) * place


def _figure(
    chart: SearchChart,
    title: str,
    points: Sequence[tuple[float, TrialPoint]],
    marks: Sequence[tuple[float, str]],
    lines: Sequence[Element] = (),
    unit: str = "",
    caption: Child = "",
) -> Element:
    """``caption`` is what stands above it in place of the title, such as a name."""
    y = with_margin(chart.range)
    grid = [stroke([(0, 100 - y(tick)), (100, 100 - y(tick))], "grid") for tick in y.ticks()]
    ordered = sorted(points, key=lambda pair: KINDS.index(pair[1].kind))
    shapes = [*grid, *lines, *(_point(chart, x, point, y) for x, point in ordered)]
    values = [element("span", short(f"{tick:.5g}"), style=f"top:{100 - y(tick):.2f}%") for tick in y.ticks()]
    along = [element("span", name_of(text), class_=_side(place), style=f"left:{place:.2f}%") for place, text in marks]
    parts = [
        element("div", values, class_="values"),
        drawing(shapes),
        element("div", along, element("span", unit, class_="unit") if unit else None, class_="epochs"),
    ]
    label = f"{chart.quantity.name} of {len(points):,} trials: {title}"
    plot = element("div", parts, class_="plot trials", role="img", aria_label=label)
    above = element("figcaption", caption or title, element("small", chart.quantity.name))
    return element("figure", above, plot, class_="chart")


def _side(place: float) -> str | None:
    """To which side a text at the very edge grows."""
    return "from" if place <= NEAR else "until" if place >= 100 - NEAR else None


def _point(chart: SearchChart, x: float, point: TrialPoint, y: PageScale) -> Element:
    """A dot, which does not stretch; what is beyond the scale stands at its upper edge."""
    is_beyond = not isfinite(point.value) or y.beyond(point.value) > 100
    height = 0.0 if is_beyond else 100 - y(point.value)
    kind = f"{point.kind} dots beyond" if is_beyond else f"{point.kind} dots"
    return element("path", element("title", in_words(chart, point)), class_=kind, d=f"M{x:.4g} {height:.4g}h0")
