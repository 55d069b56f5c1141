"""Associations are those of SciPy, statsmodels and dython; nothing is told by what is constant or drawn apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.stats.association import correlation, correlation_ratio, cramers_v, rank_correlation, ranks

# fmt: off
A = np.array([-0.8, -1.3, -0.2, 0.4, 1.1, 0.1, -0.6, -0.8, 0.7, 1.6, 0.3, -1.2, -1.0, 1.6, 0.2, -1.7, -0.1, -1.2, -0.6,
              -0.5, -0.7, 0.6, -0.1, -0.6, 0.4, 0.8, -1.6, -0.3, -1.0, -0.2, -1.3, 0.0, -0.0, -0.3, -1.0, -0.4, -1.1,
              -1.4, 0.2, -1.1])
B = np.array([0.4, -0.6, -2.2, 0.7, -0.0, 0.1, -0.6, -2.8, 0.5, 1.3, 1.3, -2.4, -0.3, 0.5, -0.1, -2.5, 1.3, -0.6, 1.8,
              0.1, 0.1, 1.4, -0.7, -0.7, 1.8, 0.4, -1.4, -0.3, -0.4, -0.6, -1.5, 0.2, 0.1, -1.2, -0.1, -1.7, -2.3, -2.7,
              1.2, -1.5])
GROUPS = np.array([1, 2, 1, 3, 3, 1, 1, 2, 2, 1, 2, 3, 2, 1, 1, 1, 0, 0, 3, 1, 1, 2, 2, 3, 2, 3, 2, 1, 1, 3, 2, 0, 3, 3,
                   0, 0, 2, 1, 1, 0])
OTHERS = np.array([1, 0, 2, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 2, 2, 1, 1, 1, 1, 1, 1, 2, 2, 0, 0, 0, 0, 1, 2, 0, 2, 1, 0, 1,
                   0, 0, 2, 1, 1, 1])
VALUES = np.array([2.6, 0.2, 1.0, 1.8, 1.0, -0.3, 0.7, 1.8, 0.9, 0.8, 2.1, 2.4, 2.3, 1.2, 1.2, 2.5, 0.6, 0.1, 2.8, -0.2,
                   0.4, 2.2, 2.0, 3.6, 1.4, 0.6, 3.3, 1.8, -0.4, 3.5, 1.4, -1.8, 1.7, 1.6, 1.6, -0.8, 1.1, 0.4, 0.3,
                   -0.9])
# fmt: on


def test_correlations_are_those_of_scipy() -> None:
    assert correlation(A, B) == pytest.approx(0.6413870193010885, rel=1e-12)
    assert rank_correlation(A, B) == pytest.approx(0.7073814007767348, rel=1e-12)
    assert ranks(A)[:10].tolist() == [13.5, 4.5, 23.5, 33.5, 38.0, 29.0, 17.0, 13.5, 36.0, 39.5]


def test_the_correlation_ratio_is_the_root_of_the_adjusted_r2_of_a_regression_on_the_groups() -> None:
    """statsmodels: ``sqrt(OLS(values, one_hot).fit().rsquared_adj)``."""
    assert correlation_ratio(GROUPS, VALUES) == pytest.approx(0.5964123408569472, rel=1e-12)


def test_cramers_v_is_that_of_dython() -> None:
    assert cramers_v(GROUPS, OTHERS) == pytest.approx(0.4467977166774687, rel=1e-12)


def test_a_constant_column_tells_nothing() -> None:
    for measure in (correlation, rank_correlation):
        assert measure(np.ones(5), np.arange(5.0)) == measure(np.arange(5.0), np.ones(5)) == 0.0
    assert correlation_ratio(np.zeros(5, np.int64), np.arange(5.0)) == 0.0
    assert cramers_v(np.zeros(5, np.int64), np.arange(5)) == 0.0


@given(st.lists(st.integers(0, 4), min_size=3, max_size=30))
def test_a_copy_under_other_names_tells_everything(groups: list[int]) -> None:
    codes = np.unique(groups, return_inverse=True)[1]
    if 1 < codes.max() + 1 < len(codes):
        assert cramers_v(codes, codes.max() - codes) == pytest.approx(1.0)
        assert correlation_ratio(codes, codes * -3.0) == pytest.approx(1.0)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=30))
def test_measures_stay_in_their_bounds(numbers: list[float]) -> None:
    values, codes = np.array(numbers), np.arange(len(numbers)) % 3
    assert -1.0 - 1e-9 <= correlation(values, values[::-1]) <= 1.0 + 1e-9
    assert -1.0 - 1e-9 <= rank_correlation(values, values[::-1]) <= 1.0 + 1e-9
    assert 0.0 <= correlation_ratio(codes, ranks(values)) <= 1.0
