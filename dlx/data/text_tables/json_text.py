"""JSON as examples have it: objects one after the other, whose values are texts as they would stand in a CSV file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json.decoder import WHITESPACE  # type: ignore[attr-defined]  # of json itself, for whoever reads piece by piece
from pathlib import Path
from typing import Any

from dlx.errors import DataError

CONSTANTS = {"NaN": "", "Infinity": "inf", "-Infinity": "-inf"}  # which are no JSON, and which Python writes
SURROGATE = re.compile("[\ud800-\udfff]")
Row = dict[str, str]


class _Fault(Exception):
    """What is wrong with an object that is JSON in other respects."""


class JsonText:
    """The objects in a text, each with its line.

    Objects in objects are flattened: `{"a": {"b": 1}}` is the column `a.b`. A number stays as it is written. ``lists``
    has the names whose values are lists, which are no columns, each with the first line.
    """

    def __init__(self, path: Path, text: str, lists: dict[str, int], first_line: int = 1) -> None:
        self.path, self.text, self.lists = path, text, lists
        self.line, self._counted = first_line, 0  # the line of a place up to which line ends are counted
        self._decoder = json.JSONDecoder(
            object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=CONSTANTS.__getitem__
        )

    def rows(self) -> Iterator[tuple[int, Row]]:
        """All objects: those in the list that the text is, or one after the other."""
        place = self._next(0)
        if self.text[place : place + 1] != "[":
            while place < len(self.text):
                line, row, place = self._row(place)
                yield line, row
                place = self._next(place)
            return
        place = self._next(place + 1)
        if self.text[place : place + 1] == "]":
            place += 1
        else:
            yield from self._listed(place)
            return
        self._expect_end(place)

    def _listed(self, place: int) -> Iterator[tuple[int, Row]]:
        while True:
            line, row, place = self._row(place)
            yield line, row
            place = self._next(place)
            sign = self.text[place : place + 1]
            if sign == "]":
                return self._expect_end(place + 1)
            if sign != ",":
                raise self.error(place, f"expected , or ] behind an object of the list, found {sign or 'the end'!r}")
            place = self._next(place + 1)

    def _expect_end(self, place: int) -> None:
        place = self._next(place)
        if place < len(self.text):
            raise self.error(place, "the list has ended, and there is more behind it")

    def _next(self, place: int) -> int:
        return int(WHITESPACE.match(self.text, place).end())

    def _row(self, place: int) -> tuple[int, Row, int]:
        """The object that begins there, its line and its end."""
        line = self._line(place)
        try:
            value, end = self._decoder.raw_decode(self.text, place)
        except json.JSONDecodeError as error:
            raise self.error(error.pos, f"this is no JSON: {error.msg}") from None
        except RecursionError:
            raise self.error(place, "objects or lists are nested too deep") from None
        if not isinstance(value, _Pairs):
            what = f'expected an object such as {{"a": 1}}, found {_kind(value)}'
            raise self.error(place, f"{what}; each example is an object, whose keys are the columns")
        row, lists = Row(), list[str]()
        try:
            _flatten(value, "", row, lists)
        except _Fault as error:
            raise DataError(f"{self.path}:{line}: {error}") from None
        for name in lists:
            self.lists.setdefault(name, line)
        return line, row, end

    def _line(self, place: int) -> int:
        self.line += self.text.count("\n", self._counted, place)
        self._counted = max(place, self._counted)
        return self.line

    def error(self, place: int, what: str) -> DataError:
        """The error for a place in the text, behind the last object."""
        column = place - self.text.rfind("\n", 0, place)
        return DataError(f"{self.path}:{self._line(place)}:{column}: {what}")


class _Pairs(list[tuple[str, Any]]):
    """The keys and values of an object, as they are written."""


def _flatten(pairs: _Pairs, prefix: str, row: Row, lists: list[str]) -> None:
    """Put the values of an object, and of those in it, under their names into the row; names of lists into those."""
    if len(dict(pairs)) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _Fault(f"key {prefix + twice!r}: it stands there twice")
    for key, value in pairs:
        name = f"{prefix}{key}"
        if isinstance(value, _Pairs):
            _flatten(value, f"{name}.", row, lists)
            continue
        if name in row:
            raise _Fault(f"key {name!r}: it stands there twice")
        if isinstance(value, list):
            lists.append(name)
        row[name] = "" if isinstance(value, list) else _text(value)
        if not (name + row[name]).isascii() and SURROGATE.search(name + row[name]):
            raise _Fault(f"key {name!r}: there is half of a character in it, which no file can hold")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return "a list"
    return "null" if value is None else f"{_text(value)[:40]!r}"
