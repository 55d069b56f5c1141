"""The trend of a cost: slopes as SciPy finds them, and no single row that decides."""

from __future__ import annotations

from math import exp, isnan, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from dlx.diagnose.trend import recent_fall


@given(st.integers(24, 80), st.floats(0.005, 0.1), st.integers(0, 1000))
def test_the_slope_is_that_of_scipy(rows: int, rate: float, seed: int) -> None:
    epochs = np.arange(1, rows + 1)
    costs = np.exp(-rate * epochs + 0.02 * rate * rows * np.random.default_rng(seed).standard_normal(rows))
    late = epochs >= np.floor(0.75 * rows)
    slope = theilslopes(np.log(costs[late]), epochs[late]).slope
    assert recent_fall(epochs, costs, 0.25) == pytest.approx(1 - exp(slope * rows / 4), abs=1e-9)


@given(st.integers(8, 60), st.integers(0, 7), st.floats(0.1, 10))
def test_a_wild_row_changes_nothing(rows: int, back: int, factor: float) -> None:
    epochs, costs = np.arange(1, rows + 1), 0.97 ** np.arange(rows)
    wild = costs.copy()
    wild[rows - 1 - back] *= factor
    assert recent_fall(epochs, costs, 0.25) == pytest.approx(1 - exp(log(0.97) * rows / 4))
    assert recent_fall(epochs, wild, 0.25) > 0.2 * recent_fall(epochs, costs, 0.25)


def test_rows_that_only_scatter_do_not_fall() -> None:
    falls = [
        recent_fall(range(1, 61), np.exp(0.2 * np.random.default_rng(seed).standard_normal(60)), 0.25)
        for seed in range(200)
    ]
    assert np.mean(np.array(falls) > 0.05) < 0.08


@pytest.mark.parametrize("costs", [[], [0.5]], ids=str)
def test_a_single_row_has_no_trend(costs: list[float]) -> None:
    assert isnan(recent_fall(range(1, len(costs) + 1), costs, 0.25))


@pytest.mark.parametrize(
    ("costs", "fall"), [([1.0, 0.5], 0.5), ([0.4, 0.4, 0.1], 0.75), ([1.0, 1.0, 1.0, 0.0], 1.0)], ids=str
)
def test_of_few_rows_or_none_above_0_the_last_is_compared(costs: list[float], fall: float) -> None:
    assert recent_fall(range(1, len(costs) + 1), costs, 0.25) == pytest.approx(fall)


def test_of_many_rows_some_are_enough() -> None:
    epochs = np.arange(1, 1_000_001)
    costs = np.exp(-1e-6 * epochs + 0.02 * np.random.default_rng(0).standard_normal(len(epochs)))
    late = slice(750_000, None, 500)
    slope = theilslopes(np.log(costs[late]), epochs[late]).slope
    fall = recent_fall(epochs, costs, 0.25)
    assert fall == pytest.approx(1 - exp(slope * 250_000), rel=0.05)
    assert fall == pytest.approx(1 - exp(-0.25), rel=0.05)
