"""The evaluation of a network on the examples of a file: its error, then what is measured beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.show.charts.metrics import DATA, class_table, metrics_table, target_table
from dlx.show.terminal.lines import facts, say, table
from dlx.words import Task


def evaluation(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what `dlx evaluate` has measured: one JSON document, or tables."""
    if json:
        facts(document, json)
        return
    facts({name: value for name, value in document.items() if name != "metrics"})
    of_data = {"metrics": {DATA: document["metrics"]} if document["metrics"] else {}}
    of_data |= {key: document[key] for key in ("target_errors",) if key in document}
    task = Task.REGRESSION if "rmse" in document["metrics"] else None
    for chart in (metrics_table(of_data, task), class_table(of_data), target_table(of_data)):
        if chart is not None:
            say()
            table(chart.rows, chart.titles)
