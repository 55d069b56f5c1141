"""Targets that are linear functions of other columns, up to rounding; and those that are not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.linear import decimals_of, linear_function
from dlx.data.profile.table import TableProfile
from dlx.data.profile.target import TargetView
from dlx.types import Array
from dlx.words import Task


def columns(seed: int, count: int = 6, m: int = 200) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    return {f"x{place}": rng.gamma(2, 30, m).round(2) for place in range(count)}


@given(st.integers(0, 1000), st.sets(st.integers(0, 5), min_size=1, max_size=4), st.floats(-9, 9))
def test_any_linear_function_is_noticed(seed: int, chosen: set[int], constant: float) -> None:
    data = columns(seed)
    factors = {f"x{place}": (-1) ** place * (1.5 + place) for place in chosen}
    y = constant + np.sum([factor * data[name] for name, factor in factors.items()], axis=0)
    function = linear_function(y, data)
    assert function is not None
    assert {name: pytest.approx(factor, rel=1e-5) for name, factor in function.terms} == factors
    assert not function.is_sum


@given(st.integers(0, 1000), st.sets(st.integers(0, 5), min_size=1, max_size=4))
def test_a_rounded_sum(seed: int, chosen: set[int]) -> None:
    data = columns(seed)
    y = np.sum([data[f"x{place}"] for place in chosen], axis=0).round(1)
    function = linear_function(y, data)
    assert function is not None
    assert (function.is_sum, set(function.telling)) == (True, {f"x{place}" for place in chosen})


@given(st.integers(0, 1000), st.floats(0.02, 2))
def test_noise_makes_it_none(seed: int, noise: float) -> None:
    data = columns(seed)
    y = data["x0"] + data["x1"] + np.random.default_rng(seed + 1).normal(0, noise, 200)
    assert linear_function(y, data) is None


def test_coarse_numbers_prove_nothing() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 4, 300).astype(float), rng.integers(0, 4, 300).astype(float)
    assert linear_function(np.rint(3 * a + b + rng.random(300)), {"a": a, "b": b}) is None
    assert linear_function(a, {"b": a}) is None  # too few different values


def test_what_cannot_be_computed_with_is_passed_over() -> None:
    data = columns(0) | {"gap": np.full(200, np.nan), "constant": np.ones(200), "huge": np.arange(200) * 8e305}
    function = linear_function(data["x0"] - data["x1"], data)
    assert function is not None
    assert function.in_words() == "x0 − x1"
    assert linear_function(data["x0"], {}) is None


def test_in_words() -> None:
    data = columns(1, m=400)
    function = linear_function(7 + data["x0"] - 0.25 * data["x1"], data)
    assert function is not None
    assert function.in_words() == "x0 − 0.25·x1 + 7"


def test_decimals() -> None:
    assert decimals_of(np.array([1, 250.0])) == 0
    assert decimals_of(np.array([1.25, 0.1, 3])) == 2
    assert decimals_of(np.array([1 / 3])) is None


def view(data: dict[str, Array], y: Array) -> TargetView:
    profiles = [ColumnProfile(name, place, values) for place, (name, values) in enumerate({**data, "y": y}.items())]
    return TargetView(TableProfile("table", tuple(profiles), len(y)), profiles[-1], Task.REGRESSION)


def test_the_total_gives_a_target_away_and_so_does_a_rounded_unit() -> None:
    data = columns(2)
    y = data["x3"]
    others = {"fee": data["x1"], "total": y + data["x1"], "other": data["x2"], "fahrenheit": (1.8 * y + 32).round(1)}
    leaks = {column.name: reason for column, reason in view(others, y).leaks()}
    assert leaks == {
        "total": "y is total − fee in every row",
        "fahrenheit": "y rises or falls with it without exception",
    }


def test_all_parts_give_a_total_away() -> None:
    data = columns(3)
    assert [column.name for column, _ in view(data, data["x0"] + data["x4"]).leaks()] == ["x0", "x4"]


def test_a_law_of_nature_is_no_sum() -> None:
    rng = np.random.default_rng(0)
    data = {name: rng.normal(size=200) for name in "abc"}
    looked_at = view(data, data["a"] + data["b"])
    assert dict(looked_at.leaks()) == {}
    assert looked_at.linear is not None
    assert looked_at.linear.in_words() in ("a + b", "b + a")
