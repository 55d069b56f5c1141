"""Parquet files, and Arrow's own (Feather), read by the optional package pyarrow."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.data.files.memory import check_ratio, check_room
from dlx.data.files.opening import readable
from dlx.data.formats.arrow_messages import NoMessage, unpacked_size
from dlx.data.formats.arrow_values import arrow_values, rounded_in
from dlx.data.formats.format import TableFormat
from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions, roles
from dlx.data.text_tables.text_columns import filled_as_stated
from dlx.data.values.column_store import ColumnStore
from dlx.data.values.columns import Column
from dlx.data.values.rounded import Rounded
from dlx.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

REMEDY = "give it as CSV or .npy"
FILE, EARLY = b"ARROW1", b"FEA1"  # how Arrow's files begin, and how those of the first Feather did
STREAM = 8  # the bytes in front of the stream that a file holds


class ArrowFormat(TableFormat):
    """Numbers and booleans as numbers, text as categories, or as the numbers that it is stated to be."""

    package, extra = "pyarrow", "parquet"

    @abstractmethod
    def names(self, path: Path, file: pa.NativeFile) -> list[str]:
        """The names of the columns."""

    @abstractmethod
    def table(self, path: Path, file: pa.NativeFile, names: Sequence[str]) -> pa.Table:
        """These columns, once their size is looked at."""

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        import pyarrow as pa

        with readable(path), _native_file(path) as file:
            try:
                names = _unique(path, self.names(path, file))
                of = roles(names, options, like, path)
                columns = self.table(path, file, of.used)
                values, rounded = ColumnStore(), dict[str, Rounded]()
                for name in of.used:
                    values[name] = column = arrow_values(path, name, columns.column(name), of)
                    if (of_column := rounded_in(columns.column(name), column)) is not None:
                        rounded[name] = of_column
            except (pa.ArrowException, UnicodeDecodeError, NoMessage, OSError) as error:
                if isinstance(error, OSError) and error.errno is not None:  # an error of the disk
                    raise
                raise DataError(f"{path}: this is no {self.title} file, or a damaged one: {error}") from error
        table = Table(path, values, columns.num_rows, names=names, rounded=rounded)
        return filled_as_stated(table, of, options, like), of


class Parquet(ArrowFormat):
    """Columns, packed one by one."""

    name, title, suffixes = "parquet", "Parquet", (".parquet",)

    def names(self, path: Path, file: pa.NativeFile) -> list[str]:
        from pyarrow import parquet

        return list(parquet.ParquetFile(file, pre_buffer=False).schema_arrow.names)

    def table(self, path: Path, file: pa.NativeFile, names: Sequence[str]) -> pa.Table:
        from pyarrow import parquet

        reader = parquet.ParquetFile(file, pre_buffer=False)
        _check_size(path, max(8 * reader.metadata.num_rows * len(names), _unpacked(reader.metadata, names)))
        return reader.read(columns=list(names), use_threads=False)


class Feather(ArrowFormat):
    """Batches of columns as they are in memory, packed or not: a stream, or a file, which adds a table of contents."""

    name, title, suffixes = "feather", "Feather", (".feather", ".arrow", ".arrows")
    details = " ".join(suffixes)

    def names(self, path: Path, file: pa.NativeFile) -> list[str]:
        from pyarrow import ipc

        with ipc.open_stream(_at_stream(path, file), options=ipc.IpcReadOptions(use_threads=False)) as reader:
            return list(reader.schema.names)

    def table(self, path: Path, file: pa.NativeFile, names: Sequence[str]) -> pa.Table:
        from pyarrow import ipc

        _check_size(path, sum(_sizes(_at_stream(path, file))))
        options = ipc.IpcReadOptions(use_threads=False)
        with ipc.open_stream(_at_stream(path, file), options=options) as reader:
            table = reader.read_all().select(list(names))
        table.validate(full=True)  # which reading does not: a damaged place in it would end Python
        return table


def _unpacked(metadata: pa.FileMetaData, names: Sequence[str]) -> int:
    """The unpacked bytes of these columns."""
    groups = (metadata.row_group(number) for number in range(metadata.num_row_groups))
    columns = (group.column(place) for group in groups for place in range(group.num_columns))
    return sum(column.total_uncompressed_size for column in columns if column.path_in_schema in names)


def _sizes(stream: pa.NativeFile) -> Iterator[int]:
    """The unpacked bytes of each message."""
    from pyarrow import ipc

    messages = ipc.MessageReader.open_stream(stream)
    while True:
        try:
            message = messages.read_next_message()
        except StopIteration:
            return
        yield unpacked_size(message)


def _at_stream(path: Path, file: pa.NativeFile) -> pa.NativeFile:
    """The file, at the place where its stream begins."""
    file.seek(0)
    start = file.read(len(FILE))
    if start.startswith(EARLY):
        raise DataError(f"{path}: this is the first version of Feather, which is read no more: write it anew")
    if start == FILE:
        file.seek(max(STREAM, file.size() - len(FILE)))
        if file.read() != FILE:
            raise NoMessage("it is cut short")
    file.seek(STREAM if start == FILE else 0)
    return file


def _check_size(path: Path, size: int) -> None:
    check_ratio(path, size, path.stat().st_size, REMEDY)
    check_room(path, size)


def _unique(path: Path, names: list[str]) -> list[str]:
    for name in names:
        if names.count(name) > 1:
            raise DataError(f"{path}: {names.count(name)} columns are named {name!r}; give each a name of its own")
    return names


@contextmanager
def _native_file(path: Path) -> Iterator[pa.NativeFile]:
    """The file opened by pyarrow itself: its threads can let go of a file of Python's only while Python still runs,
    and when the command ends they may not have done so yet.
    """
    import pyarrow as pa

    with path.open("rb"), pa.OSFile(os.fsencode(path)) as file:  # what cannot be opened is an error of Python's
        yield file
