"""Labels of stored metrics: all of a part have the same, and one that has others is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.documents.classes import check_labels
from dlx.errors import DataError
from dlx.stats.measured import LabelValue, MeasuredMetric


def metric(*labels: str) -> MeasuredMetric:
    return MeasuredMetric(0.5, 0.4, 0.6, 9, [LabelValue(label, 0.5, 0.4, 0.6, 3) for label in labels])


def test_the_same_labels_in_each_metric_of_a_part_are_sound() -> None:
    alone = MeasuredMetric(0.5, 0.4, 0.6, 9)
    metrics = {"dev": {"error": alone, "recall": metric("a", "b"), "f1": metric("a", "b")}, "test": {"f1": metric("a")}}
    check_labels(Path("folds.json"), metrics)
    check_labels(Path("folds.json"), None)


@pytest.mark.parametrize("labels", [("a",), ("b", "a"), ("a", "b", "c")])
def test_other_labels_than_those_beside_them_are_named(labels: tuple[str, ...]) -> None:
    with pytest.raises(DataError) as caught:
        check_labels(Path("folds.json"), {"dev": {"recall": metric("a", "b"), "f1": metric(*labels)}})
    assert str(caught.value) == (
        "folds.json: is damaged: metrics.dev.f1.classes has other labels than metrics.dev.recall.classes"
    )


def test_targets_are_checked_like_classes() -> None:
    weight, height = (LabelValue(name, 1.0, 0.5, 2.0) for name in ("weight", "height"))
    both, alone = (MeasuredMetric(1.0, 0.5, 2.0, 9, None, targets) for targets in ([weight, height], [weight]))
    with pytest.raises(DataError, match=r"metrics\.test\.mae\.targets has other labels"):
        check_labels(Path("diagnosis.json"), {"test": {"rmse": both, "mae": alone}})
