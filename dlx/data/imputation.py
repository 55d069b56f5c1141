"""Imputation: what stands in for missing values of a table, fitted on train alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import nan

import numpy as np

from dlx.data.examples import Examples, chunks, column_chunks
from dlx.data.rows.compact_rows import CompactRows
from dlx.data.rows.stored_rows import StoredRows
from dlx.errors import DataError
from dlx.types import Array


def fit_imputation(train: Examples, impute: str | None) -> Array | None:
    """The row (n_x,) of replacements, from the values that are there; None where there is none to replace.

    For a number or a time its mean, median or most frequent value; for a category always its most frequent one; for a
    hashed text all 0. Among equally frequent values it is the least. NaN stays where nothing is stated for a column.
    """
    if impute is None and not train.may_lack_values:
        return None
    row = list[float]()
    for number, column in enumerate(train.columns):
        stated = column.details.impute or impute
        if stated is None:
            row += [nan] * len(column.features())
            continue
        row += _replacements(train, number, len(row), stated)
    return np.array(row)


def _replacements(train: Examples, number: int, start: int, impute: str) -> list[float]:
    """Those of one column, whose features stand from ``start`` on."""
    column, width = train.columns[number], len(train.columns[number].values())
    counts, values = np.zeros(width), list[Array]()  # of 0/1 features the counts of ones, of others what is there
    is_binary, is_there = column.categories is not None or column.details.kind == "hashed", False
    for chunk in column_chunks(train.X, number, slice(start, start + len(column.features()))):
        present = chunk[~np.isnan(chunk[:, 0]), :width]
        is_there |= len(present) > 0
        if is_binary:
            counts += present.sum(axis=0)
        else:
            values.append(present)
    if not is_there:
        raise DataError(f"{train.origin}: column {column.name!r} has no value in train to fit `impute: {impute}` on")
    if column.details.kind == "hashed":
        row = [0.0] * width
    elif is_binary:
        row = [float(category == counts.argmax()) for category in range(width)]
    else:
        row = [STATISTICS[impute](of) for of in np.concatenate(values).T]
    return row + [0.0] * (len(column.features()) - width)  # an indicator is never missing


def fill_missing(X: Array | StoredRows, row: Array | None) -> Array | StoredRows:
    """X, in which this row's numbers take the place of NaN; without a row, and in a file, there is none."""
    if isinstance(X, CompactRows):
        return replace(X, filling=row)
    if row is None or isinstance(X, StoredRows):
        return X
    if X.dtype != np.float64 or not X.flags.writeable:
        return np.where(np.isnan(X), row, X)
    for chunk in chunks(X):
        np.copyto(chunk, row, where=np.isnan(chunk))
    return X


def plain_row(row: Array | None) -> list[float | None] | None:
    """The replacements as plain data."""
    return None if row is None else [None if np.isnan(value) else float(value) for value in row]


def _most_frequent(values: Array) -> float:
    different, counts = np.unique(values, return_counts=True)
    return float(different[counts.argmax()])


STATISTICS: dict[str, Callable[[Array], float]] = {
    "mean": lambda values: float(values.mean()),
    "median": lambda values: float(np.median(values)),
    "most_frequent": _most_frequent,
}
