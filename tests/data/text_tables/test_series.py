"""Series: which column of a file is read, and what is said of those that cannot be."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from dlx.data.text_tables.series import Series, read_series
from dlx.errors import DataError


def read(tmp_path: Path, text: str, column: str | None = None, name: str = "x.csv") -> Series:
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return read_series(path, column)


@pytest.mark.parametrize(
    ("text", "column", "name", "values"),
    [
        ("day,°C\n2026-01-01,4.5\n2026-01-02,-9e-1\n", None, "°C", [4.5, -0.9]),
        ("a,b\n1,2\n3,4\n", "b", "b", [2, 4]),
        ("7\n8\n\n9\n", None, "0", [7, 8, 9]),
        ("1,2\n3,4\n", "1", "1", [2, 4]),
    ],
)
def test_a_column_of_numbers(tmp_path: Path, text: str, column: str | None, name: str, values: list[float]) -> None:
    series = read(tmp_path, text, column)
    assert series.name == name
    assert series.values.tolist() == values


def test_tabs_and_gzip(tmp_path: Path) -> None:
    assert read(tmp_path, "day\tx\nMonday\t1\nTuesday\t2\n", name="x.tsv.gz").values.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", None, "the file is empty"),
        ("a,b\n", None, "no row below"),
        ("a,b\n1,2\n", None, "several columns have numbers: name one with --column (one of a, b)"),
        ("t,t\n1,2\n", "t", "x.csv:1: the columns 1 and 2 are all called 't'"),
        ("t,t\n1,2\n", None, "x.csv:1: the columns 1 and 2 are all called 't'"),
        ("a,b\nx,y\n", None, "no column has numbers (columns a, b)"),
        ("a,temperature\n1,2\n", "temprature", "did you mean temperature?"),
        ("a\n1\n\nNA\n", None, "x.csv:4: column 'a': 'NA': the value is missing"),
        ("a\n1\ninf\n", None, "x.csv:3: column 'a': 'inf': is not a finite number"),
        ("a\n1\none\n", None, "x.csv:3: column 'a': 'one': is not a finite number"),
        ("a,b\nx,1\ny\n", None, "x.csv:3: column 'b': the row has only 1 fields"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, text: str, column: str | None, said: str) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, text, column)
    assert said in str(caught.value)
