"""Tails: the shapes of Pareto losses come back, and few residuals that carry an error are named."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.stats.tails import Tail, carriers, is_heavy, makers_of_half


def test_of_many_pareto_losses_the_shape_comes_back() -> None:
    """Drawn by NumPy with a chance of x⁻², which is a shape of ½, and the mean of 1/(2 − 1)."""
    losses = np.random.default_rng(0).pareto(2.0, 20_000)
    tail = Tail.of(losses)
    assert tail.count == int(3 * np.sqrt(20_000))
    assert tail.shape == pytest.approx(0.5, abs=0.12)
    assert tail.mean == pytest.approx(1.0, abs=0.1)
    assert tail.resample(20, np.random.default_rng(1)).mean() == pytest.approx(tail.mean, abs=0.05)


def test_a_tail_that_ends_is_lighter_than_one_that_does_not() -> None:
    rng = np.random.default_rng(2)
    shapes = [Tail.of(losses).shape for losses in (rng.random(4000), rng.exponential(size=4000), rng.pareto(1.5, 4000))]
    assert shapes == sorted(shapes)
    assert shapes[0] < 0.1 < shapes[2] - shapes[1]


@given(st.lists(st.floats(0, 1e6), min_size=5, max_size=40).filter(lambda losses: max(losses) > 1.01 * min(losses)))
def test_every_tail_can_be_drawn_from(losses: list[float]) -> None:
    tail = Tail.of(np.array(losses))
    samples = tail.resample(10, np.random.default_rng(0))
    assert samples.shape == (10, len(losses))
    assert np.isfinite(samples).all()
    assert 0 < tail.shape < 1


def test_one_residual_that_carries_the_error_is_named() -> None:
    squares = np.random.default_rng(0).normal(size=100) ** 2
    assert carriers(squares) is None
    squares[17] = 1.5 * squares.sum()
    found = carriers(squares)
    assert found is not None
    assert (found.residuals, found.m) == (1, 100)
    assert found.share == pytest.approx(squares[17] / squares.sum())
    assert is_heavy(squares)
    assert makers_of_half(squares) == 1


def test_of_few_normal_residuals_it_is_seldom_said() -> None:
    """SciPy's t has the largest of five normal residuals above 92.8 % of their squares in 1 of 100 sets."""
    rng = np.random.default_rng(3)
    assert np.mean([carriers(rng.normal(size=5) ** 2) is not None for _ in range(2000)]) < 0.02
    assert np.mean([carriers(rng.normal(size=60) ** 2) is not None for _ in range(500)]) < 0.02


def test_what_has_no_spread_or_no_bound_carries_nothing() -> None:
    for squares in (np.zeros(9), np.full(50, 2.0), np.array([np.inf, 1.0]), np.array([3.0])):
        assert carriers(squares) is None
