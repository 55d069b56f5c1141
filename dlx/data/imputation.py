"""Imputation: what stands in for missing values of a table, fitted on train alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from dlx.data.examples import Examples
from dlx.data.mapped import MappedRows
from dlx.errors import DataError
from dlx.types import Array

Impute = Literal["mean", "median", "most_frequent"]


def fit_imputation(train: Examples, impute: str) -> Array:
    """The row (n_x,) of replacements, from the values that are there.

    For a number its mean, median or most frequent value; for a category always its most frequent one. Among equally
    frequent values it is the least.
    """
    X, row = train.X[:], list[float]()
    for column in train.columns:
        present = X[:, len(row) : len(row) + len(column.features())]
        present = present[~np.isnan(present[:, 0])]
        if len(present) == 0:
            raise DataError(
                f"{train.origin}: column {column.name!r} has no value in train to fit `impute: {impute}` on"
            )
        row += [STATISTICS[impute](present[:, 0])] if column.categories is None else _most_frequent_category(present)
    return np.array(row)


def imputed(X: Array | MappedRows, row: Array | None) -> Array | MappedRows:
    """X with this row's numbers in place of NaN; without a row, and in a file, there is none."""
    return X if row is None or isinstance(X, MappedRows) else np.where(np.isnan(X), row, X)


def _most_frequent(values: Array) -> float:
    different, counts = np.unique(values, return_counts=True)
    return float(different[counts.argmax()])


def _most_frequent_category(one_hot: Array) -> list[float]:
    return [float(category) for category in np.eye(one_hot.shape[1])[one_hot.sum(axis=0).argmax()]]


STATISTICS: dict[str, Callable[[Array], float]] = {
    "mean": lambda values: float(values.mean()),
    "median": lambda values: float(np.median(values)),
    "most_frequent": _most_frequent,
}
