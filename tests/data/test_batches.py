"""Mini-batches: the same bits from memory and from a file, in every type, and little memory for large files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data import batches as batches_module
from dlx.data.augmentation import Flip, Noise, Shift
from dlx.data.batches import NARROW, Reader, ready
from dlx.data.dataset import Dataset
from dlx.data.loading import load_dataset
from dlx.data.section import Data
from dlx.nn.compiled.byte_rows import ByteRows

RNG = np.random.default_rng(0)
RAW: dict[str, np.ndarray] = {
    "uint8": RNG.integers(0, 256, (300, 12), dtype=np.uint8),
    "int64": RNG.integers(-(10**12), 10**12, (300, 12)),
    "float32": RNG.standard_normal((300, 12), np.float32),
    "float64": 1e9 + RNG.standard_normal((300, 12)),
}
LABELS = {
    "binary": np.array(["no", "yes"])[RNG.integers(0, 2, 300)],
    "multiclass": RNG.integers(0, 5, 300),
    "regression": RNG.standard_normal((300, 2)),
}


def load(folder: Path, X: np.ndarray, y: np.ndarray, suffix: str, **data: Any) -> Dataset:
    """The same examples in memory (.npz) or in their file (.npy)."""
    source: dict[str, Any] = {"name": "file", "path": str(folder / f"X.{suffix}")}
    if suffix == "npz":
        np.savez(folder / "X.npz", X=X, y=y)
    else:
        np.save(folder / "X.npy", X)
        np.save(folder / "y.npy", y)
        source["target"] = str(folder / "y.npy")
    return load_dataset(Data.model_validate({"source": source, **data}), None, np.random.default_rng(1))


@pytest.mark.parametrize("raw", RAW)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("normalize", ["standard", "minmax", "none"])
@pytest.mark.parametrize("n_x", [12, NARROW])
def test_the_same_bits_from_memory_and_from_a_file(
    tmp_path: Path, raw: str, dtype: str, normalize: str, n_x: int
) -> None:
    data = {"normalize": normalize, "split": {"train": 0.5, "dev": 0.3, "test": 0.2}}
    X, y = RAW[raw][:, :n_x], LABELS["multiclass"]
    memory, file = (load(tmp_path, X, y, suffix, **data) for suffix in ("npz", "npy"))
    for part in ("train", "dev", "test"):
        readers = Reader(memory, part, dtype), Reader(file, part, dtype)
        order = readers[1].order(np.random.default_rng(2))
        for index in (order[:50], order[50:], np.arange(readers[0].m), order[:1]):
            (X, Y), (X2, Y2) = (reader.buffers(len(index)) for reader in readers)
            readers[0].fill(index, X, Y)
            readers[1].fill(index, X2, Y2)
            assert X.dtype == dtype
            assert np.array_equal(X, X2)
            assert np.array_equal(Y, Y2)


def test_short_numbers_normalized_batch_by_batch_give_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = load(tmp_path, RAW["uint8"], LABELS["binary"], "npz")
    index = np.random.default_rng(3).permutation(300)[:100]
    filled: list[np.ndarray] = []
    for ready_bytes in (2**28, 100):
        monkeypatch.setattr(batches_module, "READY_BYTES", ready_bytes)
        reader = Reader(dataset, "train", "float32")
        X, Y = reader.buffers(100)
        reader.fill(index, X, Y)
        filled.append(X)
    assert np.array_equal(filled[0], filled[1])
    assert ready(dataset, "train", np.dtype("float32")) is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_many_bytes_stay_bytes_where_native_code_normalizes_them_to_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: str
) -> None:
    pytest.importorskip("llvmlite")
    dataset = load(tmp_path, RAW["uint8"], LABELS["binary"], "npz", normalize="standard")
    index = np.random.default_rng(3).permutation(300)[:100]
    filled: list[np.ndarray] = []
    for least in (2**24, 100):
        monkeypatch.setattr(batches_module, "BYTES_PAY", least)
        reader = Reader(dataset, "train", dtype, is_native=True)
        X, Y = reader.buffers(100)
        reader.fill(index, X, Y)
        filled.append(X)
    assert np.array_equal(filled[0], filled[1])
    assert isinstance(ready(dataset, "train", np.dtype(dtype), is_native=True), ByteRows)
    assert isinstance(ready(dataset, "train", np.dtype(dtype)), np.ndarray)


def test_normalized_rows_are_shifted_and_scaled(tmp_path: Path) -> None:
    dataset = load(tmp_path, RAW["float64"], LABELS["regression"], "npz")
    reader = Reader(dataset, "train", "float64")
    X, Y = reader.buffers(300)
    reader.fill(np.arange(300), X, Y)
    assert np.array_equal(X, (RAW["float64"] - dataset.shift) * dataset.scale)
    assert np.array_equal(Y, LABELS["regression"].T)
    assert X.std(axis=0) == pytest.approx(1)


def test_large_values_close_to_each_other_survive_float32(tmp_path: Path) -> None:
    dataset = load(tmp_path, RAW["float64"], LABELS["regression"], "npz")
    filled = {}
    for dtype in ("float32", "float64"):
        reader = Reader(dataset, "train", dtype)
        filled[dtype], Y = reader.buffers(300)
        reader.fill(np.arange(300), filled[dtype], Y)
    np.testing.assert_allclose(filled["float32"], filled["float64"], rtol=1e-6, atol=1e-7)


def test_labels_become_columns(tmp_path: Path) -> None:
    for task, expected in (
        ("binary", (LABELS["binary"] == "yes")[None]),
        ("multiclass", LABELS["multiclass"] == np.arange(5)[:, None]),
        ("regression", LABELS["regression"].T.astype(np.float32)),
    ):
        dataset = load(tmp_path, RAW["uint8"], LABELS[task], "npz")
        reader = Reader(dataset, "train", "float32")
        index = reader.order(np.random.default_rng(4))[:77]
        X, Y = reader.buffers(77)
        reader.fill(index, X, Y)
        assert dataset.task == task
        assert Y.shape == (reader.n_y, 77)
        assert Y.dtype == np.float32
        assert np.array_equal(Y, expected[:, index])


@pytest.mark.parametrize("rng", [np.random.default_rng, np.random.RandomState])
def test_in_memory_the_order_is_one_permutation(tmp_path: Path, rng: Any) -> None:
    reader = Reader(load(tmp_path, RAW["uint8"], LABELS["binary"], "npz"), "train", "float32")
    assert np.array_equal(reader.order(rng(5)), rng(5).permutation(300))


@pytest.mark.parametrize("suffix", ["npz", "npy"])
def test_augmentation_comes_before_normalization_and_only_where_it_is_asked_for(tmp_path: Path, suffix: str) -> None:
    dataset = load(tmp_path, RAW["uint8"].reshape(300, 3, 4), LABELS["binary"], suffix)
    index = np.arange(40, 80)
    augment = (Flip(), Shift(), Noise(std=3.0))
    X, Y = Reader(dataset, "train", "float32").buffers(40)
    Reader(dataset, "train", "float32", augment, np.random.default_rng(6)).fill(index, X, Y)
    rng = np.random.default_rng(6)
    images = RAW["uint8"][index].reshape(40, 3, 4).astype(np.float32)
    for one in augment:
        images = one.apply(images, rng)
    by_hand = (images.reshape(40, 12) - dataset.shift) * dataset.scale
    np.testing.assert_allclose(X, by_hand, rtol=1e-5, atol=1e-5)
    Reader(dataset, "train", "float32").fill(index, X, Y)
    np.testing.assert_allclose(X, (RAW["uint8"][index] - dataset.shift) * dataset.scale, rtol=1e-5, atol=1e-5)
    with pytest.raises(TypeError, match="augmentation needs a random generator"):
        Reader(dataset, "train", "float32", augment)


MEASURE = """
import resource, sys
import numpy as np
from dlx.data.batches import Reader
from dlx.data.loading import load_dataset
from dlx.data.section import Data
source = {"name": "file", "path": sys.argv[1] + "/X.npy", "target": sys.argv[1] + "/y.npy"}
data = Data.model_validate({"source": source, "split": {"train": 0.9, "dev": 0.1}})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
dataset = load_dataset(data, None, np.random.default_rng(1))
assert len(dataset.fingerprint) == 64
reader = Reader(dataset, "train", "float32")
X, Y = reader.buffers(1000)
for order in (reader.order(np.random.default_rng(2)), np.arange(reader.m)):
    for start in range(0, reader.m - 999, 1000):
        reader.fill(order[start : start + 1000], X, Y)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024))
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file of 200 MB (sparse on the disk) is fitted, hashed, shuffled and read with far less."""
    pytest.importorskip("resource")
    X = np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.uint8, (200_000, 1000))
    X[::1000] = 1
    del X
    np.save(tmp_path / "y.npy", np.arange(200_000) % 10)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 120e6


@pytest.mark.parametrize("name", ["standard", "minmax"])
@pytest.mark.parametrize("size", [1e39, 1e-39, 3e37])
def test_values_that_float32_cannot_hold_are_normalized_before_they_are_cast(
    name: str, size: float, tmp_path: Path
) -> None:
    X, y = np.random.default_rng(7).normal(size=(50, 3)), np.arange(50) % 2
    index, targets, batches = np.arange(50), np.zeros((1, 50), np.float32), []
    for factor in (size, 1):
        np.savez(tmp_path / "data.npz", X=X * [1, factor, 1], y=y)
        data = {"source": {"name": "file", "path": str(tmp_path / "data.npz")}, "normalize": name}
        dataset = load_dataset(Data.model_validate(data), None, np.random.default_rng(1))
        batches.append(np.zeros((50, 3), np.float32))
        Reader(dataset, "train", "float32").fill(index, batches[-1], targets)
    np.testing.assert_allclose(batches[0], batches[1], rtol=1e-5, atol=1e-6)
