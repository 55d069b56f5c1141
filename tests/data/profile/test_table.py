"""Profiles of tables: also of those that a training refuses, with what must be stated so that it reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlx.data.examples import Examples, tidy
from dlx.data.profile import table as tables
from dlx.data.profile.columns import ColumnProfile
from dlx.data.profile.reading import profile_file, with_labels
from dlx.data.profile.table import TableProfile, profile_examples
from dlx.data.profile.target import task_for
from dlx.data.sources import File
from dlx.data.values.texts import Texts
from dlx.errors import DataError
from dlx.words import Task


def profile(tmp_path: Path, text: str) -> TableProfile:
    path = tmp_path / "table.csv"
    path.write_text(text)
    return profile_file(File(path=str(path)))


def test_all_columns_are_there_without_a_target(tmp_path: Path) -> None:
    table = profile(tmp_path, "a,b,c\n1,x,2020-01-01\n2,,2020-01-02\n")
    assert (table.names, table.m) == (("a", "b", "c"), 2)
    assert [column.kind for column in table.columns] == ["number", "text", "time"]
    assert table.column("b").missing == 1


def test_few_words_among_numbers_are_marks_of_missing_values(tmp_path: Path) -> None:
    rows = [f"{i},{i % 7}" for i in range(40)]
    table = profile(tmp_path, "\n".join(["a,b", *rows, "unknown,1", "none,2", "unknown,3"]))
    assert dict(table.marks) == {"none": "a", "unknown": "a"}
    assert table.column("a").missing == 3
    assert table.source is not None
    assert set(table.source.missing or ()) > {"none", "unknown", "NA"}


@pytest.mark.parametrize("word", ["unknown", "Not available", "-", ".", "#DIV/0!", "#N/A", "n.a."])
def test_words_that_say_that_a_value_is_missing_may_be_many(tmp_path: Path, word: str) -> None:
    rows = [f"{word if i % 3 else i / 8},{i % 7}" for i in range(60)]
    table = profile(tmp_path, "\n".join(["a,b", *rows]))
    assert (dict(table.marks), table.mixed) == ({word: "a"}, ())
    assert (table.column("a").kind, table.column("a").missing) == ("number", 40)


def test_many_words_among_numbers_make_them_text(tmp_path: Path) -> None:
    rows = [f"{i if i % 3 else 'flat'},{i % 7}" for i in range(30)]
    table = profile(tmp_path, "\n".join(["floor,b", *rows]))
    assert (table.mixed, dict(table.marks)) == (("floor",), {})
    assert table.column("floor").kind == "text"


def test_several_such_columns_at_once(tmp_path: Path) -> None:
    rows = [f"{i},{i},{i if i % 2 else 'odd'},{i}" for i in range(40)]
    table = profile(tmp_path, "\n".join(["a,b,c,", *rows, "tbd,?,2,4", "1,none,2,5"]))
    assert dict(table.marks) == {"tbd": "a", "none": "b"}
    assert table.mixed == ("c",)
    assert dict(table.unreadable) == {"": "it has no name"}


def test_columns_without_a_name_are_counted(tmp_path: Path) -> None:
    table = profile(tmp_path, "x,,,y\n" + "".join(f"{row},a,b,{row}\n" for row in range(5)))
    assert dict(table.unreadable) == {"": "columns 1, 2 (from 0) have no name"}


@pytest.mark.parametrize("names", ["2019,2020,2021", "land,2020,2021", "1990,2021"])
def test_a_target_may_be_a_year(tmp_path: Path, names: str) -> None:
    row = ",".join("1.5" for _ in names.split(","))
    (tmp_path / "x.csv").write_text(f"{names}\n{row}\n{row}\n")
    table = profile_file(File.model_validate({"path": str(tmp_path / "x.csv"), "target": 2021}))
    assert (list(table.names), table.m) == (names.split(","), 2)


def test_repeated_rows(tmp_path: Path) -> None:
    assert profile(tmp_path, "a,b\n1,x\n2,x\n1,x\n1,\n1,x\n1,\n").repeated_rows == 3


def test_copies(tmp_path: Path) -> None:
    rows = [f"{i % 3},{'uvw'[i % 3]},{i % 3 + 0.5},{i},{i},{i * 2},{i % 2}" for i in range(40)]
    table = profile(tmp_path, "\n".join(["a,b,c,d,e,f,g", *rows]))
    assert table.copies == {"b": "a", "c": "a", "e": "d"}  # f differs from d, as all-different columns do


def test_no_rows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"table\.csv: there are no examples"):
        profile(tmp_path, "a,b\n")


def test_what_is_wrong_with_the_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"table\.csv:3: expected 2 fields, found 3"):
        profile(tmp_path, "a,b\n1,2\n1,2,3\n1,2,3\n")


def test_arrays_have_a_column_for_each_feature_and_one_of_labels() -> None:
    examples = tidy(Examples(np.arange(12.0).reshape(4, 3), np.array(["p", "q", "p", "q"]), origin="arrays"))
    table = profile_examples(examples)
    assert table.names == ("x1", "x2", "x3", "y")
    assert [column.is_label for column in table.columns] == [False, False, False, True]
    assert table.column("x2").values.tolist() == [1.0, 4.0, 7.0, 10.0]


def test_of_columns_with_one_name_the_first_is_read(tmp_path: Path) -> None:
    table = profile(tmp_path, "a,b,a,a\n" + "".join(f"{i},{i % 3},x{i},{-i}\n" for i in range(9)))
    assert table.names == ("a", "b")
    assert table.column("a").values.tolist() == list(range(9))
    reason = "column 0 is named a, too: rename one of them in the file to learn from both"
    assert dict(table.unreadable) == dict.fromkeys((2, 3), reason)
    assert table.source is not None
    assert table.source.ignore == (2, 3)


def test_rows_far_from_each_other_are_repeated_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "ROWS_AT_ONCE", 2)
    columns = (
        ColumnProfile("a", 0, np.array([1.0, 2, np.nan, 3, np.nan, 1, 4])),
        ColumnProfile("c", 1, Texts.of(["u", "v", None, "u", None, "u", "v"])),
    )
    assert TableProfile("here", columns, 7).repeated_rows == 2


def test_an_infinite_value_leaves_a_target_of_numbers_what_it_is(tmp_path: Path) -> None:
    rows = "".join(f"{number},{'inf' if number == 5 else number * 15 + 1000}\n" for number in range(12))
    column = with_labels(profile(tmp_path, f"x,y\n{rows}"), ["y"]).column("y")
    assert column.is_number
    assert task_for(column) is Task.REGRESSION
