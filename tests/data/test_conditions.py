"""Conditions on rows, beside those of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.conditions import ORDERS, RowCondition, Stated
from dlx.data.sources import File
from dlx.errors import DataError, Remark

TABLE = "age,country,sold,smokes,y\n" + "".join(
    f"{'' if row % 7 == 3 else 10 + row},{['DE', 'FR', 'IT', ''][row % 4]},2020-{1 + row % 12:02d}-15,"
    f"{'yes' if row % 3 else 'no'},{row % 2}\n"
    for row in range(40)
)
NUMBERS = st.one_of(st.none(), st.integers(-3, 3).map(float))
TEXTS = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


def rows_in_sqlite(values: Sequence[float | str | None], condition: str, parameters: Sequence[Stated]) -> list[bool]:
    with sqlite3.connect(":memory:") as database:
        database.execute("create table t (place integer, value)")
        database.executemany("insert into t values (?, ?)", enumerate(values))
        found = {place for (place,) in database.execute(f"select place from t where {condition}", parameters)}
    return [place in found for place in range(len(values))]


@given(st.lists(NUMBERS, min_size=1, max_size=12), st.sampled_from([*ORDERS, "=", "!="]), st.integers(-3, 3))
def test_comparisons_of_numbers(values: list[float | None], sign: str, limit: int) -> None:
    column = np.array([np.nan if value is None else value for value in values])
    expected = rows_in_sqlite([*values], f"value {sign} ?", [limit])
    assert RowCondition.of(f"{sign} {limit}").holds(column).tolist() == expected


@given(st.lists(NUMBERS, min_size=1, max_size=12), st.integers(-3, 3), st.integers(-3, 3))
def test_ranges(values: list[float | None], low: int, high: int) -> None:
    column = np.array([np.nan if value is None else value for value in values])
    expected = rows_in_sqlite([*values], "value between ? and ?", [low, high])
    for stated in ((f">= {low}", f"<= {high}"), f">= {low} and <= {high}", f"<={high}, >={low}"):
        assert RowCondition.of(stated).holds(column).tolist() == expected


@given(
    st.lists(TEXTS, min_size=1, max_size=12), st.lists(st.sampled_from("abc"), min_size=1, max_size=3), st.booleans()
)
def test_texts_and_lists(values: list[str | None], chosen: list[str], with_missing: bool) -> None:
    column = np.array(values, object)
    marks = ", ".join("?" * len(chosen))
    among = f"value in ({marks})" + " or value is null" * with_missing
    condition = RowCondition.of((*chosen, *([None] if with_missing else [])))
    assert condition.holds(column).tolist() == rows_in_sqlite([*values], among, [*chosen])
    assert RowCondition.of(f"!= {chosen[0]}").holds(column).tolist() == rows_in_sqlite(
        [*values], "value != ?", chosen[:1]
    )
    assert RowCondition.of("!= null").holds(column).tolist() == rows_in_sqlite([*values], "value is not null", [])
    assert RowCondition.of(None).holds(column).tolist() == rows_in_sqlite([*values], "value is null", [])


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ({"age": ">= 30"}, 17),
        ({"age": ">= 30", "country": ["DE", "FR"]}, 9),
        ({"sold": "< 2020-03-01"}, 8),
        ({"sold": ">= 20200301"}, 32),
        ({"smokes": True}, 26),
        ({"smokes": "no"}, 14),
        ({"age": None}, 6),
        ({"country": "!= null"}, 30),
        ({0: 12}, 1),
        ({"y": 1}, 20),
    ],
)
def test_rows_of_a_file(tmp_path: Path, where: dict[str, object], count: int) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    stated = {"path": str(path), "target": "y", "impute": "median", "where": {str(key): v for key, v in where.items()}}
    if where != {"age": None}:  # of which nothing is left then
        assert len(File.model_validate(stated).load()["all"].X) == count
    only = File.model_validate(stated | {"use": ["country"], "impute": "most_frequent"}).load()["all"]
    assert len(only.X) == count  # a condition needs no feature


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ({"age": "> old"}, "age: `> old`: 'old' is no number, and the column has numbers; write such as `> 10`"),
        ({"country": "> 3"}, r"`> 3`: the column has words, which have no order: name those that .*, as \[DE\]"),
        (
            {"sold": "< soon"},
            "t.csv: data.source.where: sold: `< soon`: 'soon' is neither .*; write such as `< 2020-01",
        ),
        (
            {"sold": [">= 2020-03-01", "< 31.02.2020"]},
            "sold: `< 31.02.2020`: '31.02.2020' is neither a date nor a numb",
        ),
        ({"sold": "< 17:30"}, "`< 17:30`: '17:30' is a time of a day, and '2020-01-15' a date; write such as `< 2020-"),
        ({"sold": "<= 2020"}, "sold: `<= 2020`: a year alone is its first day; write `<= 2020-12-31`"),
        ({"height": 3}, "where: there is no column 'height'"),
        ({"age": 11, "country": "DE"}, "no row of 40 fulfils all conditions; that of age holds in 1, that of country"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, where: dict[str, object], message: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    with pytest.raises(DataError, match=message):
        File.model_validate({"path": str(path), "target": "y", "impute": "median", "where": where}).load()


def test_rows_keep_their_numbers_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(TABLE)
    stated = {"path": str(path), "target": "y", "use": ["smokes"], "where": {"age": ">= 30"}}
    examples = File.model_validate(stated).load()["all"]
    assert examples.rows is not None
    assert examples.rows.tolist() == [row for row in range(20, 40) if row % 7 != 3]
    third = examples.take(np.array([2])).rows
    assert third is not None
    assert third.tolist() == [22]


@pytest.mark.parametrize("stated", [">", "!", ">= ", [], "!= [DE, FR]", ["> 3", 9], ["> ", "< 9"]])
def test_a_condition_that_says_nothing_is_refused(tmp_path: Path, stated: object) -> None:
    if stated == "!":
        assert RowCondition.of("!") == RowCondition("=", ("!",))  # a text like any other
        return
    with pytest.raises(
        ValueError, match=r"names no value|empty list|no sign goes with a list|of which none has a sign"
    ):
        File.model_validate({"path": str(tmp_path / "t.csv"), "target": "y", "where": {"age": stated}})


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")
def test_dates_are_compared_as_their_column_states(tmp_path: Path) -> None:
    """Their order of day and month, and that what is no date is a missing value."""
    path = tmp_path / "t.csv"
    days = [f"{1 + row % 12:02}/{1 + row * 5 % 12:02}/2020" for row in range(36)]
    path.write_text(
        "\n".join(["day,y", *(f"{day},{row % 2}" for row, day in enumerate(days)), "31/02/2020,1", "soon,0"])
    )
    for order, month in (("mdy", 0), ("dmy", 1)):
        column = {"kind": "time", "order": order, "invalid": "missing"}
        stated = {"path": str(path), "target": "y", "columns": {"day": column}, "impute": "median"}
        late = [int(day.split("/")[month]) >= 7 for day in days]
        for where, count in ((">= 2020-07-01", sum(late)), ("!= null", 36)):
            examples = File.model_validate(stated | {"where": {"day": where}}).load()["all"]
            assert len(examples.X) == count
        both = File.model_validate(stated | {"where": {"day": ["> 01/02/2020", "<= 2020-12-31"]}}).load()["all"]
        first, second = (1, 2) if order == "mdy" else (2, 1)
        when = [(int(day.split("/")[month]), int(day.split("/")[1 - month])) for day in days]
        assert len(both.X) == sum(time > (first, second) for time in when)


def test_where_the_order_of_dates_is_open_the_remark_names_the_condition(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("day,x,y\n" + "".join(f"0{1 + row % 9}/0{1 + row % 7}/2020,{row},{row % 2}\n" for row in range(20)))
    stated = {"path": str(path), "target": "y", "use": ["x"], "where": {"day": ">= 2020-02-01"}}
    with pytest.warns(Remark, match=r"^data\.source\.where: dates such as '01/01/2020' are read as month, day, year"):
        File.model_validate(stated).load()


def test_a_value_of_another_kind_than_the_others_is_placed(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "day,x,y\n" + "".join(f"2020-01-{1 + row:02},{row},{row % 2}\n" for row in range(20)) + "17:30,9,1\n"
    )
    stated = {"path": str(path), "target": "y", "use": ["x"], "where": {"day": ">= 2020-01-05"}}
    with pytest.raises(
        DataError, match=r"t\.csv:22: column 'day': '17:30' is a time of a day, and '2020-01-01' a date"
    ):
        File.model_validate(stated).load()
    path.write_text(path.read_text().replace("17:30", "20200104"))
    assert len(File.model_validate(stated).load()["all"].X) == 16
