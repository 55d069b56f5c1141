"""Sheets of Excel, read by the optional package openpyxl."""

from __future__ import annotations

import warnings
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import chain, islice
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple
from zipfile import ZipFile

from dlx.data.files.memory import check_ratio, check_room, room
from dlx.data.files.opening import readable
from dlx.data.formats.format import TableFormat
from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions, roles
from dlx.data.text_tables.delimiter import RECORDS
from dlx.data.text_tables.dropped_rows import Chunk, RowFilter, undue_rows
from dlx.data.text_tables.header import has_header, without_titles
from dlx.data.text_tables.header_levels import header_levels
from dlx.data.text_tables.text_columns import column_names, fill
from dlx.data.values.columns import Column
from dlx.data.values.numbers import NumberStyle
from dlx.errors import DataError, DlxError, allowed

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

BYTES_A_CELL = 24  # references to its text, and the number
REMEDY = "save the sheet as CSV"
ERRORS = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"))


class Xlsx(TableFormat):
    """Values as the same text in a CSV file would be; of formulas what Excel saved, dates as 2024-01-31.

    Empty rows and columns around a table and between its rows are passed over; an error such as #DIV/0! is missing.
    """

    name, title, suffixes, article = "xlsx", "XLSX", (".xlsx", ".xlsm"), "an"
    details = "the first sheet with a table in it, or `sheet`"
    options = TableFormat.options | {
        "header",
        "skip_lines",
        "drop_rows",
        "missing",
        "decimal",
        "thousands",
        "plain",
        "sheet",
    }
    package, extra = "openpyxl", "xlsx"

    def undue_rows(self, path: Path, options: TableOptions) -> dict[str, list[int]]:
        sheet = _Sheet.read(path, options, ())
        rows = Chunk(sheet.lines[sheet.header :], sheet.records[sheet.header :])
        return undue_rows(sheet.names, [rows], sheet.style)

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        sheet = _Sheet.read(path, options, [column.name for column in like])
        names = column_names(path, (sheet.lines[0], sheet.records[0]), sheet.header, sheet.style, options, like)
        of = roles(names, options, like, path)
        row_filter = RowFilter(sheet.names, options.drop_rows, sheet.style)
        lines, records = row_filter.examples(Chunk(sheet.lines[sheet.header :], sheet.records[sheet.header :]))
        row_filter.tell(path)
        if not records:
            raise DataError(f"{path}: there are no examples")
        columns = dict(zip(names, zip(*records, strict=True), strict=True))
        return fill(Table(path, {}, len(records), lines, names), columns, of, options, like), of


class _Sheet(NamedTuple):
    """The rows of a table in a sheet, all of one width, with their numbers, and whether the first has the names."""

    lines: Sequence[int]
    records: list[list[str]]
    header: bool
    style: NumberStyle

    @property
    def names(self) -> list[str] | None:
        """What the first row has, where these are names."""
        return self.records[0] if self.header else None

    @classmethod
    def read(cls, path: Path, options: TableOptions, like: Sequence[str]) -> _Sheet:
        """The table in a file, as the options have it; like: the names of train's columns."""
        lines, records = array("q"), list[list[str]]()
        for line, record in _rows(path, options.sheet, bool(like)):
            if line > (options.skip_lines or 0):
                lines.append(line)
                records.append(record)
        if not records:
            raise DataError(f"{path}: the sheet is empty")
        _trim(records)
        if options.skip_lines is None and not options.plain and (titles := without_titles(records[:RECORDS])):
            lines, records = lines[titles:], records[titles:]
            _trim(records)
        if not options.plain and (levels := header_levels(records[:RECORDS], options, like)).names:
            lines, records = lines[levels.above :], records[levels.above :]
            records[0][:] = levels.names
        style = NumberStyle(options.decimal or ".", options.thousands, not options.plain)
        header = options.header
        if header is None:
            header = has_header(records[:RECORDS], style, options, like)
        return cls(lines, records, header, style)


def _rows(path: Path, sheet: str | None, is_other_file: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that are not empty, with their numbers from 1."""
    with _workbook(path) as workbook:
        cells = _sheet(path, workbook, sheet, is_other_file)
        taken, limit = 0, room()
        for number, values in enumerate(cells.iter_rows(values_only=True), 1):
            row = [intern(_text(value)) for value in values]
            if any(row):
                taken += BYTES_A_CELL * len(row)
                if taken > limit:
                    check_room(path, taken, REMEDY)
                yield number, row


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    """The file, opened to be read row by row, once its sizes are looked at."""
    from openpyxl import load_workbook

    with readable(path), path.open("rb") as file:
        try:
            with ZipFile(file) as archive:
                for part in archive.infolist():
                    check_ratio(f"{path}: {part.filename}", part.file_size, part.compress_size, REMEDY)
                texts = sum(part.file_size for part in archive.infolist() if "sharedstrings" in part.filename.lower())
            check_room(path, 3 * texts, REMEDY)
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", module="openpyxl")  # of what makes no difference to values
                workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
                try:
                    yield workbook
                finally:
                    workbook.close()
        except (DlxError, MemoryError, GeneratorExit):
            raise
        except Exception as error:  # whatever a parser of XML in an archive meets in a damaged file
            what = "this is no XLSX file, or it is damaged, or locked by a password"
            raise DataError(f"{path}: {what} ({error})") from error


def _sheet(path: Path, workbook: Workbook, name: str | None, is_other_file: bool) -> Any:
    """The sheet of that name, or the first with a table; the only one of another file, whatever its name."""
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if not sheets:
        raise DataError(f"{path}: there is no sheet with cells in it")
    if name is None or (is_other_file and len(sheets) == 1):
        every = sheets.values()
        sheet = next(chain(filter(_has_table, every), filter(_has_values, every), every))
    elif name in sheets:
        sheet = sheets[name]
    else:
        raise DataError(f"{path}: there is no sheet {name!r} {allowed(name, list(sheets))}")
    sheet.reset_dimensions()  # as stated they may be wrong, or those of an otherwise empty sheet
    return sheet


def _has_table(sheet: Any) -> bool:
    """Whether two of its rows have several values, as those of a cover do not."""
    sheet.reset_dimensions()
    wide = (row for row in sheet.iter_rows(values_only=True) if sum(value is not None for value in row) > 1)
    return len(list(islice(wide, 2))) == 2


def _has_values(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(value is not None for row in sheet.iter_rows(values_only=True) for value in row)


def _text(value: Any) -> str:
    """A cell as a CSV file would have it."""
    if value is None or (isinstance(value, str) and value in ERRORS):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _trim(records: list[list[str]]) -> None:
    """Give all rows one width, without the empty columns at either side of the table."""
    first = min(next(place for place, text in enumerate(record) if text) for record in records)
    width = max(len(record) - next(place for place, text in enumerate(reversed(record)) if text) for record in records)
    for record in records:
        record[:] = record[first:width]
        record.extend([""] * (width - first - len(record)))
