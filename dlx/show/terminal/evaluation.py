"""The evaluation of a network on the examples of a file: its error, then what is measured beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dlx.language import translated
from dlx.show import numbers
from dlx.show.charts.metrics import DATA, class_table, metrics_table, target_table
from dlx.show.terminal.diagnosis import translated_rows
from dlx.show.terminal.lines import facts, say, table
from dlx.show.words import title_of_error
from dlx.stats.measured import PartMetrics
from dlx.words import Task


def _rows(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was measured on what, and the error with its interval."""
    task = Task.REGRESSION if "rmse" in document["metrics"] else None
    examples = [f"{document['m']:,} example{'s' * (document['m'] != 1)}"]
    if document["in_train"]:
        examples.append(f"{document['in_train']:,} of them trained on")
    if document.get("left_out"):
        examples.append(f"{document['left_out']:,} more left out")
    yield "run", str(document["run"])
    yield "data", f"{document['data']}: {', '.join(map(translated, examples))}"
    error = numbers.error(document["error"], task)
    if document["low"] is not None and document["high"] is not None:
        error += f" (95 %: {translated(numbers.interval(document['low'], document['high'], task))})"
    unit = f", {translated('in the unit of the target')}" if task and not document.get("target_errors") else ""
    name = "RMSE" if unit else title_of_error(document.get("target_errors"))
    yield name, f"{error}{unit}"
    yield "cost", translated("unknown") if document["cost"] is None else f"{document['cost']:.4g}"


def evaluation(document: Mapping[str, Any], json: bool = False) -> None:
    """Prints what `dlx evaluate` has measured: one JSON document, or tables."""
    if json:
        facts(document, json)
        return
    table([(translated(name), text) for name, text in _rows(document)])
    task = Task.REGRESSION if "rmse" in document["metrics"] else None
    metrics: PartMetrics = {DATA: document["metrics"]} if document["metrics"] else {}
    of_all = metrics_table(metrics, task, document.get("target_errors"))
    for chart in (of_all, class_table(metrics), target_table(metrics)):
        if chart is not None:
            say()
            table(translated_rows(chart), [*map(translated, chart.titles)])
