"""The confusion matrix: its classes with their counts and errors, and what they are most often taken for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.diagnose.confusion import Classes, Predictions
from dlx.show.charts.confusion import ClassRow, Confusion, Mistake, confusion

# The example of sklearn.metrics.confusion_matrix in scikit-learn's documentation, with a class that nobody has.
LABELS = ["ant", "bird", "cat", "dog"]
MATRIX = [[2, 0, 0, 0], [0, 0, 1, 0], [1, 0, 2, 0], [0, 0, 0, 0]]


def chart_of(matrix: Any, labels: Any) -> Confusion:
    nobody = np.zeros(0)
    worst = Predictions(nobody, nobody, nobody, nobody, nobody)
    return confusion(Classes(np.array(matrix), worst).document("train_dev", labels))


def test_each_class_has_its_counts_and_its_error() -> None:
    chart = chart_of(MATRIX, LABELS)
    assert [list(row.counts) for row in chart.rows] == MATRIX
    assert [row.error and row.error.value for row in chart.rows] == [0, 1, pytest.approx(1 / 3), None]
    assert [row.m for row in chart.rows] == [2, 1, 3, 0]
    assert (chart.part, chart.is_counted) == ("train-dev", True)


def test_mistakes_have_their_share_of_the_class() -> None:
    mistakes = chart_of(MATRIX, LABELS).mistakes
    assert mistakes[0] == Mistake("bird", "cat", 1, 1)
    assert (mistakes[1].label, mistakes[1].predicted, mistakes[1].count) == ("cat", "ant", 1)
    assert mistakes[1].share == pytest.approx(1 / 3)
    assert len(mistakes) == 2


def test_the_worst_class_comes_first_and_those_without_examples_never() -> None:
    def labels(rows: list[ClassRow]) -> list[str]:
        return [row.label for row in rows]

    assert labels(chart_of(MATRIX, LABELS).worst_first()) == ["bird", "cat", "ant"]
    assert labels(chart_of(2 * np.eye(3, dtype=int), [3, 1, 2]).worst_first()) == ["3", "1", "2"]


def test_above_100_classes_nobody_counted() -> None:
    chart = chart_of(np.eye(101, dtype=int), range(101))
    assert not chart.is_counted
    assert {tuple(row.counts) for row in chart.rows} == {()}
