"""The intervals: SciPy's figures, Newcombe's published table, and the coverage that 95 % promises."""

from __future__ import annotations

import json
import math
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.intervals import Estimate, difference, error_rate, exact, root_mean_square

FIGURES = json.loads((Path(__file__).parents[1] / "reference" / "intervals.json").read_text())


@pytest.mark.parametrize("figure", FIGURES["wilson"], ids=lambda figure: f"{figure['wrong']}-of-{figure['m']}")
def test_an_error_rate_has_the_wilson_interval_of_scipy(figure: dict) -> None:
    estimate = error_rate(figure["wrong"] / figure["m"], figure["m"])
    assert [estimate.low, estimate.high] == pytest.approx(figure["interval"], rel=1e-10, abs=1e-15)
    assert estimate.m == figure["m"]


def test_an_error_rate_of_unknown_size_is_taken_at_its_word() -> None:
    assert error_rate(0.11, None) == Estimate(0.11, 0.11, 0.11, None)


# R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, Table II, method 10: k1/m1 - k2/m2, lower and upper limit.
NEWCOMBE = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


@pytest.mark.parametrize(("k1", "m1", "k2", "m2", "low", "high"), NEWCOMBE)
def test_a_difference_has_the_published_interval(k1: int, m1: int, k2: int, m2: int, low: float, high: float) -> None:
    gap = difference(error_rate(k1 / m1, m1), error_rate(k2 / m2, m2))
    assert (gap.low, gap.high) == pytest.approx((low, high), abs=5e-5)


def test_a_difference_of_exact_values_is_the_number_that_was_meant() -> None:
    assert difference(exact(0.17), exact(0.15)) == Estimate(0.02, 0.02, 0.02)


@given(
    st.tuples(st.integers(0, 300), st.integers(300, 5000)),
    st.tuples(st.integers(0, 300), st.integers(300, 5000)),
)
def test_intervals_hold_their_values_and_turn_with_the_sign(a: tuple[int, int], b: tuple[int, int]) -> None:
    one, other = (error_rate(wrong / m, m) for wrong, m in (a, b))
    gap, back = difference(one, other), difference(other, one)
    assert 0 <= one.low <= one.value <= one.high <= 1
    assert gap.low <= gap.value <= gap.high
    assert (back.value, back.low, back.high) == (-gap.value, -gap.high, -gap.low)


@pytest.mark.parametrize("m", [50, 180, 1000])
def test_the_interval_covers_the_truth_as_often_as_it_says(m: int) -> None:
    rates = np.linspace(0.02, 0.4, 39)
    counts = np.arange(m + 1)
    ends = [error_rate(count / m, m) for count in counts]
    low, high = (np.array([getattr(end, name) for end in ends]) for name in ("low", "high"))
    ways = np.array([comb(m, int(count)) for count in counts], dtype=object)
    covered = [
        float(sum(ways[k] * rate**k * (1 - rate) ** (m - k) for k in counts[(low <= rate) & (rate <= high)]))
        for rate in rates.tolist()
    ]
    assert 0.93 < np.mean(covered) < 0.97


@pytest.mark.parametrize("figure", FIGURES["bootstrap"], ids=lambda figure: f"m={figure['m']}")
def test_regression_has_the_bootstrap_interval_of_scipy(figure: dict) -> None:
    squared_errors = np.random.RandomState(figure["seed"]).exponential(size=figure["m"])
    estimate = root_mean_square(squared_errors, np.random.default_rng(1))
    width = figure["interval"][1] - figure["interval"][0]
    assert [estimate.low, estimate.high] == pytest.approx(figure["interval"], abs=0.08 * width)
    assert estimate.value == pytest.approx(np.sqrt(squared_errors.mean()), rel=1e-12)


def test_one_example_says_nothing_of_the_spread_and_equal_examples_have_none() -> None:
    rng = np.random.default_rng(0)
    assert root_mean_square(np.array([4.0]), rng) == Estimate(2.0, 0.0, math.inf, 1)
    assert root_mean_square(np.full(5000, 9.0, np.float32), rng) == Estimate(3.0, 3.0, 3.0, 5000)
