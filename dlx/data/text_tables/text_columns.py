"""Columns that a file gives as texts: what each is read as, and what becomes of it where its values do not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from dlx.data.roles import Roles
from dlx.data.table import Table
from dlx.data.tables import TableOptions
from dlx.data.text_tables.header import numeric_names
from dlx.data.text_tables.records import Record
from dlx.data.values.column_names import distinct
from dlx.data.values.column_values import ColumnReader, MixedColumn, labels
from dlx.data.values.columns import Column, ColumnError
from dlx.data.values.no_numbers import reason_in_others, reason_in_train
from dlx.data.values.numbers import MISSING, NumberStyle
from dlx.data.values.pieces import Pieces, TextFields
from dlx.data.values.texts import Texts, Values
from dlx.errors import DataError
from dlx.types import Array


def column_names(
    path: Path, top: Record, header: bool, style: NumberStyle, options: TableOptions, like: Sequence[Column]
) -> list[str]:
    """The names in the header; without one, columns are called 0, 1, 2, …, as they are counted."""
    line, names = top[0], [name.strip() for name in top[1]]
    if not header:
        only_features = like and len(names) == len(like)
        return [column.name for column in like] if only_features else [str(number) for number in range(len(names))]
    has_words = any(name.strip() not in MISSING and style.number(name) is None for name in names)
    stated = {*options.target, *numeric_names(options.target, len(names))}
    if not like and not options.header and not stated.intersection(names) and not has_words:
        raise DataError(
            f"{path}:{line}: the header has only numbers; state `header: true`, or false if they are no names"
        )
    if "" in names and not like and "" not in options.ignore:
        what = f"column {names.index('')} (counted from 0) has no name; give it one, or state `ignore: ['']`"
        places = [str(place) for place, name in enumerate(names) if name == ""]
        reason = "it has no name" if len(places) == 1 else f"columns {', '.join(places)} (from 0) have no name"
        raise ColumnError(f"{path}:{line}: {what}", "", reason, "ignore")
    train = [*(column.name for column in like), *map(str, options.target)] if like else None
    return distinct(f"{path}:{line}", names, options.ignore, options.use, train)


def readers(style: NumberStyle, options: TableOptions, of: Roles, like: Sequence[Column]) -> dict[str, ColumnReader]:
    """How the values of each column are read.

    Where `missing` is not stated, a column that is stated to be categorical has nothing missing but empty fields, and a
    category of train is never a missing value.
    """
    marks = MISSING if options.missing is None else frozenset(("", *map(str, options.missing)))
    of_columns = {name: ColumnReader(style, marks) for name in of.used}
    for name in of.categorical if options.missing is None and not options.plain and not like else ():
        if name in of_columns:
            of_columns[name] = ColumnReader(style, frozenset(("",)))
    for name in of.numbers:
        of_columns[name] = ColumnReader(style, marks, must_be_numbers=True)
    for name, setting in of.options.items():
        if name in of_columns:
            of_columns[name] = of_columns[name].of_column(setting)
    for column in like:
        reader = of_columns[column.name].of_column(column.details)
        of_columns[column.name] = reader._replace(missing=reader.missing - frozenset(column.categories or ()))
    return of_columns


def column_values(table: Table, name: str, pieces: Pieces, of: Roles, reader: ColumnReader) -> Values:
    """The values of one column, of which there are pieces of numbers or of text.

    A text among the numbers of a column of train is a fault of its row.

    Raises:
        DataError: some are numbers and others are not.
        TextNeeded: all pieces must be there as text.
    """
    values = _values(table, name, pieces, of, reader)
    if pieces.rounded is not None and not isinstance(values, Texts):
        table.rounded[name] = pieces.rounded
    return values


def _values(table: Table, name: str, pieces: Pieces, of: Roles, reader: ColumnReader) -> Values:
    try:
        if reader.invalid and name in of.numbers:
            return _valid_numbers(table, name, pieces, reader)
        values = reader.text(pieces) if name in of.as_text else reader.settled(name, pieces)
    except MixedColumn as mixed:
        if name in of.numbers and name not in of.options:
            numbers, texts = reader.numbers_among(pieces)
            for row, text in texts.items():
                what = f"{text!r} {reason_in_others(text, reader.style)}"
                table.faults.append(table.row_fault(row, name, what))
            return numbers
        what = reason_in_train(mixed.text, name, reader.style, name in of.numbers)
        message = str(table.fault(mixed.row, name, f"{mixed.text!r} {what}"))
        raise ColumnError(message, name, what, "categorical", mixed.odd, mixed.share) from None
    if name in of.numbers and name in of.options and isinstance(values, Texts) and not values.is_missing.all():
        row = int(np.argmin(values.is_missing))
        text = str(values[row])
        raise table.fault(row, name, f"{text!r} {reason_in_train(text, name, reader.style, is_stated=True)}")
    return labels(values, reader.style) if name in of.verbatim and isinstance(values, Texts) else values


def _valid_numbers(table: Table, name: str, pieces: Pieces, reader: ColumnReader) -> Array:
    """The numbers of a column in which nothing else has a meaning."""
    numbers, texts = reader.numbers_among(pieces)
    if texts:
        table.tell_invalid(name, "numbers", texts)
    return numbers


def fill(
    table: Table, texts: Mapping[str, Sequence[str]], of: Roles, options: TableOptions, like: Sequence[Column]
) -> Table:
    """The table with its columns out of these texts, each as the same texts in a CSV file would be."""
    style = NumberStyle(options.decimal or ".", options.thousands, not options.plain)
    for name, reader in readers(style, options, of, like).items():
        if name not in of.used or not texts.get(name):
            continue
        pieces = Pieces()
        pieces.add(TextFields(texts[name]), None if name in of.as_text else reader)
        table.values[name] = column_values(table, name, pieces, of, reader)
    return table


def filled_as_stated(table: Table, of: Roles, options: TableOptions, like: Sequence[Column]) -> Table:
    """The table of a format that tells numbers from texts, with those texts as numbers that are stated to be some.

    So are those of columns that are numbers in train, and the marks of missing values of single columns count.
    """
    has_marks = {name for name, setting in of.options.items() if setting.missing is not None}
    has_marks |= {column.name for column in like if column.details.missing is not None}
    texts = {
        name: [text or "" for text in values.tolist()]
        for name, values in table.values.items()
        if isinstance(values, Texts) and name in of.numbers | has_marks
    }
    return fill(table, texts, of, options, like) if texts else table
