"""Splits by group: no group in two parts, and sizes as near as can be to those that are stated."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.splitting import group_split
from dlx.data.splitting.group_split import parts_of_groups


def divided(sizes: list[int], goal: list[int], seed: int = 1, may_be_empty: bool = False) -> np.ndarray:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    parts = parts_of_groups(groups, np.zeros(len(groups), np.uint8), goal, may_be_empty, np.random.default_rng(seed))
    for group in range(len(sizes)):
        assert len(set(parts[groups == group])) == 1, "a group is in one part"
    return parts


def least_deviation(sizes: list[int], goal: list[int]) -> int:
    """By looking at all ways, one after the other."""
    ways = (way for way in product(range(len(goal)), repeat=len(sizes)) if set(way) == set(range(len(goal))))
    return min(
        sum(
            abs(sum(size for size, part in zip(sizes, way, strict=True) if part == p) - goal[p])
            for p in range(len(goal))
        )
        for way in ways
    )


def deviation(parts: np.ndarray, goal: list[int]) -> int:
    return int(np.abs(np.bincount(parts, minlength=len(goal)) - goal).sum())


@st.composite
def small(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    count = draw(st.integers(2, 3))
    sizes = draw(st.lists(st.integers(1, 9), min_size=count, max_size=7))
    m = sum(sizes)
    cuts = sorted(draw(st.lists(st.integers(1, m - 1), min_size=count - 1, max_size=count - 1, unique=True)))
    return sizes, np.diff([0, *cuts, m]).tolist()


@given(small(), st.integers(0, 9))
def test_of_few_groups_no_way_comes_nearer(case: tuple[list[int], list[int]], seed: int) -> None:
    sizes, goal = case
    parts = divided(sizes, goal, seed)
    assert set(parts) == set(range(len(goal)))
    assert deviation(parts, goal) == least_deviation(sizes, goal)


@given(small(), st.integers(0, 9))
def test_of_many_groups_few_ways_come_nearer(case: tuple[list[int], list[int]], seed: int) -> None:
    sizes, goal = case
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_split, "MOST_TRIED", 0)
        parts = divided(sizes, goal, seed)
    assert set(parts) == set(range(len(goal)))
    assert deviation(parts, goal) <= least_deviation(sizes, goal) + 2 * max(sizes)


@given(st.lists(st.integers(1, 12), min_size=60, max_size=120), st.integers(0, 99))
def test_sizes_are_exact_where_many_small_groups_leave_room(sizes: list[int], seed: int) -> None:
    sizes += [1] * 30
    m = sum(sizes)
    goal = [m - 2 * (m // 5), m // 5, m // 5]
    assert deviation(divided(sizes, goal, seed), goal) == 0


def test_a_part_that_takes_what_is_left_may_stay_empty() -> None:
    parts = divided([5, 5], [5, 4, 1], may_be_empty=True)
    assert sorted(np.bincount(parts, minlength=3)) == [0, 5, 5]
    assert 2 not in parts


@pytest.mark.parametrize("most", [60_000, 0])
def test_classes_keep_their_shares_as_far_as_the_groups_allow(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(group_split, "MOST_TRIED", most)
    groups = np.repeat(np.arange(60), 10)
    strata = (groups % 3 == 0).astype(np.uint8)  # a class is that of a whole group
    for seed in range(5):
        parts = parts_of_groups(groups, strata, [360, 120, 120], False, np.random.default_rng(seed))
        for part, count in enumerate([120, 40, 40]):
            assert int(strata[parts == part].sum()) == count


def test_the_seed_decides() -> None:
    sizes, goal = [3] * 50, [90, 30, 30]
    first, again, other = divided(sizes, goal, 1), divided(sizes, goal, 1), divided(sizes, goal, 2)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_hundred_thousand_groups_take_no_minutes_and_leave_nothing_out() -> None:
    groups = np.random.default_rng(1).integers(0, 60_000, 200_000)
    groups = np.unique(groups, return_inverse=True)[1]
    parts = parts_of_groups(
        groups, (groups % 4).astype(np.uint8), [120_000, 40_000, 40_000], False, np.random.default_rng(2)
    )
    assert np.bincount(parts).tolist() == [120_000, 40_000, 40_000]
