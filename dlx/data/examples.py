"""Examples: one row of numbers each, in memory or in a file, with its label or targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from dlx.data.rows.compact_rows import CompactRows, stacked
from dlx.data.rows.stored_rows import StoredRows
from dlx.data.targets.weights import checked
from dlx.data.values.columns import Column as Column
from dlx.data.values.rounded import tell_rounded
from dlx.errors import DataError
from dlx.types import Array

MISSING = "; arrays lack no value: fill it, or give a table, where `impute` says what takes the place of missing values"
CHUNK = 2**17  # numbers worked on at once: 1 MiB of float64, which stays in the cache


@dataclass(frozen=True)
class RowFault:
    """A row that cannot be read as train was: its number from 0, why, and the message where the file is refused."""

    row: int
    reason: str
    message: str


@dataclass(frozen=True)
class Examples:
    """Raw examples, one in each row of X.

    X: (m, n_x) numbers, images (m, h, w) or (m, h, w, c), or rows that are stored otherwise.
    y: (m,) labels or targets, (m, k) targets, or None where they are unknown.
    image_shape: (h, w) or (h, w, c) where a row of X is an image.
    columns: what the features mean; numbers x1, x2, … unless given.
    impute: what stands in for the NaN in X, fitted on train; None where there is none to replace.
    target: the columns of a table that y was taken from.
    rows: (m,) the numbers of these examples in their source, from 0; None where they are all of it, or of several.
    faults: of rows that do not fit the columns of train; the numbers of such a row are no examples.
    names: of the files of the rows, where each has one of its own.
    origin: what messages call these examples, if not by their place in the spec.
    weights: (m,) how much each counts in the cost, as the file has them; None where all count the same.
    split_columns: the values (m,) that a split goes by, by their role there: ``group``, ``time``.
    """

    X: Array | StoredRows
    y: Array | None
    image_shape: tuple[int, ...] | None = None
    columns: tuple[Column, ...] = ()
    impute: str | None = None
    target: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()
    names: tuple[str, ...] = ()
    origin: str = ""
    rows: Array | None = None
    weights: Array | None = None
    split_columns: Mapping[str, Array] = field(default_factory=dict)

    def take(self, rows: Array) -> Examples:
        """The examples in these rows, in this order."""
        y = None if self.y is None else self.y[rows]
        weights = None if self.weights is None else self.weights[rows]
        places = rows if self.rows is None else self.rows[rows]
        return replace(self, X=select(self.X, rows), y=y, weights=weights, rows=places)

    @property
    def may_lack_values(self) -> bool:
        """Whether NaN in X stands for what is missing."""
        return self.impute is not None or any(column.details.impute for column in self.columns)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of X."""
        return tuple(name for column in self.columns for name in column.features())


def tidy(examples: Examples, key: str = "data.source") -> Examples:
    """The same examples with X as (m, n_x) rows and a single target as (m,); what does not fit raises DataError.

    key: their place in the spec, which messages tell where the examples have no origin.
    """
    examples = replace(examples, origin=examples.origin or key)
    if examples.faults:
        raise DataError(examples.faults[0].message)
    X, image_shape = _as_rows(examples)
    m, n_x = X.shape
    if m == 0 or n_x == 0:
        raise DataError(f"{examples.origin}: there are no {'examples' if m == 0 else 'features'}")
    if image_shape is not None and prod(image_shape) != n_x:
        what = f"image_shape {list(image_shape)} makes {prod(image_shape)} numbers, a row has {n_x}"
        raise DataError(f"{examples.origin}: {what}")
    y = None if examples.y is None else _as_targets(examples.y, X.shape, examples.origin)
    columns = examples.columns or tuple(Column(f"x{j + 1}") for j in range(n_x))
    weights = None if examples.weights is None else checked(examples.weights, m, examples.origin)
    tidied = replace(examples, X=X, y=y, image_shape=image_shape, columns=columns, weights=weights)
    _check_finite(tidied)
    if X.dtype.kind in "iu" and X.dtype.itemsize == 8:
        tell_rounded(chunks(X), examples.origin, "X")
    return tidied


def select(X: Array | StoredRows, rows: Array) -> Array | StoredRows:
    """The rows of X with these numbers: a copy, or what is stored read in those places."""
    return X.take(rows, 0) if isinstance(X, np.ndarray) else X.select(rows)


def joined(several: Sequence[Examples]) -> Examples:
    """The examples of the first, then those of the others; what is missing anywhere is filled as it is there.

    Raises:
        DataError: some stay in their file, or only some have weights.
    """
    first, *others = several
    if not others:
        return first
    key = "data.more" if any("more" in examples.origin for examples in others) else "training.refit"
    arrays = [examples.X for examples in several if isinstance(examples.X, np.ndarray | CompactRows)]
    if len(arrays) < len(several):
        raise DataError(f"{key}: examples that stay in their file cannot be joined with others")
    weights = [examples.weights for examples in several if examples.weights is not None]
    if weights and len(weights) < len(several):
        raise DataError(f"{key}: all sources of examples must have sample_weight, or none")
    y = [examples.y for examples in several if examples.y is not None]
    rows = None if first.rows is None else np.append(first.rows, np.full(sum(map(len, y[1:])), -1))
    impute = next((examples.impute for examples in several if examples.impute), first.impute)
    return replace(
        first,
        X=stacked(arrays),
        y=np.concatenate(y),
        weights=np.concatenate(weights) if weights else None,
        rows=rows,
        names=(),
        split_columns={},
        impute=impute,
    )


def chunks(X: Array | StoredRows) -> Iterator[Array]:
    """X in consecutive pieces that fit the cache."""
    size = max(1, CHUNK // X.shape[1])
    for start in range(0, len(X), size):
        yield X[start : start + size]


def column_chunks(X: Array | StoredRows, number: int, features: slice) -> Iterator[Array]:
    """The features of one column of a table, by its number and its place, in consecutive pieces that fit the cache."""
    if isinstance(X, CompactRows):
        yield from X.column(number)
        return
    for chunk in chunks(X):
        yield chunk[:, features]


def feature_chunks(X: Array | StoredRows, start: int, stop: int) -> Iterator[Array]:
    """The features from one place to another, in consecutive pieces that fit the cache."""
    if isinstance(X, CompactRows):
        yield from chunks(X.between(start, stop))
        return
    for chunk in chunks(X):
        yield chunk[:, start:stop]


def _as_rows(examples: Examples) -> tuple[Array | StoredRows, tuple[int, ...] | None]:
    X = examples.X
    if X.dtype.kind not in "biuf":
        raise DataError(f"{examples.origin}: X must hold numbers, its type is {X.dtype}")
    if not isinstance(X, np.ndarray):
        return X, examples.image_shape
    if not 1 <= X.ndim <= 4:
        what = f"X has shape {X.shape}; it must be (m, n), or (m, h, w) or (m, h, w, c) for images"
        raise DataError(f"{examples.origin}: {what}")
    rows = X.reshape(len(X), prod(X.shape[1:]))
    if rows.dtype == bool:
        rows = rows.view(np.uint8)
    return np.ascontiguousarray(rows), examples.image_shape or (X.shape[1:] if X.ndim > 2 else None)


def _as_targets(y: Array, shape: tuple[int, ...], origin: str) -> Array:
    if y.dtype.kind not in "biufU" or not 1 <= y.ndim <= 2:
        what = f"y must be labels or numbers of shape (m,) or (m, k), it is {y.dtype} of shape {y.shape}"
        raise DataError(f"{origin}: {what}")
    if len(y) != shape[0]:
        hint = "; transpose them" if shape[1] in y.shape else ""
        what = f"rows are examples, but X has {shape[0]} and y has {len(y)} rows"
        raise DataError(f"{origin}: {what} (shapes {shape} and {y.shape}){hint}")
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y


def _check_finite(examples: Examples) -> None:
    row = 0
    for chunk in chunks(examples.X) if examples.X.dtype.kind == "f" and not examples.may_lack_values else ():
        if not np.isfinite(chunk).all():
            i, j = np.argwhere(~np.isfinite(chunk))[0]
            hint = MISSING if np.isnan(chunk[i, j]) else ""
            what = f"X[{row + i}, {j}] is {chunk[i, j]} (row and column count from 0){hint}"
            raise DataError(f"{examples.origin}: {what}")
        row += len(chunk)
    y = examples.y
    if y is not None and y.dtype.kind == "f" and not np.isfinite(y).all():
        place = np.argwhere(~np.isfinite(y))[0]
        raise DataError(f"{examples.origin}: y[{', '.join(map(str, place))}] is {y[tuple(place)]} (counted from 0)")
