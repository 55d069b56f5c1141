"""Metrics and baselines in tables: what matters is said where it matters, and nothing where not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.show.charts.error_remarks import rare_class_sentences, tail_sentences
from dlx.show.charts.metrics import (
    baseline_tables,
    class_table,
    metric_text,
    metrics_table,
    target_table,
)
from dlx.stats.intervals import Estimate
from dlx.stats.measured import Carriers, PartMetrics
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import measure
from dlx.words import Task


def of_classes(counts: list[int]) -> PartMetrics:
    """The metrics of a network that always answers the first class."""
    y = np.repeat(np.arange(len(counts)), counts)
    outputs = np.zeros((len(y), len(counts)))
    task = Task.BINARY if len(counts) == 2 else Task.MULTICLASS
    return {"dev": measure(Answers(task, y, outputs), [f"c{i}" for i in range(len(counts))])}


def baselines(verdict: str) -> Baselines:
    compared = PartBaseline(Estimate(0.01, 0.0, 0.02, 100), NetworkDifference(0.01, 0.0, 0.02, 100, verdict))
    return Baselines({"constant": BaselineRecord("always no", 100, {"dev": compared, "test": compared})})


def of_labels() -> PartMetrics:
    """The metrics of a network that finds the first of two labels, and the second nowhere."""
    y = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 0.0]])
    outputs = np.where(y > 0, 1.0, -1.0) * [1, 0] - [0, 1]
    return {"dev": measure(Answers(Task.MULTILABEL, y, outputs), ["sweet", "red"])}


def test_each_label_has_a_row_with_how_many_examples_have_it() -> None:
    chart = class_table(of_labels())
    assert chart is not None
    assert chart.titles[:5] == ("label, dev", "precision", "recall", "F1", "ROC AUC")
    assert [(row[0], row[3], row[-1]) for row in chart.rows] == [("sweet", "1.000", "2"), ("red", "0.000", "1")]


def of_targets() -> PartMetrics:
    y = np.array([[100.0, 0.1], [200.0, 0.3], [300.0, 0.2]])
    answers = Answers(Task.REGRESSION, y, np.add(y, [[30.0, 0.01], [-30.0, 0.01], [30.0, -0.01]]))
    return {"dev": measure(answers, ["height", "weight"])}


def test_each_target_has_a_row_in_its_own_unit() -> None:
    chart = target_table(of_targets())
    assert chart is not None
    assert [(row[0], row[2], row[3]) for row in chart.rows] == [("height", "30", "30"), ("weight", "0.01", "0.01")]
    assert target_table(of_classes([5, 5])) is target_table(of_labels()) is target_table(None) is None


def test_what_mixes_units_is_not_shown_of_targets_that_have_units_of_their_own() -> None:
    charts = [metrics_table(of_targets(), "regression", target_errors) for target_errors in (None, "relative")]
    titles = [[row[0] for row in chart.rows] for chart in charts if chart is not None]
    assert "RMSE" in titles[0]
    assert titles[1] == ["R²"]


def test_an_older_document_has_none() -> None:
    assert metrics_table(None, "binary") is None
    assert class_table(None) is None
    assert baseline_tables(None, "binary") == []


@pytest.mark.parametrize(("verdict", "answer"), [("better", "yes"), ("worse", "no"), ("not established",) * 2])
def test_baselines_stand_beside_the_network(verdict: str, answer: str) -> None:
    tables = baseline_tables(baselines(verdict), "binary")
    assert [chart.part for chart in tables] == ["dev", "test"]
    assert tables[0].rows == [("always no", "1.00 %", "1.00 %", "0.00 to 2.00 %", answer)]
    skipped = Baselines(skipped="the data stay in their file")
    assert baseline_tables(skipped, "binary") == []


@given(st.lists(st.integers(0, 20), min_size=2, max_size=6).filter(lambda counts: sum(counts) > 0))
def test_every_row_has_a_cell_for_each_title(counts: list[int]) -> None:
    metrics = of_classes(counts)
    for chart in (metrics_table(metrics, "multiclass"), class_table(metrics)):
        assert chart is not None
        assert {len(row) for row in chart.rows} == {len(chart.titles)}


def test_the_log_loss_of_a_network_that_has_diverged_fits_the_table() -> None:
    assert metric_text("log_loss", 1.9343e25, "binary") == "1.934e+25"
    assert metric_text("log_loss", 1.25, "binary") == "1.250"


def test_few_residuals_that_carry_an_error_are_counted() -> None:
    tails = {"train": Carriers(2, 3000, 0.514), "train_dev": Carriers(1, 40, 0.6)}
    assert [*tail_sentences(tails)] == [
        "the intervals of train and train-dev cannot be trusted: 2 of 3,000 and 1 of 40 residuals carry 51 % and 60 % "
        "of the squared error",
    ]
    assert [*tail_sentences({"dev": Carriers(1, 40, 0.6)})] == [
        "the interval of dev cannot be trusted: 1 of 40 residuals carries 60 % of the squared error"
    ]
    named = {"dev": Carriers(5, 400, 0.6, [7, 300, 21, 4, 5]), "test": Carriers(1, 40, 0.6)}
    assert [*tail_sentences(named)] == [
        "the intervals of dev and test cannot be trusted: 5 of 400 (rows 7, 300, 21 and 2 more) and 1 of 40 residuals "
        "carry 60 % and 60 % of the squared error"
    ]
    assert [*tail_sentences(None)] == []


def test_metrics_without_the_recall_of_the_classes_make_no_table_of_them() -> None:
    metrics = {
        part: {name: it for name, it in of_part.items() if name != "recall"} for part, of_part in of_labels().items()
    }
    assert class_table(metrics) is None


def test_the_recall_of_a_rare_class_stands_beside_the_error() -> None:
    """Of a network that always answers the first class; 0 of 9 has the Wilson interval 0 to 29.9 %."""
    assert [*rare_class_sentences(of_classes([100, 9]))] == ["recall on dev: c1 0 % (0.00 to 29.91 %) of its 9"]
    assert [*rare_class_sentences(of_classes([100, 25]))] == []  # a quarter
    assert next(rare_class_sentences(of_classes([100, 9, 8, 7]))).endswith("of its 8, and 1 more rare class")
    assert [*rare_class_sentences(of_labels())] == []
    assert [*rare_class_sentences(None)] == []
