"""Sheets of Excel: what becomes of their cells, where a table in them begins, and what is said of other files."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from dlx.data.examples import Examples, tidy
from dlx.data.formats.format import read_file
from dlx.data.sources import Source
from dlx.data.tables import TableOptions
from dlx.data.values.columns import Column
from dlx.errors import DataError, EnvironmentProblem

openpyxl = pytest.importorskip("openpyxl")

Rows = Sequence[Sequence[Any]]
TABLE: Rows = [
    ["age", "member", "city", "y"],
    [30, True, "Rome", "no"],
    [41.5, False, "Oslo", "yes"],
    [7, True, "Rome", "no"],
]
X = [[30, 1, 0, 1], [41.5, 0, 1, 0], [7, 1, 0, 1]]


def write(path: Path, sheets: Mapping[str, Rows], first_cell: tuple[int, int] = (1, 1)) -> Path:
    """A file with these sheets, whose tables begin in this row and column."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for i, row in enumerate(rows, first_cell[0]):
            for j, value in enumerate(row, first_cell[1]):
                sheet.cell(i, j, value)
    workbook.save(path)
    return path


def read(path: Path, **options: Any) -> Examples:
    return Source.parse({"name": "file", "path": str(path), "target": "y", **options}).load()["all"]


@pytest.mark.parametrize("first_cell", [(1, 1), (4, 3)])
def test_a_table_anywhere_in_the_sheet(tmp_path: Path, first_cell: tuple[int, int]) -> None:
    examples = read(write(tmp_path / "x.xlsx", {"people": TABLE}, first_cell))
    assert examples.y is not None
    assert examples.features == ("age", "member", "city=Oslo", "city=Rome")
    assert (examples.X[:].tolist(), examples.y.tolist()) == (X, ["no", "yes", "no"])


def test_titles_above_a_table_are_passed_over(tmp_path: Path) -> None:
    rows: Rows = [["People of 2020", None, None, None], ["as of May"], [], *TABLE]
    path = write(tmp_path / "x.xlsx", {"people": rows})
    assert read(path).X[:].tolist() == X
    assert read(path, skip_lines=3).X[:].tolist() == X


def test_empty_sheets_in_front_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", {"blank": [], "people": TABLE})
    assert read(path).X[:].tolist() == X


def test_a_cover_in_front_is_passed_over_and_read_where_there_is_nothing_else(tmp_path: Path) -> None:
    cover: Rows = [["Sales of 2020"], [None], ["by", "the office"]]
    path = write(tmp_path / "x.xlsx", {"cover": cover, "people": TABLE})
    assert read(path).features[:2] == ("age", "member")
    words: Rows = [["y"], ["a"], ["b"]]
    with pytest.raises(DataError, match="there are no features"):
        tidy(read(write(tmp_path / "y.xlsx", {"cover": words})))


def test_a_sheet_by_its_name_and_another_file_with_one_of_another_name(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", {"notes": [["read me"]], "people": TABLE})
    assert read(path, sheet="people").X[:].tolist() == X
    with pytest.raises(DataError, match=r"there is no sheet 'peopel' \(allowed notes, people; did you mean people\?\)"):
        read(path, sheet="peopel")
    options = TableOptions(target=("y",), sheet="people")
    columns = read(path, sheet="people").columns
    other = write(tmp_path / "other.xlsx", {"Sheet1": [["y", "city", "age", "member"], ["no", "Rome", 30, True]]})
    assert read_file(other, options, columns)["all"].X[:].tolist() == X[:1]


def test_dates_and_times_are_texts_that_sort_as_they_follow(tmp_path: Path) -> None:
    cells = [date(2024, 1, 31), datetime(2024, 2, 1, 12, 30), time(9, 5), datetime(2024, 2, 1)]
    rows: Rows = [["when", "y"], *([cell, k % 2] for k, cell in enumerate(cells))]
    examples = read(write(tmp_path / "x.xlsx", {"a": rows}), categorical=["when"])
    assert examples.columns == (Column("when", ("09:05:00", "2024-01-31", "2024-02-01", "2024-02-01 12:30:00")),)


def test_empty_and_merged_cells_and_errors_are_missing(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in [["a", "b", "y"], [1, 2, "u"], [None, 3, "v"], [], ["#DIV/0!", None, "u"], [4, 5, "v"]]:
        sheet.append(row)
    sheet.merge_cells("A6:B6")
    workbook.save(tmp_path / "x.xlsx")
    examples = read(tmp_path / "x.xlsx", impute="mean")
    assert str(examples.X[:].tolist()) == "[[1.0, 2.0], [nan, 3.0], [nan, nan], [4.0, nan]]"


def test_of_a_formula_the_saved_value_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", {"a": [["a", "y"], ["=1+1", 0], ["=2+1", 1]]})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    for number, formula in ((b"2", b"<f>1+1</f>"), (b"3", b"<f>2+1</f>")):  # as Excel saves them
        parts[sheet] = parts[sheet].replace(formula + b"<v></v>", formula + b"<v>" + number + b"</v>")
        parts[sheet] = parts[sheet].replace(formula + b"<v />", formula + b"<v>" + number + b"</v>")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert read(path).X[:].tolist() == [[2], [3]]


def test_without_header_columns_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx", {"a": [[0.5, 1, "u"], [2.5, 3, "v"], [1.5, 5, "u"]]})
    examples = read(path, target=2)
    assert examples.y is not None
    assert (examples.features, examples.X.shape, examples.y.tolist()) == (("0", "1"), (3, 2), ["u", "v", "u"])


def test_whole_numbers_are_labels(tmp_path: Path) -> None:
    y = read(write(tmp_path / "x.xlsx", {"a": [["a", "y"], [0.5, 3.0], [1.5, 2], [2.5, 3]]})).y
    assert y is not None
    assert (y.dtype.kind, y.tolist()) == ("i", [3, 2, 3])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["a", "y"], [1, 0], ["u", 1]], r"x\.xlsx:3: column 'a': 'u' is not a number, as others in this column are"),
        ([["a", "y"], [1, 0], [None, 1]], r"x\.xlsx:3: column 'a': the value is missing"),
        ([["a", "y"], [1, 0], [1, None]], r"x\.xlsx:3: column 'y': the target is missing"),
        ([["a", "a", "y"], [1, 1, 0]], r"x\.xlsx:1: the header has 2 columns named 'a'"),
        ([["a", None, "y"], [1, 2, 0]], r"x\.xlsx:1: column 1 \(counted from 0\) has no name"),
        ([["a", "y"]], r"x\.xlsx: there are no examples"),
        ([], r"x\.xlsx: the sheet is empty"),
    ],
)
def test_what_does_not_fit_is_placed_by_its_row(tmp_path: Path, rows: Rows, message: str) -> None:
    path = write(tmp_path / "x.xlsx", {"a": rows})
    with pytest.raises(DataError, match=message):
        read(path)


def test_other_files_and_bombs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 as Excel locks its files")
    with pytest.raises(DataError, match=r"x\.xlsx: the file is damaged|x\.xlsx: this is no XLSX file"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("something.xml", "<else/>")
    with pytest.raises(DataError, match=r"x\.xlsx: this is no XLSX file, or it is damaged, or locked by a password"):
        read(path)
    write(path, {"a": TABLE})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", bytes(2**25))
    with pytest.raises(DataError, match=r"x\.xlsx: xl/more\.xml: .* hardly data; if it is, save the sheet as CSV"):
        read(path)


def test_without_openpyxl_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x.xlsx", {"a": TABLE})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(EnvironmentProblem, match=r"reading an XLSX file needs openpyxl, .* pip install 'openpyxl>="):
        read(path)
