"""The signal in a network while it was trained: of each layer a row, of each measure a small curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log1p, nan

from dlx.show.charts.scales import finite, fitting
from dlx.show.page.charts import drawing, lines
from dlx.show.page.elements import Element, columns, element, table
from dlx.show.page.material import Columns, Material
from dlx.show.page.scales import PageScale, with_margin
from dlx.show.page.words import section

NOTE = (
    "From before training (epoch 0) to its end, early epochs wider apart: along each curve ln(1 + epoch). The curves "
    "of a column share their scale; the number is the last value. Z is what enters the activation."
)


@dataclass(frozen=True)
class Measure:
    """A column of ``layers.csv``; a share lies between 0 and 1."""

    column: str
    title: str
    share: bool = False
    absent: str = ""  # the sentence where it is 0 throughout


MEASURES = (
    Measure("z_std", "spread of Z"),
    Measure("dead", "dead units", share=True, absent="No unit is dead."),
    Measure("saturated", "saturated", share=True, absent="No unit is saturated."),
    Measure("gradient_norm", "‖dW‖"),
    Measure("weight_norm", "‖W‖"),
    Measure("update_ratio", "‖ΔW‖ / ‖W‖"),
)


def signal(material: Material) -> Element | None:
    """The table of small curves; None where no layer was watched."""
    measures, absent = [], []
    for measure in MEASURES if material.layers.get("layer") else ():
        values = finite(material.layers[measure.column])
        if measure.share and not any(values):
            absent.append(measure.absent)
        elif values:
            measures.append(measure)
    if not measures:
        return None
    return section("signal", "Signal in the layers", _table(material.layers, measures, " ".join([*absent, NOTE])))


def _table(layers: Columns, measures: Sequence[Measure], note: str) -> list[Element]:
    rows_of = {int(layer): _rows(layers, layer) for layer in sorted(set(layers["layer"]))}
    scales = {measure: _scale(measure, layers[measure.column]) for measure in measures}
    body = [
        element(
            "tr",
            element("th", str(layer), scope="row"),
            [_cell(layers, rows, measure, scales[measure]) for measure in measures],
        )
        for layer, rows in rows_of.items()
    ]
    heads = columns("layer", *(measure.title for measure in measures))
    return table(note, heads, body, class_="signal")


def _rows(layers: Columns, layer: float) -> list[int]:
    return [row for row, its_layer in enumerate(layers["layer"]) if its_layer == layer]


def _scale(measure: Measure, values: Sequence[float]) -> PageScale:
    if measure.share:
        return PageScale(0, 1)
    positive = [value for value in finite(values) if value > 0]  # 0 has no logarithm and lies on the border
    return with_margin(fitting([positive], may_be_logarithmic=True)) if positive else PageScale(0, 1)


def _cell(layers: Columns, rows: Sequence[int], measure: Measure, y: PageScale) -> Element:
    epochs, values = ([layers[column][row] for row in rows] for column in ("epoch", measure.column))
    x = PageScale(0, log1p(max(layers["epoch"])) or 1)
    points = [
        (x(log1p(epoch)), 100 - y(value) if isfinite(value) else nan)
        for epoch, value in zip(epochs, values, strict=True)
    ]
    curve = drawing(list(lines(points, "spark")))
    return element("td", curve, element("span", _last(values, measure.share)))


def _last(values: Sequence[float], share: bool) -> str:
    finite_values = [value for value in values if isfinite(value)]
    if not finite_values:
        return "–"
    return f"{100 * finite_values[-1]:.3g} %" if share else f"{finite_values[-1]:.3g}"
