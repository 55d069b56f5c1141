"""Labels of stored metrics: all of a part have the same, and one that has others is named; and the printed table."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.documents.classes import ClassesDocument, ConfusedPair, check_labels
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


def test_classes_are_printed_as_their_table() -> None:
    pairs = [ConfusedPair("dog", "cat", 12), ConfusedPair("cat", "dog", 1)]
    classes = ClassesDocument("dev", ["cat", "dog"], [[30, 1], [12, 4]], [], pairs, [])
    assert str(classes).splitlines()[1:] == ["dev  cat  dog", "cat   30    1", "dog   12    4"]
    many = ClassesDocument("dev", ["cat", "dog"], None, [], pairs, [])
    assert str(many).splitlines()[1:] == ["dog taken for cat  12", "cat taken for dog  1"]
