"""The diagnosis of a run: errors and the gaps between them as a waterfall, findings, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlx.diagnose.verdict import in_words
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.findings import Finding
from dlx.language import translated
from dlx.show.charts.error_remarks import error_remarks
from dlx.show.charts.quantities import error_quantity
from dlx.show.charts.waterfall import ErrorGap, Waterfall, waterfall
from dlx.show.numbers import error
from dlx.show.page.elements import Element, element, scrolled
from dlx.show.page.findings import finding_linked, findings_list
from dlx.show.page.material import Material
from dlx.show.page.scales import PageScale
from dlx.show.page.words import ends, of_what, section
from dlx.show.rates import RATE_IS_SET, rates_in_words
from dlx.show.words import level_of, title_of_metric
from dlx.stats.intervals import Estimate
from dlx.words import Task

TITLES = ("error", "95 % interval", "examples, level")
ROOM = 1.08  # to the right of the highest end of an interval
HEIGHT, MIDDLE = 100, 50  # of a row, in percent


def verdict(material: Material, with_findings: bool = True) -> Element | None:
    """All that a diagnosis tells of the errors; None where there is none. In folds no findings are looked for."""
    document = material.diagnosis
    if document is None:
        return None
    return section(
        "diagnosis",
        "Diagnosis",
        [_Table(waterfall(document, material.task)).draw(), _judged(document, material.task)],
        *(element("p", f"{sentence[0].upper()}{sentence[1:]}.") for sentence in error_remarks(document)),
        *(_findings(document.findings) if with_findings else ()),
        *_next(document, material.advice, material.commands),
    )


@dataclass(frozen=True)
class _Table:
    """A table of the errors, each gap between them as a row of its own, on one scale."""

    chart: Waterfall

    def draw(self) -> Element:
        """The table."""
        title = f"{of_what(self.chart.task)} of each part, and the gaps between them"
        cells = [element("td", role="cell"), *(_cell("th", text, "columnheader", scope="col") for text in TITLES)]
        scale = _cell("th", self._axis(), "columnheader", scope="col", class_="bar")
        head = element("thead", element("tr", cells, scale, role="row"), role="rowgroup")
        body = element("tbody", self._rows(), role="rowgroup")
        return element("table", head, body, class_="waterfall", role="table", aria_label=title)

    def _scale(self) -> PageScale:
        return PageScale(0, ROOM * self.chart.top)

    def _rows(self) -> Iterator[Element]:
        """The gap below each error before it."""
        gaps, task = {gap.upper: gap for gap in self.chart.gaps}, self.chart.task
        for part, measured in self.chart.errors.items():
            if part in gaps:
                yield self._gap(gaps[part])
            shapes = [*self._grid(), *self._point(measured)]
            m = "" if measured.m is None else f"{measured.m:,}"
            yield _row(in_words(part), error(measured.value, task), ends(measured, task), m, shapes)

    def _gap(self, gap: ErrorGap) -> Element:
        level = element("span", translated(gap.level, of=gap.key), class_=f"badge {gap.level}")
        shapes = [*self._grid(), *self._bar(gap)]
        parts = " − ".join(map(in_words, (gap.upper, gap.lower)))
        title = [element("span", gap.name), element("small", parts)]
        value, interval = error(gap.size.value, self.chart.task), ends(gap.size, self.chart.task)
        return _row(title, value, interval, level, shapes, "gap")

    def _grid(self) -> list[Element]:
        x = self._scale()
        return [_line(x(tick), 0, x(tick), HEIGHT, "grid") for tick in x.ticks()]

    def _axis(self) -> Element:
        x, factor = self._scale(), error_quantity(self.chart.task).factor
        unit = "" if self.chart.task == Task.REGRESSION else " %"
        ticks = [tick for tick in x.ticks() if x(tick) < 96]
        labels = [element("span", f"{factor * tick:.4g}{unit}", style=f"left:{x(tick):.2f}%") for tick in ticks]
        return element("div", labels, class_="axis", aria_hidden="true")

    def _point(self, measured: Estimate) -> list[Element]:
        """The value, and its interval where it has one."""
        x, (low, high) = self._scale(), (measured.low, measured.high)
        whiskers = [
            _line(x(low), MIDDLE, x(high), MIDDLE, "interval"),
            *(_line(x(end), 30, x(end), 70, "interval") for end in (low, high)),
        ]
        point = element("circle", cx=f"{x(measured.value):.2f}%", cy=f"{MIDDLE}%", r="4.5", class_="point")
        return [*(whiskers if low < high else []), point]

    def _bar(self, gap: ErrorGap) -> list[Element]:
        """The gap from one error to the other, and where the tolerance would end."""
        x = self._scale()
        lower, upper = (self.chart.errors[part].value for part in (gap.lower, gap.upper))
        left, right = sorted((x(lower), x(upper)))
        size = {"x": f"{left:.2f}%", "y": "22%", "width": f"{right - left:.2f}%", "height": "56%"}
        limit = x(lower + self.chart.tolerance)
        return [element("rect", **size, class_=gap.level), _line(limit, 8, limit, 92, "tolerance")]


def _row(
    name: str | list[Element], value: str, interval: str, last: str | Element, shapes: list[Element], kind: str = ""
) -> Element:
    cells = [_cell("td", value, "cell"), _cell("td", interval, "cell"), _cell("td", last, "cell")]
    picture = element("svg", shapes, aria_hidden="true")
    header = _cell("th", name, "rowheader", scope="row")
    return element("tr", header, cells, _cell("td", picture, "cell", class_="bar"), role="row", class_=kind or None)


def _cell(name: str, content: str | Element | list[Element], role: str, **attributes: str) -> Element:
    """With its role, which a browser forgets where a style sheet lays the table out anew."""
    return element(name, content, role=role, **attributes)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Element:
    ends = zip(("x1", "y1", "x2", "y2"), (x1, y1, x2, y2), strict=True)
    return element("line", class_=kind, **{name: f"{value:.2f}%" for name, value in ends})


def _judged(document: DiagnosisDocument, task: str | None) -> Element:
    optimal, tolerance = (error(value, task) for value in (document.optimal_error, document.tolerance))
    badge = element("strong", document.verdict, class_=f"badge {level_of(document.verdict)}")
    explanation = (
        f" A gap is high where its whole interval lies above the tolerance of {tolerance} (dashed), low where no part "
        f"of it does, else unsettled. The optimal error is taken as {optimal}."
    )
    if measure := document.measure:
        explanation = f"{explanation} All are of the {title_of_metric(measure.name)}."
    return element("p", badge, explanation)


def _findings(findings: Sequence[Finding]) -> Iterator[Element]:
    yield element("h3", "Findings")
    if not findings:
        yield element("p", "None: nothing that is known to go wrong was found.")
    else:
        yield findings_list(findings)


def _next(document: DiagnosisDocument, advice: Sequence[str], commands: Sequence[str]) -> Iterator[Element]:
    steps = advice or document.next
    if steps or commands:
        yield element("h3", "What to do next")
    if tested := rates_in_words(document.learning_rate, any(RATE_IS_SET in line for line in commands)):
        yield element("p", f"Learning rates were tested: {tested}.")
    if steps:
        names = {finding.name for finding in document.findings}
        yield element("ul", [element("li", finding_linked(step, names)) for step in steps])
    if commands:
        yield scrolled(element("pre", element("code", "\n".join(commands))), "commands")
