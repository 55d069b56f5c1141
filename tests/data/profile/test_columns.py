"""Column profiles know a number from a name of a row, and a value from a mark of a missing one."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from dlx.data.profile.columns import ColumnProfile, Kind
from dlx.data.profile.table import TableProfile
from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.texts import Texts


def column(values: list[Any], name: str = "x") -> ColumnProfile:
    is_text = any(isinstance(value, str) for value in values)
    return ColumnProfile(name, 0, Texts.of(values) if is_text else np.array(values, np.float64))


NAN = float("nan")


def test_numbers() -> None:
    profile = column([3.0, NAN, 1.0, 1.0, 2.0])
    assert (profile.kind, profile.missing, profile.distinct) == (Kind.NUMBER, 1, 3)
    assert profile.quartiles == (1.0, 1.0, 1.5, 2.25, 3.0)
    assert str(profile.frequent(2)) == "[(1, 2), (2, 1)]"  # whole numbers without a point
    assert profile.document()["least"] == 1.0


def test_texts() -> None:
    profile = column(["b", None, "a", "b"])
    assert (profile.kind, profile.missing, profile.distinct, profile.quartiles) == (Kind.TEXT, 1, 2, None)
    assert profile.frequent() == [("b", 2), ("a", 1)]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["2024-01-31", "2023-02-01"], Kind.TIME),
        (["31.1.2024", "1/2/2024"], Kind.TIME),
        (["12:30", "7:05:10"], Kind.TIME),
        (["2024-01-31", "soon"], Kind.TEXT),
    ],
)
def test_times(texts: list[str], kind: Kind) -> None:
    assert column(texts).kind is kind


def test_what_is_constant() -> None:
    assert column([2.0, 2.0]).is_constant
    assert column([NAN, NAN]).is_constant
    assert not column([2.0, NAN]).is_constant  # that a value is missing may tell something


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ([1, 2, 3, 4], "x", True),  # it counts the rows
        ([4, 3, 2, 1], "x", True),
        ([10, 70, 30, 90], "x", False),  # different in each row, as measurements often are
        ([10, 70, 30, 90], "user_id", True),
        ([10, 70, 30, 90], "customerID", True),
        ([10, 70, 10, 90], "user_id", False),  # it names something that has several rows
        ([10, 70, 30, 90], "humid", False),
        ([0.5, 0.7, 0.2, 0.1], "id", False),
        (["Ann", "Bob", "Cid", "Dee"], "name", True),
        (["Ann", "Bob", "Bob", "Dee"], "name", False),
        (["2024-01-01", "2024-01-02", "2024-01-03"], "day", False),
    ],
)
def test_names_of_rows(values: list[Any], name: str, expected: bool) -> None:
    assert column(values, name).is_identifier is expected


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        ([*np.linspace(-3, 3, 50), *[-999] * 5], -999),
        ([*np.linspace(20, 80, 50), *[999] * 5], 999),
        ([*np.linspace(-3, 3, 50), *[-999] * 4], None),  # too few to be meant so
        ([*np.linspace(0, 1000, 50), *[999] * 5], None),  # among the others
        ([*np.linspace(-3, 3, 50), *[-500] * 5], None),  # no number that anybody writes for that
        ([0.0] * 50 + [99.0] * 5, None),  # two values, of which none is odd
    ],
)
def test_marks_of_missing_values(values: list[float], mark: float | None) -> None:
    profile = column(list(values))
    assert profile.mark_of_missing == mark
    assert profile.marked == (0 if mark is None else 5)


def test_packed_numbers_have_the_same_facts() -> None:
    draw = np.random.default_rng(0)
    numbers = np.round(draw.normal(0, 100, 40_000), 3)
    numbers[[5, 77]] = np.nan
    numbers[[8, 9]] = 0.0, -0.0
    packed = PackedNumbers.of(numbers)
    assert packed is not None
    plain, column = ColumnProfile("x", 0, numbers), ColumnProfile("x", 0, packed)
    for facts in (plain, column):
        assert [values.tobytes() for values in facts.counts] == [
            values.tobytes() for values in np.unique(numbers[~np.isnan(numbers)], return_counts=True)
        ]
    assert column.document() == plain.document()
    assert column.numbers.tobytes() == numbers.tobytes()
    assert (column.m, column.missing, column.is_whole) == (40_000, 2, False)
    rows = draw.integers(0, 40_000, 100)
    assert column.codes_of(rows).tolist() == plain.codes_of(rows).tolist() == plain.codes[rows].tolist()


def test_the_facts_of_large_columns_take_few_bytes() -> None:
    m, n = 2**16, 8
    draw = np.random.default_rng(1)
    columns = []
    for place in range(n):
        packed = PackedNumbers.of(np.round(draw.normal(0, 100, m), 4))
        assert packed is not None
        columns.append(ColumnProfile(f"x{place}", place, packed))
    table = TableProfile("here", tuple(columns), m)
    tracemalloc.start()
    try:
        assert (table.repeated_rows, table.copies) == (0, {})
        assert all(column.document()["distinct"] > m / 2 for column in table.columns)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size < 6 * m * n  # 4 bytes for each different number, and how often it comes
