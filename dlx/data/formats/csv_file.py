"""Text tables: CSV and its kin, one record an example, fields quoted where they need it."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from sys import intern

import numpy as np

from dlx.data.column_values import ColumnReader, TextNeeded
from dlx.data.columns import Column
from dlx.data.dialect import WINDOWS, Dialect, sniff
from dlx.data.formats.format import TableFormat
from dlx.data.memory import check_room, room
from dlx.data.numbers import NumberStyle
from dlx.data.records import Chunk, chunks_of
from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions, roles
from dlx.data.text_columns import column_names, column_values, readers
from dlx.errors import DataError, Remark
from dlx.types import Array

FIELDS = 2**18  # turned into numbers at once, so that their text does not fill the memory


class Csv(TableFormat):
    """Numbers where every value of a column is one, text where none is; both in one column is an error.

    Numbers may have a currency or a percent sign, a decimal comma and grouped digits; codes such as 0012 are text; a
    column of nothing but yes and no, true and false … is 1 and 0. Empty lines are passed over.
    """

    name, title, suffixes = "csv", "CSV", (".csv", ".tsv", ".txt", ".data")
    details = " ".join(suffixes)
    options = TableFormat.options | {
        "header",
        "delimiter",
        "encoding",
        "decimal",
        "thousands",
        "comment",
        "skip_lines",
        "missing",
        "plain",
    }
    is_packable = True

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        dialect = sniff(path, options, [column.name for column in like])
        if dialect.encoding == WINDOWS and options.encoding is None:
            what = (
                "the text is not UTF-8, and is read as cp1252, which Windows writes; state `encoding` if that is wrong"
            )
            warnings.warn(Remark(f"{path}: {what}"), stacklevel=2)
        chunks = chunks_of(path, dialect, 1)
        first = next(chunks, None)
        if first is None:
            raise DataError(f"{path}: the file is empty")
        style = NumberStyle(dialect.decimal, options.thousands, not options.plain)
        top = first.lines[0], [""] * dialect.has_row_names + first.records[0]
        names = column_names(path, top, dialect.header, style, options, like)
        of = roles(names, options, like, path)
        of_columns = readers(style, options, of, like)
        text = of.as_text
        while True:
            try:
                return _table(path, dialect, names, of, of_columns, text), of
            except TextNeeded as needed:
                text |= {needed.column}


def _table(
    path: Path, dialect: Dialect, names: list[str], of: Roles, of_columns: dict[str, ColumnReader], text: frozenset[str]
) -> Table:
    """The used columns; raises `TextNeeded` where one must be read again as text."""
    records = chunks_of(path, dialect, max(1, FIELDS // max(1, len(names))))
    if dialect.header:
        next(records, None)
    lines, pieces = _read(path, records, names, of, of_columns, text)
    table = Table(path, {}, len(lines), lines, names)
    for name in of.used if lines else ():
        column = pieces.pop(name)  # so that its pieces are gone when the next column is put together
        table.values[name] = column_values(table, name, column, of, of_columns[name])
    return table


def _read(
    path: Path,
    chunks: Iterator[Chunk],
    names: list[str],
    of: Roles,
    of_columns: dict[str, ColumnReader],
    text: frozenset[str],
) -> tuple[Sequence[int], dict[str, list[Array]]]:
    """The lines of the records, and the used columns in pieces of equal length."""
    lines, taken, limit = array("q"), 0, room()
    pieces: dict[str, list[Array]] = {name: [] for name in of.used}
    for chunk in chunks:
        taken += len(chunk.lines) * 8 * (1 + len(pieces))
        if taken > limit:
            check_room(path, taken)
        for line, record in zip(*chunk, strict=True) if set(map(len, chunk.records)) != {len(names)} else ():
            if len(record) != len(names):
                raise DataError(f"{path}:{line}: expected {len(names)} fields, found {len(record)}")
        lines.extend(chunk.lines)
        for name, values in zip(names, zip(*chunk.records, strict=True), strict=True):
            if name in pieces:
                piece = None if name in text else of_columns[name].piece(values)
                pieces[name].append(np.array(list(map(intern, values)), object) if piece is None else piece)
    return lines, pieces
