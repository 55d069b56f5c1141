"""Parquet and Feather: numbers, booleans, text and categories, and what is said where pyarrow or a value is missing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from pyarrow import feather, ipc, parquet

from dlx.data.examples import Examples
from dlx.data.formats.arrow_messages import unpacked_size
from dlx.data.sources import Source
from dlx.data.values.columns import Column
from dlx.errors import DataError, EnvironmentProblem, Remark

Run = Callable[..., Any]

TABLE: dict[str, Any] = {
    "age": [30, 41, 7],
    "member": [True, False, True],
    "price": [Decimal("1.50"), Decimal("2.25"), Decimal("0.00")],
    "city": pa.array(["Rome", "Oslo", "Rome"]).dictionary_encode(),
    "y": ["no", "yes", "no"],
}


@pytest.fixture(params=["x.parquet", "x.feather", "x.arrow", "x.arrows"])
def name(request: pytest.FixtureRequest) -> str:
    """The name of a file of each kind: packed batches, batches as they are, a stream."""
    return str(request.param)


def write(path: Path, table: pa.Table) -> None:
    if path.suffix == ".parquet":
        parquet.write_table(table, path)
    elif path.suffix == ".feather":
        feather.write_feather(table, str(path), "zstd", chunksize=len(table) // 2 + 1)
    else:
        writer = ipc.new_stream if path.suffix == ".arrows" else ipc.new_file
        with writer(path, table.schema) as batches:
            batches.write_table(table, max_chunksize=len(table) // 2 + 1)


def read(path: Path, columns: dict[str, Any], **options: Any) -> Examples:
    write(path, pa.table(columns))
    return Source.parse({"name": "file", "path": str(path), "target": "y", **options}).load()["all"]


def test_columns_of_every_kind(tmp_path: Path, name: str) -> None:
    examples = read(tmp_path / name, TABLE)
    assert examples.columns[3] == Column("city", ("Oslo", "Rome"))
    assert examples.X[:].tolist() == [[30, 1, 1.5, 0, 1], [41, 0, 2.25, 1, 0], [7, 1, 0, 0, 1]]
    assert examples.y is not None
    assert examples.y.tolist() == ["no", "yes", "no"]


@pytest.mark.parametrize("labels", [[True, False, True], [3, 1, 2], [0.5, 1.5, 2.5]])
def test_targets_keep_their_type(tmp_path: Path, name: str, labels: list[Any]) -> None:
    y = read(tmp_path / name, TABLE | {"y": labels}).y
    assert y is not None
    assert y.tolist() == labels
    assert type(y.tolist()[0]) is type(labels[0])


def test_stated_categories_and_missing_values(tmp_path: Path, name: str) -> None:
    examples = read(
        tmp_path / name, {"zip": [10, None, 7], "a": [None, 1.5, 2], "y": [0, 1, 0]}, categorical=["zip"], impute="mean"
    )
    assert examples.columns == (Column("zip", ("10", "7")), Column("a"))
    assert str(examples.X[:].tolist()) == "[[1.0, 0.0, nan], [nan, nan, 1.5], [0.0, 1.0, 2.0]]"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [1, None]}, r"x\.\w+: row 1 \(counted from 0\): column 'a': the value is missing"),
        ({"a": [1.0, float("inf")]}, r"row 1 \(counted from 0\): column 'a': inf is not finite"),
        ({"a": ["u", None]}, r"row 1 \(counted from 0\): column 'a': the value is missing"),
        ({"a": [1, 2], "y": [None, 1]}, r"row 0 \(counted from 0\): column 'y': the target is missing"),
        ({"a": [[1], [2]]}, r"column 'a': its type list<.*> is neither number nor text; name it in `ignore`"),
        ({"a": [{"b": 1}, {"b": 2}]}, r"column 'a': its type struct<b: int64> is neither number nor text; name it in"),
        ({"a": [b"1", b"2"]}, r"column 'a': its type binary is neither number nor text; name it in `ignore`"),
        ({"a": pa.array([], pa.int64()), "y": pa.array([], pa.int64())}, r"x\.\w+: there are no examples"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, name: str, columns: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(tmp_path / name, {"y": list(range(len(columns["a"])))} | columns)


def test_no_parquet_file(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DataError, match=r"x\.parquet: this is no Parquet file, or a damaged one"):
        Source.parse({"name": "file", "path": str(tmp_path / "x.parquet"), "target": "y"}).load()


def test_without_pyarrow_one_line_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(EnvironmentProblem, match=r"reading a Parquet file needs pyarrow, .* pip install 'pyarrow>="):
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


@pytest.mark.parametrize("name", ["x.parquet", "x.feather"])
def test_few_bytes_that_are_very_many_rows_are_refused(tmp_path: Path, name: str) -> None:
    zeros = pa.repeat(0.0, 3_000_000)
    with pytest.raises(DataError, match=r"x\.\w+: .* unpack to 48\.0 MB, .* hardly data; if it is, give it as CSV"):
        read(tmp_path / name, {"x": zeros, "y": zeros})


def test_an_unpacked_size_that_is_claimed_is_looked_at_before_it_is_unpacked(tmp_path: Path) -> None:
    zeros = pa.repeat(0.0, 3_000_000)
    write(tmp_path / "x.feather", pa.table({"x": zeros, "y": zeros}))
    tracked = pa.total_allocated_bytes()
    with pytest.raises(DataError, match="hardly data"):
        Source.parse({"name": "file", "path": str(tmp_path / "x.feather"), "target": "y"}).load()
    assert pa.total_allocated_bytes() - tracked < 1_000_000


def test_sizes_of_messages_are_those_of_their_buffers(tmp_path: Path) -> None:
    """What Arrow itself says of the same columns once they are in memory, but for the padding of its buffers."""
    numbers = pa.array(range(5000), pa.int64())
    table = pa.table({"a": numbers, "s": pa.array([f"text {k}" for k in range(5000)]), "y": numbers})
    for compression in ("zstd", "lz4", "uncompressed"):
        path = tmp_path / f"{compression}.feather"
        feather.write_feather(table, str(path), compression)
        with path.open("rb") as file:
            file.seek(8)
            messages = list(ipc.MessageReader.open_stream(file))
        assert sum(map(unpacked_size, messages)) == pytest.approx(table.nbytes, rel=0.01)


MOMENTS = pa.array([datetime(2024, 1, 31, 9, 30, 0, 250_000), datetime(2024, 2, 1), None])


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        (pa.array([date(2024, 1, 31), None, date(2024, 2, 1)]), ["2024-01-31", None, "2024-02-01"]),
        (pa.array([date(2024, 1, 31), None, date(2024, 2, 1)], pa.date64()), ["2024-01-31", None, "2024-02-01"]),
        (pa.array([datetime(2024, 1, 31), None, datetime(2024, 2, 1)]), ["2024-01-31", None, "2024-02-01"]),
        (MOMENTS.cast(pa.timestamp("ns")), ["2024-01-31 09:30:00.25", "2024-02-01 00:00:00.00", None]),
        (
            MOMENTS.cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us", "Asia/Tokyo")),
            ["2024-01-31 09:30:00.25", "2024-02-01 00:00:00.00", None],
        ),
        (pa.array([time(9, 30), time(23, 59, 59), None]), ["09:30:00", "23:59:59", None]),
    ],
)
def test_dates_and_times_are_texts(tmp_path: Path, name: str, column: pa.Array, texts: list[str | None]) -> None:
    if name == "x.parquet" and column.type == pa.date64():
        column = column.cast(pa.date32())  # which is what Parquet has
    examples = read(tmp_path / name, {"when": column, "y": [0, 1, 0]}, categorical=["when"], impute="most_frequent")
    categories = tuple(sorted(text for text in texts if text is not None))
    assert examples.columns == (Column("when", categories),)
    expected = [[float(text == category) for category in categories] for text in texts]
    assert [row for row, text in zip(examples.X[:].tolist(), texts, strict=True) if text] == [
        row for row, text in zip(expected, texts, strict=True) if text
    ]


def test_durations_are_seconds(tmp_path: Path, name: str) -> None:
    column = pa.array([1500, 250, 0], pa.duration("ms"))
    assert read(tmp_path / name, {"wait": column, "y": [0, 1, 0]}).X[:].tolist() == [[1.5], [0.25], [0]]


@pytest.mark.parametrize("content", [b"", b"ARROW1 and nothing more", b"\xff\xff\xff\xff\x10\0\0\0" + bytes(64)])
def test_no_feather_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.arrow").write_bytes(content)
    with pytest.raises(DataError, match=r"x\.arrow: this is no Feather file, or a damaged one"):
        Source.parse({"name": "file", "path": str(tmp_path / "x.arrow"), "target": "y"}).load()


@pytest.mark.filterwarnings("ignore::dlx.errors.Remark")  # of numbers that damage has made too large
def test_damage_anywhere_in_a_feather_file_is_an_error_or_makes_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "x.feather"
    write(path, pa.table(TABLE))
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        with suppress(DataError):
            Source.parse({"name": "file", "path": str(path), "target": "y"}).load()
    for length in range(1, len(whole), 50):
        path.write_bytes(whole[:length])
        with pytest.raises(DataError):
            Source.parse({"name": "file", "path": str(path), "target": "y"}).load()


def test_two_columns_of_one_name_and_the_first_feather_are_refused(tmp_path: Path) -> None:
    twice = pa.table([pa.array([1]), pa.array([2]), pa.array([3])], names=["a", "a", "y"])
    with pa.OSFile(str(tmp_path / "x.arrow"), "wb") as file, ipc.new_file(file, twice.schema) as writer:
        writer.write_table(twice)
    (tmp_path / "y.feather").write_bytes(b"FEA1 and more")
    for name, message in (("x.arrow", "2 columns are named 'a'"), ("y.feather", "the first version of Feather")):
        with pytest.raises(DataError, match=message):
            Source.parse({"name": "file", "path": str(tmp_path / name), "target": "y"}).load()


def test_texts_that_are_stated_to_be_numbers(tmp_path: Path, name: str) -> None:
    columns = {"h": ["170.5 cm", None, "<150 cm", "x"], "p": ["1", "2", "?", "4"], "y": ["a", "b", "a", "b"]}
    settings = {
        "h": {"kind": "number", "unit": "cm", "censored": True, "invalid": "missing"},
        "p": {"missing": ["?"]},
    }
    write(path := tmp_path / name, pa.table(columns))
    source = {"name": "file", "path": str(path), "target": "y", "impute": "median"}
    with pytest.warns(Remark, match="column 'h': 1 of 4 values are no numbers"):
        examples = Source.parse({**source, "columns": settings}).load()["all"]
    expected = np.array([[170.5, 1], [np.nan, 2], [150, np.nan], [np.nan, 4]])
    assert np.array_equal(examples.X[:], expected, equal_nan=True)
    write(path, pa.table({"h": ["180 cm", "tall"], "p": ["7", "?"], "y": ["a", "b"]}))
    with pytest.warns(Remark, match="column 'h': 1 of 2 values are no numbers"):
        later = Source.parse(source).load_like(examples.columns)["all"]
    assert np.array_equal(later.X[:], np.array([[180, 7], [np.nan, np.nan]]), equal_nan=True)


@pytest.mark.usefixtures("blank_pictures")
def test_numbers_as_texts_in_a_starter(call_dlx: Run, tmp_path: Path) -> None:
    rows = range(40)
    columns = {
        "height": [f"{150 + row / 3:.1f} cm" for row in rows],
        "price": [f"{row * row / 7:.2f}" for row in rows],
        "grade": [str(row % 5) for row in rows],
        "zip": [f"{row % 9:05d}" for row in rows],
        "y": [row / 2 + row % 3 for row in rows],
    }
    parquet.write_table(pa.table(columns), tmp_path / "x.parquet")
    (tmp_path / "spec.yaml").write_text(text := call_dlx("new", "x.parquet", "--target", "y", cwd=tmp_path).stdout)
    source = yaml.safe_load(text)["data"]["source"]
    assert source["columns"] == {"height": {"kind": "number", "unit": "cm"}, "price": {"kind": "number"}}
    assert "ignore" not in source
    assert call_dlx("train", "spec.yaml", "training.epochs=1", "--quiet", "--out", "run", cwd=tmp_path).code == 0
    assert call_dlx("predict", "run", "x.parquet", cwd=tmp_path).code == 0
