"""Text tables: CSV and its kin, one record an example, fields quoted where they need it."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from sys import intern

import numpy as np

from dlx.data.column_values import ColumnReader, MixedColumn, TextNeeded, labels
from dlx.data.columns import Column, ColumnError
from dlx.data.dialect import WINDOWS, Dialect, sniff
from dlx.data.formats.format import TableFormat
from dlx.data.memory import check_room, room
from dlx.data.numbers import MISSING, NumberStyle
from dlx.data.records import Chunk, chunks_of
from dlx.data.tables import Roles, Table, TableOptions, roles
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
        names = _names(path, first, dialect, options, like)
        of = roles(names, options, like, path)
        readers = _readers(dialect, options, of, like)
        text = of.as_text
        while True:
            try:
                return _table(path, dialect, names, of, readers, text), of
            except TextNeeded as needed:
                text |= {needed.column}


def _names(path: Path, first: Chunk, dialect: Dialect, options: TableOptions, like: Sequence[Column]) -> list[str]:
    """The names in the header; without one, columns are called 0, 1, 2, …, as they are counted."""
    line, names = first.lines[0], first.records[0]
    if not dialect.header:
        only_features = like and len(names) == len(like)
        return [column.name for column in like] if only_features else [str(number) for number in range(len(names))]
    style = NumberStyle(dialect.decimal, options.thousands, not options.plain)
    has_words = any(name.strip() not in MISSING and style.number(name) is None for name in names)
    if not like and not set(names).intersection(options.target) and not has_words:
        raise DataError(f"{path}:{line}: the header has only numbers; if the file has none, state `header: false`")
    for name in names:
        places = [str(place) for place, other in enumerate(names) if other == name] if names.count(name) > 1 else []
        if places:
            what = f"the header has {len(places)} columns named {name!r}: {', '.join(places)} (counted from 0)"
            raise DataError(f"{path}:{line}: {what}")
    if "" in names and not like and "" not in options.ignore:
        what = f"column {names.index('')} (counted from 0) has no name; give it one, or state `ignore: ['']`"
        raise ColumnError(f"{path}:{line}: {what}", "", "it has no name", "ignore")
    return names


def _readers(dialect: Dialect, options: TableOptions, of: Roles, like: Sequence[Column]) -> dict[str, ColumnReader]:
    """How the values of each column are read.

    Where `missing` is not stated, a column that is stated to be categorical has nothing missing but empty fields, and a
    category of train is never a missing value.
    """
    style = NumberStyle(dialect.decimal, options.thousands, not options.plain)
    marks = MISSING if options.missing is None else frozenset(("", *map(str, options.missing)))
    readers = {name: ColumnReader(style, marks) for name in of.used}
    for name in of.categorical if options.missing is None and not options.plain and not like else ():
        if name in readers:
            readers[name] = ColumnReader(style, frozenset(("",)))
    for name in of.numbers:
        readers[name] = ColumnReader(style, marks, must_be_numbers=True)
    for column in like:
        readers[column.name] = readers[column.name]._replace(missing=marks - frozenset(column.categories or ()))
    return readers


def _table(
    path: Path, dialect: Dialect, names: list[str], of: Roles, readers: dict[str, ColumnReader], text: frozenset[str]
) -> Table:
    """The used columns; raises `TextNeeded` where one must be read again as text."""
    records = chunks_of(path, dialect, max(1, FIELDS // max(1, len(names))))
    if dialect.header:
        next(records, None)
    lines, pieces = _read(path, records, names, of, readers, text)
    table = Table(path, {}, len(lines), lines, names)
    for name in of.used if lines else ():
        column = pieces.pop(name)  # so that its pieces are gone when the next column is put together
        reader = readers[name]
        try:
            is_text = name in of.as_text
            values = reader.text(np.concatenate(column)) if is_text else reader.settled(name, column)
        except MixedColumn as mixed:
            what = "is not a number, as others in this column are; correct it, or name the column in `categorical`"
            message = str(table.fault(mixed.row, name, f"{mixed.text!r} {what}"))
            raise ColumnError(message, name, what, "categorical", mixed.odd, mixed.share) from None
        table.values[name] = labels(values, reader.style) if name in of.verbatim else values
    return table


def _read(
    path: Path,
    chunks: Iterator[Chunk],
    names: list[str],
    of: Roles,
    readers: dict[str, ColumnReader],
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
                piece = None if name in text else readers[name].piece(values)
                pieces[name].append(np.array(list(map(intern, values)), object) if piece is None else piece)
    return lines, pieces
