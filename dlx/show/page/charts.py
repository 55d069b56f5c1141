"""Charts: curves as drawings that stretch with the page, their texts beside them in the page's own size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from math import isfinite
from typing import Any, NamedTuple

from dlx.language import translated
from dlx.show.charts.curves import Curve, Curves
from dlx.show.charts.scales import apart, epoch_range, other_scale, third
from dlx.show.page.elements import Content, Element, element, name_of
from dlx.show.page.scales import PageScale, with_margin

MOST_POINTS = 600  # of a curve that are drawn: more than a page has dots for
LINE = 7.5  # what the height of a line of text is of that of a chart, in percent
LOWEST = 97  # where the lowest text beside a chart stands, in percent from above
MARGIN = 0.015  # of the epochs, on both sides
SIDES = ("from", "around", "until")  # which side of a text stands at its mark, so that it stays within the chart


class _Mark(NamedTuple):
    """An upright line at an epoch with its text above the chart; ``kind`` is its style."""

    epoch: float
    text: str
    kind: str


def figure(chart: Curves) -> Element:
    """The figure of a chart that has a curve; that of the other scale is hidden until a script shows it."""
    title = chart.quantity.name[0].upper() + chart.quantity.name[1:]
    x, values = PageScale(*epoch_range(*chart.ends, MARGIN)), [curve.values for curve in chart.curves]
    plots = [_plot(chart, title, x, with_margin(chart.range))]
    if (other := other_scale(values, chart.range)) is not None:
        plots.append(_plot(chart, title, x, with_margin(other), hidden=True))
    caption = element("figcaption", element("span", title))
    return element("figure", caption, plots, class_="chart", data_values=_values_in_json(chart, x))


def _plot(chart: Curves, title: str, x: PageScale, y: PageScale, hidden: bool = False) -> Element:
    marks = list(_marks(chart))
    parts = [_mark_texts(marks, x), _values(y), _drawing(chart, marks, x, y), _ends(chart, y), _epochs(x, chart.unit)]
    scale = "logarithmic" if y.logarithmic else "linear"
    words = _in_words(title, chart, marks)
    kind = "plot named" if any(curve.kind for curve in chart.curves) else "plot"
    return element("div", parts, class_=kind, role="img", aria_label=words, data_scale=scale, hidden=hidden)


def _values_in_json(chart: Curves, x: PageScale) -> str:
    """What the script tells at each epoch: along the bottom, and of each curve, the texts of its values."""
    every = -(-len(chart.epochs) // MOST_POINTS)
    epochs = chart.epochs[::every].tolist()
    places = [round(x(epoch), 2) for epoch in epochs]
    numbers = [f"{epoch:,.0f}" for epoch in epochs]
    columns: list[dict[str, Any]] = [{"name": translated(chart.unit), "values": numbers, "places": places}]
    for curve in chart.curves:
        values = curve.values[::every].tolist()
        texts = [_written(chart, value) if isfinite(value) else None for value in values]
        name = curve.label if curve.kind else translated(curve.label)  # that of a group is a user's
        columns.append({"name": name, "values": texts})
    return json.dumps(columns, separators=(",", ":"))


def _marks(chart: Curves) -> Iterator[_Mark]:
    """The end of all numbers, and the epoch that is kept where it is not the last."""
    if chart.lost is not None:
        yield _Mark(chart.lost, chart.warning, "alarm")
    if chart.kept_epoch is not None and chart.kept_epoch != chart.ends[1]:
        yield _Mark(chart.kept_epoch, f"epoch {chart.kept_epoch:,} kept", "kept")


def _in_words(title: str, chart: Curves, marks: Sequence[_Mark]) -> str:
    """For those who hear the page."""
    curves = (
        f"{curve.label} from {_written(chart, curve.first)} to {_written(chart, curve.last)}" for curve in chart.curves
    )
    until = "epochs {:,.0f} to {:,.0f}".format(*chart.ends)
    return f"{title}, {until}: {'; '.join([*curves, *(mark.text for mark in marks)])}"


def _written(chart: Curves, value: float) -> str:
    return short(chart.quantity.written(value))


def _drawing(chart: Curves, marks: Sequence[_Mark], x: PageScale, y: PageScale) -> Element:
    grid = [stroke([(0, 100 - y(tick)), (100, 100 - y(tick))], "grid") for tick in y.ticks()]
    uprights = [stroke([(x(mark.epoch), 0), (x(mark.epoch), 100)], f"mark {mark.kind}") for mark in marks]
    curves = [path for curve in chart.curves for path in _curve(chart, curve, x, y)]
    return drawing([*grid, *uprights, *curves])


def _curve(chart: Curves, curve: Curve, x: PageScale, y: PageScale) -> Iterator[Element]:
    """Its line, in pieces where there are values missing; few values have a dot each."""
    pairs = zip(chart.epochs.tolist(), curve.values.tolist(), strict=True)
    points = [(x(epoch), 100 - y.beyond(value) if isfinite(value) else value) for epoch, value in pairs]
    yield from lines(points, curve.look)
    if chart.is_dotted:
        yield dots([point for point in points if isfinite(point[1])], curve.look)


def _values(y: PageScale) -> Element:
    ticks = [element("span", short(f"{tick:.5g}"), style=_at("top", 100 - y(tick))) for tick in y.ticks()]
    return element("div", ticks, class_="values")


def _epochs(x: PageScale, unit: str) -> Element:
    ticks = [tick for tick in x.ticks() if tick == int(tick) and tick >= 1]
    labels = [element("span", f"{tick:,.0f}", style=_at("left", x(tick))) for tick in ticks]
    return element("div", labels, element("span", unit, class_="unit"), class_="epochs")


def _ends(chart: Curves, y: PageScale) -> Element:
    """What stands beside the end of each curve; of a group, whose name may be long, the value first."""
    places = apart([100 - y(curve.last) for curve in chart.curves], LINE, end=LOWEST)
    labels = []
    for curve, place in zip(chart.curves, places, strict=True):
        value = _written(chart, curve.last)
        text: Content = [f"{value} ", name_of(curve.label)] if curve.kind else f"{curve.label} {value}"
        labels.append(element("span", text, class_=curve.look, style=_at("top", place)))
    return element("div", labels, class_="ends")


def _mark_texts(marks: Sequence[_Mark], x: PageScale) -> Element | None:
    labels = [
        element("span", mark.text, class_=f"{mark.kind} {SIDES[third(place / 100)]}", style=_at("left", place))
        for mark, place in ((mark, x(mark.epoch)) for mark in marks)
    ]
    return element("div", labels, class_="marks") if labels else None


def short(number: str) -> str:
    """Powers of ten without signs and zeros that say nothing: 1e+07 is 1e7."""
    return number.replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def drawing(shapes: Sequence[Element], **attributes: str) -> Element:
    """Shapes in a box of 100 by 100 that takes whatever size it is given; lines keep their width."""
    size = {"viewBox": "0 0 100 100", "preserveAspectRatio": "none", "aria_hidden": "true"}
    return element("svg", shapes, **size, **attributes)


def lines(points: Sequence[tuple[float, float]], kind: str) -> Iterator[Element]:
    """A line through all points in a row that are finite; of very many, the extremes of each neighbourhood."""
    for is_finite, stretch in groupby(thinned(points), key=lambda point: isfinite(point[1])):
        if is_finite:
            yield stroke(list(stretch), kind)


def stroke(points: Sequence[tuple[float, float]], kind: str) -> Element:
    """One line; of a single point a dot."""
    return element("path", class_=kind, d="M" + "L".join(_place(point) for point in points) + "h0" * (len(points) == 1))


def dots(points: Sequence[tuple[float, float]], kind: str) -> Element:
    """A dot at each point: a line of no length with round ends, which does not stretch."""
    return element("path", class_=f"{kind} dots", d="".join(f"M{_place(point)}h0" for point in points))


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most ``MOST_POINTS``, none of the extremes missing."""
    if len(points) <= MOST_POINTS:
        return list(points)
    groups = MOST_POINTS // 2
    edges = [len(points) * i // groups for i in range(groups + 1)]
    extremes: list[tuple[float, float]] = []
    for start, stop in pairwise(edges):
        share = range(start, stop)
        indices = [i for i in share if isfinite(points[i][1])] or list(share)
        ends = {min(indices, key=lambda i: points[i][1]), max(indices, key=lambda i: points[i][1])}
        extremes += [points[i] for i in sorted(ends)]
    return extremes


def _place(point: tuple[float, float]) -> str:
    return " ".join(f"{round(value, 2) + 0.0:g}" for value in point)


def _at(side: str, place: float) -> str:
    return f"{side}:{place:.2f}%"
