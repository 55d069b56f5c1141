"""The metrics of a training in folds as tables: those of all examples out of their fold, and of each fold by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.show.charts.metrics import ends_text, metric_text, readable
from dlx.show.words import title_of_metric

Document = Mapping[str, Any]


@dataclass(frozen=True)
class FoldMetric:
    """A metric as people read it: of all examples out of their fold, with its interval, and of each fold."""

    title: str
    value: str
    interval: str
    folds: Sequence[str]
    least: str
    largest: str


def fold_numbers(document: Document) -> list[str]:
    """The folds that have metrics, as titles of columns."""
    return [f"fold {training['fold']}" for training in _trainings(document)]


def fold_metrics(document: Document, task: str | None) -> list[FoldMetric]:
    """Those of a ``folds.json``; none in one of an older dlx, or of folds that are not all trained."""
    pooled = (document.get("metrics") or {}).get(OUT_OF_FOLD) or {}
    return list(_metrics(document, pooled, task))


def _metrics(document: Document, pooled: Document, task: str | None) -> Iterator[FoldMetric]:
    for name, entry in readable(pooled, document).items():
        values = [(training["metrics"].get(name) or {}).get("value") for training in _trainings(document)]
        defined = [value for value in values if value is not None]
        least, largest = (metric_text(name, end(defined) if defined else None, task) for end in (min, max))
        folds = [metric_text(name, value, task) for value in values]
        value = metric_text(name, entry["value"], task)
        yield FoldMetric(title_of_metric(name), value, ends_text(name, entry, task), folds, least, largest)


def _trainings(document: Document) -> list[Document]:
    return [training for training in document.get("trainings") or () if training.get("metrics")]
