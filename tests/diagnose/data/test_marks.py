"""Marks: numbers that stand for missing values are told from those that are far out, rare or frequent by nature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.data.marks import mark_findings, mark_of, without_marks
from tests.diagnose.data.planting import Array, clouds, dataset, halved


def column(kind: str, rng: np.random.Generator, m: int = 700) -> Array:
    """A column as tables have them."""
    return {
        "pressure": rng.normal(72, 12, m).round(),
        "index": rng.normal(32, 7, m).clip(18).round(1),
        "age": rng.integers(18, 66, m).astype(float),
        "income": np.exp(rng.normal(10, 0.6, m)),
        "unit": rng.standard_normal(m),
    }[kind]


MARKED = {"pressure": (0, -1, 999), "index": (0, 99), "age": (99, -999), "income": (-999,), "unit": (-999, 9999, -77)}


@pytest.mark.parametrize(("kind", "mark"), [(kind, mark) for kind, marks in MARKED.items() for mark in marks])
def test_a_mark_is_found_in_any_column(kind: str, mark: float) -> None:
    rng = np.random.default_rng(0)
    values = column(kind, rng)
    values[rng.random(len(values)) < 0.08] = mark
    assert mark_of(values) == mark


def test_a_code_that_people_write_is_found_in_columns_of_few_values_and_among_others() -> None:
    rng = np.random.default_rng(0)
    often = rng.random(700) < 0.3
    columns = {
        "rooms": (rng.integers(1, 7, 700), 0.1),
        "flag": (rng.integers(2, size=700), 0.1),
        "income": (np.where(often, 0, rng.lognormal(10, 0.6, 700).round()), 0.1),
        "balance": (rng.normal(0, 2500, 700).round(), 0.1),
        "area": (rng.normal(80, 20, 700).round(1), 0.005),
    }
    for name, (values, share) in columns.items():
        marked = values.astype(float)
        assert mark_of(marked) is None, name
        marked[rng.permutation(700)[: round(share * 700)]] = -999
        assert mark_of(marked) == -999, name
    marked[:9] = -99
    assert mark_of(marked) == -99  # the more frequent of two


def test_numbers_that_may_be_measured_are_no_codes() -> None:
    rng = np.random.default_rng(0)
    balance = rng.integers(-2000, 2000, 700).astype(float)
    balance[:2] = -999
    assert mark_of(balance) is None
    assert mark_of(np.where(rng.random(700) < 0.1, -99.0, rng.integers(-99, -90, 700))) is None


@given(st.integers(0, 2**32 - 1), st.sampled_from(["pressure", "index", "age", "income", "unit"]))
def test_columns_without_marks_have_none(seed: int, kind: str) -> None:
    assert mark_of(column(kind, np.random.default_rng(seed))) is None


def test_numbers_that_are_frequent_or_far_out_by_nature_are_no_marks() -> None:
    rng = np.random.default_rng(0)
    often = rng.random(2000) < 0.3
    for values in (
        rng.poisson(3, 2000),
        rng.poisson(40, 2000),
        np.where(often, 0, rng.exponential(100, 2000)),  # rain
        np.where(often, 0, rng.integers(1, 50, 2000)),  # visits
        rng.standard_cauchy(2000),
        np.minimum(np.exp(rng.normal(0, 1, 2000)), 3.0),  # cut off
        rng.integers(2, size=2000),
        rng.choice([0, 1, 2, 50], 2000),
        np.where(often, 0, rng.normal(0, 1, 2000)),
    ):
        assert mark_of(values.astype(float)) is None


def test_the_columns_and_their_shares_are_named_and_the_marks_can_be_taken_out() -> None:
    rng = np.random.default_rng(0)
    X, y = clouds(rng, 900)
    lacks = rng.random(900) < 0.1
    marked = X.copy()
    marked[lacks, 2] = -99
    data = dataset(marked, y, halved(X))
    (finding,) = mark_findings(data)
    assert finding.name == "missing_as_numbers"
    assert finding.evidence.startswith(f"x3 is -99 in {100 * lacks[:630].mean():.1f} % of train, and else")
    np.testing.assert_array_equal(without_marks(data, marked)[~lacks], X[~lacks])
    assert np.abs(without_marks(data, marked)).max() < 10
