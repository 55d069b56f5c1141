"""The metrics of a training in folds as tables: those of all examples out of their fold, and of each fold by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.documents.folds import FoldRecord, FoldsDocument
from dlx.show.charts.metrics import ends_text, metric_text, readable
from dlx.show.words import title_of_metric


@dataclass(frozen=True)
class FoldMetric:
    """A metric as people read it: of all examples out of their fold, with its interval, and of each fold."""

    title: str
    value: str
    interval: str
    folds: Sequence[str]
    least: str
    largest: str


def fold_numbers(document: FoldsDocument) -> list[str]:
    """The folds that have metrics, as titles of columns."""
    return [f"fold {training.fold}" for training in _trainings(document)]


def fold_metrics(document: FoldsDocument) -> list[FoldMetric]:
    """Those of a training in folds; none of one of an older dlx, or of folds that are not all trained."""
    return list(_metrics(document, document.task))


def _metrics(document: FoldsDocument, task: str | None) -> Iterator[FoldMetric]:
    pooled = document.metrics.get(OUT_OF_FOLD) or {}
    for name, metric in readable(pooled, document.target_errors).items():
        of_folds = [training.metrics.get(name) for training in _trainings(document)]
        values = [None if of_fold is None else of_fold.value for of_fold in of_folds]
        defined = [value for value in values if value is not None]
        least, largest = (metric_text(name, end(defined) if defined else None, task) for end in (min, max))
        folds = [metric_text(name, value, task) for value in values]
        value = metric_text(name, metric.value, task)
        yield FoldMetric(title_of_metric(name), value, ends_text(name, metric, task), folds, least, largest)


def _trainings(document: FoldsDocument) -> list[FoldRecord]:
    return [training for training in document.trainings if training.metrics]
