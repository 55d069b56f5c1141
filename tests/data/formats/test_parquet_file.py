"""Parquet files: numbers, booleans, text and categories, and what is said where pyarrow or a value is missing."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from dlx.data.columns import Column
from dlx.data.examples import Examples
from dlx.data.sources import Source
from dlx.errors import DataError, EnvironmentProblem

TABLE: dict[str, Any] = {
    "age": [30, 41, 7],
    "member": [True, False, True],
    "price": [Decimal("1.50"), Decimal("2.25"), Decimal("0.00")],
    "city": pa.array(["Rome", "Oslo", "Rome"]).dictionary_encode(),
    "y": ["no", "yes", "no"],
}


def read(tmp_path: Path, columns: dict[str, Any], **options: Any) -> Examples:
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table(columns), path)
    return Source.parse({"name": "file", "path": str(path), "target": "y", **options}).load()["all"]


def test_columns_of_every_kind(tmp_path: Path) -> None:
    examples = read(tmp_path, TABLE)
    assert examples.columns[3] == Column("city", ("Oslo", "Rome"))
    assert examples.X[:].tolist() == [[30, 1, 1.5, 0, 1], [41, 0, 2.25, 1, 0], [7, 1, 0, 0, 1]]
    assert examples.y is not None
    assert examples.y.tolist() == ["no", "yes", "no"]


@pytest.mark.parametrize("labels", [[True, False, True], [3, 1, 2], [0.5, 1.5, 2.5]])
def test_targets_keep_their_type(tmp_path: Path, labels: list[Any]) -> None:
    y = read(tmp_path, TABLE | {"y": labels}).y
    assert y is not None
    assert y.tolist() == labels
    assert type(y.tolist()[0]) is type(labels[0])


def test_stated_categories_and_missing_values(tmp_path: Path) -> None:
    examples = read(
        tmp_path, {"zip": [10, None, 7], "a": [None, 1.5, 2], "y": [0, 1, 0]}, categorical=["zip"], impute="mean"
    )
    assert examples.columns == (Column("zip", ("10", "7")), Column("a"))
    assert str(examples.X[:].tolist()) == "[[1.0, 0.0, nan], [nan, nan, 1.5], [0.0, 1.0, 2.0]]"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [1, None]}, r"x\.parquet: row 1 \(counted from 0\): column 'a': the value is missing"),
        ({"a": [1.0, float("inf")]}, r"row 1 \(counted from 0\): column 'a': inf is not finite"),
        ({"a": ["u", None]}, r"row 1 \(counted from 0\): column 'a': the value is missing"),
        ({"a": [1, 2], "y": [None, 1]}, r"row 0 \(counted from 0\): column 'y': the target is missing"),
        ({"a": [[1], [2]]}, r"column 'a': its type list<.*> is neither number nor text; name it in `ignore`"),
        ({"a": pa.array([], pa.int64()), "y": pa.array([], pa.int64())}, r"x\.parquet: there are no examples"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path, {"y": list(range(len(columns["a"])))} | columns)


def test_no_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match=r"x\.parquet: this is no Parquet file, or a damaged one"):
        Source.parse({"name": "file", "path": str(tmp_path / "x.parquet"), "target": "y"}).load()


def test_without_pyarrow_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        EnvironmentProblem, match=r"reading a Parquet file needs pyarrow, .* pip install 'dlx\[parquet\]'"
    ):
        Source.parse({"name": "file", "path": str(tmp_path / "x.parquet"), "target": "y"}).load()


# Reads the file that it is given, and prints how many threads this has left behind.
THREADS = """
import os, sys
from pathlib import Path
from pyarrow import parquet
from dlx.data.sources import Source

before = len(os.listdir("/proc/self/task"))
Source.parse({"name": "file", "path": sys.argv[1], "target": "y"}).load()
print(len(os.listdir("/proc/self/task")) - before)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are counted as Linux shows them")
def test_reading_leaves_no_thread_that_the_end_of_python_could_meet(tmp_path: Path) -> None:
    parquet.write_table(pa.table(TABLE), tmp_path / "x.parquet")
    command = [sys.executable, "-c", THREADS, str(tmp_path / "x.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "0\n"


def test_few_bytes_that_are_very_many_rows_are_refused(tmp_path: Path) -> None:
    zeros = pa.repeat(0.0, 3_000_000)
    with pytest.raises(DataError, match=r"x\.parquet: .* unpack to 48\.0 MB, .* hardly data; if it is, give it as CSV"):
        read(tmp_path, {"x": zeros, "y": zeros})
