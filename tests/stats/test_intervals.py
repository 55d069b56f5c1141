"""The intervals: SciPy's figures, Newcombe's published table, and the coverage that 95 % promises."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.stats.intervals import (
    Estimate,
    at_size,
    difference,
    error_rate,
    exact,
    mean_share,
    quantile,
    random_groups,
    unbounded,
)
from dlx.stats.mean_loss import root_mean_square

REFERENCE = Path(__file__).parents[1] / "reference"
FIGURES = json.loads((REFERENCE / "intervals.json").read_text())
QUANTILES = json.loads((REFERENCE / "metrics.json").read_text())["quantiles"]


@pytest.mark.parametrize("figure", FIGURES["wilson"], ids=lambda figure: f"{figure['wrong']}-of-{figure['m']}")
def test_an_error_rate_has_the_wilson_interval_of_scipy(figure: dict[str, Any]) -> None:
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


def coverage(rate: float, m: int) -> float:
    """How probable it is that the interval of m examples holds the true rate: exactly, over all that can happen."""
    ends = [error_rate(wrong / m, m) for wrong in range(m + 1)]
    holds = [wrong for wrong, end in enumerate(ends) if end.low <= rate <= end.high]
    return math.fsum(math.exp(_log_chance(wrong, m, rate)) for wrong in holds)


def _log_chance(wrong: int, m: int, rate: float) -> float:
    ways = math.lgamma(m + 1) - math.lgamma(wrong + 1) - math.lgamma(m - wrong + 1)
    return ways + wrong * math.log(rate) + (m - wrong) * math.log1p(-rate)


@pytest.mark.parametrize(
    ("expected", "lowest", "highest"),
    [((10, 60), 0.93, 0.97), ((2, 10), 0.925, 0.982), ((0.1, 2), 0.835, 0.991)],
    ids=["10 and more expected wrong answers", "2 to 10", "fewer"],
)
def test_wilson_covers_as_its_docstring_says(expected: tuple[float, float], lowest: float, highest: float) -> None:
    """The last row is what counting in whole numbers costs: nothing of its kind can do better without being wider."""
    found = [coverage(rate, m) for m in (50, 180, 1000) for rate in np.geomspace(*expected, 150) / m if rate < 0.5]
    assert lowest < min(found)
    assert max(found) < highest


def test_too_few_wrong_answers_cost_a_tenth_of_the_coverage() -> None:
    assert coverage(0.176 / 180, 180) == pytest.approx(0.8385, abs=0.0005)


SETS, MANY = 1000, 4000  # many where each is quick, so that chance moves the share by 0.3 points, not 0.7
COVERED = (0.93, 0.97)


@pytest.mark.parametrize(("rate", "m"), [(0.11, 180), (0.02, 500), (0.16, 300), (0.01, 2000), (0.3, 100)])
def test_of_thousands_of_dev_sets_95_in_100_intervals_hold_the_true_error(rate: float, m: int) -> None:
    wrong = (np.random.default_rng(m).random((MANY, m)) < rate).sum(axis=1)
    ends = [error_rate(count / m, m) for count in wrong.tolist()]
    assert COVERED[0] <= np.mean([end.low <= rate <= end.high for end in ends]) <= COVERED[1]


@pytest.mark.parametrize(
    ("train", "dev"),
    [
        ((0.01, 1437), (0.03, 180)),
        ((0.01, 1000), (0.11, 1000)),
        ((0.15, 1000), (0.16, 500)),
        ((0.005, 4000), (0.01, 2000)),
    ],
)
def test_of_thousands_of_trainings_95_in_100_intervals_hold_the_true_gap(
    train: tuple[float, int], dev: tuple[float, int]
) -> None:
    rng, gaps = np.random.default_rng(0), []
    for _ in range(MANY):
        low, high = (error_rate((rng.random(m) < rate).sum() / m, m) for rate, m in (train, dev))
        gaps.append(difference(high, low))
    truth = dev[0] - train[0]
    assert COVERED[0] <= np.mean([gap.low <= truth <= gap.high for gap in gaps]) <= COVERED[1]


@pytest.mark.parametrize("regression", [True, False])
def test_more_examples_at_the_same_value_never_widen_an_interval(regression: bool) -> None:
    estimate = root_mean_square(np.arange(50.0), np.random.default_rng(0)) if regression else error_rate(0.1, 50)
    sizes = [at_size(estimate, m, regression) for m in (50, 51, 200, 10**9)]
    assert (sizes[0].low, sizes[0].high) == pytest.approx((estimate.low, estimate.high))
    for few, more in pairwise(sizes):
        assert few.low < more.low <= estimate.value <= more.high < few.high
    assert sizes[-1].high - sizes[-1].low < 1e-3


FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(FINITE, FINITE | st.just(-math.inf), FINITE | st.just(math.inf), st.none() | st.integers(1, 10**9))
def test_an_estimate_comes_back_from_its_document(value: float, low: float, high: float, m: int | None) -> None:
    estimate = Estimate(value, low, high, m)
    assert Estimate.from_document(json.loads(json.dumps(estimate.document(), allow_nan=False))) == estimate
    assert Estimate.from_document(estimate.interval()) == Estimate(value, low, high)


def test_what_is_null_in_a_document_was_infinite() -> None:
    assert unbounded(0.3).document() == {"value": 0.3, "low": None, "high": None, "m": None}
    assert not unbounded(0.3).has_interval
    assert Estimate(2.0, 0.0, math.inf).has_interval
    beyond = Estimate(math.inf, math.inf, math.inf, 7)
    assert beyond.document() == {"value": None, "low": None, "high": None, "m": 7}
    assert Estimate.from_document(beyond.document()) == beyond


def test_ends_that_no_document_states_are_the_value() -> None:
    assert Estimate.from_document({"value": 0.25, "m": None}) == exact(0.25)


@pytest.mark.parametrize("figure", QUANTILES, ids=lambda figure: f"{figure['share']}-of-{figure['m']}")
def test_a_quantile_has_the_interval_of_scipy(figure: dict[str, Any]) -> None:
    values = np.random.RandomState(figure["m"]).exponential(size=figure["m"])
    estimate = quantile(values, figure["share"])
    assert estimate.value == pytest.approx(np.percentile(values, 100 * figure["share"]))
    expected = [0.0 if figure["low"] is None else figure["low"], math.inf if figure["high"] is None else figure["high"]]
    assert [estimate.low, estimate.high] == pytest.approx(expected)


@given(st.integers(1, 50), st.integers(1, 20))
def test_random_groups_hold_every_example_once(m: int, most: int) -> None:
    groups = random_groups(np.arange(1, 2 * m + 1).reshape(1, m, 2), most, np.random.default_rng(0))
    assert groups.shape == (1, min(m, most), 2)
    assert groups.sum() == m * (2 * m + 1)


@pytest.mark.parametrize("together", [0.0, 0.5, 1.0])
def test_the_mean_of_shares_is_covered_whether_or_not_labels_err_together(together: float) -> None:
    """Of 95 in 100 samples; counted as independent labels, those that err together would be in 70."""
    rng, true, m, labels, repeats = np.random.default_rng(3), 0.2, 100, 4, 1500
    covered = 0
    for _ in range(repeats):
        alone, common = rng.random((m, labels)) < true, rng.random((m, 1)) < true
        wrong = np.where(rng.random((m, 1)) < together, common, alone)
        estimate = mean_share(wrong.mean(axis=1), labels)
        covered += estimate.low <= true <= estimate.high
    assert 0.93 <= covered / repeats <= 0.975


@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_the_mean_of_shares_lies_within_its_interval(m: int, labels: int, seed: int) -> None:
    shares = np.random.default_rng(seed).integers(0, labels + 1, m) / labels
    estimate = mean_share(shares, labels)
    assert estimate.value == pytest.approx(shares.mean())
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert estimate.m == m
    wilson = error_rate(estimate.value, m)
    assert estimate.high - estimate.low <= wilson.high - wilson.low + 1e-12


def test_shares_that_are_all_0_say_as_little_as_so_many_examples() -> None:
    estimate, wilson = mean_share(np.zeros(30), 5), error_rate(0.0, 30)
    assert (estimate.low, estimate.high) == (wilson.low, wilson.high)
