"""The error of a regression: figures of arch, and intervals that hold the truth, also where few residuals are large."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.stats.intervals import Estimate, difference
from dlx.stats.mean_loss import root_mean_square
from dlx.stats.tails import TOO_FEW

FIGURES = json.loads((Path(__file__).parents[1] / "reference" / "intervals.json").read_text())
SETS, COVERED = 500, (0.925, 0.985)  # a little often for 50 examples, which may have a heavy tail


@pytest.mark.parametrize(
    ("distribution", "m"), [("normal", 50), pytest.param("normal", 100, marks=pytest.mark.thorough), ("laplace", 60)]
)
def test_of_a_thousand_dev_sets_95_in_100_bootstrap_intervals_hold_the_true_rmse(distribution: str, m: int) -> None:
    rng = np.random.default_rng(0)
    truth = {"normal": 3.0, "laplace": 3.0 * math.sqrt(2)}[distribution]
    ends = [root_mean_square(getattr(rng, distribution)(scale=3.0, size=m) ** 2, rng) for _ in range(SETS)]
    assert COVERED[0] <= np.mean([end.low <= truth <= end.high for end in ends]) <= COVERED[1]


def test_of_a_thousand_trainings_95_in_100_intervals_hold_the_true_gap_of_a_regression() -> None:
    rng, gaps = np.random.default_rng(1), []
    for _ in range(SETS // 2):
        train, dev = (root_mean_square(rng.normal(scale=s, size=m) ** 2, rng) for s, m in ((1.0, 120), (1.3, 60)))
        gaps.append(difference(dev, train))
    assert COVERED[0] <= np.mean([gap.low <= 0.3 <= gap.high for gap in gaps]) <= COVERED[1]


def test_groups_of_examples_have_the_interval_of_the_examples() -> None:
    """2,100 examples in 2,000 groups, nearly all of one, some of two; and 40,000 in groups of twenty."""
    for m in (2100, 40_000):
        squared_errors = np.random.default_rng(m).exponential(size=m)
        estimate = root_mean_square(squared_errors, np.random.default_rng(0))
        half = 1.96 * squared_errors.std() / math.sqrt(m) / 2  # of the root, by the slope 1/(2·root) at 1
        assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.06)


@pytest.mark.parametrize("figure", FIGURES["bootstrap"], ids=lambda figure: f"m={figure['m']}")
def test_regression_has_the_studentized_interval_of_arch(figure: dict[str, Any]) -> None:
    squared_errors = np.asarray(np.random.RandomState(figure["seed"]).exponential(size=figure["m"]))
    estimate = root_mean_square(squared_errors, np.random.default_rng(1))
    (low, high), width = figure["interval"], figure["interval"][1] - figure["interval"][0]
    assert estimate.low == pytest.approx(low, abs=0.08 * width)
    if figure["m"] > TOO_FEW:
        assert estimate.high == pytest.approx(high, abs=0.08 * width)
    else:
        assert high < estimate.high < high + 0.7 * width  # so few examples may have a heavy tail
    assert estimate.value == pytest.approx(np.sqrt(squared_errors.mean()), rel=1e-12)


def test_few_examples_say_little_of_the_spread_and_equal_examples_have_none() -> None:
    rng = np.random.default_rng(0)
    assert root_mean_square(np.array([4.0]), rng) == Estimate(2.0, 0.0, math.inf, 1)
    assert root_mean_square(np.array([4.0, 1.0]), rng) == Estimate(math.sqrt(2.5), 0.0, math.inf, 2)
    assert root_mean_square(np.full(5000, 9.0, np.float32), rng) == Estimate(3.0, 3.0, 3.0, 5000)
    assert root_mean_square(np.zeros(7), rng) == Estimate(0.0, 0.0, 0.0, 7)


def test_errors_beyond_all_numbers_are_bad_ones_like_others() -> None:
    wild = np.array([math.inf, math.nan, 1e300, 1.0, 2.0, 3.0, 4.0, 5.0])
    bad, good = (root_mean_square(values, np.random.default_rng(0)) for values in (wild, wild[3:]))
    gap = difference(bad, good)
    assert all(map(math.isfinite, (bad.value, bad.low, bad.high, gap.low, gap.high)))
    assert gap.value > 1e69
    assert difference(bad, bad).value == 0


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=40))
def test_the_bootstrap_interval_holds_its_value(squared_errors: list[float]) -> None:
    estimate = root_mean_square(np.array(squared_errors), np.random.default_rng(0))
    assert 0 <= estimate.low <= estimate.value <= estimate.high


@pytest.mark.parametrize(
    ("df", "m", "least"), [(3, 10, 0.87), (3, 40, 0.87), pytest.param(5, 10, 0.92, marks=pytest.mark.thorough)]
)
def test_residuals_of_heavy_tails_are_covered_nearly_as_often(df: int, m: int, least: float) -> None:
    """Squares of three degrees of freedom have no variance; without a tail 80 to 85 % would be covered."""
    rng, truth = np.random.default_rng(df), math.sqrt(df / (df - 2))
    ends = [root_mean_square(rng.standard_t(df, m) ** 2, np.random.default_rng(0)) for _ in range(400)]
    assert np.mean([end.low <= truth <= end.high for end in ends]) > least


def test_many_light_residuals_have_the_interval_that_they_had() -> None:
    """A tail is not looked for where an eighth of the residuals makes half of the squared error."""
    normal = np.random.default_rng(4).normal(size=300) ** 2
    estimate = root_mean_square(normal, np.random.default_rng(0))
    half = 1.96 * normal.std() / math.sqrt(300) / 2 / estimate.value
    assert (estimate.high - estimate.low) / 2 == pytest.approx(half, rel=0.1)
