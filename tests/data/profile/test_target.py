"""The target: what its values ask for, which columns may be one, and which columns give it away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.table import TableProfile
from dlx.data.profile.target import TargetView, candidates, task_for
from dlx.data.values.texts import Texts
from dlx.types import Array
from dlx.words import Task


def table(**columns: Sequence[Any] | Array) -> TableProfile:
    profiles = []
    for place, (name, values) in enumerate(columns.items()):
        is_text = any(isinstance(value, str) for value in values)
        profiles.append(ColumnProfile(name, place, Texts.of(values) if is_text else np.array(values, np.float64)))
    return TableProfile("table", tuple(profiles), len(profiles[0].values))


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["a", "b"] * 10, Task.BINARY),
        ([0, 1] * 10, Task.BINARY),
        ([-1, 1] * 10, Task.BINARY),
        (["a", "b", "c"] * 10, Task.MULTICLASS),
        ([3, 4, 5, 6, 7, 8] * 10, Task.MULTICLASS),
        (list(range(20)) * 3, Task.MULTICLASS),  # codes from 0
        ([10 * i for i in range(20)] * 3, Task.REGRESSION),  # whole numbers, but no codes
        ([0.5, 0.7, 0.9] * 10, Task.REGRESSION),
        (list(range(1, 100)), None),  # it counts the rows
        (["x"] * 10, None),
        ([f"name {i}" for i in range(30)], None),
    ],
)
def test_the_task_follows_from_the_values(values: list[Any], task: Task | None) -> None:
    assert task_for(table(y=values).columns[0]) is task


def test_candidates_by_name_then_by_place() -> None:
    rng = np.random.default_rng(0)
    profile = table(
        first=rng.integers(0, 3, 30), id=range(30), species=["a", "b", "c"] * 10, constant=[1] * 30, last=rng.random(30)
    )
    assert [column.name for column in candidates(profile)] == ["species", "last", "first"]


def test_leaks_are_columns_from_which_the_target_follows() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    profile = table(
        reason=[("none", "moved", "died")[value and 1 + i % 2] for i, value in enumerate(y)],
        closed=[value or float("nan") for value in y * (1 + rng.random(300))],
        honest=y + rng.normal(size=300),
        group=[f"g{i % 30}" for i in range(300)],
        y=y,
    )
    leaks = {column.name: reason for column, reason in TargetView(profile, profile.column("y"), Task.BINARY).leaks()}
    assert leaks.keys() == {"reason", "closed"}
    assert "each of its values goes with one value of y" in leaks["reason"]
    assert "missing just where" in leaks["closed"]


def test_leaks_of_a_regression() -> None:
    rng = np.random.default_rng(0)
    y = rng.lognormal(size=200)
    profile = table(squared=y**2, opposite=-3 * y + 1, noisy=y + 0.1 * rng.normal(size=200), y=y)
    view = TargetView(profile, profile.column("y"), Task.REGRESSION)
    assert [column.name for column, _ in view.leaks()] == ["squared", "opposite"]


def test_few_rows_give_nothing_away() -> None:
    profile = table(x=["a", "b", "a", "b", "c"], y=[0, 1, 0, 1, 1])
    assert not list(TargetView(profile, profile.column("y"), Task.BINARY).leaks())


def test_associations_are_high_for_what_tells_and_low_for_what_does_not() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 500)
    profile = table(
        number=y + 0.3 * rng.normal(size=500),
        text=["abc"[value] if rng.random() < 0.9 else "d" for value in y],
        many=[f"street {value}" for value in rng.integers(0, 120, 500)],
        noise=rng.normal(size=500),
        y=y,
    )
    view = TargetView(profile, profile.column("y"), Task.MULTICLASS)
    association = {column.name: view.association(column) for column in profile.columns}
    assert min(association["number"], association["text"]) > 0.8
    assert max(association["many"], association["noise"]) < 0.15
