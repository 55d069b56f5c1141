"""Text tables: CSV and its kin, one record an example, fields quoted where they need it."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from dlx.data.files.memory import check_room, give_back, room
from dlx.data.formats.format import TableFormat
from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions, roles
from dlx.data.text_tables.arrow_records import ArrowParser, release
from dlx.data.text_tables.dialect import Dialect, sniff
from dlx.data.text_tables.dropped_rows import Chunk, RowFilter, undue_rows
from dlx.data.text_tables.file_encoding import WINDOWS
from dlx.data.text_tables.plain_lines import Irregular
from dlx.data.text_tables.ragged_rows import RowLengths
from dlx.data.text_tables.records import Record, chunks_of, records_of
from dlx.data.text_tables.regular_records import FieldsChunk, Parser, is_large, regular_chunks
from dlx.data.text_tables.split_lines import LineSplitter
from dlx.data.text_tables.text_columns import column_names, column_values, readers
from dlx.data.values.column_store import ColumnStore
from dlx.data.values.column_values import ColumnReader, TextNeeded
from dlx.data.values.columns import Column
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.pieces import Pieces, TextFields
from dlx.errors import DataError, remark

FIELDS = 2**18  # turned into numbers at once, so that their text does not fill the memory
AT_ONCE = 2**12  # records that are looked at for those that are no examples
PARSERS = (ArrowParser, LineSplitter)  # of large files, the faster one first; the module csv reads what is left


class Csv(TableFormat):
    """Numbers where every value of a column is one, text where none is; both in one column is an error.

    Numbers may have a currency or a percent sign, a decimal comma and grouped digits; codes such as 0012 are text; a
    column of nothing but yes and no, true and false … is 1 and 0. Empty lines are passed over.
    """

    name, title, suffixes = "csv", "CSV", (".csv", ".tsv", ".tab", ".psv", ".txt", ".dat", ".data")
    details = " ".join(suffixes)
    options = TableFormat.options | {
        "header",
        "delimiter",
        "quote",
        "encoding",
        "decimal",
        "thousands",
        "comment",
        "skip_lines",
        "drop_rows",
        "ragged_rows",
        "missing",
        "plain",
    }
    is_packable = True

    def undue_rows(self, path: Path, options: TableOptions) -> dict[str, list[int]]:
        dialect = sniff(path, options)
        style = NumberStyle(dialect.decimal, options.thousands, not options.plain)
        chunks, names = chunks_of(path, dialect, AT_ONCE), None
        if dialect.header:  # the first record comes alone
            names = dialect.names(next(chunks, Chunk([0], [[]])).records[0])
        return undue_rows(names, chunks, style)

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        dialect = sniff(path, options, tuple(column.name for column in like))
        if dialect.encoding == WINDOWS and options.encoding is None:
            what = (
                "the text is not UTF-8, and is read as cp1252, which Windows writes; state `encoding` if that is wrong"
            )
            remark(f"{path}: {what}")
        top = next(records_of(path, dialect), None)
        if top is None:
            raise DataError(f"{path}: the file is empty")
        style = NumberStyle(dialect.decimal, options.thousands, not options.plain)
        top = top[0], dialect.names(top[1])
        names = column_names(path, top, dialect.header, style, options, like)
        of = roles(names, options, like, path)
        dropped = RowFilter(top[1] if dialect.header else None, options.drop_rows, style)
        text_table = TextTable(path, dialect, names, top, dropped, options.ragged_rows)
        of_columns = readers(style, options, of, like)
        text = of.as_text
        while True:
            try:
                return _table(text_table, of, of_columns, text), of
            except TextNeeded as needed:
                text |= {needed.column}


class TextTable(NamedTuple):
    """A text table and how it is written: its columns, its first record, and which rows are no examples, or ragged."""

    path: Path
    dialect: Dialect
    names: list[str]
    top: Record
    row_filter: RowFilter
    ragged: str

    def lengths(self) -> RowLengths:
        """What becomes of records of another length."""
        return RowLengths(self.path, len(self.names), self.dialect.delimiter, self.ragged)

    def chunks(self, used: Sequence[str], lengths: RowLengths) -> Iterator[FieldsChunk]:
        """The records in chunks, of which only these columns are needed."""
        size = max(1, FIELDS // max(1, len(self.names)))
        chunks = chunks_of(self.path, self.dialect, size)
        if self.dialect.header:
            next(chunks, None)
        dropped = self.row_filter.anew()
        for chunk in chunks:
            lines, records = lengths.even(dropped.examples(chunk))
            if not records:
                continue
            columns = dict(zip(self.names, zip(*records, strict=True), strict=True))
            yield FieldsChunk(lines, [TextFields(columns[name]) for name in used])
        dropped.tell(self.path)
        lengths.end()

    def regular_chunks(
        self, used: Sequence[str], parser: Callable[[str, int, Sequence[int]], Parser]
    ) -> Iterator[FieldsChunk]:
        """The same, parsed block by block; raises `Irregular` where that might read them otherwise."""
        line, fields = self.top
        if self.row_filter.kinds:
            raise Irregular("rows that are no examples")
        size = max(1, FIELDS // max(1, len(self.names)))
        places = [self.names.index(name) for name in used]
        parse = parser(self.dialect.delimiter, len(self.names), places)
        if not self.dialect.header:
            if len(fields) != len(self.names):
                raise Irregular("the first record has another length")
            yield FieldsChunk([line], [TextFields([fields[place]]) for place in places])
        yield from regular_chunks(self.path, self.dialect, line, size, parse)


def _table(text_table: TextTable, of: Roles, of_columns: dict[str, ColumnReader], text: frozenset[str]) -> Table:
    """The used columns; raises `TextNeeded` where one must be read again as text."""
    path, readings = text_table.path, {name: None if name in text else of_columns[name] for name in of.used}
    lengths = text_table.lengths()
    lines, pieces = _lines_and_pieces(text_table, readings, lengths)
    if is_large(path):
        release()
    table = Table(path, ColumnStore(), len(lines), lines, text_table.names)
    table.faults.extend(lengths.row_faults(lines))
    for name in of.used if lines else ():
        column = pieces.pop(name)  # so that its pieces are gone when the next column is put together
        table.values[name] = column_values(table, name, column, of, of_columns[name])
        del column
    if is_large(path):
        give_back()
    return table


def _lines_and_pieces(
    text_table: TextTable, readings: Mapping[str, ColumnReader | None], lengths: RowLengths
) -> tuple[Sequence[int], dict[str, Pieces]]:
    """What `_read` gives, block by block where the file is large and regular: by pyarrow, where it is there."""
    for parser in PARSERS if is_large(text_table.path) else ():
        try:
            return _read(text_table.path, text_table.regular_chunks(list(readings), parser), readings)
        except ImportError:
            continue
        except Irregular:
            break
    return _read(text_table.path, text_table.chunks(list(readings), lengths), readings)


def _read(
    path: Path, chunks: Iterator[FieldsChunk], readings: Mapping[str, ColumnReader | None]
) -> tuple[Sequence[int], dict[str, Pieces]]:
    """The lines of the records, and the columns that are read, in pieces of equal length."""
    lines, taken, limit = array("q"), 0, room()
    pieces = {name: Pieces() for name in readings}
    for chunk in chunks:
        taken += len(chunk.lines) * 8 * (1 + len(pieces))
        if taken > limit:
            check_room(path, taken)
        lines.extend(chunk.lines)
        for (name, reading), fields in zip(readings.items(), chunk.columns, strict=True):
            pieces[name].add(fields, reading)
    return lines, pieces
