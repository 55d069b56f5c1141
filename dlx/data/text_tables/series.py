"""Series: the numbers of one column of a CSV file, in the order of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from math import isfinite
from pathlib import Path

import numpy as np

from dlx.data.text_tables.dialect import Dialect, usual_delimiter
from dlx.data.text_tables.records import records_of
from dlx.data.values.numbers import number_in
from dlx.errors import DataError, allowed
from dlx.types import Array


@dataclass(frozen=True)
class Series:
    """Values (n,) under the name of their column."""

    name: str
    values: Array


def read_series(path: Path, column: str | None = None) -> Series:
    """A column of numbers of a CSV (or TSV, gzipped) file.

    A first row that holds only numbers is no header: the columns are then called 0, 1, 2 … Without ``column`` it is
    the only one whose first value is a number.

    Raises:
        DataError: no such column, several of them, or a value that is missing or not a finite number.
    """
    records = records_of(path, Dialect(delimiter=usual_delimiter(path)))
    first = next(records, None)
    if first is None:
        raise DataError(f"{path}: the file is empty")
    if has_header := None in map(number_in, first[1]):
        names, second = first[1], next(records, None)
        if second is None:
            raise DataError(f"{path}: there is a header and no row below it")
        records = chain([second], records)
    else:
        names, second = [str(number) for number in range(len(first[1]))], first
        records = chain([first], records)
    name = _only_column(path, names, second[1], has_header) if column is None else column
    if name not in names:
        raise DataError(f"{path}: there is no column {name!r} {allowed(name, names)}")
    if names.count(name) > 1:
        where = " and ".join(str(place + 1) for place, each in enumerate(names) if each == name)
        raise DataError(f"{path}:{first[0]}: the columns {where} are all called {name!r}: rename all but one of them")
    place = names.index(name)
    return Series(name, np.array([_value(path, line, fields, place, name) for line, fields in records]))


def _only_column(path: Path, names: list[str], fields: list[str], has_header: bool) -> str:
    numbers = [name for name, field in zip(names, fields, strict=False) if number_in(field) is not None]
    numbers = list(dict.fromkeys(numbers))
    if len(numbers) == 1:
        return numbers[0]
    counted = "" if has_header else ", counted from 0"
    what = f"several columns have numbers: name one with --column (one of {', '.join(numbers)}{counted})"
    raise DataError(f"{path}: {what}" if numbers else f"{path}: no column has numbers (columns {', '.join(names)})")


def _value(path: Path, line: int, fields: list[str], place: int, name: str) -> float:
    if place >= len(fields):
        raise DataError(f"{path}:{line}: column {name!r}: the row has only {len(fields)} fields")
    number = number_in(fields[place])
    if number is None or not isfinite(number):
        what = "the value is missing" if number is not None and number != number else "is not a finite number"
        raise DataError(f"{path}:{line}: column {name!r}: {fields[place]!r}: {what}")
    return number
