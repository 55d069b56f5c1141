"""Records of a text table: the fields of its rows, with the lines that they end in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TextIO

from dlx.data.files.opening import open_binary, readable
from dlx.data.text_tables.delimiter import spaced
from dlx.data.text_tables.dialect import Dialect
from dlx.data.text_tables.dropped_rows import Chunk
from dlx.errors import DataError

LONGEST_LINE = 2**24  # characters
csv.field_size_limit(LONGEST_LINE)  # a field may be all of a line; the module's own limit refuses long texts
LINE_END = re.compile("\r\n|\r|\n")
Record = tuple[int, list[str]]  # the line it ends in, and its fields


def records_of(path: Path, dialect: Dialect) -> Iterator[Record]:
    """The records of a file that are not empty."""
    for lines, records in chunks_of(path, dialect, 1):
        yield from zip(lines, records, strict=True)


def chunks_of(path: Path, dialect: Dialect, size: int) -> Iterator[Chunk]:
    """The records of a file that are not empty, so many at once; the first one comes alone."""
    with readable(path), open_binary(path) as file:
        text = io.TextIOWrapper(file, dialect.encoding, newline="")
        lines = _lines(path, text, dialect)
        reader = csv.reader(lines, strict=True, skipinitialspace=True, **dialect.signs)
        at_once = 1
        while True:
            before, records, error = reader.line_num, list[list[str]](), None
            try:
                records.extend(islice(reader, at_once))  # what comes before an error stays
            except (csv.Error, UnicodeError) as failure:
                error = failure
            chunk = _numbered(records, before, reader.line_num if error is None else None)
            if chunk.records:
                yield chunk
                at_once = size
            if error is not None:
                raise _placed(path, dialect, error, before + _height(records), reader.line_num) from error
            if not records:
                return


def _numbered(records: list[list[str]], before: int, after: int | None) -> Chunk:
    """The records with their lines; those that have as many lines as there are of them have one each."""
    if after == before + len(records) and all(records):
        return Chunk(range(before + 1, after + 1), records)
    lines, line = [], before
    for record in records:
        line += _height([record])
        if record:
            lines.append(line)
    return Chunk(lines, [record for record in records if record])


def _height(records: Iterable[Sequence[str]]) -> int:
    """The number of lines of these records."""
    return sum(1 + sum(len(LINE_END.findall(field)) for field in record) for record in records)


def _lines(path: Path, text: TextIO, dialect: Dialect) -> Iterator[str]:
    """The lines of a text, none of which may fill the memory; comments are empty ones."""
    is_quoted = False
    for number in count(1):
        line = text.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise DataError(f"{path}:{number}: the line is longer than {LONGEST_LINE:,} characters: hardly a table")
        if not line:
            return
        if number <= dialect.lines_above:
            line = "\n"
        line = dialect.plain(line)
        if dialect.comment is not None:
            if number == dialect.commented_names:
                line = line.lstrip(dialect.comment)
            if line.startswith(dialect.comment) and not is_quoted:
                line = "\n"
            is_quoted ^= dialect.quote != "" and line.count(dialect.quote) % 2 == 1
        yield spaced(line) if dialect.delimiter == " " else line


def _placed(path: Path, dialect: Dialect, error: Exception, before: int, line: int) -> DataError:
    """The error with its place: what is wrong with a record that begins behind line ``before``."""
    if isinstance(error, UnicodeError):
        byte = f" (byte 0x{error.object[error.start]:02x})" if isinstance(error, UnicodeDecodeError) else ""
        what = f"the text is not {_title(dialect.encoding)}{byte}; save the file as UTF-8"
        return DataError(f"{path}:{_first_undecodable(path, dialect.encoding)}: {what}, or state its `encoding`")
    start, is_open = _last_quote(path, dialect, before, line)
    if is_open and ("end of data" in str(error) or "field limit" in str(error)):
        advice = "if it is no quote, state `quote: ''`"
        return DataError(f"{path}:{start}: the quote that begins here is never closed; {advice}")
    if start and start < line:
        what = f"the quote that begins here ends in line {line}, where {error}"
        return DataError(f"{path}:{start}: {what}; if it is no quote, state `quote: ''`")
    return DataError(f"{path}:{line}: {error}")


def _title(encoding: str) -> str:
    return "UTF-8" if encoding.startswith("utf-8") else encoding


def _first_undecodable(path: Path, encoding: str) -> int:
    """The first line that is not in this encoding, where that has a byte for each line end."""
    with open_binary(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode(encoding)
            except UnicodeError:
                return number
    return 1  # the file has been corrected meanwhile


def _last_quote(path: Path, dialect: Dialect, before: int, until: int) -> tuple[int, bool]:
    """The line in which the last quoted field of the lines behind ``before`` begins, and whether it is open yet."""
    start, is_open = 0, False
    if not dialect.quote:
        return start, is_open
    with open_binary(path) as file:
        text = io.TextIOWrapper(file, dialect.encoding, newline="")
        for number, line in enumerate(islice(_lines(path, text, dialect), before, until), before + 1):
            column = line.find(dialect.quote)
            while column >= 0:
                follows = line[:column].rstrip(" ")[-1:] in ("", dialect.delimiter)
                if not is_open and (follows or dialect.delimiter == " "):
                    start, is_open = number, True
                elif is_open and line[column + 1 : column + 2] == dialect.quote:
                    column += 1
                elif is_open:
                    is_open = False
                column = line.find(dialect.quote, column + 1)
    return start, is_open
