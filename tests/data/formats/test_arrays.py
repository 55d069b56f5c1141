"""NPZ, NPY and IDX files: round trips, and what is said of files that are none."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from dlx.data.examples import Examples
from dlx.data.rows.mapped import MappedRows
from dlx.data.sources import Source
from dlx.errors import DataError

X = np.arange(24, dtype=np.float32).reshape(6, 4)
Y = np.array([0, 1, 0, 2, 1, 0])
IDX_CODES = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}


def load(path: Path, target: Path | None = None) -> dict[str, Examples]:
    options = {} if target is None else {"target": str(target)}
    return Source.parse({"name": "file", "path": str(path), **options}).load()


def idx(array: np.ndarray, code: str) -> bytes:
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, IDX_CODES[code], array.ndim, *array.shape)
    return head + array.astype(code).tobytes()


def test_npz_with_one_set(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", X=X, y=Y)
    examples = load(tmp_path / "x.npz")["all"]
    assert np.array_equal(examples.X[:], X)
    assert examples.y is not None
    assert np.array_equal(examples.y, Y)


def test_npz_with_parts_whatever_the_capitals(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x_train=X, Y_train=Y, X_dev=X[:2], y_dev=Y[:2], X_test=X[2:], extra=Y)
    found = load(tmp_path / "x.npz")
    assert {part: some.X.shape for part, some in found.items()} == {"train": (6, 4), "dev": (2, 4), "test": (4, 4)}
    assert found["test"].y is None
    assert found["dev"].origin == f"{tmp_path}/x.npz: X_dev"


def test_npy_pair_stays_in_its_file(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", X.reshape(6, 2, 2))
    np.save(tmp_path / "y.npy", Y)
    examples = load(tmp_path / "X.npy", tmp_path / "y.npy")["all"]
    assert isinstance(examples.X, MappedRows)
    assert examples.image_shape == (2, 2)
    assert np.array_equal(examples.X[1:5], X[1:5])
    assert examples.y is not None
    assert np.array_equal(examples.y, Y)
    assert type(examples.y) is np.ndarray


def test_npy_in_column_order_is_turned_in_memory_while_it_is_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(tmp_path / "X.npy", np.asfortranarray(X))
    assert np.array_equal(load(tmp_path / "X.npy")["all"].X[:], X)
    monkeypatch.setattr("dlx.data.formats.arrays.LARGEST_TURNED", X.nbytes - 1)
    with pytest.raises(DataError, match=r"stored column by column .* save np\.ascontiguousarray\(X\) instead"):
        load(tmp_path / "X.npy")


@pytest.mark.parametrize("code", IDX_CODES)
def test_idx_of_every_type(tmp_path: Path, code: str) -> None:
    images = np.arange(24).reshape(2, 3, 4)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(images, code))
    (tmp_path / "train-labels.idx1-ubyte.gz").write_bytes(gzip.compress(idx(np.array([3, 7]), "u1")))
    examples = load(tmp_path / "train-images-idx3-ubyte", tmp_path / "train-labels.idx1-ubyte.gz")["all"]
    assert np.array_equal(examples.X[:], images)
    assert examples.X.dtype == np.dtype(code).newbyteorder("=")
    assert examples.y is not None
    assert examples.y.tolist() == [3, 7]


@given(arrays.arrays(st.sampled_from([np.uint8, np.int64, np.float64]), arrays.array_shapes(max_dims=4)))
def test_any_array_comes_back(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    folder = tmp_path_factory.getbasetemp()
    np.savez(folder / "any.npz", X=array)
    np.save(folder / "any.npy", array)
    for name in ("any.npz", "any.npy"):
        loaded = load(folder / name)["all"].X[:]
        assert np.array_equal(loaded.ravel(), array.ravel(), equal_nan=True)


class Trap:
    """What must never be unpickled."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return pytest.fail, ("unpickled",)


def write(path: Path, content: bytes | dict[str, np.ndarray] | np.ndarray) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, dict):
        np.savez(path, **content)  # type: ignore[arg-type]  # the stub takes keywords for options
    else:
        np.save(path, content, allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.npz", {"A": X}, "it must hold either X and y, or X_train, y_train, X_dev, .*; it holds A"),
        ("x.npz", {}, "it must hold .*; it holds nothing"),
        ("x.npz", {"X": X, "X_train": X}, "it must hold either .*; it holds X, X_train"),
        (
            "x.npz",
            {"X": np.array([Trap()])},
            "this is no NumPy file, or it is damaged, or it holds Python objects, which dlx never loads",
        ),
        ("x.npz", b"", "the file is damaged or cut short"),
        ("x.npz", b"no zip at all", "this is no NumPy file"),
        ("x.npz", b"PK\3\4 cut short", "the file is damaged or cut short"),
        (
            "x.npy",
            np.array([Trap()]),
            "this is no NumPy file, or it is damaged, or it holds Python objects, which dlx never loads",
        ),
        ("x.npy", b"a,b\n1,2\n", "this is no NumPy file"),
        ("x.npy", b"", "this is no NumPy file"),
        ("x.idx", b"", "this is no IDX file"),
        ("x.idx", b"\0\0\7\1\0\0\0\1a", "this is no IDX file"),
        ("x.idx", b"\0\0\10\2\0\0\0\1a", "this is no IDX file"),
        ("x.idx", b"\0\0\10\1\0\0\0\2a", r"an IDX file of shape \(2,\) has 2 bytes of numbers, this one has 1"),
        ("x.idx", b"\0\0\10\1\0\0\0\1ab", r"an IDX file of shape \(1,\) has 1 bytes of numbers, this one has more"),
        ("x.idx.gz", b"\0\0\10\1\0\0\0\1a", "the file is damaged or cut short"),
    ],
)
def test_what_is_no_such_file(
    tmp_path: Path, name: str, content: bytes | dict[str, np.ndarray] | np.ndarray, message: str
) -> None:
    write(tmp_path / name, content)
    with pytest.raises(DataError, match=message) as error:
        load(tmp_path / name)
    assert str(error.value).startswith(f"{tmp_path / name}: ")


def test_files_under_the_wrong_name(tmp_path: Path) -> None:
    with (tmp_path / "x.npz").open("wb") as file:
        np.save(file, X)
    with (tmp_path / "x.npy").open("wb") as file:
        np.savez(file, X=X)
    with pytest.raises(DataError, match=r"x\.npz: it holds one array and no names; give it the suffix \.npy"):
        load(tmp_path / "x.npz")
    with pytest.raises(DataError, match=r"x\.npy: this is no NumPy file"):
        load(tmp_path / "x.npy")


@pytest.mark.parametrize("kept", [20, 200])
def test_a_file_cut_short(tmp_path: Path, kept: int) -> None:
    np.save(tmp_path / "x.npy", np.zeros((9, 9)))
    (tmp_path / "x.npy").write_bytes((tmp_path / "x.npy").read_bytes()[:kept])
    with pytest.raises(DataError, match=r"x\.npy: "):
        load(tmp_path / "x.npy")


def test_missing_labels_file_suggests_the_nearest(tmp_path: Path) -> None:
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "labels.npy", Y)
    with pytest.raises(DataError, match=r"lables\.npy: there is no such file; did you mean labels\.npy\?"):
        load(tmp_path / "X.npy", tmp_path / "lables.npy")
