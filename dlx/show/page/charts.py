"""Charts: curves as drawings that stretch with the page, their texts beside them in the page's own size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import isfinite, nan

from dlx.show.page.elements import Element, element
from dlx.show.page.scales import FEW, PageScale, apart, finite, fitting

MOST_POINTS = 600  # of a curve that are drawn: more than a page has dots for
LINE = 7.5  # what the height of a line of text is of that of a chart, in percent


@dataclass(frozen=True)
class Curve:
    """Values over the epochs, NaN where there is none, under the word that also names their colour."""

    label: str
    values: Sequence[float]

    def last(self) -> float:
        """The last value that can be drawn."""
        return finite(self.values)[-1]


@dataclass(frozen=True)
class Mark:
    """An upright line at an epoch with its text above the chart; ``kind`` is its style."""

    epoch: float
    text: str
    kind: str


@dataclass(frozen=True)
class Chart:
    """Some curves over the same epochs.

    title: what they show, with the unit.
    form: how a value is written, as in ``str.format``.
    may_be_logarithmic: whether values that fall far are shown by their ratios.
    """

    title: str
    epochs: Sequence[float]
    curves: Sequence[Curve]
    form: str = "{:.3g}"
    may_be_logarithmic: bool = True
    marks: Sequence[Mark] = ()

    def draw(self) -> Element:
        """The figure."""
        x, y = self._along(), fitting([curve.values for curve in self.curves], self.may_be_logarithmic)
        parts = [self._marks(x), self._values(y), self._drawing(x, y), self._ends(y), self._epochs(x)]
        plot = element("div", parts, class_="plot", role="img", aria_label=self._in_words())
        return element("figure", element("figcaption", self.title), plot, class_="chart")

    def _along(self) -> PageScale:
        first, last = self.epochs[0], self.epochs[-1]
        room = max(0.5, 0.015 * (last - first))
        return PageScale(max(0, first - room), last + room)

    def _in_words(self) -> str:
        """For those who hear the page."""
        descriptions = (
            f"{curve.label} from {self._written(finite(curve.values)[0])} to {self._written(curve.last())}"
            for curve in self.curves
        )
        until = f"epochs {self.epochs[0]:,.0f} to {self.epochs[-1]:,.0f}"
        return f"{self.title}, {until}: {'; '.join([*descriptions, *(mark.text for mark in self.marks)])}"

    def _written(self, value: float) -> str:
        return short(self.form.format(value))

    def _drawing(self, x: PageScale, y: PageScale) -> Element:
        grid = [stroke([(0, 100 - y(tick)), (100, 100 - y(tick))], "grid") for tick in y.ticks()]
        marks = [stroke([(x(mark.epoch), 0), (x(mark.epoch), 100)], f"mark {mark.kind}") for mark in self.marks]
        curves = [path for curve in self.curves for path in self._curve(curve, x, y)]
        return drawing([*grid, *marks, *curves])

    def _curve(self, curve: Curve, x: PageScale, y: PageScale) -> Iterator[Element]:
        """Its line, in pieces where there are values missing; few values have a dot each."""
        pairs = zip(self.epochs, curve.values, strict=True)
        points = [(x(epoch), 100 - y.beyond(value)) if isfinite(value) else (x(epoch), nan) for epoch, value in pairs]
        yield from lines(points, curve.label)
        if len(points) <= FEW:
            yield dots([point for point in points if isfinite(point[1])], curve.label)

    def _values(self, y: PageScale) -> Element:
        ticks = [element("span", short(f"{tick:.5g}"), style=_at("top", 100 - y(tick))) for tick in y.ticks()]
        return element("div", ticks, class_="values")

    def _epochs(self, x: PageScale) -> Element:
        ticks = [tick for tick in x.ticks() if tick == int(tick) and tick >= 1]
        labels = [element("span", f"{tick:,.0f}", style=_at("left", x(tick))) for tick in ticks]
        return element("div", labels, element("span", "epoch", class_="unit"), class_="epochs")

    def _ends(self, y: PageScale) -> Element:
        places = apart([100 - y(curve.last()) for curve in self.curves], LINE)
        labels = [
            element("span", f"{curve.label} {self._written(curve.last())}", class_=curve.label, style=_at("top", place))
            for curve, place in zip(self.curves, places, strict=True)
        ]
        return element("div", labels, class_="ends")

    def _marks(self, x: PageScale) -> Element | None:
        labels = [
            element("span", mark.text, class_=f"{mark.kind} {_side(x(mark.epoch))}", style=_at("left", x(mark.epoch)))
            for mark in self.marks
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


def _side(place: float) -> str:
    """Which side of a text stands at its mark, so that it stays within the chart."""
    return ("from", "around", "until")[min(int(3 * place / 100), 2)]
