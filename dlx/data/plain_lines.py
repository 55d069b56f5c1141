"""Plain lines: blocks of a text table in which each line that is not empty is one record, whoever parses it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dlx.data.dialect import Dialect

CHARACTERS = 2**18  # of a block, but for the rest of its last line
SHORT = 2**16  # bytes; fields of twice as many characters are refused by the module csv
QUOTE, LINE_END, SPACE = b'"', b"\n", b" "


class Irregular(Exception):
    """A text that pyarrow could read in another way than the module csv, as strict as it is here, reads it."""


class PlainLines(NamedTuple):
    """A text without comments, whose fields begin with no spaces and whose lines end in a line feed.

    line_count: of its lines; numbers: of those that are not empty, from 1.
    """

    text: bytes
    line_count: int
    numbers: Sequence[int]


def plain_lines(block: bytes, dialect: Dialect) -> PlainLines:
    """The same lines in the plainest way; raises `Irregular` where that would not surely be the same table."""
    delimiter = dialect.delimiter.encode()
    if b"\0" in block:
        raise Irregular("NUL")
    if b"\r" in block:
        block = block.replace(b"\r\n", LINE_END)
        if b"\r" in block:
            raise Irregular("old line ends")
    has_quotes = QUOTE in block
    if has_quotes:
        _check_quotes(block, delimiter)
    if dialect.comment is not None:
        block = _without_comments(block, dialect.comment.encode(), has_quotes)
    if block.startswith(SPACE) or LINE_END + SPACE in block:
        raise Irregular("a line that begins with a space")
    if not has_quotes:
        while delimiter + SPACE in block:
            block = block.replace(delimiter + SPACE, delimiter)
    for start in range(0, len(block) - SHORT, SHORT):
        if block.find(LINE_END, start, start + SHORT) < 0:
            raise Irregular("a long line")
    return _counted(block)


def _check_quotes(block: bytes, delimiter: bytes) -> None:
    """Raises `Irregular` unless quotes enclose whole fields, and no field has spaces in front of it."""
    signs = np.frombuffer(LINE_END + block + LINE_END, np.uint8)
    places = np.flatnonzero(signs == ord(QUOTE))
    neighbours = np.concatenate([signs[places[::2] - 1], signs[places[1::2] + 1]])
    if len(places) % 2 or not np.isin(neighbours, (ord(delimiter), ord(LINE_END))).all():
        raise Irregular("a quote within a field")
    spaced = np.flatnonzero((signs[:-1] == ord(delimiter)) & (signs[1:] == ord(SPACE)))
    if (np.searchsorted(places, spaced) % 2 == 0).any():
        raise Irregular("spaces in front of a field beside quotes")


def _without_comments(block: bytes, comment: bytes, has_quotes: bool) -> bytes:
    """The block with empty lines in place of comments."""
    if not block.startswith(comment) and LINE_END + comment not in block:
        return block
    if has_quotes:
        raise Irregular("comments beside quotes")
    lines = block.split(LINE_END)
    return LINE_END.join(b"" if line.startswith(comment) else line for line in lines)


def _counted(block: bytes) -> PlainLines:
    count = block.count(LINE_END) + (not block.endswith(LINE_END))
    if not block.startswith(LINE_END) and 2 * LINE_END not in block:
        return PlainLines(block, count, range(1, count + 1))
    numbers = [number for number, line in enumerate(block.split(LINE_END), 1) if line]
    return PlainLines(block, count, numbers)
