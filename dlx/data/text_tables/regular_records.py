"""Records of a large text table, parsed block by block instead of line by line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol, Self

import numpy as np

from dlx.data.files.opening import open_binary, readable
from dlx.data.files.packing import packed_suffix
from dlx.data.text_tables.delimiter import DOUBLE
from dlx.data.text_tables.dialect import Dialect
from dlx.data.text_tables.plain_lines import CHARACTERS, Irregular, plain_lines
from dlx.data.text_tables.records import LONGEST_LINE
from dlx.data.values.pieces import Fields
from dlx.errors import DataError
from dlx.types import Array

LARGE, LARGE_PACKED = 2**22, 2**20  # bytes of a file from which on it pays
MOST_LINES = 2**10  # within the last quotes of a block; more are rather a quote that is never closed


class FieldsChunk(NamedTuple):
    """Some records that follow each other, column by column, and the lines that they end in."""

    lines: Sequence[int]
    columns: Sequence[Fields]


class ParsedRows(Protocol):
    """The fields of rows that follow each other."""

    def __len__(self) -> int: ...

    def joined(self, others: Self) -> Self:
        """These rows and then the others."""

    def cut(self, start: int, stop: int) -> Self:
        """Some of them."""

    def fields(self) -> Sequence[Fields]:
        """Their columns."""


Parser = Callable[[bytes], ParsedRows]  # of lines in UTF-8, none of them empty; raises `Irregular`


def is_large(path: Path) -> bool:
    """Whether it pays to parse this file block by block."""
    return path.stat().st_size >= (LARGE_PACKED if packed_suffix(path.name) else LARGE)


def regular_chunks(path: Path, dialect: Dialect, before: int, size: int, parser: Parser) -> Iterator[FieldsChunk]:
    """The records behind so many lines, so many at once as `chunks_of` has them.

    Raises:
        Irregular: the module csv has to read them, for whatever is wrong or merely unusual.
    """
    if dialect.quote != DOUBLE:
        raise Irregular("the quotes")
    if not dialect.delimiter.isascii() or dialect.delimiter in ' "\r\n':
        raise Irregular("the delimiter")
    rest, rest_of_lines = parser(b""), np.empty(0, np.int64)
    try:
        for end, lines, rows in _parsed(path, dialect, before, parser):
            rest, rest_of_lines = rest.joined(rows), np.concatenate([rest_of_lines, lines])
            while end - before >= size:
                before += size  # lines count, empty ones too
                count = int(np.searchsorted(rest_of_lines, before, side="right"))
                if count:
                    yield FieldsChunk(rest_of_lines[:count].tolist(), rest.cut(0, count).fields())
                rest, rest_of_lines = rest.cut(count, len(rest)), rest_of_lines[count:]
    except (DataError, UnicodeError) as error:
        raise Irregular(str(error)) from error
    if len(rest):
        yield FieldsChunk(rest_of_lines.tolist(), rest.fields())


def _parsed(path: Path, dialect: Dialect, before: int, parser: Parser) -> Iterator[tuple[int, Array, ParsedRows]]:
    """Blocks of records: the last line of each, the lines that the records end in, and their fields."""
    for block in _blocks(path, dialect, before):
        content = plain_lines(block, dialect)
        rows = parser(content.text)
        if len(rows) != len(content.numbers):
            raise Irregular("another number of records")
        numbers = before + np.array(content.numbers, np.int64)
        before += content.line_count
        yield before, numbers, rows


def _blocks(path: Path, dialect: Dialect, before: int) -> Iterator[bytes]:
    """The text behind so many lines as UTF-8, in blocks of whole lines, and of whole records where quotes tell."""
    with readable(path), open_binary(path) as file:
        text = io.TextIOWrapper(file, dialect.encoding, newline="")
        for _ in range(before):
            text.readline()
        while block := text.read(CHARACTERS):
            block = dialect.plain(block + text.readline(LONGEST_LINE))
            is_open, lines = block.count(DOUBLE) % 2 == 1, list[str]()
            while is_open and len(lines) < MOST_LINES and (line := text.readline(LONGEST_LINE)):
                line = dialect.plain(line)
                lines.append(line)
                is_open ^= line.count(DOUBLE) % 2 == 1
            yield "".join([block, *lines]).encode()
