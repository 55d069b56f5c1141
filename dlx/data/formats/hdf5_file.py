"""HDF5 files, read by the optional package h5py."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlx.data.files.memory import check_ratio, check_room
from dlx.data.files.opening import readable
from dlx.data.formats.named_arrays import Load, NamedArrays
from dlx.errors import DataError
from dlx.types import Array

if TYPE_CHECKING:
    import h5py


class Hdf5(NamedArrays):
    """Data sets at the top of the file; none that lies in other files."""

    name, title, suffixes = "hdf5", "HDF5", (".h5", ".hdf5", ".hdf")
    article = "an"
    details = " ".join(suffixes)
    package, extra = "h5py", "hdf5"

    @contextmanager
    def arrays(self, path: Path, is_used: Callable[[str], bool]) -> Iterator[Mapping[str, Load]]:
        with data_sets(path, is_used) as sets:
            yield {name: partial(values, path, name, data_set) for name, data_set in sets.items()}


@contextmanager
def data_sets(path: Path, is_used: Callable[[str], bool]) -> Iterator[dict[str, h5py.Dataset]]:
    """The data sets at the top of a file, once the sizes of those that are used are looked at."""
    import h5py

    with readable(path), path.open("rb"):  # what cannot be opened is an error of Python's
        try:
            with h5py.File(path, "r", locking=False) as file:
                inside = [name for name in file if isinstance(file.get(name, getlink=True), h5py.HardLink)]
                outside = [name for name in set(file) - set(inside) if is_used(name)]
                if outside:
                    raise DataError(f"{path}: {min(outside)}: is a link, which is not followed; copy the data set here")
                sets = {name: file[name] for name in inside if isinstance(file[name], h5py.Dataset)}
                _check_sizes(path, {name: data_set for name, data_set in sets.items() if is_used(name)})
                yield sets
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            if isinstance(error, OSError) and error.errno:
                raise
            raise DataError(f"{path}: this is no HDF5 file, or it is damaged: {error}") from error


def _check_sizes(path: Path, sets: Mapping[str, h5py.Dataset]) -> None:
    """Refuse what lies in other files, and what would not fit."""
    for name, data_set in sets.items():
        if data_set.is_virtual or data_set.external:
            raise DataError(f"{path}: {name}: lies in other files, which are not opened; copy it into this one")
        check_ratio(f"{path}: {name}", data_set.nbytes, data_set.id.get_storage_size(), "store it in another way")
    check_room(path, sum(data_set.nbytes for data_set in sets.values()))


def values(path: Path, name: str, data_set: h5py.Dataset) -> Array:
    """The numbers or texts of a data set."""
    import h5py

    if h5py.check_string_dtype(data_set.dtype) is not None:
        try:
            return np.asarray(data_set.asstr()[...], dtype=str)
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: {name}: its texts are not UTF-8: {error}") from None
    if data_set.shape is None or data_set.dtype.kind not in "biuf":
        raise DataError(f"{path}: {name}: must hold numbers or texts, its type is {data_set.dtype}")
    return np.asarray(data_set[...])
