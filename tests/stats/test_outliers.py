"""Outliers: few values that are most of the squared deviation, named with their rows; no others."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dlx.stats.outliers import outliers


def test_the_rows_that_carry_the_deviation_are_named_the_farthest_first() -> None:
    """Of 0 … 96 the median is 48; three values 1000, −900 and 2000 away from it are what the formula gives by hand."""
    values = np.array([*range(97), 1048.0, -852.0, 2048.0])
    found = outliers(values)
    assert found is not None
    middle = np.sort(values)[[49, 50]].mean()
    squares = [(value - middle) ** 2 for value in values]
    assert found.places.tolist() == [99, 97, 98]
    assert found.shares.tolist() == pytest.approx([squares[k] / math.fsum(squares) for k in (99, 97, 98)])
    assert found.in_words() == "rows 100 (2048, 68 %), 98 (1048, 17 %) and 99 (-852, 14 %)"
    assert found.in_words(lambda place: place + 7).startswith("rows 106 (2048")


def test_of_many_the_first_are_named() -> None:
    values = np.concatenate([np.arange(400.0), 1e5 + np.arange(6.0)])
    found = outliers(values)
    assert found is not None
    assert found.in_words().endswith(" and 3 more")
    assert found.share == pytest.approx(1, abs=0.01)


def test_one_is_told_in_the_singular() -> None:
    found = outliers(np.array([*range(100), 9999.0]))
    assert found is not None
    assert found.in_words() == "row 101 (9999, 100 %)"


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).normal(size=1000),
        np.random.default_rng(0).lognormal(size=1000),
        np.random.default_rng(0).exponential(size=1000),
        np.concatenate([np.arange(90.0), np.full(10, 1e4)]),  # a second kind of them
        np.zeros(50),
        np.array([*np.zeros(99), 5.0]),  # no spread by which to judge
        np.array([1.0, np.nan, 3.0]),
        np.array([1e200, -1e200, *range(100)]),
        np.array([]),
    ],
)
def test_what_is_none(values: np.ndarray) -> None:
    assert outliers(values) is None
