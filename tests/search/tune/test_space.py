"""Scales: positions and values, the shares that they draw from, and Sobol's points against SciPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.search.tune.designs import grid, grid_sizes, random_points, smallest_grid, sobol_points, whole
from dlx.search.tune.sobol import MOST_DIMENSIONS, sobol
from dlx.search.tune.space import Dimension, Space

SCALES = ("uniform", "log_uniform", "one_minus_log_uniform")


@st.composite
def dimensions(draw: Any) -> Dimension:
    scale = draw(st.sampled_from(SCALES))
    if scale != "one_minus_log_uniform" and draw(st.booleans()):
        low = draw(st.integers(1, 1000))
        return Dimension("k", scale, low, low + draw(st.integers(1, 1000)), integer=True)
    if scale == "one_minus_log_uniform":
        far = draw(st.floats(1e-4, 0.9))
        return Dimension("k", scale, 1 - far, 1 - far * draw(st.floats(1e-4, 0.9)))
    low = draw(st.floats(1e-6, 1e3))
    return Dimension("k", scale, low, low * draw(st.floats(1.1, 1e6)))


@given(dimensions(), st.floats(-0.2, 1.2))
def test_a_position_becomes_a_value_and_comes_back(dimension: Dimension, position: float) -> None:
    value = dimension.value(position)
    if dimension.integer:
        assert isinstance(value, int)
        assert dimension.value(dimension.position(value)) == value
    else:
        assert dimension.position(value) == pytest.approx(position, abs=1e-3)
    if 0 <= position <= 1:
        assert dimension.low * (1 - 1e-5) <= value <= dimension.high * (1 + 1e-5)


@given(dimensions(), st.floats(0, 1), st.floats(0, 1))
def test_values_rise_with_their_positions(dimension: Dimension, first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert dimension.value(low) <= dimension.value(high)


@given(dimensions())
def test_the_ends_belong_to_it(dimension: Dimension) -> None:
    assert (dimension.value(0.0), dimension.value(1.0)) == pytest.approx((dimension.low, dimension.high), rel=1e-5)


def test_half_of_the_betas_from_09_to_0999_are_below_099() -> None:
    """Notes: sample 1 − β on a log scale; equal shares from 0.9 to 0.99 and from 0.99 to 0.999."""
    dimension = Dimension("optimizer.beta1", "one_minus_log_uniform", 0.9, 0.999)
    assert dimension.value(0.5) == 0.99
    draws = [dimension.value(point[0]) for point in random_points([dimension], whole([dimension]), 1, 1, 2000)]
    assert np.median(draws) == pytest.approx(0.99, abs=0.001)


def test_as_many_learning_rates_in_each_power_of_ten() -> None:
    """Notes: r = −4·rand, α = 10^r."""
    dimension = Dimension("optimizer.learning_rate", "log_uniform", 1e-4, 1)
    draws = np.array(
        [dimension.value(point[0]) for point in random_points([dimension], whole([dimension]), 1, 1, 4000)]
    )
    counts, _ = np.histogram(np.log10(draws), [-4, -3, -2, -1, 0])
    assert counts.sum() == 4000
    assert np.abs(counts - 1000).max() < 120


@given(st.integers(1, 5), st.integers(6, 12))
def test_each_whole_number_has_the_same_share(low: int, high: int) -> None:
    dimension = Dimension("k", "uniform", low, high, integer=True)
    values = [dimension.value(position) for position in (np.arange(7000) + 0.5) / 7000]
    counts = [values.count(number) for number in range(low, high + 1)]
    assert sum(counts) == 7000
    assert max(counts) - min(counts) <= 2


def test_hidden_layers_are_as_many_as_drawn_and_all_of_one_size() -> None:
    layers = Dimension("architecture.hidden.layers", "uniform", 0, 3, integer=True)
    units = Dimension("architecture.hidden.units", "log_uniform", 4, 64, integer=True)
    space = Space((layers, units), "architecture.hidden")
    assert space.overrides(space.values([1.0, 0.0])) == {"architecture.hidden": [4, 4, 4]}
    assert space.overrides(space.values([0.0, 1.0])) == {"architecture.hidden": []}


def test_sobols_points_are_those_of_scipy() -> None:
    """scipy.stats.qmc.Sobol(d, scramble=False).random(n) of SciPy 1.17: two points in 3 dimensions and one in 24."""
    points = sobol(64, 3)
    assert points[5].tolist() == [0.875, 0.875, 0.125]
    assert points[37].tolist() == [0.921875, 0.640625, 0.578125]
    sixteenths = [7, 9, 3, 11, 13, 1, 11, 11, 11, 1, 15, 5, 3, 3, 9, 3, 9, 1, 11, 9, 15, 15, 15, 3]
    assert (sobol(12, MOST_DIMENSIONS)[11] * 16).tolist() == sixteenths


@given(st.integers(0, 2**32 - 1), st.integers(1, MOST_DIMENSIONS))
def test_a_power_of_two_of_sobols_points_has_one_in_every_slice(seed: int, count: int) -> None:
    ones = [Dimension(str(k), "uniform") for k in range(count)]
    points = np.array(sobol_points(ones, whole(ones), seed, 1, 32))
    for column in points.T:
        assert sorted((column * 32).astype(int)) == list(range(32))


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(2, 30))
def test_a_draw_depends_on_its_index_not_on_how_many_there_are(seed: int, round_: int, count: int) -> None:
    ones = [Dimension("a", "uniform"), Dimension("b", "choice", choices=("x", "y", "z"))]
    region = ((0.25, 0.5), (0, 2))
    for draw in (random_points, sobol_points):
        points = draw(ones, region, seed, round_, count)
        assert points[: count // 2] == draw(ones, region, seed, round_, count // 2)
        assert all(0.25 <= a <= 0.5 and b in (0.0, 2.0) for a, b in points)


def test_a_grid_has_both_ends_and_all_options() -> None:
    ones = [Dimension("a", "log_uniform", 1e-4, 1), Dimension("b", "choice", choices=("x", "y"))]
    points = grid(ones, 10)
    assert [ones[0].value(at) for at in dict.fromkeys(point[0] for point in points)] == [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    assert len(points) == 10


@given(st.lists(st.sampled_from(["scale", "stated", "choice", "integer"]), min_size=1, max_size=5), st.integers(2, 500))
def test_a_grid_is_as_large_as_the_trials_allow(kinds: list[str], trials: int) -> None:
    counts = {
        "scale": Dimension("k", "uniform"),
        "stated": Dimension("k", "uniform", points=3),
        "choice": Dimension("k", "choice", choices=(1, 2)),
        "integer": Dimension("k", "uniform", 1, 4, integer=True),
    }
    ones = [counts[kind] for kind in kinds]
    sizes, points = grid_sizes(ones, trials), grid(ones, trials)
    assert len(points) == len(set(points)) == np.prod(sizes)
    assert len(points) <= max(trials, smallest_grid(ones))
