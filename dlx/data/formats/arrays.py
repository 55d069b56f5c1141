"""Array files: NPZ, NPY and IDX; rows are examples in each of them, and nothing is ever unpickled."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from math import prod
from pathlib import Path
from tokenize import TokenError

import numpy as np
from numpy.lib.npyio import NpzFile

from dlx.data.examples import Examples
from dlx.data.files.memory import check_ratio, check_room
from dlx.data.files.opening import open_binary, readable
from dlx.data.formats.format import Format, file_of_labels, format_of
from dlx.data.formats.named_arrays import Load, NamedArrays
from dlx.data.rows.mapped import MappedRows
from dlx.data.tables import TableOptions
from dlx.data.values.columns import Column
from dlx.errors import DataError
from dlx.types import Array

IDX_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
LARGEST_TURNED = 2**30  # bytes of a file in column order that is still turned into rows, in memory


class Npz(NamedArrays):
    """An archive of NumPy's arrays."""

    name, title, suffixes = "npz", "NPZ", (".npz",)
    article = "an"

    @contextmanager
    def arrays(self, path: Path, is_used: Callable[[str], bool]) -> Iterator[Mapping[str, Load]]:
        with _numpy_file(path), path.open("rb") as stream:
            file = np.load(stream, allow_pickle=False)
            if not isinstance(file, NpzFile):
                raise DataError(f"{path}: it holds one array and no names; give it the suffix .npy")
            _check_sizes(file, is_used, path)
            yield {name: partial(file.__getitem__, name) for name in file.files}


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
    file_format = format_of(str(path))
    if not isinstance(file_format, ArrayFormat):
        raise DataError(f"{path}: the labels of inputs that have none must be in {file_of_labels()}")
    y = file_format.array(path)
    return np.array(y) if isinstance(y, np.memmap) else y


def _check_sizes(file: NpzFile, is_used: Callable[[str], bool], path: Path) -> None:
    """Refuse what would not fit, by the sizes in the archive's directory, before anything is unpacked."""
    directory = file.zip.infolist() if file.zip is not None else []
    members = [info for info in directory if is_used(info.filename.removesuffix(".npy"))]
    for member in members:
        check_ratio(f"{path}: {member.filename}", member.file_size, member.compress_size)
    check_room(path, sum(member.file_size for member in members))


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
