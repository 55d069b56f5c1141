"""The evaluation of a network on the examples of a file: its error, then what is measured beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.show.charts.metrics import DATA, class_table, metrics_table, target_table
from dlx.show.terminal.lines import facts, say, table
from dlx.stats.measured import PartMetrics
from dlx.words import Task


def evaluation(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what `dlx evaluate` has measured: one JSON document, or tables."""
    if json:
        facts(document, json)
        return
    facts({name: "unknown" if value is None else value for name, value in document.items() if name != "metrics"})
    metrics: PartMetrics = {DATA: document["metrics"]} if document["metrics"] else {}
    task = Task.REGRESSION if "rmse" in document["metrics"] else None
    of_all = metrics_table(metrics, task, document.get("target_errors"))
    for chart in (of_all, class_table(metrics), target_table(metrics)):
        if chart is not None:
            say()
            table(chart.rows, chart.titles)
