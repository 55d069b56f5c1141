"""Imputation: what stands in for missing values of a table, fitted on train alone."""

from __future__ import annotations

from collections.abc import Callable
from math import nan

import numpy as np

from dlx.data.columns import Column
from dlx.data.examples import Examples, chunks
from dlx.data.mapped import MappedRows
from dlx.errors import DataError
from dlx.types import Array


def fit_imputation(train: Examples, impute: str | None) -> Array | None:
    """The row (n_x,) of replacements, from the values that are there; None where there is none to replace.

    For a number or a time its mean, median or most frequent value; for a category always its most frequent one; for a
    hashed text all 0. Among equally frequent values it is the least. NaN stays where nothing is stated for a column.
    """
    if impute is None and not train.may_lack_values:
        return None
    X, row = train.X[:], list[float]()
    for column in train.columns:
        features = X[:, len(row) : len(row) + len(column.features())]
        row += _replacements(train.origin, column, features, column.details.impute or impute)
    return np.array(row)


def _replacements(origin: str, column: Column, features: Array, impute: str | None) -> list[float]:
    """Those of one column."""
    if impute is None:
        return [nan] * features.shape[1]
    values = features[:, : len(column.values())]
    is_present = ~np.isnan(values[:, 0])
    if not is_present.any():
        raise DataError(f"{origin}: column {column.name!r} has no value in train to fit `impute: {impute}` on")
    if column.details.kind == "hashed":
        row = [0.0] * values.shape[1]
    elif column.categories is not None:
        row = _most_frequent_category(values)
    else:
        row = [STATISTICS[impute](of) for of in values[is_present].T]
    return row + [0.0] * (features.shape[1] - len(row))  # an indicator is never missing


def fill_missing(X: Array | MappedRows, row: Array | None) -> Array | MappedRows:
    """X, in which this row's numbers take the place of NaN; without a row, and in a file, there is none."""
    if row is None or isinstance(X, MappedRows):
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


def _most_frequent_category(one_hot: Array) -> list[float]:
    counts = np.sum([np.nansum(chunk, axis=0) for chunk in chunks(one_hot)], axis=0)
    return [float(category == counts.argmax()) for category in range(len(counts))]


STATISTICS: dict[str, Callable[[Array], float]] = {
    "mean": lambda values: float(values.mean()),
    "median": lambda values: float(np.median(values)),
    "most_frequent": _most_frequent,
}
