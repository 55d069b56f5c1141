"""Scales and curves: places in order, round numbers within, no extreme lost."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.show.page.charts import MOST_POINTS, Chart, Curve, Mark, lines, short, thinned
from dlx.show.page.scales import PageScale, apart, fitting
from dlx.show.pictures.axes import apart as apart_in_pictures

numbers = st.floats(-1e100, 1e100)
many = st.lists(numbers, min_size=1, max_size=50)


@given(values=many, logarithmic=st.booleans())
def test_places_rise_with_the_values_and_stay_within(values: list[float], logarithmic: bool) -> None:
    scale = fitting([values], logarithmic)
    places = [scale(value) for value in sorted(values)]
    assert places == sorted(places)
    assert places[0] >= 0
    assert places[-1] <= 100


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e9), most=st.integers(3, 10))
def test_round_numbers_lie_within_at_equal_distances(low: float, span: float, most: int) -> None:
    ticks = PageScale(low, low + span).ticks(most)
    assert 1 <= len(ticks) <= most + 1
    assert all(low - 1e-9 * span <= tick <= low + span * (1 + 1e-9) for tick in ticks)
    assert np.allclose(np.diff(ticks, 2), 0, atol=1e-6 * span)


def test_equal_ratios_have_equal_distances_on_a_logarithmic_scale() -> None:
    scale = PageScale(1, 10_000, logarithmic=True)
    assert [scale(value) for value in (0.1, 1, 10, 100, 10_000, 1e9)] == pytest.approx([0, 0, 25, 50, 100, 100])
    assert scale.beyond(1e6) == pytest.approx(150)
    assert scale.ticks() == pytest.approx([1, 10, 100, 1000, 10_000])


def test_many_decades_have_few_numbers() -> None:
    assert len(PageScale(1e-30, 1e30, logarithmic=True).ticks()) <= 7


@pytest.mark.parametrize(
    ("values", "may_be", "logarithmic"),
    [([1, 0.01], True, True), ([1, 0.5], True, False), ([1, 0], True, False), ([1, 0.01], False, False)],
)
def test_values_that_fall_far_are_shown_by_their_ratios(values: list[float], may_be: bool, logarithmic: bool) -> None:
    assert fitting([values], may_be).logarithmic == logarithmic


def test_a_start_far_above_the_rest_is_cut() -> None:
    scale = fitting([[100.0] + 30 * [1.0]], may_be_logarithmic=False)
    assert scale.low == 0
    assert scale.high < 2
    assert scale.beyond(100) > 100


def test_what_cannot_be_drawn_decides_nothing() -> None:
    assert fitting([[1, 2, inf, nan, 1e305]], False) == fitting([[1, 2]], False)


@given(places=st.lists(st.floats(0, 1), min_size=1, max_size=6, unique=True))
def test_labels_are_moved_apart_as_in_the_pictures(places: list[float]) -> None:
    moved = apart([100 * place for place in places], 5.5)
    assert moved == pytest.approx([100 * place for place in apart_in_pictures(places, 0.055)])


@given(values=st.lists(st.one_of(numbers, st.just(nan)), max_size=3000))
def test_thinning_keeps_the_extremes_and_the_order(values: list[float]) -> None:
    points = [(float(i), value) for i, value in enumerate(values)]
    kept = thinned(points)
    assert len(kept) <= MOST_POINTS
    assert [point[0] for point in kept] == sorted(point[0] for point in kept)
    finite, left = ([value for _, value in some if value == value] for some in (points, kept))
    assert (min(finite, default=0), max(finite, default=0)) == (min(left, default=0), max(left, default=0))


def test_thinning_of_very_many_keeps_one_spike() -> None:
    values = np.zeros(100_000)
    values[77_777] = 1
    kept = thinned(list(enumerate(values.tolist())))
    assert len(kept) <= MOST_POINTS
    assert (77_777, 1.0) in kept


def test_a_line_is_broken_where_values_are_missing() -> None:
    drawn = [dict(path.attributes)["d"] for path in lines([(0, 1), (1, 2), (2, nan), (3, 4)], "train")]
    assert drawn == ["M0 1L1 2", "M3 4h0"]


def test_a_chart_writes_its_curves_at_their_places(read_page: Callable[[str], Any]) -> None:
    chart = Chart("Cost", [1, 2, 3], [Curve("train", [0.0, 5.0, 10.0])], marks=[Mark(2, "epoch 2 kept", "kept")])
    page = read_page(str(chart.draw()))
    path = next(tag for tag in page.named("path") if tag.attributes["class"] == "train")
    x, y = zip(*(map(float, point.split()) for point in path.attributes["d"][1:].split("L")), strict=True)
    assert x[1] - x[0] == pytest.approx(x[2] - x[1])
    assert y[0] == pytest.approx(100)
    assert y[1] - y[0] == pytest.approx(y[2] - y[1], abs=0.02)
    assert "train 10" in page.texts
    label = next(tag.attributes["aria-label"] for tag in page.tags if tag.attributes.get("role") == "img")
    assert label == "Cost, epochs 1 to 3: train from 0 to 10; epoch 2 kept"


def test_powers_of_ten_are_written_short() -> None:
    assert [short(text) for text in ("1e+07", "2.5e-05", "1e+100", "12 %")] == ["1e7", "2.5e-5", "1e100", "12 %"]
