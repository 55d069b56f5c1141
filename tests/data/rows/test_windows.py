"""Windows: a shuffled epoch of a file has every row once, and reads it in long pieces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dlx.data.rows import windows
from dlx.data.rows.mapped import MappedRows
from dlx.data.rows.windows import BLOCK, Windows

Make = Callable[[int], tuple[np.ndarray, Windows]]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """m rows that hold their own number, in windows of four blocks."""
    monkeypatch.setattr(windows, "WINDOW_ROWS", 4 * BLOCK + BLOCK // 2)

    def of_size(m: int) -> tuple[np.ndarray, Windows]:
        array = np.repeat(np.arange(m, dtype=np.int32)[:, None], 3, axis=1)
        np.save(tmp_path / "X.npy", array)
        return array, Windows(MappedRows.of(np.load(tmp_path / "X.npy", mmap_mode="r")))

    return of_size


@pytest.mark.parametrize("m", [1, BLOCK - 1, BLOCK, 4 * BLOCK, 4 * BLOCK + 1, 1234])
def test_an_epoch_has_every_row_once_and_the_next_another_order(make: Make, m: int) -> None:
    array, rows = make(m)
    rng = np.random.default_rng(1)
    orders = [rows.order(rng) for _ in range(2)]
    for order in orders:
        assert np.array_equal(np.sort(order), np.arange(m))
    assert m < BLOCK // 2 or not np.array_equal(orders[0], orders[1])
    batches = [rows.take(orders[1][start : start + 64]) for start in range(0, m, 64)]
    assert np.array_equal(np.concatenate(batches), array[orders[1]])


def test_a_window_mixes_blocks_from_all_over_the_file(make: Make) -> None:
    _, rows = make(40 * BLOCK)
    order = rows.order(np.random.default_rng(2))
    window = order[: 4 * BLOCK]
    blocks = np.unique(window // BLOCK)
    assert len(blocks) == 4
    assert np.ptp(blocks) > 4
    assert not np.array_equal(np.sort(window), window)


def test_a_file_of_one_window_is_permuted_as_a_whole(make: Make) -> None:
    """Every row is as likely at every place: here, the mean place of the first row over many epochs."""
    _, rows = make(4 * BLOCK)
    rng = np.random.default_rng(3)
    places = [int(np.argmin(rows.order(rng))) for _ in range(400)]
    assert np.mean(places) == pytest.approx(2 * BLOCK, abs=4 * 4 * BLOCK / np.sqrt(12 * 400))


@pytest.mark.parametrize("rng", [np.random.default_rng, np.random.RandomState])
def test_the_order_is_that_of_the_generator(
    make: Make, rng: Callable[[int], np.random.Generator | np.random.RandomState]
) -> None:
    _, rows = make(1000)
    assert np.array_equal(rows.order(rng(4)), rows.order(rng(4)))


def test_any_other_index_gives_its_rows_too(make: Make) -> None:
    array, rows = make(1000)
    index = np.random.default_rng(5).integers(0, 1000, 700)
    assert np.array_equal(rows.take(index), array[index])
    order = rows.order(np.random.default_rng(6))
    for some in (index, np.arange(100, 400), order[150:950], order[990:], order[:3], index[:1]):
        assert np.array_equal(rows.take(some), array[some])


def test_each_window_is_read_once_in_an_epoch(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    _, rows = make(1000)
    order = rows.order(np.random.default_rng(7))
    taken: list[int] = []
    take = MappedRows.take

    def counted(self: MappedRows, index: np.ndarray) -> np.ndarray:
        taken.append(len(index))
        return take(self, index)

    monkeypatch.setattr(MappedRows, "take", counted)
    for start in range(0, 1000, 30):
        rows.take(order[start : start + 30])
    assert taken == [4 * BLOCK] * 5
