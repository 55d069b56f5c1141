"""Parquet files, read by the optional package pyarrow."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dlx.data.columns import Column, ColumnError
from dlx.data.formats.format import TableFormat
from dlx.data.memory import check_ratio, check_room
from dlx.data.opening import readable
from dlx.data.tables import Roles, Table, TableOptions, roles
from dlx.errors import DataError
from dlx.types import Array

if TYPE_CHECKING:
    import pyarrow as pa


class Parquet(TableFormat):
    """Numbers and booleans as numbers, text as categories."""

    name, title, suffixes = "parquet", "Parquet", (".parquet",)
    package, extra = "pyarrow", "parquet"

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        import pyarrow as pa
        from pyarrow import parquet

        with readable(path), _native_file(path) as file:
            try:
                table = parquet.ParquetFile(file, pre_buffer=False)
                names = table.schema_arrow.names
                of = roles(names, options, like, path)
                size = 8 * table.metadata.num_rows * len(of.used)
                check_ratio(path, size, path.stat().st_size, "give it as CSV or .npy")
                check_room(path, size)
                columns = table.read(columns=list(of.used), use_threads=False)
                values = {name: _values(path, name, columns.column(name), of) for name in of.used}
            except (pa.ArrowException, UnicodeDecodeError) as error:
                raise DataError(f"{path}: this is no Parquet file, or a damaged one: {error}") from error
        return Table(path, values, columns.num_rows, names=names), of


@contextmanager
def _native_file(path: Path) -> Iterator[pa.NativeFile]:
    """The file opened by pyarrow itself: its threads can let go of a file of Python's only while Python still runs,
    and when the command ends they may not have done so yet.
    """
    import pyarrow as pa

    with path.open("rb"), pa.OSFile(os.fsencode(path)) as file:  # what cannot be opened is an error of Python's
        yield file


def _values(path: Path, name: str, column: pa.ChunkedArray, of: Roles) -> Array:
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if name in of.categorical | of.texts or types.is_string(kind) or types.is_large_string(kind):
        return np.array(column.cast(pa.string()).to_pylist(), object)
    if name in of.verbatim and types.is_temporal(kind):
        return np.array(column.cast(pa.string()).to_pylist(), object)
    if not (types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)):
        what = f"its type {kind} is neither number nor text; name it in `ignore`"
        raise ColumnError(f"{path}: column {name!r}: {what}", name, f"its type is {kind}", "ignore")
    if name in of.verbatim and column.null_count == 0 and not types.is_decimal(kind):
        return np.asarray(column.to_numpy())
    return np.asarray(column.cast(pa.float64(), safe=False).to_numpy())
