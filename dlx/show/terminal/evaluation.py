"""The evaluation of a network on the examples of a file: its error, then what is measured beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlx.show.charts.metrics import DATA, class_table, metrics_table, target_table
from dlx.show.numbers import error, interval
from dlx.show.terminal.lines import facts, say, table
from dlx.stats.measured import PartMetrics
from dlx.words import Task


def evaluation(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what `dlx evaluate` has measured: one JSON document, or tables."""
    if json:
        facts(document, json)
        return
    task = Task.REGRESSION if "rmse" in document["metrics"] else None
    facts({name: "unknown" if value is None else value for name, value in _plain_lines(document, task)})
    metrics: PartMetrics = {DATA: document["metrics"]} if document["metrics"] else {}
    of_all = metrics_table(metrics, task, document.get("target_errors"))
    for chart in (of_all, class_table(metrics), target_table(metrics)):
        if chart is not None:
            say()
            table(chart.rows, chart.titles)


def _plain_lines(document: Mapping[str, Any], task: Task | None) -> Iterator[tuple[str, object]]:
    """Names and values, the numbers rounded as in every other table; what only JSON is read for is left out."""
    ends = interval(document["low"], document["high"], task)
    rounded = {"cost": f"{document['cost']:.4g}", "error": f"{error(document['error'], task)}  (95 %: {ends})"}
    for name, value in document.items():
        if name not in ("schema_version", "low", "high", "metrics"):
            yield name, rounded.get(name, value)
