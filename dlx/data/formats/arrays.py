"""Array files: NPZ, NPY and IDX; rows are examples in each of them, and nothing is ever unpickled."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from math import prod
from pathlib import Path
from tokenize import TokenError

import numpy as np
from numpy.lib.npyio import NpzFile

from dlx.data.examples import Column, Examples
from dlx.data.formats.format import Format, file_of_labels, format_of
from dlx.data.mapped import MappedRows
from dlx.data.memory import check_ratio, check_room
from dlx.data.opening import open_binary, readable
from dlx.data.split_columns import split_values
from dlx.data.split_options import SplitTableOptions
from dlx.data.tables import TableOptions
from dlx.errors import DataError, allowed
from dlx.types import Array
from dlx.words import PARTS

IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LARGEST_TURNED = 2**30  # bytes of a file in column order that is still turned into rows, in memory


class Npz(Format):
    """Arrays under names, in which capitals make no difference; y may be missing."""

    name, title, suffixes = "npz", "NPZ", (".npz",)
    article = "an"
    holds = "X and y, or X_train, y_train, X_dev, …, y_test"

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        with _numpy_file(path), path.open("rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, NpzFile):
                raise DataError(f"{path}: it holds one array and no names; give it the suffix .npy")
            names = {name.lower(): name for name in file.files}
            endings = {part: f"_{part}" for part in PARTS if f"x_{part}" in names}
            endings |= {"all": ""} if "x" in names else {}
            if not endings or ("all" in endings and len(endings) > 1):
                what = "it must hold either X and y, or X_train, y_train, X_dev, y_dev, X_test, y_test"
                raise DataError(f"{path}: {what}; it holds {', '.join(file.files) or 'nothing'}")
            _check_sizes(file, [f"{letter}{ending}" for letter in "xy" for ending in endings.values()], path)
            parts = {part: _of_npz(file, names, ending, path) for part, ending in endings.items()}
            if "all" in parts and isinstance(options, SplitTableOptions):
                columns = _split_columns(file, names, options, path, len(parts["all"].X))
                parts = {"all": replace(parts["all"], split_columns=columns)}
            return parts


class ArrayFormat(Format):
    """One array in a file: the inputs, or the labels that are for those of another file."""

    article = "an"
    holds = "one file of inputs, and `target` names the one of labels"
    options = frozenset(("target",))
    has_only_inputs = True

    @abstractmethod
    def array(self, path: Path) -> Array:
        """The array in the file; its rows are examples."""

    def read(self, path: Path, options: TableOptions, like: Sequence[Column]) -> dict[str, Examples]:
        if isinstance(options, SplitTableOptions):
            role, column = next(iter(options.split_columns.items()))
            what = f"{self.article} {self.title} file has no array {column!r} beside it; put X, y and that in an .npz"
            raise DataError(f"{path}: data.split.{role}: {what}")
        X = self.array(path)
        y = _labels(Path(str(options.target[0]))) if options.target else None
        if not (isinstance(X, np.memmap) and X.dtype.kind in "biuf" and 1 <= X.ndim <= 4 and X.size):
            return {"all": Examples(X, y, origin=str(path))}
        image_shape = X.shape[1:] if X.ndim > 2 else None
        return {"all": Examples(_rows_of(X, path), y, image_shape=image_shape, origin=str(path))}


class Npy(ArrayFormat):
    """An array of NumPy's, whose rows stay in the file until they are wanted."""

    name, title, suffixes = "npy", "NPY", (".npy",)
    details = "stays on disk, however large"

    def array(self, path: Path) -> Array:
        with _numpy_file(path):
            return np.lib.format.open_memmap(path, mode="r")


class Idx(ArrayFormat):
    """Two zero bytes, a type, the number of dimensions, their sizes, the numbers.

    Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits", section "the IDX file format".
    """

    name, title, suffixes = "idx", "IDX", (".idx", "-idx3-ubyte")
    details = ".idx or -ubyte"
    is_packable = True

    def is_of(self, name: str) -> bool:
        return re.search(r"[.-]idx\d?(-ubyte)?$", f".{name}") is not None

    def array(self, path: Path) -> Array:
        with readable(path), open_binary(path) as file:
            head = file.read(4)
            sizes = file.read(4 * head[3]) if len(head) == 4 else b""
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] not in IDX_TYPES or len(sizes) < 4 * head[3]:
                what = "this is no IDX file (it must begin with two zero bytes, a type and dimensions)"
                raise DataError(f"{path}: {what}")
            shape, dtype = tuple(np.frombuffer(sizes, ">u4").tolist()), np.dtype(IDX_TYPES[head[2]])
            expected = prod(shape) * dtype.itemsize
            check_room(path, expected)
            data = np.empty(expected, np.uint8)
            count = file.readinto(data.data)
            has_more = bool(file.read(1))
        if count != expected or has_more:
            there = "more" if has_more else f"{count:,}"
            what = f"an IDX file of shape {shape} has {expected:,} bytes of numbers, this one has {there}"
            raise DataError(f"{path}: {what}")
        return data.view(dtype).reshape(shape).astype(dtype.newbyteorder("="), copy=False)


def _labels(path: Path) -> Array:
    file_format = format_of(path.name)
    if not isinstance(file_format, ArrayFormat):
        raise DataError(f"{path}: the labels of inputs that have none must be in {file_of_labels()}")
    y = file_format.array(path)
    return np.array(y) if isinstance(y, np.memmap) else y


def _check_sizes(file: NpzFile, names: Sequence[str], path: Path) -> None:
    """Refuse what would not fit, by the sizes in the archive's directory, before anything is unpacked."""
    directory = file.zip.infolist() if file.zip is not None else []
    members = [info for info in directory if info.filename.lower().removesuffix(".npy") in names]
    for member in members:
        check_ratio(f"{path}: {member.filename}", member.file_size, member.compress_size)
    check_room(path, sum(member.file_size for member in members))


def _of_npz(file: NpzFile, names: dict[str, str], ending: str, path: Path) -> Examples:
    y = file[names[f"y{ending}"]] if f"y{ending}" in names else None
    X = names[f"x{ending}"]
    return Examples(file[X], y, origin=f"{path}: {X}" if ending else str(path))


def _split_columns(
    file: NpzFile, names: dict[str, str], options: SplitTableOptions, path: Path, m: int
) -> dict[str, Array]:
    """The arrays that a split goes by, a value for each example."""
    columns = {}
    for role, column in options.split_columns.items():
        name = names.get(str(column).lower())
        if name is None:
            what = f"data.split.{role}: there is no array {column!r} {allowed(column, file.files)}"
            raise DataError(f"{path}: {what}")
        values = file[name]
        if values.shape not in ((m,), (m, 1)):
            what = f"array {name!r} has shape {values.shape}"
            raise DataError(f"{path}: {what}, and data.split.{role} needs one value for each of {m} examples")
        columns[role] = split_values(values.reshape(m), role, name, partial(_fault, path))
    return columns


def _fault(path: Path, row: int, name: str, what: str) -> DataError:
    return DataError(f"{path}: array {name!r}, row {row} (counted from 0): {what}")


def _rows_of(X: np.memmap[tuple[int, ...], np.dtype[np.generic]], path: Path) -> Array | MappedRows:
    if X.flags.c_contiguous:
        return MappedRows.of(X)
    if X.nbytes > LARGEST_TURNED:
        what = "the array is stored column by column (Fortran order), so its rows cannot be read one by one"
        raise DataError(f"{path}: {what}; save np.ascontiguousarray(X) instead")
    return np.array(X, order="C")


@contextmanager
def _numpy_file(path: Path) -> Iterator[None]:
    with readable(path):
        try:
            yield
        except (ValueError, OverflowError, RuntimeError, TokenError) as error:  # what NumPy and zipfile may raise
            what = "this is no NumPy file, or it is damaged, or it holds Python objects, which dlx never loads"
            raise DataError(f"{path}: {what} ({error})") from error
