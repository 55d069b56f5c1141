"""Quotes within quoted fields that have a backslash in front of them, where they are not doubled."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from dlx.data.files.opening import open_binary, readable
from dlx.data.text_tables.delimiter import RECORDS, delimiter_of

ESCAPED_QUOTE = '\\"'
ESCAPED = re.compile(r'\\(["\\])')
AT_ONCE = 2**16  # bytes


def unescaped(text: str) -> str:
    """The text with quotes doubled in place of escaped."""
    return ESCAPED.sub(_doubled, text) if ESCAPED_QUOTE in text else text


def _doubled(match: re.Match[str]) -> str:
    return '""' if match[1] == '"' else match[1]


def has_escaped_quotes(path: Path, codec: str, lines: Sequence[str], usual: str) -> bool:
    """Whether more records are whole if backslashes escape quotes; lines: the first ones, usual: the delimiter."""
    if not any(ESCAPED_QUOTE in line for line in lines):
        lines = [*lines[:1], *_lines_with_them(path, codec)]
    with_them = [line for line in lines if ESCAPED_QUOTE in line][:RECORDS]
    if not with_them:
        return False
    plain = [unescaped(line) for line in with_them]
    return _whole(plain, usual) > _whole(with_them, usual)


def _lines_with_them(path: Path, codec: str) -> list[str]:
    """The first lines of a file that have a backslash in front of a quote."""
    if codec.startswith(("utf-16", "utf-32")):  # in which these are not two bytes that follow each other
        return []
    with readable(path), open_binary(path) as file:
        while block := file.read(AT_ONCE):
            block += file.readline(AT_ONCE)
            if ESCAPED_QUOTE.encode() in block:
                return [line for line in block.decode(codec, "replace").splitlines(True) if ESCAPED_QUOTE in line]
    return []


def _whole(lines: Sequence[str], usual: str) -> int:
    """How many of the lines are a record by themselves."""
    delimiter, count = delimiter_of(lines, usual), 0
    for line in lines:
        with suppress(csv.Error):
            reader = csv.reader([line], strict=True, delimiter=delimiter, skipinitialspace=True)
            count += all(len(record) > 1 for record in islice(reader, 1))
    return count
