"""Compact rows: those of a large table as its columns have them, which are far fewer numbers than its features."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from dlx.data.rows.stored_rows import StoredRows
from dlx.data.values.columns import Column
from dlx.data.values.features import AT_ONCE, Features, Numbers, Rows, Stacked, write_all
from dlx.types import Array

LEAST_BYTES = 2**24  # of the matrix; a smaller one is faster and does no harm


@dataclass(frozen=True, eq=False)
class CompactRows(StoredRows):
    """The features of a table's rows, or of some of its rows, bit for bit as they would stand in a matrix.

    columns: the features of each column of the table, in all its rows, of which there are ``stored``.
    rows: the numbers of these rows in the table; None where they are all of it.
    filling: (n_x,) what takes the place of NaN; None where nothing does.
    """

    columns: tuple[Features, ...]
    stored: int
    rows: Array | None = None
    filling: Array | None = None

    dtype = np.dtype(np.float64)

    @cached_property
    def shape(self) -> tuple[int, int]:
        """(m, n_x)."""
        return (self.stored if self.rows is None else len(self.rows), sum(column.width for column in self.columns))

    def __getitem__(self, rows: slice) -> Array:
        start, stop, step = rows.indices(len(self))
        return self.take(np.arange(start, stop, step)) if step != 1 else self._written(slice(start, max(start, stop)))

    def select(self, rows: Array) -> CompactRows:
        """These rows of it, in this order; the columns stay where they are."""
        return replace(self, rows=rows if self.rows is None else self.rows[rows])

    def take(self, index: Array) -> Array:
        """The rows with these numbers, in any order, as a matrix."""
        return self._written(index)

    def leaves(self) -> Iterator[tuple[int, Features]]:
        """The features that the columns are made of, each with the place of its first one."""
        place = 0
        for column in self.columns:
            for leaf in column.leaves():
                yield place, leaf
                place += leaf.width

    def between(self, start: int, stop: int) -> CompactRows:
        """These rows with their features from one place to another alone."""
        columns = list[Features]()
        for place, leaf in self.leaves():
            first, end = max(start - place, 0), min(stop - place, leaf.width)
            if first < end:
                columns.append(leaf.between(first, end))
        return replace(self, columns=tuple(columns), filling=None if self.filling is None else self.filling[start:stop])

    def column(self, number: int) -> Iterator[Array]:
        """The features of one column in all these rows, in consecutive pieces, as the table has them."""
        width = self.columns[number].width
        at_once = max(1, AT_ONCE // width)
        for start in range(0, len(self), at_once):
            rows = self.stored_rows(slice(start, min(len(self), start + at_once)))
            piece = np.empty((_count(rows), width))
            self.columns[number].write(piece, rows)
            yield piece

    def first_feature(self, number: int) -> Array:
        """(m,) The first feature of one column, as the table has it."""
        return np.concatenate([piece[:, 0].copy() for piece in self.column(number)])  # of which the others go

    def stored_rows(self, rows: Rows) -> Rows:
        """The rows of the table that these are."""
        return rows if self.rows is None else self.rows[rows]

    def _written(self, rows: Rows) -> Array:
        out = np.empty((_count(rows), self.shape[1]))
        at_once = max(1, AT_ONCE // self.shape[1])
        for start in range(0, len(out), at_once):
            block = out[start : start + at_once]
            write_all(self.columns, block, self.stored_rows(_part(rows, start, start + len(block))))
            if self.filling is not None:
                np.copyto(block, self.filling, where=np.isnan(block))
        return out


def _count(rows: Rows) -> int:
    return rows.stop - rows.start if isinstance(rows, slice) else len(rows)


def _part(rows: Rows, start: int, stop: int) -> Rows:
    """Those of the rows from one place to another."""
    return slice(rows.start + start, rows.start + stop) if isinstance(rows, slice) else rows[start:stop]


def is_large(m: int, columns: Sequence[Column]) -> bool:
    """Whether so many rows of a table are stored compactly, once train has decided on its columns."""
    widths = [max(len(column.features()), len(column.categories or ())) for column in columns]
    return 8 * m * sum(widths) >= LEAST_BYTES


def stacked(several: Sequence[Array | CompactRows]) -> Array | CompactRows:
    """The rows of the first, then those of the others, of tables with the same columns."""
    if all(isinstance(rows, np.ndarray) for rows in several):
        return np.concatenate([rows[:] for rows in several])
    widths = next([column.width for column in rows.columns] for rows in several if isinstance(rows, CompactRows))
    first, *others = [_compact(rows, widths) for rows in several]
    for other in others:
        columns = zip(first.columns, other.columns, strict=True)
        rows = np.concatenate([_numbers(first), first.stored + _numbers(other)])
        first = CompactRows(
            tuple(Stacked(mine, first.stored, further) for mine, further in columns), first.stored + other.stored, rows
        )
    return first


def _compact(rows: Array | CompactRows, widths: Sequence[int]) -> CompactRows:
    if not isinstance(rows, np.ndarray):
        return rows
    parts = np.split(rows, np.cumsum(widths)[:-1], axis=1)
    return CompactRows(tuple(Numbers(part) for part in parts), len(rows))


def _numbers(X: CompactRows) -> Array:
    return np.arange(X.stored) if X.rows is None else X.rows
