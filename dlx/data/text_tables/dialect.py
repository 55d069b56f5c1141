"""How a text table is written: encoding, delimiter, decimal mark, comments, header; as stated, or found in its text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from dlx.data.files.once_a_file import once_a_file
from dlx.data.files.opening import open_binary, readable
from dlx.data.files.packing import unpacked_name
from dlx.data.tables import TableOptions
from dlx.data.text_tables.comments import has_comments, line_of_names, without_comments
from dlx.data.text_tables.decimal_mark import decimal_mark
from dlx.data.text_tables.delimiter import (
    DOUBLE,
    RECORDS,
    delimiter_of,
    is_double,
    quote_of,
    records_in,
    with_double_quotes,
)
from dlx.data.text_tables.escapes import (
    has_escaped_delimiters,
    has_escaped_quotes,
    unescaped,
    whole_fields,
    without_formulas,
)
from dlx.data.text_tables.file_encoding import UTF8, as_codec, encoding_of
from dlx.data.text_tables.header import has_header, has_open_ends, has_row_names, without_titles
from dlx.data.text_tables.header_levels import header_levels
from dlx.data.values.numbers import NumberStyle
from dlx.errors import DataError

SAMPLE = 100_000  # bytes by which a table's dialect is judged
FEWEST, LONGEST = 5, 2**24  # lines that the sample has at least, and the bytes that are enough even so
MARK = "\ufeff"  # of byte order
PADDING = re.compile(r" +(?=\|)")  # as programs for databases print tables
DELIMITER_LINE = re.compile('"?sep=(?P<delimiter>[^\r\n])"?\\s*', re.IGNORECASE)  # the first one, of Excel


@dataclass(frozen=True)
class Dialect:
    """How one file is written; the options of the source ``file`` that have these names, none of them open.

    lines_above: how many lines are no part of the table; names_by_level: those of a header of several lines.
    commented_names: the line, from 1, of a comment that is the header; 0 where there is none.
    """

    encoding: str = UTF8
    delimiter: str = ","
    quote: str = DOUBLE
    decimal: str = "."
    comment: str | None = None
    header: bool = True
    skip_lines: int = 0
    lines_above: int = 0
    commented_names: int = 0
    names_by_level: tuple[str, ...] = ()
    is_doubled: bool = False
    is_padded: bool = False
    has_escaped_quotes: bool = False
    has_escaped_delimiters: bool = False
    has_formulas: bool = True
    has_row_names: bool = False
    has_open_ends: bool = False

    @property
    def signs(self) -> dict[str, Any]:
        """What the module csv calls the signs between and around fields."""
        quoting = {"quotechar": self.quote} if self.quote else {"quoting": csv.QUOTE_NONE}
        return {"delimiter": self.delimiter, **quoting}

    def plain(self, text: str) -> str:
        """The same lines with one delimiter between fields, quotes doubled in them, and no signs without a meaning."""
        text = text.replace(MARK, "").replace("\0", "")  # marks stand where files were joined, NUL fills fields up
        if self.is_doubled:
            text = text.replace(2 * self.delimiter, self.delimiter)
        if self.is_padded:
            text = PADDING.sub("", text)
        if self.has_escaped_quotes:
            text = unescaped(text)
        if self.has_escaped_delimiters:
            text = whole_fields(text, self.delimiter)
        return without_formulas(text, self.delimiter) if self.has_formulas and self.quote == DOUBLE else text

    def names(self, header: Sequence[str]) -> list[str]:
        """The names of all columns, of which those that the header has none for have an empty one."""
        return [""] * self.has_row_names + list(self.names_by_level or header) + [""] * self.has_open_ends

    def differences(self, path: Path) -> dict[str, str | bool]:
        """The options that must be stated where nothing is to be found out, since they are not the usual ones."""
        usual = Dialect(delimiter=usual_delimiter(path))
        names = ("encoding", "delimiter", "quote", "decimal", "comment", "header", "skip_lines")
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)}


def usual_delimiter(path: Path) -> str:
    """A tab in .tsv and .tab, else a comma."""
    return "\t" if unpacked_name(path.name).endswith((".tsv", ".tab")) else ","


@once_a_file
def sniff(path: Path, options: TableOptions, like: Collection[str] = ()) -> Dialect:
    """What the options state, and for the rest what the file looks like.

    like: the names of train's columns; a first line that has one of them, or of those in the options, is a header.

    Raises:
        DataError: it is a pipe, which can be read only once; or it is no text.
    """
    if path.is_fifo():
        raise DataError(f"{path}: is a pipe, and a text table is read more than once: write it into a file first")
    if options.plain:
        return _as_stated(path, options)
    codec = as_codec(options.encoding or encoding_of(path))
    lines = _first_lines(path, codec)
    stated = DELIMITER_LINE.fullmatch(lines[0]) if lines else None
    above = max(options.skip_lines or 0, 1 if stated else 0)
    lines = _emptied(lines, above)
    quote = quote_of(lines) if options.quote is None else options.quote
    lines = with_double_quotes(lines, quote)  # so that all that follows has to do with one kind of quotes
    usual = stated["delimiter"] if stated else usual_delimiter(path)
    is_escaped = quote == DOUBLE and has_escaped_quotes(path, codec, lines, options.delimiter or usual)
    lines = [unescaped(line) for line in lines] if is_escaped else lines
    comment = options.comment
    plain = [line for line in lines if not line.startswith(comment or "#")] or lines
    delimiter = options.delimiter or (usual if stated else delimiter_of(plain, usual))
    if comment is None and has_comments(lines, plain, delimiter):
        comment = "#"
    names = line_of_names(lines, comment, delimiter) if options.header is not False else 0
    lines = without_comments(lines, comment, names)
    is_cut = quote == DOUBLE and has_escaped_delimiters(path, codec, lines, delimiter)
    dialect = Dialect(codec, delimiter, quote, comment=comment, lines_above=above, commented_names=names)
    dialect = replace(dialect, has_escaped_quotes=is_escaped, has_escaped_delimiters=is_cut)
    lines = [dialect.plain(line) for line in lines] if quote == DOUBLE else lines
    return _with_top(dialect, lines, options, like)


def _with_top(dialect: Dialect, lines: list[str], options: TableOptions, like: Collection[str]) -> Dialect:
    """The dialect with what its first lines tell, of which those that are no part of the table are empty."""
    delimiter = dialect.delimiter
    stated = options.skip_lines
    for skipped in dict.fromkeys(_lines_above(lines, delimiter) if stated is None else [stated]):
        table = _emptied(lines, skipped)
        records = records_in(table, delimiter)
        is_doubled = is_double(records, delimiter)
        records = [record[::2] for record in records] if is_doubled else records
        levels = header_levels(records, options, like)
        if levels.are_joined:  # else the last line above the table is no part of it
            break
    above = max(dialect.lines_above, _end(table, delimiter, levels.above) or skipped)
    records = [list(levels.names), *records[levels.above + 1 :]] if levels.names else records
    decimal = options.decimal or decimal_mark(records[1:] or records, delimiter, options)
    style = NumberStyle(decimal, options.thousands)
    header = options.header if options.header is not None else has_header(records, style, options, like)
    return replace(
        dialect,
        decimal=decimal,
        header=header,
        skip_lines=skipped,
        lines_above=above,
        names_by_level=levels.names,
        is_doubled=is_doubled,
        is_padded=delimiter == "|" and all(line.count("|") == line.count(" |") for line in lines if "-+-" not in line),
        has_row_names=header and has_row_names(records),
        has_open_ends=header and has_open_ends(records),
    )


def _as_stated(path: Path, options: TableOptions) -> Dialect:
    """What the options state, and for the rest the usual."""
    return Dialect(
        options.encoding or UTF8,
        options.delimiter or usual_delimiter(path),
        DOUBLE if options.quote is None else options.quote,
        options.decimal or ".",
        options.comment,
        options.header is not False,
        options.skip_lines or 0,
        options.skip_lines or 0,
        has_formulas=False,
    )


def _emptied(lines: list[str], count: int) -> list[str]:
    """The lines with nothing in the first ones, so that the others keep their numbers."""
    return ["\n"] * min(count, len(lines)) + lines[count:]


def _lines_above(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """The number of lines that stand above a table, such as its title, but for the last record of them; and with it."""
    if delimiter == " ":
        return 0, 0  # a sentence is as good a row
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    ends, records = [0], list[list[str]]()
    with suppress(csv.Error):  # which the reading of the whole file places
        for record in islice(reader, RECORDS):
            records.append(record)
            ends.append(reader.line_num)
    count = without_titles(records)
    return ends[max(count - 1, 0)], ends[count]


def _end(lines: Sequence[str], delimiter: str, count: int) -> int:
    """The line in which the last of the first records ends; 0 where these are none."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    for _ in islice(filter(None, reader), count):
        pass
    return reader.line_num


def _first_lines(path: Path, codec: str) -> list[str]:
    """The lines that a file begins with, as many as are whole in the sample, or a few where they are long."""
    with readable(path), open_binary(path) as file:
        start, more = b"", file.read(SAMPLE)
        while more and start.count(b"\n") < FEWEST and len(start) < LONGEST:
            start += more
            more = file.read(SAMPLE)
        text = codecs.getincrementaldecoder(codec)(errors="replace").decode(start)
    lines = list(io.StringIO(text.replace(MARK, ""), newline=""))
    return (lines[:-1] or lines) if more else lines  # the last one may be cut off
