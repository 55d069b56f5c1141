"""JSON: an object for each example, in lines or in a list, whose keys name the columns."""

from __future__ import annotations

import codecs
import json
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from sys import intern

from dlx.data.files.memory import check_room, room
from dlx.data.files.opening import open_binary, readable
from dlx.data.formats.format import TableFormat
from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions, roles
from dlx.data.text_tables.json_text import JsonText, Row
from dlx.data.text_tables.text_columns import fill
from dlx.data.values.columns import Column, ColumnError
from dlx.errors import DataError

AT_ONCE = 2**20  # bytes
LONGEST_LINE = 2**24  # bytes
BYTES_A_CELL = 16  # a reference to its text, and the number


class JsonFormat(TableFormat):
    """Values as the same text in a CSV file would be: numbers exact, null is missing, objects in objects flattened."""

    options = TableFormat.options | {"missing", "decimal", "thousands", "plain"}
    is_packable = True

    def rows(self, path: Path, lists: dict[str, int]) -> Iterator[tuple[int, Row]]:
        """The objects in the file, each with the line that it begins in; lists: as `JsonText` has them."""
        return JsonText(path, _text(path), lists).rows()

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        texts, lines, limit = dict[str, list[str]](), array("q"), room()
        lists: dict[str, int] = {}
        for line, row in self.rows(path, lists):
            for name, text in row.items():
                column = texts.setdefault(name, [])
                column.extend([""] * (len(lines) - len(column)))
                column.append(intern(text))
            lines.append(line)
            if BYTES_A_CELL * len(lines) * len(texts) > limit:
                check_room(path, BYTES_A_CELL * len(lines) * len(texts))
        for column in texts.values():
            column.extend([""] * (len(lines) - len(column)))
        if not lines:
            raise DataError(f"{path}: there are no examples")
        if len(lines) == 1 and not like and (lists or all("." in name for name in texts)):
            what = "one object holds all of the table, and expected is one for each row"
            raise DataError(f"{path}: {what}, as pandas writes with `orient='records'`")
        of = roles(list(texts), options, like, path)
        for name in filter(lists.__contains__, of.used):
            what = "its value is a list, which is no column; give each of its values a key, or name it in `ignore`"
            raise ColumnError(f"{path}:{lists[name]}: key {name!r}: {what}", name, "its values are lists", "ignore")
        return fill(Table(path, {}, len(lines), lines, list(texts)), texts, of, options, like), of


class JsonLines(JsonFormat):
    """An object in each line; empty lines are passed over."""

    name, title, suffixes = "jsonl", "JSON lines", (".jsonl", ".ndjson")
    details = " ".join(suffixes)

    def rows(self, path: Path, lists: dict[str, int]) -> Iterator[tuple[int, Row]]:
        with readable(path), open_binary(path) as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise DataError(f"{path}:{number}: the line is longer than {LONGEST_LINE:,} bytes: hardly a table")
                if number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    raise DataError(f"{path}:1: the text is UTF-16; JSON lines must be UTF-8")
                text = _decoded(path, line, "utf-8-sig" if number == 1 else "utf-8", number)
                rows = list(JsonText(path, text, lists, number).rows()) if not text.lstrip().startswith("[") else []
                if text.strip() and len(rows) != 1:
                    what = "two objects, and expected is one a line" if rows else "a list, and expected is an object"
                    raise DataError(f"{path}:{number}: the line holds {what}")
                yield from rows


class Json(JsonFormat):
    """A list of objects, or objects one after the other."""

    name, title, suffixes = "json", "JSON", (".json",)
    details = "a list of objects"


def _text(path: Path) -> str:
    """All of a file, in whichever way of Unicode it is written."""
    content, limit = bytearray(), room()
    with readable(path), open_binary(path) as file:
        while piece := file.read(AT_ONCE):
            content += piece
            if 3 * len(content) > limit:  # the bytes, their text, and what it holds
                check_room(path, 3 * len(content), "give it as JSON lines, which are read one by one")
    encoding = json.detect_encoding(content)
    return _decoded(path, bytes(content), encoding, 1)


def _decoded(path: Path, content: bytes, encoding: str, line: int) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line += content.count(b"\n", 0, error.start)
        what = f"the text is not {encoding.removesuffix('-sig').upper()} (byte 0x{content[error.start]:02x})"
        raise DataError(f"{path}:{line}: {what}; save the file as UTF-8") from None
