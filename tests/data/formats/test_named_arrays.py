"""HDF5 and MATLAB's files: the same arrays as in an NPZ file, and nothing out of other files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.examples import Examples
from dlx.data.sources import Source
from dlx.errors import DataError, EnvironmentProblem, Remark

h5py = pytest.importorskip("h5py")
scipy_io = pytest.importorskip("scipy.io")

X = np.array([[0.5, 1], [2, 3], [4, 5]])
Y = np.array([1, 0, 1])


def hdf5(path: Path, arrays: dict[str, Any]) -> None:
    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


def mat(path: Path, arrays: dict[str, Any]) -> None:
    scipy_io.savemat(path, arrays, do_compression=True)


def mat73(path: Path, arrays: dict[str, Any]) -> None:
    """As MATLAB writes it with -v7.3: HDF5 behind 512 bytes, each array with its dimensions turned."""
    classes = {"f": "double", "i": "int64", "u": "uint8", "b": "logical", "U": "char"}
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            array = np.atleast_2d(np.asarray(array))
            kind = classes[array.dtype.kind]
            if kind == "char":
                array = np.array([list(map(ord, text)) for text in array.reshape(-1)], np.uint16)
            file[name] = array.astype(np.uint8).T if kind == "logical" else array.T
            file[name].attrs["MATLAB_class"] = np.bytes_(kind)
    with path.open("r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\0\2IM")


def npz(path: Path, arrays: dict[str, Any]) -> None:
    np.savez(path, **arrays)


KINDS = {"x.h5": hdf5, "x.mat": mat, "y.mat": mat73, "x.npz": npz}


@pytest.fixture(params=KINDS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(path: Path, arrays: dict[str, Any]) -> dict[str, Examples]:
    KINDS[path.name](path, arrays)
    return load(path)


def load(path: Path) -> dict[str, Examples]:
    return Source.parse({"name": "file", "path": str(path)}).load()


@pytest.mark.parametrize(
    "names", [("train_set_x", "train_set_y", "x_val"), ("train_images", "train_labels", "valid_images")]
)
def test_the_parts_as_others_call_them(tmp_path: Path, names: tuple[str, ...]) -> None:
    arrays = dict(zip(names, (X, Y, X[:2]), strict=True))
    parts = read(tmp_path / "x.npz", arrays | {"list_classes": np.array([0, 1])})
    assert {part: examples.X[:].tolist() for part, examples in parts.items()} == {
        "train": X.tolist(),
        "dev": X[:2].tolist(),
    }
    assert parts["train"].y is not None
    assert parts["train"].y.tolist() == Y.tolist()


@pytest.mark.parametrize("labels", [Y, Y[:, np.newaxis], Y[np.newaxis], Y.astype(bool), Y / 2])
def test_rows_are_examples_whatever_the_shape_of_y(tmp_path: Path, name: str, labels: np.ndarray[Any, Any]) -> None:
    examples = read(tmp_path / name, {"x": X, "Y": labels, "more": np.zeros(7)})["all"]
    assert examples.y is not None
    assert examples.X[:].tolist() == X.tolist()
    assert examples.y.reshape(-1).tolist() == labels.reshape(-1).tolist()


@pytest.mark.parametrize("file", ["x.npz", "x.h5"])
def test_columns_that_are_not_read_are_named(tmp_path: Path, file: str) -> None:
    with pytest.warns(Remark, match="X is a single feature, and w, z not read; an X of shape"):
        examples = read(tmp_path / file, {"x": X[:, 0], "y": Y, "z": X[:, 1], "w": Y})["all"]
    assert examples.X[:].tolist() == X[:, 0].tolist()


def test_parts_and_images(tmp_path: Path, name: str) -> None:
    images = np.arange(3 * 2 * 4 * 3, dtype=np.uint8).reshape(3, 2, 4, 3)
    parts = read(tmp_path / name, {"X_train": images, "y_train": Y, "X_dev": images[:2], "y_dev": Y[:2]})
    assert list(parts) == ["train", "dev"]
    assert np.array_equal(parts["dev"].X[:], images[:2])
    assert parts["train"].X.dtype == np.uint8


def test_labels_may_be_texts(tmp_path: Path) -> None:
    texts = ["cat", "dog", "cat"]
    for name, labels in [
        ("x.h5", texts),
        ("x.h5", np.array(texts, "S")),
        ("x.mat", np.array(texts, object)),
        ("x.mat", np.array(["cat", "dog", "cat"])),
        ("y.mat", np.array(["cat", "dog", "cat"])),
    ]:
        y = read(tmp_path / name, {"X": X, "y": labels})["all"].y
        assert y is not None
        assert y.reshape(-1).tolist() == texts


def test_a_sparse_matrix_is_read_as_its_rows(tmp_path: Path) -> None:
    sparse = pytest.importorskip("scipy.sparse")
    assert read(tmp_path / "x.mat", {"X": sparse.csc_matrix(X), "y": Y})["all"].X[:].tolist() == X.tolist()


def test_what_is_in_it_is_listed_where_no_inputs_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"it must hold either X and y, or X_train, .*; it holds .*data"):
        read(tmp_path / name, {"data": X, "labels": Y})


def test_other_files_are_no_such_files(tmp_path: Path) -> None:
    for name, content in [("x.h5", b"hello"), ("x.mat", b"hello"), ("y.mat", b""), ("x.mat", bytes(600))]:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=r"\w\.\w+: this is no (HDF5|MAT) file, or it is damaged"):
            load(tmp_path / name)
    for name in ("missing.h5", "missing.mat"):
        with pytest.raises(DataError, match="there is no such file"):
            load(tmp_path / name)
    for name in KINDS:
        read(tmp_path / name, {"X": X, "y": Y})
        whole = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(DataError, match=f"{name}: "):
            load(tmp_path / name)


def test_types_that_hold_no_examples_are_named(tmp_path: Path) -> None:
    pairs = np.array([(1, 2.0)], [("a", int), ("b", float)])
    with pytest.raises(DataError, match=r"x\.h5: X: must hold numbers or texts, its type is \[\('a'"):
        read(tmp_path / "x.h5", {"X": pairs})
    with pytest.raises(DataError, match=r"x\.mat: X: must hold numbers or texts, it is a struct"):
        read(tmp_path / "x.mat", {"X": {"a": 1}})
    with pytest.raises(DataError, match=r"x\.mat: y: its cells must hold one text each"):
        read(tmp_path / "x.mat", {"X": X, "y": np.array(["cat", 3, X], object)})
    with pytest.raises(DataError, match=r"x\.mat: X: must hold numbers or texts, its type is complex128"):
        read(tmp_path / "x.mat", {"X": X * 1j})


def test_nothing_is_read_out_of_other_files(tmp_path: Path) -> None:
    hdf5(tmp_path / "other.h5", {"X": X})
    (tmp_path / "raw").write_bytes(X.tobytes())
    with h5py.File(tmp_path / "link.h5", "w") as file:
        file["X"] = h5py.ExternalLink("other.h5", "X")
    with h5py.File(tmp_path / "soft.h5", "w") as file:
        file["X"] = h5py.SoftLink("/elsewhere")
    with h5py.File(tmp_path / "raw.h5", "w") as file:
        file.create_dataset("X", X.shape, X.dtype, external=[(str(tmp_path / "raw"), 0, X.nbytes)])
    layout = h5py.VirtualLayout(X.shape, X.dtype)
    layout[...] = h5py.VirtualSource(str(tmp_path / "other.h5"), "X", X.shape)
    with h5py.File(tmp_path / "virtual.h5", "w") as file:
        file.create_virtual_dataset("X", layout)
    for name, message in [("link", "is a link"), ("soft", "is a link"), ("raw", "lies in"), ("virtual", "lies in")]:
        with pytest.raises(DataError, match=rf"{name}\.h5: X: {message}"):
            load(tmp_path / f"{name}.h5")


def test_few_bytes_that_are_very_many_numbers_are_refused(tmp_path: Path) -> None:
    zeros = np.zeros((3000, 1000))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("X", zeros.shape, zeros.dtype, chunks=(1000, 100), compression="gzip")
    mat(tmp_path / "x.mat", {"X": zeros})
    for name in ("x.h5", "x.mat"):
        with pytest.raises(DataError, match=f"{name}: X: .* unpack to 24.0 MB, .* hardly data"):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("x.h5", "h5py", "hdf5"), ("x.mat", "scipy", "mat"), ("y.mat", "h5py", "hdf5")]
)
def test_without_its_package_one_line_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str, extra: str
) -> None:
    KINDS[name](tmp_path / name, {"X": X, "y": Y})
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setitem(sys.modules, "scipy.io", None if package == "scipy" else scipy_io)
    with pytest.raises(EnvironmentProblem, match=rf"needs {package}, .* pip install '{package}>="):
        load(tmp_path / name)
