"""metrics.csv: rows come back in full precision, a cut row is no row, damage is named by line."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.errors import DataError
from dlx.runs.files.manifest import Content
from dlx.runs.files.tables import COLUMNS, MetricsTable
from dlx.training.records import EpochRecord

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


def columns(table: MetricsTable) -> dict[str, list[float]]:
    return table.columns(table.path.read_bytes())


@pytest.fixture
def table(tmp_path: Path) -> MetricsTable:
    filled = MetricsTable(tmp_path / "metrics.csv")
    for epoch in (1, 2, 5, 10):
        filled.append(row(epoch))
    filled.close()
    return filled


def test_the_header_and_a_row_are_as_documented(tmp_path: Path) -> None:
    table = MetricsTable(tmp_path / "metrics.csv")
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
    for one in rows:
        table.append(one)
    table.close()
    if not rows:
        table.path.write_bytes(table.empty)
    by_name = columns(table)
    for name in COLUMNS:
        written = [getattr(one, name) for one in rows]
        assert by_name[name] == pytest.approx([float("nan") if v is None else v for v in written], rel=0, nan_ok=True)
    with table.path.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == len(rows)


def test_the_rows_up_to_an_epoch_are_kept_byte_for_byte(table: MetricsTable) -> None:
    whole = table.path.read_bytes()
    earlier = b"".join(whole.splitlines(keepends=True)[:4])
    assert table.rows_to(5, whole) == table.rows_to(9, whole) == earlier
    assert table.rows_to(0, whole) == table.empty
    table.path.write_bytes(earlier)
    table.append(row(6))
    table.close()
    assert columns(table)["epoch"] == [1, 2, 5, 6]


def test_a_row_cut_off_by_a_crash_is_no_row(table: MetricsTable) -> None:
    whole = table.path.read_bytes()
    last = whole.rstrip(b"\n").rfind(b"\n") + 1
    for end in range(last, len(whole)):
        assert table.columns(whole[:end])["epoch"] == [1, 2, 5]
        assert table.rows_to(20, whole[:end]) == whole[:last]


def test_a_crash_before_the_header_is_complete_leaves_no_rows(table: MetricsTable) -> None:
    for content in (b"", b"epoch,st"):
        assert table.columns(content) == {name: [] for name in COLUMNS}
        assert table.rows_to(3, content) == table.empty


def test_the_sum_of_what_was_written_is_that_of_the_file(table: MetricsTable) -> None:
    for epoch in (11, 12):
        table.append(row(epoch))
        table.flush()
        assert table.content(grows=False) == Content.of(table.path.read_bytes())
    table.close()
    assert table.content(grows=True) == replace(Content.of(table.path.read_bytes()), grows=True)


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
        columns(table)


def test_another_header_is_refused(table: MetricsTable) -> None:
    table.path.write_text("epoch,loss\n1,2\n")
    with pytest.raises(DataError, match=r"metrics\.csv:1: is damaged: the header must be epoch,step,"):
        columns(table)


def test_columns_of_metrics_stand_behind_the_others_and_come_back(tmp_path: Path) -> None:
    table = MetricsTable(tmp_path / "metrics.csv")
    table.metrics = ("train_f1", "dev_f1")
    for epoch, value in ((1, 0.25), (2, 0.5)):
        table.append(replace(row(epoch), metrics={"train_f1": value, "dev_f1": 2 * value}))
    table.append(replace(row(3), metrics={"train_f1": 0.75}))  # there is no dev
    table.close()
    content = table.path.read_bytes()
    reader = MetricsTable(table.path)  # which is not told of them
    read = reader.columns(content)
    assert list(read) == [*COLUMNS, "train_f1", "dev_f1"]
    assert read["train_f1"] == [0.25, 0.5, 0.75]
    assert read["dev_f1"][:2] == [0.5, 1.0]
    assert np.isnan(read["dev_f1"][2])
    assert reader.rows_to(2, content) == b"".join(content.splitlines(keepends=True)[:3])


@pytest.mark.parametrize("more", [",f1", ",dev f1", ",", "x"])
def test_a_header_with_other_columns_is_damaged(tmp_path: Path, more: str) -> None:
    header = ",".join(COLUMNS) + more
    with pytest.raises(DataError, match="the header must be"):
        MetricsTable(tmp_path / "metrics.csv").columns(f"{header}\n".encode())
