"""Scales and curves: places in order, round numbers within, no extreme lost."""

from __future__ import annotations

from collections.abc import Callable
from math import nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.show.charts.curves import training_curves
from dlx.show.charts.scales import fitting
from dlx.show.page.charts import MOST_POINTS, figure, lines, short, thinned
from dlx.show.page.scales import PageScale, with_margin

numbers = st.floats(-1e100, 1e100)
many = st.lists(numbers, min_size=1, max_size=50)


@given(values=many, logarithmic=st.booleans())
def test_places_rise_with_the_values_and_stay_within(values: list[float], logarithmic: bool) -> None:
    scale = with_margin(fitting([values], logarithmic))
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


@given(values=st.lists(st.one_of(numbers, st.just(nan)), max_size=3000))
def test_thinning_keeps_the_extremes_and_the_order(values: list[float]) -> None:
    points = [(float(i), value) for i, value in enumerate(values)]
    fewer = thinned(points)
    assert len(fewer) <= MOST_POINTS
    assert [point[0] for point in fewer] == sorted(point[0] for point in fewer)
    finite, left = ([value for _, value in pairs if value == value] for pairs in (points, fewer))
    assert (min(finite, default=0), max(finite, default=0)) == (min(left, default=0), max(left, default=0))


def test_thinning_of_very_many_keeps_one_spike() -> None:
    values = np.zeros(100_000)
    values[77_777] = 1
    fewer = thinned(list(enumerate(values.tolist())))
    assert len(fewer) <= MOST_POINTS
    assert (77_777, 1.0) in fewer


def test_a_line_is_broken_where_values_are_missing() -> None:
    paths = [dict(path.attributes)["d"] for path in lines([(0, 1), (1, 2), (2, nan), (3, 4)], "train")]
    assert paths == ["M0 1L1 2", "M3 4h0"]


def test_a_chart_writes_its_curves_at_their_places(read_page: Callable[[str], Any]) -> None:
    columns = {"epoch": [1.0, 2.0, 3.0], "cost": [1.0, 1.0, 1.0], "train_cost": [0.0, 5.0, 10.0]}
    [chart] = training_curves(columns, "binary", kept_epoch=2)
    page = read_page(str(figure(chart)))
    path = next(tag for tag in page.named("path") if tag.attributes["class"] == "train")
    x, y = zip(*(map(float, point.split()) for point in path.attributes["d"][1:].split("L")), strict=True)
    assert x[1] - x[0] == pytest.approx(x[2] - x[1])
    assert y[0] == pytest.approx(100)
    assert y[1] - y[0] == pytest.approx(y[2] - y[1], abs=0.02)
    assert "train 10" in page.texts
    label = next(tag.attributes["aria-label"] for tag in page.tags if tag.attributes.get("role") == "img")
    assert label == "Cost, epochs 1 to 3: cost from 1 to 1; train from 0 to 10; epoch 2 kept"


def test_powers_of_ten_are_written_short() -> None:
    assert [short(text) for text in ("1e+07", "2.5e-05", "1e+100", "12 %")] == ["1e7", "2.5e-5", "1e100", "12 %"]
