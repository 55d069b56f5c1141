"""Skewness: that of SciPy, and targets that grow by factors told from others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dlx.stats.skewness import grow_by_factors, skewness

DRAW = np.random.default_rng(3)


@pytest.mark.parametrize("values", [DRAW.normal(size=99), DRAW.exponential(size=99), np.arange(9.0)])
def test_it_is_that_of_scipy(values: np.ndarray) -> None:
    assert skewness(values) == pytest.approx(stats.skew(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.exp(DRAW.normal(10, 1, size=300)), True),
        (np.exp(DRAW.normal(10, 0.1, size=300)), False),  # hardly skewed
        (-np.exp(DRAW.normal(size=300)), False),
        (np.append(np.exp(DRAW.normal(size=300)), 0.0), False),
        (DRAW.normal(100, 5, size=300), False),
        (DRAW.uniform(size=300), False),
        (np.exp(DRAW.normal(size=20)), False),  # too few to tell
        (np.full(300, 5.0), False),
    ],
)
def test_what_grows_by_factors(values: np.ndarray, expected: bool) -> None:
    assert grow_by_factors(values) is expected
