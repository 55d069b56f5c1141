"""The curves of a run: its costs and its errors over the epochs."""

from __future__ import annotations

from dlx.show.charts.curves import training_curves
from dlx.show.page.charts import figure
from dlx.show.page.elements import Element, element
from dlx.show.page.material import Material
from dlx.show.page.words import section

NOTE = (
    "cost: the mean over an epoch's mini-batches, each before its update, penalty included. train and dev: of the "
    "frozen network, without penalty."
)
NOTE_OF_OBJECTIVE = "cost: of each step before its update, penalty included; train: after it, without penalty."


def curves(material: Material) -> Element | None:
    """Cost and error; None where there is no epoch yet."""
    charts = training_curves(material.metrics, material.task, material.facts.get("kept_epoch"))
    figures = [figure(chart) for chart in charts if chart.curves]
    if not figures:
        return None
    note = NOTE_OF_OBJECTIVE if material.facts.get("objective") else NOTE
    return section("curves", "Curves", element("div", figures, class_="charts"), element("p", note, class_="note"))
