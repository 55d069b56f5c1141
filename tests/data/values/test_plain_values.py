"""Values of any library: whatever a column holds becomes numbers, texts or times, or an error that names the column."""

from __future__ import annotations

import datetime
import ipaddress
import uuid
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.api.memory import FilesOfData
from dlx.data.in_memory import columns_of, table_file
from dlx.data.values.plain_values import is_missing, values_of
from dlx.errors import DataError

pandas = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


class Unreadable:
    """An object that answers nothing."""

    def __repr__(self) -> str:
        raise RuntimeError("no text")

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not to be compared")


def objects(*values: Any) -> Callable[[int], Any]:
    """A column of objects that goes through the values."""

    def column(m: int) -> Any:
        array = np.empty(m, object)
        for place in range(m):
            array[place] = values[place % len(values)]
        return array

    return column


UTC = datetime.UTC
NUMBERS: dict[str, Callable[[int], Any]] = {
    "beyond 64 bits": objects(2**70, 3, -(2**80)),
    "fractions": objects(Fraction(1, 4), 2, 0.5),
    "decimals": objects(Decimal("1.5"), Decimal(2)),
    "long doubles": lambda m: np.arange(m).astype(np.longdouble),
    "half": lambda m: np.arange(m).astype(np.float16),
    "unsigned": lambda m: np.arange(m).astype(np.uint64),
    "sparse": lambda m: pandas.arrays.SparseArray(np.arange(m) % 2.0),
    "run ends": lambda m: pa.RunEndEncodedArray.from_arrays(pa.array([m], pa.int32()), pa.array([2.5])),
    "range": lambda m: range(m),
}
TEXTS: dict[str, Callable[[int], Any]] = {
    "addresses": objects(ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("::1")),
    "identifiers": objects(uuid.UUID(int=1), uuid.UUID(int=2)),
    "intervals": lambda m: pandas.Series(pandas.arrays.IntervalArray.from_breaks(range(m + 1))),
    "periods": objects(*pandas.period_range("2024", periods=3, freq="M")),
    "two types": objects(1, "a", None, 2.5, True),
    "of intervals": lambda m: pandas.Series(pandas.cut(np.arange(m), 3)),
    "of whole numbers": lambda m: pandas.Categorical(np.arange(m) % 3),
    "of large numbers": lambda m: pandas.Categorical(objects(2**70, 2**71)(m)),
    "of times": lambda m: pandas.Categorical(pandas.to_datetime(np.arange(m) % 3, unit="D")),
    "of Arrow": lambda m: pa.array(["u", None] * m).dictionary_encode()[:m],
}
TIMES: dict[str, Callable[[int], Any]] = {
    "days": objects(datetime.date(2024, 1, 1)),
    "hours": objects(datetime.time(5)),
    "zones": objects(datetime.datetime(2024, 1, 1, tzinfo=UTC)),
    "durations": lambda m: pandas.to_timedelta(range(m), unit="h"),
}
UNFIT: dict[str, Callable[[int], Any]] = {
    "lists": objects([1, 2]),
    "tuples": lambda m: pandas.Categorical(objects((1, 2), (3, 4))(m)),
    "mappings": objects({"a": 1}),
    "arrays": objects(np.arange(3)),
    "complex": lambda m: np.arange(m) + 1j,
    "objects": objects(object()),
    "functions": objects(len),
    "structs of Arrow": lambda m: pa.array([{"a": 1}] * m),
    "categories of lists": lambda m: pa.DictionaryArray.from_arrays(pa.array([0] * m), pa.array([[1]])),
    "months and days": lambda m: pa.array([pa.MonthDayNano([1, 2, 3])] * m),
    "times out of reach": lambda m: pa.array([2**62] * m, pa.timestamp("s")),
    "too large": objects(10**400, 1),
    "half a surrogate pair": objects("\ud800", "a"),
    "no text": objects(Unreadable()),
    "sets": lambda m: set(range(m)),
    "generators": lambda m: (place for place in range(m)),
    "a number": lambda m: np.array(1.0),
    "a matrix": lambda m: np.zeros((m, 2)),
}
ALL = {**NUMBERS, **TEXTS, **TIMES, **UNFIT}


def read_back(column: Any, target: bool = False) -> list[Any]:
    content, suffix = table_file({"c": column}, ["c"] if target else (), "the table")
    assert suffix == "parquet"
    values: list[Any] = parquet.read_table(BytesIO(content))["c"].to_pylist()
    return values


def outcome_of(write: Callable[[], str]) -> str:
    """What it gives, or the error that it ends with."""
    try:
        return write()
    except DataError as error:
        return str(error)


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers_of_any_kind_are_numbers(kind: str) -> None:
    column = NUMBERS[kind](6)
    values = column.to_pylist() if hasattr(column, "to_pylist") else [*column]
    assert [float(value) for value in read_back(column)] == [float(value) for value in values]


@pytest.mark.parametrize("kind", TEXTS)
def test_what_says_what_it_is_becomes_a_text(kind: str) -> None:
    values = [value for value in read_back(TEXTS[kind](6)) if value is not None]
    assert values
    assert all(isinstance(value, str) for value in values)


def test_texts_are_those_of_their_objects() -> None:
    assert read_back(TEXTS["identifiers"](2)) == [str(uuid.UUID(int=1)), str(uuid.UUID(int=2))]
    assert read_back(TEXTS["intervals"](2)) == ["(0, 1]", "(1, 2]"]
    assert read_back(pandas.Categorical([7, 5]), target=True) == [7, 5]


@pytest.mark.parametrize("kind", UNFIT)
def test_what_no_file_can_hold_is_refused_by_its_column(kind: str) -> None:
    with pytest.raises(DataError, match=r"^the table: column 'c': "):
        read_back(UNFIT[kind](6))


@settings(max_examples=40, deadline=None)
@given(kinds=st.lists(st.sampled_from(sorted(ALL)), min_size=1, max_size=4), m=st.integers(1, 5), target=st.booleans())
def test_a_table_is_kept_or_an_error_names_a_column_of_it(
    kinds: list[str], m: int, target: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = {f"{place} {kind}": ALL[kind](m) for place, kind in enumerate(kinds)}
    files = FilesOfData(tmp_path_factory.getbasetemp() / "memory")
    outcome = outcome_of(lambda: files.sources(table, [*table][-1 if target else 0])["source"]["path"])
    names = any(f"column {name!r}: " in outcome for name in table) or "must have the same length" in outcome
    assert names or parquet.read_metadata(outcome).num_rows == m


@pytest.mark.parametrize("kind", ALL)
def test_labels_of_any_kind_are_written_or_refused(kind: str, tmp_path: Path) -> None:
    files = FilesOfData(tmp_path)
    outcome = outcome_of(lambda: files.sources((np.zeros((6, 1)), ALL[kind](6)), None)["source"]["path"])
    assert outcome.startswith(("data: y: ", str(tmp_path)))


def test_names_that_no_file_can_hold_are_refused() -> None:
    with pytest.raises(DataError, match=r"^the table: the name of a column: '\\ud800' is no text in UTF-8"):
        columns_of({"\ud800": [1]})


def test_missing_values_are_none_whoever_writes_them() -> None:
    column = [None, float("nan"), np.float32("nan"), pandas.NA, pandas.NaT, Decimal("NaN"), Decimal("sNaN"), 1]
    assert values_of(column, "column 'c'") == [None] * 7 + [1]


class Unequal:
    """As a Series of polars, and pandas.NA, it does not say whether it is equal to itself."""

    def __ne__(self, other: object) -> Any:
        raise TypeError

    __hash__ = None  # type: ignore[assignment]


def test_what_holds_several_values_is_not_missing() -> None:
    assert is_missing(Unequal())
    assert is_missing(pandas.NA)
    assert not is_missing(type("Series", (Unequal,), {"__len__": lambda self: 2})())
