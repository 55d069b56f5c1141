"""A table as it was read: the values of the columns that are used, and its rows that lack a target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from dlx.data.examples import RowFault
from dlx.data.values.column_store import ColumnStore
from dlx.data.values.columns import as_key
from dlx.data.values.encoding import missing
from dlx.data.values.rounded import Rounded
from dlx.data.values.texts import Values, as_array
from dlx.errors import DataError, remark
from dlx.types import Array


@dataclass(frozen=True)
class Table:
    """The columns that are used: float64 with NaN for what is missing, or texts.

    Target columns may have any other type too, such as objects, with None for what is missing. ``lines`` are those of
    the rows, where the file has lines. ``faults`` are of values that could not be read as those of train, and are
    missing in the columns. ``names`` are those of all columns of the file. ``rows`` are the numbers (m,) of these rows
    in the file, from 0, where they are not all of it. ``rounded`` tells of columns with whole numbers that float64 does
    not hold.
    """

    path: Path
    values: MutableMapping[str, Values]
    m: int
    lines: Sequence[int] | None = None
    names: Sequence[str] = ()
    faults: list[RowFault] = field(default_factory=list)
    rows: Array | None = None
    rounded: dict[str, Rounded] = field(default_factory=dict)

    def fault(self, row: int, column: str, what: str) -> DataError:
        """The error for one value."""
        row_of_file = row if self.rows is None else int(self.rows[row])
        place = f" row {row_of_file} (counted from 0)" if self.lines is None else self.lines[row]
        return DataError(f"{self.path}:{place}: column {column!r}: {what}")

    def tell_invalid(self, name: str, kind: str, texts: Mapping[int, str]) -> None:
        """Warns of texts, by their row, that count as missing since they are none of the kind that the column has."""
        row, text = next(iter(texts.items()))
        what = f"such as {text!r} in {self._place(row)}"
        what = f"{len(texts):,} of {self.m:,} values are no {kind}, and count as missing, {what}"
        remark(f"{self.path}: column {name!r}: {what}")

    def tell_rounded(self, names: Iterable[str]) -> None:
        """Warns where numbers of these columns are rounded."""
        for name in filter(self.rounded.__contains__, names):
            what = f"{self.rounded[name].in_words(self.m)} in {self._place(self.rounded[name].row)}"
            ways = f"name it in `categorical` or `ignore`, or state `columns: {{{as_key(name)}: {{kind: number}}}}`"
            remark(f"{self.path}: column {name!r}: {what}; {ways}")

    def _place(self, row: int) -> str:
        row_of_file = row if self.rows is None else int(self.rows[row])
        return f"row {row_of_file} (counted from 0)" if self.lines is None else f"line {self.lines[row]}"

    def row_fault(self, row: int, column: str, what: str, hint: str = "") -> RowFault:
        """What is wrong with one value; the hint is for the message alone."""
        place = self._place(row)
        message = str(self.fault(row, column, f"{what}{hint}"))
        return RowFault(row, f"{place}: column {column!r}: {what}", message)


def labelled(table: Table, target: tuple[str, ...]) -> Table:
    """The table without the rows that lack a target."""
    unlabelled = [missing(table.values[name]) for name in target]
    rows = np.flatnonzero(~np.any(unlabelled, axis=0)) if unlabelled else np.arange(table.m)
    if len(rows) == table.m:
        return table
    if len(rows) == 0:
        raise DataError(f"{table.path}: column {target[0]!r}: the target is missing in every row")
    table = taken(table, rows)
    for name in target:
        column = as_array(table.values[name])
        table.values[name] = np.array(column.tolist()) if column.dtype == object else column
    return table


def taken(table: Table, rows: Array) -> Table:
    """Some rows of the table, by number."""
    if len(rows) == table.m:
        return table
    values = ColumnStore()
    for name, column in table.values.items():
        values[name] = column[rows]
    lines = None if table.lines is None else [table.lines[row] for row in rows.tolist()]
    places = {row: place for place, row in enumerate(rows.tolist())}
    faults = [replace(fault, row=places[fault.row]) for fault in table.faults if fault.row in places]
    places_in_file = rows if table.rows is None else table.rows[rows]
    return replace(table, values=values, m=len(rows), lines=lines, faults=faults, rows=places_in_file)


def target_faults(table: Table, names: tuple[str, ...]) -> list[RowFault]:
    """The rows that lack a target, in whose place another row's then stands; none where all lack it."""
    faults = list[RowFault]()
    for name in names:
        values, is_missing = table.values[name], missing(table.values[name])
        if is_missing.any() and not is_missing.all():
            faults += [
                table.row_fault(row, name, "the target is missing") for row in np.flatnonzero(is_missing).tolist()
            ]
            rows = np.where(is_missing, np.flatnonzero(~is_missing)[0], np.arange(table.m))
            table.values[name] = values[rows]
    return faults
