"""Files that would take too much memory: refused by their sizes, or while they are unpacked."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from dlx.data.files import memory
from dlx.data.files.opening import open_binary
from dlx.data.formats.format import read_file
from dlx.data.tables import TableOptions
from dlx.data.text_tables import records, regular_records
from dlx.errors import DataError

OF_TABLES = TableOptions(target=("y",))
ZEROS = np.zeros(4 * memory.SUSPICIOUS, np.uint8)


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 40 KB of free memory."""
    monkeypatch.setattr(memory, "_of_system", lambda: [40_000])


def test_a_bomb_is_noticed_while_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.idx.gz"
    path.write_bytes(gzip.compress(b"\0\0\x08\x01" + ZEROS.size.to_bytes(4, "big") + ZEROS.tobytes(), 1))
    with pytest.raises(DataError, match=r"x\.idx\.gz: .* unpack to 16\.8 MB, .* unpack the file first"):
        read_file(path, TableOptions())


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for reader in (records, regular_records):
        monkeypatch.setattr(reader, "LONGEST_LINE", 2**18)
    path = tmp_path / "x.csv"
    path.write_text("x,y\n" + "0" * (2**18 + 1))
    with pytest.raises(DataError, match=r"x\.csv:2: the line is longer than 262,144 characters"):
        read_file(path, OF_TABLES)


def test_a_packed_array_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", X=ZEROS[:, np.newaxis], y=ZEROS[:10])
    tracemalloc.start()
    with pytest.raises(DataError, match=r"x\.npz: X\.npy: .* unpack to .*: hardly data"):
        read_file(tmp_path / "x.npz", TableOptions())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < memory.SUSPICIOUS


@pytest.mark.usefixtures("little")
def test_what_does_not_fit_is_refused_with_a_way_on(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    (tmp_path / "x.csv").write_text("x,y\n" + "1.5,0\n" * 2000)
    np.savez(tmp_path / "x.npz", X=rng.random((100, 20)), y=np.zeros(100))
    (tmp_path / "x.idx").write_bytes(b"\0\0\x08\x01" + (20_000).to_bytes(4, "big") + bytes(20_000))
    for name in ("x.csv", "x.npz", "x.idx"):
        with pytest.raises(
            DataError, match=r"takes 0\.\d MB of memory, and 0\.0 MB are there .* as an \.npy file"
        ) as raised:
            read_file(tmp_path / name, OF_TABLES if name == "x.csv" else TableOptions())
        assert raised.value.exit_code == 5


@pytest.mark.usefixtures("little")
def test_a_table_is_refused_by_its_sizes(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    parquet.write_table(pa.table({"x": np.zeros(2000), "y": np.zeros(2000, int)}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"x\.parquet: takes 0\.0 MB of memory"):
        read_file(tmp_path / "x.parquet", OF_TABLES)


def test_what_is_free_follows_the_tightest_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory.room() > 0
    monkeypatch.setattr(memory, "_of_containers", lambda: [4000])
    assert memory.room() == 4000 // memory.SHARE
    monkeypatch.setattr(memory, "_of_process", lambda: [-1])
    assert memory.room() == 0


def test_equal_texts_of_a_column_are_one_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("x,y\n" + "a long category,no\n" * 1000 + "another category,yes\n" * 1000)
    tracemalloc.start()
    examples = read_file(path, OF_TABLES)["all"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert examples.X.shape == (2000, 2)
    assert peak < 2000 * 400


def test_the_bytes_of_a_packed_file_come_exactly(tmp_path: Path) -> None:
    data = np.random.default_rng(1).bytes(300_000)
    (tmp_path / "x.csv.gz").write_bytes(gzip.compress(data[:100_000]) + gzip.compress(data[100_000:]))
    with open_binary(tmp_path / "x.csv.gz") as file:
        assert io.BytesIO(file.read()).getvalue() == data
