"""Signs with a backslash in front of them, quotes or delimiters, and what Excel writes so that it stays a text."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from dlx.data.files.opening import open_binary, readable
from dlx.data.text_tables.delimiter import RECORDS, delimiter_of, records_in
from dlx.data.text_tables.header import usual_width

ESCAPED_QUOTE = '\\"'
ESCAPED = re.compile(r'\\(["\\])')
AT_ONCE = 2**16  # bytes
FORMULA = '="'


def unescaped(text: str) -> str:
    """The text with quotes doubled in place of escaped."""
    return ESCAPED.sub(_doubled, text) if ESCAPED_QUOTE in text else text


def _doubled(match: re.Match[str]) -> str:
    return '""' if match[1] == '"' else match[1]


def without_formulas(text: str, delimiter: str) -> str:
    """The text with fields in quotes in place of the formulas by which Excel keeps texts what they are: ``="9.1"``."""
    if FORMULA not in text and '"=""' not in text:
        return text
    end = re.escape(delimiter) + r"\r\n"
    field = rf'(?<![^{end}])(?:="([^"\r\n]*)"|"=""([^"\r\n]*)""")(?=[{end}]|$)'
    return re.sub(field, lambda match: f'"{match[1] or match[2] or ""}"', text)


def whole_fields(text: str, delimiter: str) -> str:
    """The text with quotes around the fields that have delimiters with a backslash, in lines without quotes."""
    if "\\" + delimiter not in text:
        return text
    sign = re.escape(delimiter)
    part = rf'(?:[^\\"{sign}\r\n]|\\[^\r\n])*'
    field = re.compile(rf"(?<![^{sign}\r\n])(?<!\\{sign}) *({part}\\{sign}{part})(?=[{sign}\r\n]|$)")
    lines = text.splitlines(keepends=True)
    return "".join(line if '"' in line else field.sub(lambda match: _quoted(match[1], sign), line) for line in lines)


def _quoted(field: str, sign: str) -> str:
    return '"' + re.sub(rf"\\({sign}|\\)", r"\1", field) + '"'


def has_escaped_delimiters(path: Path, codec: str, lines: Sequence[str], delimiter: str) -> bool:
    """Whether more records are as long as the others if backslashes escape delimiters; lines: the first ones."""
    escape = "\\" + delimiter
    without = [line for line in lines if escape not in line]
    with_them = [line for line in lines if escape in line] or _lines_with(escape, path, codec)
    with_them = [line for line in with_them if '"' not in line][:RECORDS]
    width = usual_width(records_in(without, delimiter))
    if not with_them or delimiter == " " or width < 2:
        return False
    counts = [
        sum(len(record) == width for line in of for record in records_in([line], delimiter))
        for of in (with_them, [whole_fields(line, delimiter) for line in with_them])
    ]
    return counts[1] > counts[0]


def has_escaped_quotes(path: Path, codec: str, lines: Sequence[str], usual: str) -> bool:
    """Whether more records are whole if backslashes escape quotes; lines: the first ones, usual: the delimiter."""
    if not any(ESCAPED_QUOTE in line for line in lines):
        lines = [*lines[:1], *_lines_with(ESCAPED_QUOTE, path, codec)]
    with_them = [line for line in lines if ESCAPED_QUOTE in line][:RECORDS]
    if not with_them:
        return False
    plain = [unescaped(line) for line in with_them]
    return _whole(plain, usual) > _whole(with_them, usual)


def _lines_with(escape: str, path: Path, codec: str) -> list[str]:
    """The first lines of a file that have these signs."""
    if codec.startswith(("utf-16", "utf-32")):  # in which these are not two bytes that follow each other
        return []
    with readable(path), open_binary(path) as file:
        while block := file.read(AT_ONCE):
            block += file.readline(AT_ONCE)
            if escape.encode() in block:
                return [line for line in block.decode(codec, "replace").splitlines(True) if escape in line]
    return []


def _whole(lines: Sequence[str], usual: str) -> int:
    """How many of the lines are a record by themselves."""
    delimiter, count = delimiter_of(lines, usual), 0
    for line in lines:
        with suppress(csv.Error):
            reader = csv.reader([line], strict=True, delimiter=delimiter, skipinitialspace=True)
            count += all(len(record) > 1 for record in islice(reader, 1))
    return count
