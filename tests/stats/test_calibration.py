"""Calibration: a temperature that was put in is found again, probabilities that are true pass, thresholds pay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.runs.predictions.calibration_remarks import doubt_of
from dlx.stats.calibration import (
    at_threshold,
    best_threshold,
    fitted_temperature,
    mean_cost,
    reliability,
    tempered,
    thresholds,
)
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import Metric
from dlx.words import Task


def honest(m: int, classes: int, seed: int = 0) -> Answers:
    """Answers whose labels are drawn from the very probabilities that they state."""
    rng = np.random.default_rng(seed)
    Z = rng.normal(size=(m, classes)) * 2
    if classes == 2:
        Z[:, 0] = 0
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    y = (P.cumsum(axis=1) < rng.random((m, 1))).sum(axis=1).clip(max=classes - 1)
    return Answers(Task.BINARY if classes == 2 else Task.MULTICLASS, y, Z)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("temperature", [0.3, 1.0, 5.0])
def test_the_temperature_that_spoiled_probabilities_is_found(classes: int, temperature: float) -> None:
    spoiled = tempered(honest(20_000, classes), 1 / temperature)
    assert fitted_temperature(spoiled) == pytest.approx(temperature, rel=0.05)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(2, 4))
def test_no_temperature_nearby_has_a_lower_log_loss(seed: int, classes: int) -> None:
    answers = honest(40, classes, seed)
    log_loss, best = Metric.parse("log_loss"), fitted_temperature(answers)
    least = log_loss.value(tempered(answers, best))
    for factor in (0.97, 1.03):
        if 0.05 < best * factor < 20:
            assert log_loss.value(tempered(answers, best * factor)) >= least - 1e-12


@pytest.mark.parametrize("classes", [2, 4])
def test_true_probabilities_lie_on_the_diagonal_and_spoiled_ones_do_not(classes: int) -> None:
    answers = honest(50_000, classes)
    assert reliability(answers).error < 0.01
    assert reliability(tempered(answers, 0.3)).error > 0.1
    for entry in reliability(answers).bins:
        assert entry.share.low - 0.02 <= entry.probability <= entry.share.high + 0.02
        assert entry.low <= entry.probability <= entry.high
    assert sum(entry.share.m or 0 for entry in reliability(answers).bins) == 50_000


@pytest.mark.parametrize(
    ("false_positive", "false_negative"),
    [(1, 9), *(pytest.param(*costs, marks=pytest.mark.thorough) for costs in ((1, 1), (4, 1)))],
)
def test_the_threshold_for_a_cost_is_where_true_probabilities_put_it(
    false_positive: float, false_negative: float
) -> None:
    # Whoever knows p pays least by naming the second class above FP/(FP + FN): C. Elkan, IJCAI 2001.
    answers = honest(20_000, 2)

    def cost(answers: Answers) -> float:
        return mean_cost(answers, false_positive, false_negative)

    threshold = best_threshold(answers, cost)
    assert threshold == pytest.approx(false_positive / (false_positive + false_negative), abs=0.05)
    assert cost(at_threshold(answers, threshold)) <= cost(answers)


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_no_threshold_does_better_than_the_best(seed: int) -> None:
    answers = honest(30, 2, seed)
    metric = Metric.parse("balanced_error")
    chosen = metric.value(at_threshold(answers, best_threshold(answers, metric.value)))
    assert chosen == min(metric.value(at_threshold(answers, float(value))) for value in thresholds(answers))


def test_equal_thresholds_leave_one_half() -> None:
    answers = Answers(Task.BINARY, np.array([0, 1]), np.array([[0.0, -2.0], [0.0, 2.0]]))
    assert best_threshold(answers, lambda answers: 0.0) == 0.5


def scores(log_loss: float, brier: float) -> dict[str, dict[str, float]]:
    return {"log_loss": {"value": log_loss}, "brier": {"value": brier}}


def test_a_temperature_is_advised_where_both_measures_gain_more_than_chance_gives() -> None:
    # 2·m·(gain of the log loss) is χ² with one degree of freedom where 1 is the right temperature: SciPy's
    # chi2.ppf(0.99, 1) is 6.635.
    before = scores(0.45, 0.140)
    assert doubt_of(before, scores(0.40, 0.135), m=100) == ""
    both = "log loss 0.45 → 0.4, Brier score 0.14 → 0.145"
    assert doubt_of(before, scores(0.40, 0.145), m=100).startswith(f"{both}: better by one measure and worse by")
    assert "so little that it may be chance" in doubt_of(before, scores(0.40, 0.135), m=66)
