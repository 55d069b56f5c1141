"""Features of the values of one column, written where they are needed, so that no second copy of them is made."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from dlx.data.values.packed_numbers import PackedNumbers
from dlx.types import Array

UNKNOWN = -2  # the code of a category that train lacks
AT_ONCE = 2**17  # numbers that are written at once: 1 MiB of float64, which stays in the cache
Rows = Array | slice  # their numbers, in any order, or those that follow each other


class Features(ABC):
    """The features (m, n) of one column, row by row."""

    width: int

    @abstractmethod
    def write(self, out: Array, rows: Rows) -> None:
        """Write these rows into ``out``."""

    def packed(self) -> Features:
        """The same features in fewer bytes, where they are numbers that need fewer."""
        return self

    def leaves(self) -> Sequence[Features]:
        """The features that these are made of, from left to right."""
        return (self,)

    def between(self, start: int, stop: int) -> Features:
        """Those from one place to another."""
        return self if (start, stop) == (0, self.width) else Consecutive(self, start, stop)


class Consecutive(Features):
    """Features of others that follow each other."""

    def __init__(self, features: Features, start: int, stop: int) -> None:
        self.features, self.places, self.width = features, slice(start, stop), stop - start

    def write(self, out: Array, rows: Rows) -> None:
        written = np.empty((len(out), self.features.width))
        self.features.write(written, rows)
        out[...] = written[:, self.places]


class Numbers(Features):
    """Numbers (m, n) as they are."""

    def __init__(self, values: Array) -> None:
        self.values, self.width = values, values.shape[1]

    def write(self, out: Array, rows: Rows) -> None:
        out[...] = self.values[rows]

    def packed(self) -> Features:
        packed = PackedNumbers.of(self.values[:, 0]) if self.width == 1 else None
        return self if packed is None else Packed(packed)


class Packed(Features):
    """Numbers (m, 1) that are packed."""

    width = 1

    def __init__(self, numbers: PackedNumbers) -> None:
        self.numbers = numbers

    def write(self, out: Array, rows: Rows) -> None:
        out[:, 0] = self.numbers.take(rows)


class Lookup(Features):
    """Rows of a table; a code of −1 means its last one."""

    def __init__(self, codes: Array, table: Array) -> None:
        self.codes, self.table, self.width = codes, table, table.shape[1]

    def write(self, out: Array, rows: Rows) -> None:
        out[...] = self.table[self.codes[rows]]


class Codes(Features):
    """The place (m,) of each category as a number, NaN for a code of −1; train has yet to make 0/1 features of it."""

    width = 1

    def __init__(self, codes: Array) -> None:
        self.codes = codes

    def write(self, out: Array, rows: Rows) -> None:
        codes = self.codes[rows]
        out[:, 0] = codes
        out[codes < 0, 0] = np.nan


class Binary(Features):
    """0/1 features: a 1 in the places of the code; all NaN for a code of −1, all ``unknown`` for `UNKNOWN`.

    Args:
        codes: (m,), from 0 or one of the two.
        ones: (count, k), the places of each code, −1 where there are fewer than k.
        width: the number of features.
        unknown: 0 or NaN.
    """

    def __init__(self, codes: Array, ones: Array, width: int, unknown: float) -> None:
        self.codes, self.width, self.unknown = codes, width, unknown
        self.ones = np.concatenate([ones, np.full((2, ones.shape[1]), -1)]).astype(_least_type(width))

    def write(self, out: Array, rows: Rows) -> None:
        codes = self.codes[rows]
        places = self.ones[codes]
        out[...] = 0
        row, number = np.nonzero(places >= 0)
        out[row, places[row, number]] = 1
        if (codes < 0).any():
            out[codes == -1] = np.nan
            out[codes == UNKNOWN] = self.unknown

    def between(self, start: int, stop: int) -> Features:
        ones = np.where((self.ones >= start) & (self.ones < stop), self.ones.astype(np.intp) - start, -1)
        return Binary(self.codes, ones[:-2], stop - start, self.unknown)


class WithIndicator(Features):
    """Other features, and one more that is 1 where the value is missing."""

    def __init__(self, features: Features, is_missing: Array) -> None:
        self.features, self.is_missing, self.width = features, is_missing, features.width + 1

    def write(self, out: Array, rows: Rows) -> None:
        self.features.write(out[:, :-1], rows)
        out[:, -1] = self.is_missing[rows]

    def packed(self) -> Features:
        return WithIndicator(self.features.packed(), self.is_missing)

    def leaves(self) -> Sequence[Features]:
        return (*self.features.leaves(), Binary(self.is_missing.view(np.int8), np.array([[-1], [0]]), 1, 0.0))


class Stacked(Features):
    """The features of the first ``count`` rows, then those of others."""

    def __init__(self, first: Features, count: int, others: Features) -> None:
        self.first, self.count, self.others, self.width = first, count, others, first.width

    def write(self, out: Array, rows: Rows) -> None:
        numbers = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
        is_first = numbers < self.count
        for features, places, start in ((self.first, is_first, 0), (self.others, ~is_first, self.count)):
            written = np.empty((np.count_nonzero(places), self.width))
            features.write(written, numbers[places] - start)
            out[places] = written

    def between(self, start: int, stop: int) -> Features:
        return Stacked(self.first.between(start, stop), self.count, self.others.between(start, stop))


def one_hot(codes: Array, width: int, unknown: float) -> Binary:
    """A 1 in the place of the code; all NaN for a code of −1, and ``unknown`` in all places for `UNKNOWN`."""
    return Binary(codes, np.arange(width)[:, np.newaxis], width, unknown)


def code_type(count: int) -> np.dtype[np.signedinteger]:
    """The shortest type that holds so many codes from 0, and the two below."""
    return _least_type(count)


def _least_type(count: int) -> np.dtype[np.signedinteger]:
    return next(np.dtype(kind) for kind in (np.int8, np.int16, np.int32) if count <= np.iinfo(kind).max)


def write_all(columns: Sequence[Features], out: Array, rows: Rows) -> None:
    """Write these rows of all columns, side by side, into ``out``."""
    place = 0
    for column in columns:
        column.write(out[:, place : place + column.width], rows)
        place += column.width


def matrix(columns: Sequence[Features], m: int) -> Array:
    """The features of all columns side by side, (m, n) float64."""
    X = np.empty((m, sum(column.width for column in columns)))
    at_once = max(1, AT_ONCE // max(1, X.shape[1]))
    for start in range(0, m, at_once):
        write_all(columns, X[start : start + at_once], slice(start, min(m, start + at_once)))
    return X
