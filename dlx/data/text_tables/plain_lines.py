"""Plain lines: blocks of a text table that surely hold the same records, whoever parses them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dlx.data.text_tables.dialect import Dialect
from dlx.types import Array

CHARACTERS = 2**18  # of a block, but for the rest of its last record
SHORT = 2**16  # bytes; fields of twice as many characters are refused by the module csv
QUOTE, LINE_END, SPACE, RETURN = b'"', b"\n", b" ", b"\r"


class Irregular(Exception):
    """A text that pyarrow could read in another way than the module csv, as strict as it is here, reads it."""


class PlainLines(NamedTuple):
    """A text without comments, whose fields begin with no spaces and whose records end in a line feed.

    line_count: of its lines; numbers: of those, from 1, in which a record ends.
    """

    text: bytes
    line_count: int
    numbers: Sequence[int]


def plain_lines(block: bytes, dialect: Dialect) -> PlainLines:
    """The same lines in the plainest way; raises `Irregular` where that would not surely be the same table."""
    delimiter = dialect.delimiter.encode()
    if QUOTE in block:
        return _quoted(block, delimiter, dialect.comment)
    if RETURN in block:
        block = block.replace(RETURN + LINE_END, LINE_END)
        if RETURN in block:
            raise Irregular("old line ends")
    if _has_comments(block, dialect.comment):
        comment = str(dialect.comment).encode()
        block = LINE_END.join(b"" if line.startswith(comment) else line for line in block.split(LINE_END))
    if block.startswith(SPACE) or LINE_END + SPACE in block:
        raise Irregular("a line that begins with a space")
    while delimiter + SPACE in block:
        block = block.replace(delimiter + SPACE, delimiter)
    for start in range(0, len(block) - SHORT, SHORT):
        if block.find(LINE_END, start, start + SHORT) < 0:
            raise Irregular("a long line")
    return _counted(block)


def _has_comments(block: bytes, comment: str | None) -> bool:
    if comment is None:
        return False
    return block.startswith(comment.encode()) or LINE_END + comment.encode() in block


def _counted(block: bytes) -> PlainLines:
    count = block.count(LINE_END) + (not block.endswith(LINE_END))
    if not block.startswith(LINE_END) and 2 * LINE_END not in block:
        return PlainLines(block, count, range(1, count + 1))
    numbers = [number for number, line in enumerate(block.split(LINE_END), 1) if line]
    return PlainLines(block, count, numbers)


def _quoted(block: bytes, delimiter: bytes, comment: str | None) -> PlainLines:
    """The same of lines with quotes, in which delimiters and line ends may stand, and quotes doubled."""
    if _has_comments(block, comment):
        raise Irregular("comments beside quotes")
    signs = np.frombuffer(block if block.endswith(LINE_END) else block + LINE_END, np.uint8)
    is_inside = _inside(signs)
    if RETURN in block:
        is_return = signs == ord(RETURN)
        if (signs[1:][is_return[:-1]] != ord(LINE_END)).any():
            raise Irregular("old line ends")
        remains = ~is_return | is_inside
        signs, is_inside = signs[remains], is_inside[remains]
    _check_fields(signs, is_inside, ord(delimiter))
    line_ends = np.flatnonzero(signs == ord(LINE_END))
    is_end = ~is_inside[line_ends]  # of a record
    ends = line_ends[is_end]
    lengths = np.diff(ends, prepend=-1)
    if lengths.max() > SHORT:
        raise Irregular("a long line")
    numbers = np.flatnonzero(is_end)[lengths > 1] + 1
    return PlainLines(signs.tobytes(), len(line_ends), numbers.tolist())


def _inside(signs: Array) -> Array:
    """Whether each sign stands between quotes, of which the opening one does."""
    is_inside = (np.cumsum(signs == ord(QUOTE), dtype=np.uint8) & 1).astype(bool)  # which is odd or even all the same
    if is_inside[-1]:
        raise Irregular("an open quote")
    return is_inside


def _check_fields(signs: Array, is_inside: Array, delimiter: int) -> None:
    """Raises `Irregular` unless quotes enclose whole fields, and no field has spaces in front of it."""
    limits = np.array([delimiter, ord(LINE_END)], np.uint8)
    before, after = np.append(limits[1], signs[:-1]), np.append(signs[1:], limits[1])
    is_quote = signs == ord(QUOTE)
    opens, closes = is_quote & is_inside, is_quote & ~is_inside
    is_doubled = np.append(closes[:-1] & opens[1:], False)  # a quote within a field closes it and opens it again
    begins = opens & ~np.append(False, is_doubled[:-1])
    if not (np.isin(before[begins], limits).all() and np.isin(after[closes & ~is_doubled], limits).all()):
        raise Irregular("a quote within a field")
    if np.isin(before[(signs == ord(SPACE)) & ~is_inside], limits).any():
        raise Irregular("spaces in front of a field beside quotes")
