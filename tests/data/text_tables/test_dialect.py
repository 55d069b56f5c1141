"""Dialects: how a text table is written, found in its text."""

from __future__ import annotations

import csv
import gzip
import re
from pathlib import Path

import numpy as np
import pytest

from dlx.data.tables import TableOptions
from dlx.data.text_tables.dialect import Dialect, sniff
from dlx.data.text_tables.records import records_of
from dlx.errors import DataError


def found_in(tmp_path: Path, text: str, options: TableOptions | None = None, name: str = "x.csv") -> Dialect:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return sniff(path, options or TableOptions())


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1;2\n", ";"),
        ("a\tb\n1\t2\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ("18.0   8  307.0\n15.0   8  350.0\n", " "),
        ('18.0   8\t"chevrolet malibu"  \n15.0   8\t"buick"\n', " "),
        ("1,5;2,5\n3,5;4,5\n", ";"),
        ("a;b\n1;2\n3\n", ";"),
        ("1::5::3\n1::7::2\n", ":"),
        ("tags,y\na;b,1\nc;d,0\n", ","),
        ("first name,last name\nJo Ann,Smith Lee\nJo Jo,Hill Hall\n", ","),
        ("one column\nof text\n", ","),
        ("text\n", ","),
        ('a,b\n"x;y;z",1\n"x;y;z",2\n', ","),
    ],
)
def test_delimiters(tmp_path: Path, text: str, delimiter: str) -> None:
    assert found_in(tmp_path, text).delimiter == delimiter


@pytest.mark.parametrize(
    ("text", "has_header"),
    [
        ("4.5,3.8,1.0,oak\n5.8,3.1,2.8,ash\n", False),
        ("4.5,,1.0,oak\n5.8,3.1,?,ash\n", False),
        ("5,3\n1,0\n", False),
        ("a,b,oak\n5.8,3.1,ash\n", True),
        ("4.5,3.8,1.0,oak\n5.8,u,2.8,ash\n", True),  # a name that is a number stands above text
        ("id,1990,1991,1992\nFR,1,2,3\n", True),  # years
        ("0,1,2,kind\n5.8,3.1,1.0,ash\n", True),  # as pandas counts columns
        ("a,b,1.5\nc,d,2.5\n", True),  # most are words
        ("$4.50,25%,oak\n$5.00,30%,ash\n", False),
        ("", True),
    ],
)
def test_headers(tmp_path: Path, text: str, has_header: bool) -> None:
    assert found_in(tmp_path, text).header is has_header


def test_a_first_line_with_a_stated_name_is_a_header(tmp_path: Path) -> None:
    assert found_in(tmp_path, "2018,2020\n1,2\n", TableOptions(target=("2020",))).header
    assert not found_in(tmp_path, "2018,2020\n1,2\n", TableOptions(target=(1,))).header
    assert not found_in(
        tmp_path, "4.5,0,oak\n5.8,1,ash\n", TableOptions(ignore=("0", "1"))
    ).header  # numbers of columns


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("a;b\n25,0;1\n3,5;2\n", ","),
        ("a;b\n1.234,5;1\n7;2\n", ","),
        ("a;b\n1,234;1\n5,678;2\n", ","),  # either; the delimiter tells
        ('a,b\n"1,234",1\n"5,678",2\n', "."),
        ("a;b\n1,234;1.5\n5,678;2.5\n", "."),
        ('a,b\n"x, y",1\n"2,5",2\n', "."),  # text
        ('a,b\n"0,123",1\n"0,5",2\n', ","),
        ("a,b\n1,2\n", "."),
    ],
)
def test_decimal_marks(tmp_path: Path, text: str, decimal: str) -> None:
    assert found_in(tmp_path, text).decimal == decimal


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("# made by hand\n# in 2021\na,b\n1,2\n", "#"),
        ("a,b\n# from here on, in metres, roughly\n1,2\n", "#"),
        ("# a,b\n1,2\n3,4\n", None),  # the header itself
        ("colour,b\n#ff0000,2\n#00ff00,4\n", None),
        ("a,b\n1,2\n", None),
    ],
)
def test_comments(tmp_path: Path, text: str, comment: str | None) -> None:
    assert found_in(tmp_path, text).comment == comment


@pytest.mark.parametrize(("thousands", "decimal"), [(".", ","), (",", "."), (" ", ".")])
def test_what_groups_digits_is_no_decimal_mark(tmp_path: Path, thousands: str, decimal: str) -> None:
    assert found_in(tmp_path, "a\tb\n1.234\t1\n5.678\t2\n", TableOptions(thousands=thousands)).decimal == decimal


def test_what_is_stated_is_not_looked_for(tmp_path: Path) -> None:
    options = TableOptions(header=True, delimiter=",", decimal=".", encoding="latin-1", comment="%")
    dialect = found_in(tmp_path, "% x\n1,5;2\n3,5;4\n", options)
    assert dialect == Dialect(encoding="iso8859-1", comment="%")
    assert dialect.differences(Path("x.csv")) == {"encoding": "iso8859-1", "comment": "%"}


def test_long_lines_are_looked_at_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlx.data.text_tables.dialect.SAMPLE", 10_000)
    wide = ";".join(f"{number},5" for number in range(2_500))
    assert found_in(tmp_path, f"{wide}\n{wide}\n") == Dialect(delimiter=";", decimal=",", header=False)
    names = ";".join(f"x{number}" for number in range(2_500))
    assert found_in(tmp_path, f"{names}\n{wide}\n") == Dialect(delimiter=";", decimal=",")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("name,y\nJosé,1\nZoë,0\n".encode(encoding))
    assert sniff(path, TableOptions()).encoding == encoding


@pytest.mark.parametrize(
    ("start", "what"),
    [
        (gzip.compress(b"a,y\n"), "this is a gzip file; let its name end in .gz"),
        (b"BZh91AY", "this is a bzip2 file; let its name end in .bz2"),
        (b"\xfd7zXZ\0", "this is an xz file; let its name end in .xz"),
        (b"PK\x03\x04", "this is a ZIP archive, as a workbook of Excel is; let its name end in .zip or .xlsx"),
        (b"PAR1", "this is a Parquet file; let its name end in .parquet"),
        (b"\x28\xb5\x2f\xfd", "this is a Zstandard file, which dlx does not unpack"),
    ],
)
def test_what_is_no_text_is_told_by_its_first_bytes(tmp_path: Path, start: bytes, what: str) -> None:
    (tmp_path / "x.csv").write_bytes(start)
    with pytest.raises(DataError, match=re.escape(f"x.csv: {what}")):
        sniff(tmp_path / "x.csv", TableOptions())


@pytest.mark.parametrize("rows_before", [0, 9000])
def test_quotes_with_backslashes_are_those_that_are_doubled(tmp_path: Path, rows_before: int) -> None:
    """As the module csv writes the same rows in both ways."""
    rows = [[str(number), "plain", "no"] for number in range(rows_before)]
    rows += [["1", 'say "so", or "not"', "yes"], ["2", '"', "no"], ["3", "C:\\dir\\", "no"]]
    for name, style in {"doubled": {}, "escaped": {"doublequote": False, "escapechar": "\\"}}.items():
        with (tmp_path / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL, **style).writerows([["a", "b", "y"], *rows])  # type: ignore[arg-type]
    doubled, escaped = (tmp_path / f"{name}.csv" for name in ("doubled", "escaped"))
    assert [record for _, record in records_of(escaped, sniff(escaped, TableOptions()))][1:] == rows
    assert [record for _, record in records_of(doubled, sniff(doubled, TableOptions()))][1:] == rows


@pytest.mark.parametrize(
    "text",
    ["a::b::y\n1::2::3\n4::5::6\n", "a   | b | y\n1   | 2 | 3\n4   | 5 | 6\n", "a,b,y\n1,2,3\n\ufeff4,5,6\n"],
)
def test_what_programs_put_around_fields_is_no_part_of_them(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(text, encoding="utf-8")
    records = [record for _, record in records_of(path, sniff(path, TableOptions()))]
    assert records == [["a", "b", "y"], ["1", "2", "3"], ["4", "5", "6"]]


def records(tmp_path: Path, text: str, options: TableOptions | None = None) -> list[list[str]]:
    dialect = found_in(tmp_path, text, options)
    return [record for _, record in records_of(tmp_path / "x.csv", dialect)]


@pytest.mark.parametrize("cell", ['="9.10"', '"=""9.10"""'])
def test_a_cell_that_excel_keeps_as_a_text_is_that_text(tmp_path: Path, cell: str) -> None:
    assert records(tmp_path, f'a,b\n{cell},1\nx="2",{cell}\n') == [["a", "b"], ["9.10", "1"], ['x="2"', "9.10"]]


def test_delimiters_behind_a_backslash_are_part_of_a_field(tmp_path: Path) -> None:
    rows = [["a", "b", "c"], ["x, y,z", "C:\\d", "3"], ["w", "4", "p,q"], ["u", "5", "v"]]
    escaped = "\n".join(",".join(field.replace(",", "\\,") for field in row) for row in rows)
    assert records(tmp_path, escaped) == rows
    paths = "name,dir,n\na,C:\\x\\,1\nb,C:\\y\\,2\n"
    assert records(tmp_path, paths) == list(csv.reader(paths.splitlines()))


def test_names_in_a_comment_are_those_that_numpy_writes(tmp_path: Path) -> None:
    for delimiter in (" ", ";"):
        names, table = ["x", "z", "y"], np.arange(12).reshape(4, 3) + 0.5
        header = "made by a station\n" + delimiter.join(names)
        np.savetxt(tmp_path / "x.txt", table, "%.1f", delimiter, header=header)
        text = (tmp_path / "x.txt").read_text()
        options = TableOptions(comment="#")
        assert records(tmp_path, text, options) == [names, *([str(value) for value in row] for row in table.tolist())]
        without = TableOptions(comment="#", header=False)
        assert len(records(tmp_path, text, without)) == 4


def test_a_target_that_is_a_number_beyond_the_columns_is_a_name(tmp_path: Path) -> None:
    assert found_in(tmp_path, "2018,2020\n1,2\n", TableOptions(target=(2020,))).header


def test_a_nul_fills_fields_up(tmp_path: Path) -> None:
    assert records(tmp_path, "a,b\nred\0\0,1\nblue\0,2\n") == [["a", "b"], ["red", "1"], ["blue", "2"]]
