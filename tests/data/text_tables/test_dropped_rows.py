"""Rows that are no examples: with them a table is read as without them, in every format and at predict time."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.data.examples import Examples
from dlx.data.profile.reading import profile_file
from dlx.data.sources import File
from dlx.data.text_tables.dropped_lines import in_words
from dlx.data.text_tables.dropped_rows import RowKind, is_total
from dlx.errors import DataError, Remark

NAMES = ["height", "colour", "y"]
ROWS = [
    [f"{number * 7 % 11 + 0.5}", "red" if number % 3 else "blue", "yes" if number % 2 else "no"] for number in range(40)
]
UNITS = ["cm", "", "yes/no"]
TOTAL = ["Total", "", ""]


def written(folder: Path, records: Sequence[Sequence[str]], ending: str = ".csv") -> Path:
    path = folder / f"table{ending}"
    if ending == ".csv":
        path.write_text("".join(",".join(record) + "\n" for record in records))
        return path
    workbook = openpyxl.Workbook()
    for record in records:
        workbook.active.append([float(text) if text[:1].isdigit() else text for text in record])
    workbook.save(path)
    return path


def load(path: Path, *kinds: RowKind) -> Examples:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        return File(path=str(path), target="y", drop_rows=kinds or None).load()["all"]


@settings(max_examples=30)
@given(st.sets(st.integers(1, 39)), st.booleans(), st.integers(0, 3))
def test_the_same_examples_as_without_them(places: set[int], has_units: bool, totals: int) -> None:
    records = list[list[str]]()
    for place, row in enumerate(ROWS):
        records += [NAMES] * (place in places) + [UNITS] * (has_units and place in places) + [row]
    records = [NAMES, *([UNITS] if has_units else []), *records, *[TOTAL] * totals]
    with TemporaryDirectory() as folder:
        plain = load(written(Path(folder), [NAMES, *ROWS]))
        table = load(written(Path(folder), records), "headers", "totals")
    assert np.array_equal(table.X[:], plain.X[:])
    assert table.columns == plain.columns
    assert table.y is not None
    assert plain.y is not None
    assert table.y.tolist() == plain.y.tolist()


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_table_of_which_nothing_is_stated(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, [NAMES, UNITS, *ROWS[:20], NAMES, *ROWS[20:], TOTAL], ending)
    with pytest.warns(
        Remark, match=r"left out by `drop_rows`: lines 2, 23 name the columns or their units, line 44 is"
    ):
        profile = profile_file(File(path=str(path)))
    assert dict(profile.dropped) == {"headers": [2, 23], "totals": [44]}
    assert (profile.m, profile.column("height").kind) == (40, "number")
    assert profile.source is not None
    assert profile.source.drop_rows == ("headers", "totals")


@pytest.mark.parametrize(
    "records",
    [
        [NAMES, *ROWS],
        [NAMES, ["unknown", "red", "no"], *ROWS],  # an example that lacks a value
        [NAMES, ["n/a", "green", "perhaps"], *ROWS],
        [["kind", "x", "y"], *([["total", "1.5", "no"], ["mean", "2.5", "yes"]] * 20)],  # a category
        [["x", "y"], *([["1", "x"], ["2", "z"]] * 20)],
    ],
)
def test_examples_are_no_such_rows(tmp_path: Path, records: Sequence[Sequence[str]]) -> None:
    assert dict(profile_file(File(path=str(written(tmp_path, records)))).dropped) == {}


def test_a_note_below_a_total_of_all_columns(tmp_path: Path) -> None:
    rows = [[str(number), f"{number / 8}", f"{number % 7 / 4}"] for number in range(30)]
    path = written(tmp_path, [["x", "a", "b"], *rows, ["Total", "54.4", "21.5"], ["Source: somewhere"]])
    with pytest.warns(Remark, match=r"line 32 is a total|note below the table"):
        assert dict(profile_file(File(path=str(path))).dropped) == {"totals": [32]}


def test_nothing_is_left_out_unless_that_is_stated(tmp_path: Path) -> None:
    path = written(tmp_path, [NAMES, *ROWS, ["Total", "", "no"]])
    with pytest.raises(DataError, match=r"table\.csv:42: column 'height': 'Total' is not a number"):
        load(path)
    with pytest.raises(DataError, match=r"table\.csv:42: column 'height': 'Total' is not a number"):
        load(path, "headers")


def test_only_totals_are_no_examples(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are no examples"):
        load(written(tmp_path, [NAMES, TOTAL]), "totals")


def test_words_of_totals() -> None:
    assert all(map(is_total, (["Total", "5"], ["", "Grand total:", "5"], ["MEAN", ""], ["Avg.", "2"])))
    assert not any(map(is_total, (["Total Raisin Bran", "5"], ["5", "Total"], ["", ""], ["meaning", "1"])))


def test_many_lines_in_words() -> None:
    assert in_words({"headers": [2, 3, 40, 1500, 1600]}) == "lines 2, 3, 40 and 2 more name the columns or their units"


def test_a_line_of_dashes_below_the_names_is_no_example(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x    y\n---- ----\n" + "".join(f"{row}.5  {row}\n" for row in range(20)))
    with pytest.warns(Remark, match="line 2 names"):
        table = profile_file(File.model_validate({"path": str(tmp_path / "x.txt")}))
    assert table.m == 20
    assert [column.missing for column in table.columns] == [0, 0]
