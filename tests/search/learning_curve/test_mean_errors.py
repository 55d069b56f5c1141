"""Mean errors of several trainings: as unsure as their examples and chance in training make them."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.search.learning_curve.mean_errors import mean_dev_errors, mean_train_errors
from dlx.stats.intervals import error_rate
from dlx.stats.power_law import Points
from dlx.words import Task


def test_a_mean_train_error_is_as_unsure_as_its_examples_and_chance_in_training() -> None:
    alike = [error_rate(0.1, 200)] * 3
    (sure,) = mean_train_errors([alike])
    assert (sure.low, sure.high) == pytest.approx((alike[0].low, alike[0].high))
    apart = [error_rate(value, 200) for value in (0.0, 0.1, 0.2)]
    unsure = mean_train_errors([apart, alike])
    assert unsure[0].value == pytest.approx(0.1)
    for estimate in unsure:  # what the trainings of one size tell of chance holds for the others
        assert estimate.low < sure.low
        assert estimate.high > sure.high
    few = [error_rate(value, 20) for value in (0.05, 0.1, 0.15)]
    expected = [sum(getattr(error, end) for error in few) / 3 for end in ("low", "high")]
    (explained,) = mean_train_errors([few])  # 20 examples alone let an error vary as much
    assert [explained.low, explained.high] == pytest.approx(expected)


def test_a_mean_dev_error_has_the_interval_of_its_deviation() -> None:
    errors = np.array([0.2, 0.1, 0.0])
    binomial = np.array([0.2 * 0.8 / 500, 0.1 * 0.9 / 500, (1 / 500) ** 2])
    rates = mean_dev_errors(Points(np.array([10, 20, 40]), errors, np.diag(binomial)), Task.BINARY)
    for rate, error in zip(rates, errors, strict=True):
        expected = error_rate(float(error), 500)
        assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high), rel=1e-3)
    (estimate,) = mean_dev_errors(Points(np.array([10]), np.array([2.0]), np.array([[0.25]])), Task.REGRESSION)
    assert (estimate.low, estimate.high) == pytest.approx((2 - 1.96 * 0.5, 2 + 1.96 * 0.5), rel=1e-3)
