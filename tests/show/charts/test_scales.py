"""Scales: what is shown by its ratios, what is cut, and texts that keep apart."""

from __future__ import annotations

from math import inf, isfinite, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.show.charts.curves import drawable
from dlx.show.charts.scales import HUGE, ValueRange, apart, epoch_range, finite, fitting, third

anything = st.lists(st.floats(), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("values", "may_be", "logarithmic"),
    [([1, 0.01], True, True), ([1, 0.5], True, False), ([1, 0], True, False), ([1, 0.01], False, False)],
)
def test_values_that_fall_far_are_shown_by_their_ratios(values: list[float], may_be: bool, logarithmic: bool) -> None:
    assert fitting([values], may_be).logarithmic == logarithmic


def test_a_start_far_above_the_rest_is_cut_unless_values_are_few() -> None:
    rising = [100.0, 0.5] + 30 * [1.0]
    assert fitting([rising], may_be_logarithmic=False) == ValueRange(0, 1.5)
    assert fitting([[100.0] + 10 * [1.0]], may_be_logarithmic=False) == ValueRange(0, 100)
    assert fitting([[100.0] + 30 * [1.0], [50.0]], may_be_logarithmic=False) == ValueRange(0, 100)
    assert fitting([[100.0, 1.0] + 30 * [nan]], may_be_logarithmic=False) == ValueRange(0, 100)


def test_a_start_that_would_take_half_of_the_room_at_most_is_not_cut() -> None:
    falling, noisy = [60.0] + 40 * [1.0], [100.0, 0.5] + 39 * [1.0]
    assert fitting([falling, noisy], may_be_logarithmic=False) == ValueRange(0, 100)
    assert fitting([[40.0] + 40 * [1.0], noisy], may_be_logarithmic=False) == ValueRange(0, 40)


@given(values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60), noisy=anything)
def test_a_curve_that_only_falls_is_never_cut(values: list[float], noisy: list[float]) -> None:
    falling = sorted(values, reverse=True)
    assert fitting([falling, noisy], may_be_logarithmic=False).high >= falling[0]


def test_what_cannot_be_drawn_decides_nothing() -> None:
    assert fitting([[1, 2, inf, nan, 1e305]], False) == fitting([[1, 2]], False)


@given(curves=st.lists(anything, min_size=1, max_size=4), may_be=st.booleans())
def test_every_value_but_a_cut_start_lies_within(curves: list[list[float]], may_be: bool) -> None:
    values = [value for curve in curves for value in finite(curve)]
    if not values:
        return
    fit = fitting(curves, may_be)
    assert fit.low <= min(values)
    assert fit.logarithmic or fit.low <= 0
    assert fit.high >= max(value for curve in curves for value in [*finite(curve[len(curve) // 10 :]), -inf])
    assert isfinite(fit.high)
    assert may_be or not fit.logarithmic


@given(values=anything, factor=st.sampled_from([1, 100]))
def test_what_can_be_drawn_keeps_its_place(values: list[float], factor: float) -> None:
    scaled = drawable(values, factor)
    assert len(scaled) == len(values)
    assert finite(scaled) == [factor * value for value in values if abs(factor * value) < HUGE]
    assert finite(values) == [value for value in values if abs(value) < HUGE]


@given(places=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_texts_keep_apart_in_their_order_and_none_lies_beyond_the_end(places: list[float]) -> None:
    moved = np.array(apart(places, 0.1, end=1))
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= 0.1 - 1e-12).all()
    assert moved.max() <= 1
    if len(places) == 1 or np.diff(np.sort(places)).min() >= 0.1:
        assert moved == pytest.approx(places)


def test_epochs_have_room_on_both_sides_and_begin_at_0_at_the_earliest() -> None:
    assert epoch_range(1, 1, 0.02) == (0.5, 1.5)
    assert epoch_range(1, 1001, 0.02) == (0, 1021)
    assert epoch_range(100, 1100, 0.02) == (80, 1120)


def test_the_thirds_of_a_scale() -> None:
    assert [third(share) for share in (-0.1, 0, 0.3, 0.4, 0.6, 0.7, 1, 1.2)] == [0, 0, 0, 1, 1, 2, 2, 2]
