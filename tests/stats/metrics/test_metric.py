"""Metrics are those of scikit-learn, each with an interval that holds the true value as often as it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import Metric, measure, value_of
from dlx.words import Task

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "metrics.json").read_text(encoding="utf-8"))
COVERED = 0.91  # the least share of 300 intervals of 95 %: three standard errors of chance below it


def metric(name: str) -> Metric:
    return Metric.parse(name)


def drawn_classes(count: int, m: int, rarest: float, rounded: bool) -> Answers:
    """As tests/reference/make_metrics.py draws them."""
    rng = np.random.RandomState(m)
    shares = np.full(count, (1 - rarest) / (count - 1))
    shares[-1] = rarest
    y = rng.choice(count, size=m, p=shares)
    y[:count] = np.arange(count)
    logits = rng.normal(size=(m, count)) + 1.5 * np.eye(count)[y]
    if count == 2:
        logits[:, 0] = 0
    task = Task.BINARY if count == 2 else Task.MULTICLASS
    return Answers(task, y, np.round(logits) if rounded else logits)


def drawn_labels(m: int, k: int, rarest: float, rounded: bool) -> Answers:
    """As tests/reference/make_metrics.py draws them."""
    rng = np.random.RandomState(m + k)
    shares = np.linspace(0.6, rarest, k)
    y = (rng.random_sample((m, k)) < shares).astype(float)
    y[0], y[1] = 1, 0
    logits = rng.normal(size=(m, k)) + 2.0 * y - 1
    return Answers(Task.MULTILABEL, y, np.round(logits) if rounded else logits)


def drawn_regression(m: int, k: int) -> Answers:
    rng = np.random.RandomState(m)
    y = rng.normal(size=(m, k)) * 10 + 3
    return Answers(Task.REGRESSION, y, y + rng.standard_t(4, size=(m, k)))


@pytest.mark.parametrize("case", REFERENCE["classes"], ids=lambda case: str(case["given"]))
def test_metrics_of_classes_are_those_of_scikit_learn(case: dict[str, Any]) -> None:
    answers = drawn_classes(*case["given"])
    measured: Any = measure(answers, range(answers.class_count))
    assert {name: entry.value for name, entry in measured.items()} == pytest.approx(case["metrics"], abs=1e-12)
    for name, values in case["classes"].items():
        classes = [entry.value or 0.0 for entry in measured[name].classes]
        assert classes == pytest.approx(values, abs=1e-12)


@pytest.mark.parametrize("case", REFERENCE["labels"], ids=lambda case: str(case["given"]))
def test_metrics_of_several_labels_are_the_macro_averages_of_scikit_learn_and_those_of_each(
    case: dict[str, Any],
) -> None:
    answers = drawn_labels(*case["given"])
    names = [f"label {number}" for number in range(answers.y.shape[1])]
    measured: Any = measure(answers, names)
    assert {name: entry.value for name, entry in measured.items()} == pytest.approx(case["metrics"], abs=1e-12)
    for name, values in case["labels"].items():
        assert [entry.label for entry in measured[name].classes] == names
        assert [entry.value for entry in measured[name].classes] == pytest.approx(values, abs=1e-12)
        assert measured[name].low <= measured[name].value <= measured[name].high
    assert [entry.m for entry in measured["recall"].classes] == answers.y.sum(axis=0).tolist()


def test_a_label_that_no_example_has_counts_only_where_it_is_said_of_some() -> None:
    y = np.array([[1.0, 0], [0, 0], [1, 0]])
    Z = np.where(y > 0, 2.0, -2.0)
    assert measure(Answers(Task.MULTILABEL, y, Z))["f1"].value == 1
    assert measure(Answers(Task.MULTILABEL, y, Z))["roc_auc"].value == 1
    Z[0, 1] = 2
    assert measure(Answers(Task.MULTILABEL, y, Z))["f1"].value == 0.5


@pytest.mark.parametrize("case", REFERENCE["regressions"], ids=lambda case: str(case["given"]))
def test_metrics_of_regressions_are_those_of_scikit_learn(case: dict[str, Any]) -> None:
    names = [f"target {number}" for number in range(case["given"][1])]
    measured: Any = measure(drawn_regression(*case["given"]), names)
    assert {name: entry.value for name, entry in measured.items()} == pytest.approx(case["metrics"], rel=1e-12)
    for name, values in case["targets"].items() if len(names) > 1 else ():
        assert [entry.label for entry in measured[name].targets] == names
        assert [entry.value for entry in measured[name].targets] == pytest.approx(values, rel=1e-12)
        assert all(entry.low < entry.value < entry.high for entry in measured[name].targets)
    assert len(names) > 1 or all(entry.targets is None for entry in measured.values())


@given(st.integers(2, 5), st.integers(5, 60), st.integers(0, 1000))
def test_every_value_lies_in_its_interval_and_metrics_of_classes_from_0_to_1(count: int, m: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(m, count)) * rng.choice([0, 1, 30])
    if count == 2:
        logits[:, 0] = 0
    task = Task.BINARY if count == 2 else Task.MULTICLASS
    for name, entry in measure(Answers(task, rng.integers(count, size=m), logits), range(count)).items():
        estimates: list[Any] = [entry, *(entry.classes or [])]
        for estimate in estimates:
            if estimate.value is not None:
                assert (estimate.low or 0) <= estimate.value + 1e-12
                assert estimate.high is None or estimate.value <= estimate.high + 1e-12
                assert name in ("log_loss", "brier") or -1e-12 <= estimate.value <= 1 + 1e-12


def test_a_network_that_always_says_the_same_is_at_chance() -> None:
    answers = Answers(Task.BINARY, np.repeat([0, 1], [98, 2]), np.zeros((100, 2)))
    measured: Any = measure(answers, ["no", "yes"])
    assert measured["balanced_error"].value == measured["roc_auc"].value == 0.5
    assert [entry.value for entry in measured["recall"].classes] == [1, 0]
    assert measured["recall"].classes[1].high > 0.5  # of two examples little is known


def test_what_is_not_defined_is_null() -> None:
    one_class = measure(Answers(Task.BINARY, np.zeros(5, np.intp), np.zeros((5, 2))))
    assert one_class["roc_auc"].value is None
    assert measure(Answers(Task.REGRESSION, np.ones((4, 1)), np.zeros((4, 1))))["r2"].value is None
    infinite = Answers(Task.REGRESSION, np.ones((4, 1)), np.full((4, 1), nan))
    assert all(entry.value is None for entry in measure(infinite).values())
    assert np.isnan(value_of(metric("mae"), infinite))


def test_a_perfect_ranking_of_few_examples_is_not_certain() -> None:
    few = Answers(Task.BINARY, np.repeat([0, 1], 5), np.stack([np.zeros(10), np.arange(10)], axis=1))
    estimate = metric("roc_auc").estimate(few, np.random.default_rng(0))
    assert estimate.value == estimate.high == 1
    assert 0.5 < estimate.low < 0.8


def _scores(rng: np.random.Generator, m: int) -> Answers:
    y = (rng.random(m) < 0.3).astype(np.intp)
    return Answers(Task.BINARY, y, np.stack([np.zeros(m), rng.normal(size=m) + 1.2 * y], axis=1))


def _labels(rng: np.random.Generator, m: int) -> Answers:
    y = (rng.random((m, 3)) < [0.5, 0.3, 0.2]).astype(float)
    shared = rng.normal(size=(m, 1))  # what makes an example hard makes it so for all its labels
    return Answers(Task.MULTILABEL, y, shared + rng.normal(size=(m, 3)) + 2 * y - 1)


def _targets(rng: np.random.Generator, m: int) -> Answers:
    y = rng.normal(size=(m, 1))
    return Answers(Task.REGRESSION, y, y + 0.5 * rng.normal(size=(m, 1)))


@pytest.mark.parametrize(
    ("name", "draw"),
    [
        *((name, _scores) for name in ("balanced_error", "precision", "recall", "f1", "roc_auc", "log_loss")),
        pytest.param("brier", _scores, marks=pytest.mark.thorough),  # a mean of the examples as the log loss is
        ("average_precision", _scores),
        *((name, _labels) for name in ("balanced_error", "recall", "f1", "roc_auc", "log_loss", "subset_error")),
        *((name, _targets) for name in ("r2", "rmse", "median_absolute_error", "absolute_error_90")),
        pytest.param("mae", _targets, marks=pytest.mark.thorough),  # a mean too
    ],
)
def test_intervals_hold_the_true_value_as_often_as_they_say(
    name: str, draw: Callable[[np.random.Generator, int], Answers]
) -> None:
    rng = np.random.default_rng(3)
    true = metric(name).value(draw(rng, 200_000))
    estimates = [metric(name).estimate(draw(rng, 150), np.random.default_rng(0)) for _ in range(300)]
    assert np.mean([estimate.low <= true <= estimate.high for estimate in estimates]) >= COVERED


def test_intervals_are_the_same_whenever_they_are_computed() -> None:
    assert measure(drawn_regression(700, 2)) == measure(drawn_regression(700, 2))


@pytest.mark.parametrize(("count", "most"), [(2, 1.0), (4, 2.0)])
def test_a_brier_score_is_not_said_to_be_more_than_it_can_be(count: int, most: float) -> None:
    y = np.arange(60) % count
    logits = 40.0 * np.eye(count)[y]
    logits[:2] = logits[:2, ::-1]  # two sure mistakes among answers that hardly err
    if count == 2:
        logits -= logits[:, :1]
    estimate: Any = measure(Answers(Task.BINARY if count == 2 else Task.MULTICLASS, y, logits))["brier"]
    assert estimate.value <= estimate.high <= most
