"""Encoding: what a column is taken for, and that further files are encoded as train was."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.examples import Examples
from dlx.data.open_columns import decided, with_columns
from dlx.data.values import encoding
from dlx.data.values.columns import Column, ColumnOptions
from dlx.data.values.encoding import Describer, ValueFault
from dlx.data.values.features import matrix
from dlx.data.values.hashing import places
from dlx.data.values.texts import Texts, Values
from dlx.errors import DataError
from dlx.types import Array

PATH = Path("x.csv")


def texts(*values: str | None) -> Texts:
    return Texts.of(values)


def encoded(values: Values, column: Column) -> tuple[Array, list[ValueFault]]:
    features, faults = encoding.encoded(values, column)
    return matrix([features], len(values)), faults


def described(values: Values, is_category: bool = False, **options: Any) -> Column:
    return Describer(PATH).column("c", values, ColumnOptions.model_validate(options), is_category)


def train(column: Column, values: Values) -> Examples:
    X, faults = encoded(values, column)
    assert faults == []
    return Examples(X, None, columns=(column,))


@pytest.mark.parametrize(
    ("values", "features"),
    [
        (np.array([1.5, 2]), ["c"]),
        (texts("b", "a", None, "b"), ["c=a", "c=b"]),
        (texts("2020-01-01", None, "1.2.2020"), ["c"]),
        (texts("12:30", "1:00 pm"), ["c"]),
        (texts("2020-01-01", "12:30"), ["c=12:30", "c=2020-01-01"]),
        (texts("2020-01-01", "soon"), ["c=2020-01-01", "c=soon"]),
        (texts("13/1/2020", "1/13/2020"), ["c=1/13/2020", "c=13/1/2020"]),
    ],
)
def test_what_a_column_is_taken_for(values: Values, features: list[str]) -> None:
    column = described(values)
    assert column.features() == features
    assert encoded(values, column)[0].shape == (len(values), len(features))


def test_stated_kinds_and_their_features() -> None:
    days = texts("2020-01-01", "2020-07-01")
    waves = ["c month sin", "c month cos", "c hour sin", "c hour cos"]
    assert described(days, kind="time", parts=["month", "hour"]).features() == ["c", *waves]
    assert described(days, kind="hashed", features=3).features() == ["c#0", "c#1", "c#2"]
    assert described(np.array([1.0]), transform="log").features() == ["ln(c)"]
    assert described(texts("20200101"), kind="time").features() == ["c"]


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [
        (texts("u"), {"transform": "log"}, "column 'c' has texts such as 'u', of which there is no `transform: log`"),
        (texts("1:00"), {"kind": "time", "parts": ["day"]}, "times of a day, which have no day (allowed hour, minute)"),
        (texts(*map(str, range(200))), {}, "has 200 different texts; .* state `columns: {c: {kind: hashed}}`"),
    ],
)
def test_what_cannot_be_is_refused(values: Values, options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message.replace("{", r"\{").replace("(", r"\(").replace(")", r"\)")):
        described(values, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"parts": ["month"]}, "parts is for columns of `kind: time`"),
        ({"kind": "category", "features": 4}, "features is for columns of `kind: hashed`"),
        ({"kind": "time", "transform": "log"}, "transform is for numbers, not for columns of `kind: time`"),
    ],
)
def test_options_of_another_kind_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ColumnOptions.model_validate(options)


def test_transforms_and_their_faults() -> None:
    values = np.array([1.0, math.e, np.nan, -3, 0])
    X, faults = encoded(values, described(values[:2], transform="log"))
    assert X[:, 0] == pytest.approx([0, 1, np.nan, np.nan, np.nan], nan_ok=True)
    assert [fault.row for fault in faults] == [3, 4]
    assert faults[0].what == "-3 is not above 0, as `transform: log` needs"
    X, faults = encoded(values, described(values, transform="signed_log"))
    assert faults == []
    assert np.sign(X[:, 0]) * np.expm1(np.abs(X[:, 0])) == pytest.approx(values, nan_ok=True)


def test_times_are_read_as_in_train() -> None:
    column = described(texts("13/1/2020", "1/2/2020"))
    assert column.details.order == "dmy"
    X, faults = encoded(texts("1/2/2020", "1/13/2020", "12:30", "soon", None), column)
    assert X[0, 0] == encoded(texts("2020-02-01"), described(texts("2020-02-01")))[0][0, 0]
    assert np.isnan(X[1:]).all()
    assert [fault.row for fault in faults] == [1, 2, 3]
    assert faults[0].what == "'1/13/2020' is no date, such as 2020-12-31 in the order dmy"


def test_hashes_are_the_same_for_ever() -> None:
    """Figures of b2sum: each four bytes, lowest first, modulo the number of features."""
    assert places("Elm Street", 32) == [13, 30, 23, 30]


@given(st.lists(st.one_of(st.none(), st.text(max_size=5)), min_size=1, max_size=30), st.integers(2, 40))
def test_a_text_has_the_same_hash_in_any_company(values: list[str | None], features: int) -> None:
    column = described(texts(*values), kind="hashed", features=features)
    X, _ = encoded(texts(*values), column)
    for row, value in zip(X, values, strict=True):
        assert np.array_equal(encoded(texts(value), column)[0][0], row, equal_nan=True)
        assert value is None or set(np.flatnonzero(row)) == set(places(value, features))
        assert value is None or 1 <= row.sum() <= 4


class TestRare:
    """Categories that train has few examples of, and those that it lacks."""

    VALUES = texts("a", "a", "a", "b", "b", "c", None, "other")

    def column(self, rare: int, rows: int = 8) -> Column:
        column = Describer(PATH, rare=rare).column("c", self.VALUES, ColumnOptions(), False)
        [column] = decided(train(column, self.VALUES[:rows]))
        return column

    @pytest.mark.parametrize(
        ("rare", "rows", "categories"),
        [
            (1, 8, ("a", "b", "c", "other")),
            (1, 6, ("a", "b", "c")),
            (2, 8, ("a", "b", "other")),
            (3, 5, ("a", "other")),
            (9, 8, ("other",)),
        ],
    )
    def test_train_alone_decides_which_are_rare(self, rare: int, rows: int, categories: tuple[str, ...]) -> None:
        assert self.column(rare, rows).categories == categories

    def test_they_have_one_class(self) -> None:
        X, faults = encoded(texts("a", "c", "new", None), self.column(2))
        assert faults == []
        expected = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 1], [np.nan, np.nan, np.nan]])
        assert np.array_equal(X, expected, equal_nan=True)

    def test_without_such_a_class_new_ones_are_none_of_the_others(self) -> None:
        X, faults = encoded(texts("b", "new"), self.column(1, 6))
        assert faults == []
        assert X.tolist() == [[0, 1, 0], [0, 0, 0]]

    @given(st.lists(st.sampled_from(["a", "b", "c", "d", "other", None]), min_size=2, max_size=40), st.integers(1, 5))
    def test_examples_of_train_are_encoded_as_those_of_another_file(self, values: list[str | None], rare: int) -> None:
        if set(values) == {None}:
            return
        describer = Describer(PATH, rare=rare, indicators=True)
        examples = train(describer.column("c", texts(*values), ColumnOptions(), False), texts(*values))
        columns = decided(examples)
        X, _ = encoded(texts(*values), columns[0])
        assert np.array_equal(with_columns(examples, columns).X[:], X, equal_nan=True)
        assert Column.from_data(json.loads(json.dumps(columns[0].to_data()))) == columns[0]


@pytest.mark.parametrize("values", [np.array([1.5, np.nan]), texts("a", None), texts("2020-01-01", None)])
@pytest.mark.parametrize("kind", [None, "hashed"])
def test_indicators_are_there_where_train_lacks_values(values: Values, kind: str | None) -> None:
    if kind and not isinstance(values, Texts):
        return
    column = Describer(PATH, indicators=True).column("c", values, ColumnOptions.model_validate({"kind": kind}), False)
    examples = train(column, values)
    [lacking] = decided(examples)
    assert lacking.features()[-1] == "c is missing"
    assert with_columns(examples, [lacking]).X[:][:, -1].tolist() == [0, 1]
    assert encoded(values[::-1], lacking)[0][:, -1].tolist() == [1, 0]
    [whole] = decided(train(column, values[:1]))
    assert whole.features() == lacking.features()[:-1]
