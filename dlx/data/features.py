"""Features of the values of one column, written where they are needed, so that no second copy of them is made."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from dlx.types import Array

UNKNOWN = -2  # the code of a category that train lacks
AT_ONCE = 2**17  # numbers that are written at once: 1 MiB of float64, which stays in the cache


class Features(ABC):
    """The features (m, n) of one column, row by row."""

    width: int

    @abstractmethod
    def write(self, out: Array, start: int) -> None:
        """Write the rows from ``start`` on into ``out``, as many as fit."""


class Numbers(Features):
    """Numbers (m, n) as they are."""

    def __init__(self, values: Array) -> None:
        self.values, self.width = values, values.shape[1]

    def write(self, out: Array, start: int) -> None:
        out[...] = self.values[start : start + len(out)]


class Lookup(Features):
    """Rows of a table; a code of −1 means its last one."""

    def __init__(self, codes: Array, table: Array) -> None:
        self.codes, self.table, self.width = codes, table, table.shape[1]

    def write(self, out: Array, start: int) -> None:
        out[...] = self.table[self.codes[start : start + len(out)]]


class OneHot(Features):
    """A 1 in the place of the code; all NaN for a code of −1, and ``unknown`` in all places for `UNKNOWN`."""

    def __init__(self, codes: Array, width: int, unknown: float) -> None:
        self.codes, self.width, self.unknown = codes, width, unknown

    def write(self, out: Array, start: int) -> None:
        codes = self.codes[start : start + len(out)]
        out[...] = 0
        present = np.flatnonzero(codes >= 0)
        out[present, codes[present]] = 1
        if len(present) < len(codes):
            out[codes < 0] = np.nan
            out[codes == UNKNOWN] = self.unknown


class WithIndicator(Features):
    """Other features, and one more that is 1 where the value is missing."""

    def __init__(self, features: Features, is_missing: Array) -> None:
        self.features, self.is_missing, self.width = features, is_missing, features.width + 1

    def write(self, out: Array, start: int) -> None:
        self.features.write(out[:, :-1], start)
        out[:, -1] = self.is_missing[start : start + len(out)]


def matrix(columns: list[Features], m: int) -> Array:
    """The features of all columns side by side, (m, n) float64."""
    X = np.empty((m, sum(column.width for column in columns)))
    rows = max(1, AT_ONCE // max(1, X.shape[1]))
    for start in range(0, m, rows):
        block, place = X[start : start + rows], 0
        for column in columns:
            column.write(block[:, place : place + column.width], start)
            place += column.width
    return X
