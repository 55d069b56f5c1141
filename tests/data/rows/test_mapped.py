"""Rows that stay in their file: whatever is asked for is what indexing the array gives."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.rows import mapped
from dlx.data.rows.mapped import MappedRows
from dlx.errors import DataError


def rows_in(folder: Path, array: np.ndarray) -> MappedRows:
    np.save(folder / "rows.npy", array)
    return MappedRows.of(np.load(folder / "rows.npy", mmap_mode="r"))


@pytest.mark.parametrize("dtype", ["u1", "?", "<i2", ">f4", "<f8"])
@given(data=st.data())
def test_taking_is_indexing(tmp_path_factory: pytest.TempPathFactory, dtype: str, data: st.DataObject) -> None:
    """In any order, with repeats, from a selection, across gaps and spans of any width."""
    array = np.random.default_rng(0).integers(0, 2, (60, 3)).astype(dtype)
    rows = rows_in(tmp_path_factory.getbasetemp(), array)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mapped, "GAP_BYTES", data.draw(st.integers(1, 200)))
        patch.setattr(mapped, "SPAN_BYTES", data.draw(st.integers(1, 400)))
        index = np.array(data.draw(st.lists(st.integers(0, 59), max_size=40)), dtype=np.int64)
        assert np.array_equal(rows.take(index), array[index])
        chosen = np.array(data.draw(st.lists(st.integers(0, 59), min_size=1, unique=True)), dtype=np.int64)
        selected = rows.select(chosen)
        within = index % len(chosen)
        selected.expect(np.unique(within))
        assert selected.shape == (len(chosen), 3)
        assert np.array_equal(selected.take(within), array[chosen][within])
        assert np.array_equal(selected.select(within)[2:7], array[chosen][within][2:7])


def test_a_file_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    rows, path = rows_in(tmp_path, np.zeros((100, 10))), tmp_path / "rows.npy"
    content, status = path.read_bytes(), path.stat()
    path.write_bytes(content[:-1])
    with pytest.raises(DataError, match=r"rows\.npy: has changed while in use"):
        rows.take(np.arange(3))
    np.save(path, np.ones((100, 10)))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    with pytest.raises(DataError, match=r"rows\.npy: has changed while in use"):
        rows.take(np.arange(3))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert rows.take(np.arange(3)).all()
