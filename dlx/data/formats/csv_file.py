"""CSV files: text in UTF-8, one record an example, fields quoted where they need it."""

from __future__ import annotations

import csv
import io
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, count, islice
from math import nan
from pathlib import Path
from sys import intern
from typing import TextIO

import numpy as np

from dlx.data.examples import Column
from dlx.data.formats.format import TableFormat
from dlx.data.memory import check_room, room
from dlx.data.opening import open_binary, readable, unpacked_name
from dlx.data.tables import Roles, Table, TableOptions, roles
from dlx.errors import DataError
from dlx.types import Array

MISSING = frozenset(("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"))
FIELDS = 2**18  # turned into numbers at once, so that their text does not fill the memory
LONGEST_LINE = 2**24  # characters
Record = tuple[int, list[str]]  # the line it ends in, and its fields


class Csv(TableFormat):
    """Numbers where every value of a column is one, text where none is; both in one column is an error.

    Empty fields, ``NA``, ``N/A``, ``NaN``, ``null`` and ``?`` are missing values; empty lines are passed over.
    """

    name, title, suffixes = "csv", "CSV", (".csv", ".tsv", ".txt", ".data")
    details = " ".join(suffixes)
    options = TableFormat.options | {"header", "delimiter"}
    is_packable = True

    def columns(self, path: Path, options: TableOptions, like: Sequence[Column]) -> tuple[Table, Roles]:
        records = records_of(path, options.delimiter)
        first = next(records, None)
        if first is None:
            raise DataError(f"{path}: the file is empty")
        names = _names(path, first[1], options, like)
        of = roles(names, options, like, path)
        text = of.categorical.union(of.target)
        lines, pieces = _read(path, records if options.header else chain([first], records), names, of, text)
        table = Table(path, {}, len(lines), lines)
        for name in of.used if lines else ():
            column = pieces.pop(name)  # so that its pieces are gone when the next column is put together
            values = _text(column) if name in text else _settled(table, name, column)
            table.values[name] = _labels(values) if name in of.target else values
        return table, of


def records_of(path: Path, delimiter: str | None = None) -> Iterator[Record]:
    """The records of a file that are not empty; a delimiter that is not stated is a tab in .tsv, else a comma."""
    delimiter = delimiter or ("\t" if unpacked_name(path.name).endswith(".tsv") else ",")
    with readable(path), open_binary(path) as file:
        text = io.TextIOWrapper(file, "utf-8-sig", newline="")
        reader = csv.reader(_lines(path, text), delimiter=delimiter, strict=True, skipinitialspace=True)
        try:
            for fields in reader:
                if fields:
                    yield reader.line_num, fields
        except csv.Error as error:
            raise DataError(f"{path}:{reader.line_num}: {error}") from error
        except UnicodeDecodeError as error:
            what = f"the text is not UTF-8 (byte 0x{error.object[error.start]:02x})"
            raise DataError(f"{path}:{_first_undecodable(path)}: {what}; save the file as UTF-8") from error


def _lines(path: Path, text: TextIO) -> Iterator[str]:
    """The lines of a text, none of which may fill the memory."""
    for number in count(1):
        line = text.readline(LONGEST_LINE)
        if len(line) == LONGEST_LINE:
            raise DataError(f"{path}:{number}: the line is longer than {LONGEST_LINE:,} characters: hardly a table")
        if not line:
            return
        yield line


def _first_undecodable(path: Path) -> int:
    with open_binary(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError:
                return number
    return 1  # the file has been corrected meanwhile


def _names(path: Path, first: list[str], options: TableOptions, like: Sequence[Column]) -> list[str]:
    """The names in the header; without one, columns are called 0, 1, 2, …, as they are counted."""
    if not options.header:
        only_features = like and len(first) == len(like)
        return [column.name for column in like] if only_features else [str(number) for number in range(len(first))]
    if not like and not set(first).intersection(options.target) and None not in map(number_in, first):
        raise DataError(f"{path}:1: the header has only numbers; if the file has none, state `header: false`")
    for name, times in Counter(first).items():
        if times > 1:
            raise DataError(f"{path}:1: the header has {times} columns named {name!r}")
    if "" in first and not like and "" not in options.ignore:
        what = f"column {first.index('')} (counted from 0) has no name; give it one, or state `ignore: ['']`"
        raise DataError(f"{path}:1: {what}")
    return first


def _read(
    path: Path, records: Iterable[Record], names: list[str], of: Roles, text: frozenset[str]
) -> tuple[Sequence[int], dict[str, list[Array]]]:
    """The lines of the records, and the used columns in pieces of equal length."""
    records, lines, taken = iter(records), array("q"), 0
    limit, at_once = room(), max(1, FIELDS // max(1, len(names)))
    pieces: dict[str, list[Array]] = {name: [] for name in of.used}
    while chunk := list(islice(records, at_once)):
        taken += len(chunk) * 8 * (1 + len(pieces))
        if taken > limit:
            check_room(path, taken)
        for line, fields in chunk:
            if len(fields) != len(names):
                raise DataError(f"{path}:{line}: expected {len(names)} fields, found {len(fields)}")
            lines.append(line)
        for name, values in zip(names, zip(*(fields for _, fields in chunk), strict=True), strict=True):
            if name in pieces:
                pieces[name].append(_piece(values, name in text))
    return lines, pieces


def _piece(values: tuple[str, ...], is_text: bool) -> Array:
    """The values as numbers if they all are, else as they stand, equal ones being the same text in memory."""
    if not is_text:
        with suppress(ValueError):
            return np.array(values, dtype=np.float64)
    return np.array([intern(value) for value in values], dtype=object)


def number_in(value: str) -> float | None:
    """The number that a field holds, NaN where it is missing, None where it holds anything else."""
    try:
        return nan if value.strip() in MISSING else float(value)
    except ValueError:
        return None


def _text(pieces: list[Array]) -> Array:
    """The values as they stand, None where they are missing."""
    values = np.concatenate(pieces)
    values[[value.strip() in MISSING for value in values]] = None
    return values


def _settled(table: Table, name: str, pieces: list[Array]) -> Array:
    """A column of numbers, or of text where none of its values is a number."""
    if all(piece.dtype == np.float64 for piece in pieces):
        return np.concatenate(pieces)
    values = np.concatenate([piece.astype(object) for piece in pieces])
    numbers = [number_in(value) if isinstance(value, str) else value for value in values]
    words = np.array([number is None for number in numbers])
    if not words.any():
        return np.array(numbers, np.float64)
    values[~words] = None
    if any(number == number for number in numbers if number is not None):
        what = "is not a number, as others in this column are; correct it, or name the column in `categorical`"
        row = int(words.argmax())
        raise table.fault(row, name, f"{values[row]!r} {what}")
    return values


def _labels(values: Array) -> Array:
    """Labels or targets as whole numbers if they all are, else as real numbers, else as text."""
    for kind in (np.int64, np.float64):
        try:
            return values.astype(kind)
        except (ValueError, TypeError, OverflowError):  # TypeError: one is missing, which the caller reports
            continue
    return values
