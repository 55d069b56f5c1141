"""Coarse to fine: the next region lies around what was best, and goes beyond a border that the best stands at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.search.tune.designs import Point, whole
from dlx.search.tune.space import Dimension
from dlx.search.tune.zoom import zoomed

RATE = Dimension("optimizer.learning_rate", "log_uniform", 1e-4, 1)
KEEP = Dimension("regularization.keep_prob", "uniform", 0.5, 1)
OPTIMIZER = Dimension("optimizer", "choice", choices=("adam", "momentum", "rmsprop"))


def anything(dimension: Dimension, position: float) -> bool:
    return True


def points(*places: float) -> list[Point]:
    """In one dimension, the best first."""
    return [(place,) for place in places]


def test_a_best_value_at_a_border_widens_the_space_and_says_so() -> None:
    ranked = points(0.998, 0.9, 0.95, *[0.5] * 12)
    region, widened = zoomed([RATE], whole([RATE]), ranked, anything)
    assert region[0][1] == pytest.approx(1.25)
    assert [str(widening) for widening in widened] == [
        "best optimizer.learning_rate 0.981748 at the border of [0.0001, 1]: widened to [0.0001, 10]"
    ]


def test_it_widens_only_as_far_as_the_spec_allows() -> None:
    region, widened = zoomed([KEEP], whole([KEEP]), points(1.0, 0.9, 0.95), lambda dimension, position: position <= 1)
    assert region[0][1] == 1
    assert (
        str(widened[0])
        == "best regularization.keep_prob 1 at the border of [0.5, 1]: the spec allows nothing beyond it"
    )
    region, _ = zoomed([KEEP], whole([KEEP]), points(1.0, 0.9, 0.95), lambda dimension, position: position <= 1.1)
    assert 1 < region[0][1] <= 1.1


def test_inside_the_space_nothing_is_widened() -> None:
    region, widened = zoomed([RATE], ((0.4, 0.6),), points(0.401, 0.45, 0.42), anything)
    assert widened == []
    assert region[0][0] < 0.4


def test_options_of_the_best_are_kept() -> None:
    ranked = [(0.0,), (2.0,), (0.0,), *[(1.0,)] * 6]
    assert zoomed([OPTIMIZER], whole([OPTIMIZER]), ranked, anything)[0] == ((0, 2),)


def test_too_few_trials_change_nothing() -> None:
    assert zoomed([RATE], whole([RATE]), points(0.2, 0.3), anything) == (whole([RATE]), [])


@given(st.lists(st.floats(0, 1), min_size=3, max_size=60))
def test_the_best_lies_in_the_next_region_which_is_no_wider_than_the_space(places: list[float]) -> None:
    region, widened = zoomed([RATE], whole([RATE]), points(*places), lambda dimension, position: 0 <= position <= 1)
    low, high = region[0][0], region[0][-1]
    assert 0 <= low < high <= 1
    assert low <= places[0] <= high
    if not widened:
        assert min(places[0] - low, high - places[0]) >= 0.1 * (high - low) or 0 in (low, 1 - high)


def test_what_the_best_agree_on_closes_in_and_the_rest_stays_wide() -> None:
    ranked = [(0.5, 0.1), (0.52, 0.9), (0.48, 0.4), (0.51, 0.7), *[(0.9, 0.5)] * 16]
    region, _ = zoomed([RATE, KEEP], whole([RATE, KEEP]), ranked, anything)
    assert region[0][1] - region[0][0] == pytest.approx(0.25)
    assert region[1][1] - region[1][0] > 0.8
