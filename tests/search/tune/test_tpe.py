"""Optuna's sampler: the same points for the same seed and told values, spread in a batch, and better than random."""

from __future__ import annotations

import sys
from math import inf

import numpy as np
import pytest

from dlx.errors import EnvironmentProblem
from dlx.search.tune.designs import Point, random_points, whole
from dlx.search.tune.space import Dimension
from dlx.search.tune.tpe import Tpe

BOWL = tuple(Dimension(key, "log_uniform", 1e-4, 1.0) for key in "abcd")
MIXED = (Dimension("a", "uniform", -5.0, 5.0), Dimension("b", "choice", choices=("x", "y", "z")))
LOWEST = np.array([0.3, 0.7, 0.45, 0.6])


def height(point: Point) -> float:
    return float(((np.array(point) - LOWEST) ** 2).sum())


def searched(seed: int, trials: int = 64, batch: int = 8) -> list[Point]:
    tpe, points = Tpe(BOWL, seed), []
    for _ in range(trials // batch):
        batch_points = tpe.ask(batch)
        tpe.tell(batch_points, [height(point) for point in batch_points])
        points += batch_points
    return points


def test_the_points_follow_from_the_seed_and_what_was_told() -> None:
    assert searched(3, trials=24) == searched(3, trials=24)
    assert searched(3, trials=24) != searched(4, trials=24)
    tpe, other = Tpe(BOWL, 3), Tpe(BOWL, 3)
    first = tpe.ask(16)
    assert other.ask(16) == first
    tpe.tell(first, [height(point) for point in first])
    other.tell(first, [-height(point) for point in first])
    assert tpe.ask(1) != other.ask(1)


def test_it_comes_nearer_to_the_lowest_point_than_random_draws() -> None:
    seeds = range(6)
    lowest = [min(map(height, searched(seed))) for seed in seeds]
    lowest_of_draws = [min(map(height, random_points(BOWL, whole(BOWL), seed, 1, 64))) for seed in seeds]
    assert np.median(lowest) < np.median(lowest_of_draws) / 3
    assert sum(f < d for f, d in zip(lowest, lowest_of_draws, strict=True)) >= 5


def test_the_points_of_a_batch_lie_apart() -> None:
    tpe = Tpe(BOWL, 0)
    first = tpe.ask(16)
    tpe.tell(first, [height(point) for point in first])
    assert len(set(tpe.ask(8))) == 8


@pytest.mark.parametrize("failed", [None, float("nan"), inf])
def test_choices_are_indices_and_failures_the_worst(failed: float | None) -> None:
    tpe = Tpe(MIXED, 1)
    options = []
    for _ in range(8):
        points = tpe.ask(5)
        assert all(0.0 <= a <= 1.0 and b in (0.0, 1.0, 2.0) for a, b in points)
        tpe.tell(points, [failed if b == 1.0 else abs(a - 0.5) for a, b in points])
        options += [b for _, b in points]
    assert options[20:].count(1.0) < 5


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(EnvironmentProblem, match=r"needs optuna, .* pip install 'optuna>="):
        Tpe(BOWL, 1)
