"""The extrapolation of a learning curve: what it says of the examples that an error needs."""

from __future__ import annotations

from math import inf

import pytest

from dlx.search.learning_curve.extrapolation import verdict
from dlx.stats.intervals import Estimate


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (Estimate(500, 300, 900), "reached"),
        (Estimate(1200, 800, 5000), "settled"),
        (Estimate(41_000, 32_000, 50_000), "settled"),
        (Estimate(41_000, 32_000, inf), "open"),
        (Estimate(inf, 1e7, inf), "out of reach"),
    ],
)
def test_the_verdict_claims_no_more_than_the_interval(needed: Estimate, expected: str) -> None:
    assert verdict(needed, 1000) == expected
