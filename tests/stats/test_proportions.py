"""Limits of shares: SciPy's Clopper–Pearson figures, and differences whose limits are seldom too near."""

from __future__ import annotations

import json
from math import comb
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.stats.intervals import Estimate, error_rate, exact
from dlx.stats.proportions import chance_of_at_most, difference_of_shares, limits, posterior

REFERENCE = Path(__file__).parents[1] / "reference" / "intervals.json"
FIGURES = json.loads(REFERENCE.read_text())["clopper_pearson"]


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: f"{figure['wrong']}-of-{figure['m']}-{figure['risk']}")
def test_the_limits_are_those_of_scipy(figure: dict[str, Any]) -> None:
    """The cube roots are off by a seventh of the nearer limit of two wrong answers, and hardly elsewhere."""
    low, high = limits(error_rate(figure["wrong"] / figure["m"], figure["m"]), figure["risk"])
    value = figure["wrong"] / figure["m"]
    assert low == pytest.approx(figure["limits"][0], abs=0.02 * (value - figure["limits"][0]) + 1e-12)
    assert high == pytest.approx(figure["limits"][1], abs=0.005 * (figure["limits"][1] - value) + 1e-12)


def test_a_share_of_unknown_size_is_taken_at_its_word() -> None:
    assert limits(exact(0.2)) == (0.2, 0.2)
    assert difference_of_shares(exact(0.17), exact(0.15)) == Estimate(0.02, 0.02, 0.02)


@given(st.integers(0, 80), st.integers(0, 60))
def test_a_difference_lies_between_its_limits_and_turns_with_the_sign(a: int, b: int) -> None:
    one, other = error_rate(a / 80, 80), error_rate(b / 60, 60)
    gap, back = difference_of_shares(one, other), difference_of_shares(other, one)
    assert gap.low <= gap.value <= gap.high
    assert (back.value, back.low, back.high) == (-gap.value, -gap.high, -gap.low)
    wider = difference_of_shares(one, other, risk=0.01)
    assert wider.low <= gap.low
    assert gap.high <= wider.high


@pytest.mark.parametrize("m", [5, 40])
@pytest.mark.parametrize("share", [0.004, 0.03, 0.3])
def test_a_limit_lies_beyond_the_truth_no_more_often_than_its_risk(m: int, share: float) -> None:
    chances = [comb(m, k) * share**k * (1 - share) ** (m - k) for k in range(m + 1)]
    ends = [limits(error_rate(k / m, m)) for k in range(m + 1)]
    assert sum(chance for chance, (low, _) in zip(chances, ends, strict=True) if low > share) < 0.0251
    assert sum(chance for chance, (_, high) in zip(chances, ends, strict=True) if high < share) < 0.0251


@given(st.integers(1, 99), st.integers(-1, 100), st.floats(0.001, 0.999))
def test_the_chance_of_at_most_so_many_is_the_sum_of_their_chances(m: int, count: int, share: float) -> None:
    total = sum(comb(m, k) * share**k * (1 - share) ** (m - k) for k in range(min(count, m) + 1))
    assert chance_of_at_most(count, m, share) == pytest.approx(total, abs=0.0002)


@pytest.mark.parametrize(("wrong", "m"), [(0, 20), (3, 50), (50, 50), (70, 2000)])
def test_what_a_share_may_come_from_lies_about_it(wrong: int, m: int) -> None:
    shares = posterior(error_rate(wrong / m, m), m, least=0.001)
    assert sum(weight for _, weight in shares) == pytest.approx(1)
    low, high = limits(error_rate(wrong / m, m))
    assert sum(weight for share, weight in shares if low <= share <= high) > 0.9
    assert min(share for share, _ in shares) >= 0.001
