"""Columns that a file gives as texts: what each is read as, and what becomes of it where its values do not agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dlx.data.column_values import ColumnReader, MixedColumn, labels
from dlx.data.examples import Column
from dlx.data.numbers import MISSING, NumberStyle
from dlx.data.tables import Roles, Table, TableOptions
from dlx.types import Array


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
    for column in like:
        categories = frozenset(column.categories or ())
        of_columns[column.name] = ColumnReader(style, marks - categories, column.categories is None)
    return of_columns


def column_values(table: Table, name: str, pieces: list[Array], of: Roles, reader: ColumnReader) -> Array:
    """The values of one column, of which there are pieces of numbers or of text.

    Raises:
        DataError: some are numbers and others are not.
        TextNeeded: all pieces must be there as text.
    """
    try:
        is_text = name in of.categorical or name in of.target
        values = reader.text(np.concatenate(pieces)) if is_text else reader.settled(name, pieces)
    except MixedColumn as mixed:
        what = "is not a number, as others in this column are; correct it, or name the column in `categorical`"
        raise table.fault(mixed.row, name, f"{mixed.text!r} {what}") from None
    return labels(values, reader.style) if name in of.target else values


def fill(
    table: Table, texts: Mapping[str, Sequence[str]], of: Roles, options: TableOptions, like: Sequence[Column]
) -> Table:
    """The table with its columns out of these texts, each as the same texts in a CSV file would be."""
    style = NumberStyle(options.decimal or ".", options.thousands, not options.plain)
    for name, reader in readers(style, options, of, like).items():
        if name not in of.used or not texts[name]:
            continue
        is_text = name in of.categorical or name in of.target
        numbers = None if is_text else reader.piece(texts[name])
        piece = np.array(texts[name], object) if numbers is None else numbers
        table.values[name] = column_values(table, name, [piece], of, reader)
    return table
