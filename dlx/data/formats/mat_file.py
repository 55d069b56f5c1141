"""MATLAB's files: up to version 7 read by the optional package scipy; those of 7.3 are HDF5, read by h5py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.files.memory import check_ratio, check_room
from dlx.data.files.opening import readable
from dlx.data.formats.hdf5_file import data_sets, values
from dlx.data.formats.named_arrays import Load, NamedArrays
from dlx.errors import DataError, DlxError
from dlx.extras import missing_extra
from dlx.types import Array

if TYPE_CHECKING:
    import h5py

SIGNATURE, PLACES = b"\x89HDF\r\n\x1a\n", (0, 512)  # of HDF5, and where it may stand
BYTES = {"logical": 1, "int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "single": 4, "char": 4}
NUMBERS = {*BYTES, "double", "int64", "uint64"}


class Mat(NamedArrays):
    """Variables; y may be a row or a column, also of texts (a cell array, or a char array of one text a row)."""

    name, title, suffixes = "mat", "MAT", (".mat",)
    package, extra = "scipy", "mat"

    @contextmanager
    def arrays(self, path: Path, is_used: Callable[[str], bool]) -> Iterator[Mapping[str, Load]]:
        with readable(path), path.open("rb") as file:
            start = file.read(max(PLACES) + len(SIGNATURE))
        if any(start[place:].startswith(SIGNATURE) for place in PLACES):
            with self._of_hdf5(path, is_used) as arrays:
                yield arrays
        else:
            yield _of_scipy(path, is_used)

    @contextmanager
    def _of_hdf5(self, path: Path, is_used: Callable[[str], bool]) -> Iterator[Mapping[str, Load]]:
        try:
            with data_sets(path, is_used) as sets:
                yield {name: partial(_turned, path, name, data_set) for name, data_set in sets.items()}
        except ImportError as error:
            raise missing_extra("h5py", "hdf5", "reading a MAT file of version 7.3") from error


def _turned(path: Path, name: str, data_set: h5py.Dataset) -> Array:
    """A data set as MATLAB has it: its dimensions stand in the other order in the file."""
    kind = data_set.attrs.get("MATLAB_class", b"")
    kind = kind.decode() if isinstance(kind, bytes) else str(kind)
    if kind and kind not in NUMBERS:
        raise DataError(f"{path}: {name}: must hold numbers or texts, it is a {kind}; save it with -v7")
    array = values(path, name, data_set).T
    if kind == "char":
        return np.array(["".join(map(chr, row)).rstrip() for row in array.astype(np.int64)])
    return array.astype(bool) if kind == "logical" else array


def _of_scipy(path: Path, is_used: Callable[[str], bool]) -> Mapping[str, Load]:
    """The variables of a file of version 4 to 7, loaded when their sizes are looked at."""
    from scipy.io import loadmat, whosmat

    with readable(path):
        try:
            with path.open("rb") as file:
                listed = whosmat(file)
            used = [(name, shape, kind) for name, shape, kind in listed if is_used(name)]
            _check_sizes(path, used)
            with path.open("rb") as file:
                variables = loadmat(file, variable_names=[name for name, _, _ in used], chars_as_strings=True)
        except (DlxError, MemoryError, ImportError):
            raise
        except Exception as error:  # whatever the parser meets in a damaged file
            raise DataError(f"{path}: this is no MAT file, or it is damaged: {error}") from error
    if not any(name for name, _, _ in listed):  # SciPy before 1.15 takes zeros for variables without a name
        raise DataError(f"{path}: this is no MAT file, or it is damaged: it holds no variables")
    return {name: partial(_plain, path, name, variables.get(name)) for name, _, _ in listed}


def _check_sizes(path: Path, used: list[tuple[str, tuple[int, ...], str]]) -> None:
    total = 0
    for name, shape, kind in used:
        if kind not in NUMBERS | {"cell", "sparse"}:
            raise DataError(f"{path}: {name}: must hold numbers or texts, it is a {kind}")
        size = prod(map(int, shape)) * BYTES.get(kind, 8)
        if kind != "sparse":
            check_ratio(f"{path}: {name}", size, path.stat().st_size, "save it with -v6")
        total += size
    check_room(path, total)


def _plain(path: Path, name: str, value: Any) -> Array:
    """A variable as numbers or texts."""
    array = np.asarray(value.toarray() if hasattr(value, "toarray") else value)
    if array.dtype == object:
        texts = [np.asarray(cell).reshape(-1) for cell in array.reshape(-1)]
        if not all(len(text) == 1 and text.dtype.kind == "U" for text in texts):
            raise DataError(f"{path}: {name}: its cells must hold one text each")
        return np.array([str(text[0]) for text in texts])
    if array.dtype.kind == "U":
        return np.char.rstrip(array.reshape(-1))
    if array.dtype.kind not in "biuf":
        raise DataError(f"{path}: {name}: must hold numbers or texts, its type is {array.dtype}")
    return array
