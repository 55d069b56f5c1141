"""Normalized rows: those of a large table as the network takes them, in few bytes, for mini-batches in any order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self

import numpy as np

from dlx.data.rows.compact_rows import CompactRows
from dlx.data.values.features import AT_ONCE, UNKNOWN, Binary, Features, write_all
from dlx.types import Array

Placed = tuple[int, Features]  # with the place of the first of them


class Normalizing(Protocol):
    """What normalizes rows; see `Scaling`."""

    def write(self, raw: Array, out: Array) -> None:
        """Write the rows ``raw``, normalized, into ``out``."""

    def of(self, features: Array) -> Self:
        """What normalizes these features alone, with the same bits."""


class _Ones(NamedTuple):
    """What 0/1 features are set: for each code of a column (count, k) places, and whether these are ones at all."""

    start: int
    column: Binary
    places: Array

    @property
    def codes(self) -> int:
        """How many codes its ones have in all columns together."""
        return self.places.size


class NormalizedRows:
    """Rows normalized and cast: of 0/1 features only the places of the ones, of all others their numbers.

    Each number has the bits that it has in a matrix, since what a feature becomes depends on nothing but itself.
    """

    def __init__(self, X: CompactRows, scaling: Normalizing, dtype: np.dtype[np.generic]) -> None:
        self.shape = X.shape
        self._zeros, ones = np.empty((1, X.shape[1]), dtype), np.empty((1, X.shape[1]), dtype)
        scaling.write(np.zeros_like(self._zeros, np.float64), self._zeros)
        scaling.write(np.ones_like(ones, np.float64), ones)
        dense, sparse = list[Placed](), list[_Ones]()
        for start, leaf in X.leaves():
            of_leaf = _ones(X, start, leaf)
            if of_leaf is None:
                dense.append((start, leaf))
            else:
                sparse.append(of_leaf)
        self._dense, self._runs = _dense(X, dense, scaling, dtype), _runs(dense)
        self._codes = _codes(X, sparse)
        none = [np.empty(0, np.intp)]
        places = np.concatenate([of.places.T.ravel() for of in sparse] or none)
        self._features = np.concatenate([(of.start + of.places.clip(0)).T.ravel() for of in sparse] or none)
        self._values = np.where(places < 0, self._zeros[0, self._features], ones[0, self._features])

    @property
    def is_finite(self) -> bool:
        """Whether all numbers are."""
        return all(
            np.isfinite(self._dense[start : start + AT_ONCE]).all() for start in range(0, len(self._dense), AT_ONCE)
        ) and bool(np.isfinite(self._values).all())

    def write(self, index: Array, out: Array) -> None:
        """Write the rows with these numbers into ``out``."""
        if self._codes.shape[1]:
            out[...] = self._zeros
            codes = self._codes.take(index, 0)
            out[np.arange(len(index))[:, np.newaxis], self._features.take(codes)] = self._values.take(codes)
        elif self._dense.shape == self.shape:
            self._dense.take(index, 0, out, "clip")
            return
        if self._runs:
            numbers = self._dense.take(index, 0)
            for features, columns in self._runs:
                out[:, features] = numbers[:, columns]


def _ones(X: CompactRows, start: int, leaf: Features) -> _Ones | None:
    """The places of a column's ones; None of other numbers than 0 and 1, such as what is missing and not filled."""
    if not isinstance(leaf, Binary):
        return None
    places, width = leaf.ones.astype(np.intp), leaf.width
    codes = leaf.codes if X.rows is None else leaf.codes[X.rows]
    for code in (-1,) if leaf.unknown == 0 else (-1, UNKNOWN):
        if not (codes == code).any():
            continue
        filling = np.full(width, np.nan) if X.filling is None else X.filling[start : start + width]
        ones = np.flatnonzero(filling == 1)
        if len(ones) > places.shape[1] or np.count_nonzero(filling) > len(ones):
            return None
        places[code, : len(ones)] = ones
    several = places.max(axis=1, keepdims=True)
    return _Ones(start, leaf, np.where(places < 0, several, places))


def _dense(X: CompactRows, placed: Sequence[Placed], scaling: Normalizing, dtype: np.dtype[np.generic]) -> Array:
    """(m, k) The numbers of these features side by side, normalized."""
    features = np.concatenate([np.empty(0, np.intp), *(place + np.arange(leaf.width) for place, leaf in placed)])
    out, at_once = np.empty((len(X), len(features)), dtype), max(1, AT_ONCE // max(1, len(features)))
    of_features, leaves = scaling.of(features), [leaf for _, leaf in placed]
    for start in range(0, len(X) if placed else 0, at_once):
        block = out[start : start + at_once]
        raw = np.empty(block.shape)
        write_all(leaves, raw, X.stored_rows(slice(start, start + len(block))))
        if X.filling is not None:
            np.copyto(raw, X.filling[features], where=np.isnan(raw))
        of_features.write(raw, block)
    return out


def _runs(placed: Sequence[Placed]) -> list[tuple[slice, slice]]:
    """Where the features of consecutive columns stand, in all of them and in those that are dense."""
    runs, column = list[tuple[slice, slice]](), 0
    for place, leaf in placed:
        start, begin = place, column
        if runs and runs[-1][0].stop == place:
            features, columns = runs.pop()
            start, begin = features.start, columns.start
        column += leaf.width
        runs.append((slice(start, place + leaf.width), slice(begin, column)))
    return runs


def _codes(X: CompactRows, sparse: Sequence[_Ones]) -> Array:
    """(m, slots) A number for each 1 that a row may have, all different between columns."""
    total, slots = sum(of.codes for of in sparse), sum(of.places.shape[1] for of in sparse)
    out, slot, first = np.empty((len(X), slots), np.uint16 if total < 2**16 else np.int32), 0, 0
    for of in sparse:
        count, width = of.places.shape
        codes = of.column.codes if X.rows is None else of.column.codes[X.rows]
        for _ in range(width):
            np.remainder(codes, count, out=out[:, slot], casting="unsafe", dtype=np.int64)
            out[:, slot] += first
            slot, first = slot + 1, first + count
    return out
