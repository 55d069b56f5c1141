"""The curves of a run: its costs and its errors over the epochs."""

from __future__ import annotations

from math import isfinite, nan

from dlx.show.page.charts import Chart, Curve, Mark
from dlx.show.page.elements import Element, element
from dlx.show.page.material import Material
from dlx.show.page.scales import finite
from dlx.show.page.words import section
from dlx.words import Task

COSTS = {"cost": "cost", "train": "train_cost", "dev": "dev_cost"}
ERRORS = {"train": "train_error", "dev": "dev_error"}
NOTE = (
    "cost: the mean over an epoch's mini-batches, each before its update, penalty included. train and dev: of the "
    "frozen network, without penalty."
)
NOTE_OF_OBJECTIVE = "cost: of each step before its update, penalty included; train: after it, without penalty."


def curves(material: Material) -> Element | None:
    """Cost and error; None where there is no epoch yet."""
    regression = material.task == Task.REGRESSION
    error = ("RMSE (units of the target)", "{:.3g}", 1) if regression else ("Error (%)", "{:.2f} %", 100)
    charts = [_chart(material, COSTS, "Cost", "{:.3g}", 1), _chart(material, ERRORS, *error)]
    figures = [chart.draw() for chart in charts if chart.curves]
    if not figures:
        return None
    note = NOTE_OF_OBJECTIVE if material.facts.get("objective") else NOTE
    return section("curves", "Curves", element("div", figures, class_="charts"), element("p", note, class_="note"))


def _chart(material: Material, columns: dict[str, str], title: str, form: str, factor: float) -> Chart:
    series = {label: material.metrics.get(column, ()) for label, column in columns.items()}
    lines = [Curve(label, [factor * value for value in values]) for label, values in series.items() if finite(values)]
    logarithmic = title != "Error (%)"
    return Chart(title, material.metrics.get("epoch", ()), lines, form, logarithmic, _marks(material))


def _marks(material: Material) -> list[Mark]:
    """The epoch that is kept where it is not the last, and the end of all numbers."""
    epochs, kept_epoch = material.metrics.get("epoch", ()), material.facts.get("kept_epoch")
    costs = material.metrics.get("cost", ())
    lost = next((epoch for epoch, cost in zip(epochs, costs, strict=True) if not isfinite(cost)), nan)
    marks = [Mark(lost, f"not finite from epoch {lost:,.0f}", "alarm")] if isfinite(lost) else []
    if kept_epoch is None or kept_epoch not in epochs or kept_epoch == epochs[-1]:
        return marks
    return [*marks, Mark(kept_epoch, f"epoch {kept_epoch:,} kept", "kept")]
