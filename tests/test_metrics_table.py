"""metrics.csv: rows come back in full precision, a cut row is no row, damage is named by line."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.errors import DataError
from dlx.metrics import COLUMNS, MetricsTable
from dlx.records import EpochRecord

numbers = st.floats(allow_nan=False)
records = st.builds(
    EpochRecord,
    epoch=st.integers(1, 2**53),
    step=st.integers(1, 2**62),
    learning_rate=numbers,
    cost=numbers,
    train_cost=numbers,
    train_error=numbers,
    dev_cost=st.none() | numbers,
    dev_error=st.none() | numbers,
    gradient_norm=numbers,
    seconds=numbers,
)


def row(epoch: int, dev: float | None = 0.25) -> EpochRecord:
    return EpochRecord(epoch, 3 * epoch, 0.1, 0.7, 0.1 + 0.2, 0.5, dev, dev, 1e-300, 1.5 * epoch)


@pytest.fixture
def table(tmp_path: Path) -> MetricsTable:
    filled = MetricsTable(tmp_path / "metrics.csv")
    filled.create()
    for epoch in (1, 2, 5, 10):
        filled.append(row(epoch))
    filled.close()
    return filled


def test_the_header_and_a_row_are_as_documented(tmp_path: Path) -> None:
    table = MetricsTable(tmp_path / "metrics.csv")
    table.create()
    table.append(row(1, dev=None))
    table.append(EpochRecord(2, 4, np.float64(0.1), float("inf"), float("nan"), 0.0, None, None, 1.0, 2.0))
    assert table.path.read_text() == (
        "epoch,step,learning_rate,cost,train_cost,train_error,dev_cost,dev_error,gradient_norm,seconds\n"
        "1,3,0.1,0.7,0.30000000000000004,0.5,,,1e-300,1.5\n"
        "2,4,0.1,inf,nan,0.0,,,1.0,2.0\n"
    )
    table.close()


@given(st.lists(records, max_size=5))
def test_every_row_comes_back_exactly(tmp_path_factory: pytest.TempPathFactory, rows: list[EpochRecord]) -> None:
    table = MetricsTable(tmp_path_factory.mktemp("run") / "metrics.csv")
    table.create()
    for one in rows:
        table.append(one)
    table.close()
    columns = table.columns()
    for name in COLUMNS:
        written = [getattr(one, name) for one in rows]
        assert columns[name] == pytest.approx([float("nan") if v is None else v for v in written], rel=0, nan_ok=True)
    with table.path.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(rows)


def test_truncating_keeps_the_earlier_rows_byte_for_byte(table: MetricsTable) -> None:
    before = table.path.read_bytes().splitlines(keepends=True)
    table.truncate(5)
    assert table.path.read_bytes() == b"".join(before[:4])
    table.append(row(6))
    table.close()
    assert table.columns()["epoch"] == [1, 2, 5, 6]


def test_truncating_before_the_first_row_leaves_the_header(table: MetricsTable, tmp_path: Path) -> None:
    table.truncate(0)
    assert table.path.read_text().count("\n") == 1
    assert table.columns()["epoch"] == []
    MetricsTable(tmp_path / "none.csv").truncate(3)
    assert not (tmp_path / "none.csv").exists()


def test_a_row_cut_off_by_a_crash_is_no_row(table: MetricsTable) -> None:
    whole = table.path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(last, len(whole)):
        table.path.write_bytes(whole[:end])
        assert table.columns()["epoch"] == [1, 2, 5]
    table.truncate(20)
    assert table.path.read_bytes() == whole[:last]


def test_a_crash_before_the_header_is_complete_leaves_no_rows(table: MetricsTable) -> None:
    for content in (b"", b"epoch,st"):
        table.path.write_bytes(content)
        assert table.columns() == {name: [] for name in COLUMNS}
        table.truncate(3)
        table.append(row(1))
        table.close()
        assert table.columns()["epoch"] == [1]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("3,9,x,0,0,0,,,0,0", "could not convert string to float: 'x'"),
        ("3,9,0,0", "4 cells in place of 10"),
        (",9,0,0,0,0,,,0,0", "invalid literal for int"),
        ("", "1 cells in place of 10"),
    ],
)
def test_a_damaged_line_is_named(table: MetricsTable, line: str, why: str) -> None:
    lines = table.path.read_text().splitlines()
    table.path.write_text("\n".join([*lines[:2], line, *lines[2:], ""]))
    with pytest.raises(DataError, match=rf"metrics\.csv:3: is damaged: .*{why}"):
        table.columns()


def test_another_header_is_refused(table: MetricsTable) -> None:
    table.path.write_text("epoch,loss\n1,2\n")
    with pytest.raises(DataError, match=r"metrics\.csv:1: is damaged: the header must be epoch,step,"):
        table.columns()
