"""The target columns of a table: labels as they stand, several of them as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from dlx.data.values.column_values import truth_values
from dlx.data.values.encoding import missing
from dlx.data.values.texts import Texts, Values
from dlx.errors import DataError
from dlx.types import Array

Fault = Callable[[int, str, str], DataError]


def targets(columns: Mapping[str, Values], fault: Fault, path: Path) -> Array | None:
    """Labels or targets (m,) of one column, or numbers (m, k) of several; None without any.

    fault: the error for the value in a row of a column.
    """
    values = [_present(name, column, fault) for name, column in columns.items()]
    if len(values) < 2:
        return values[0] if values else None
    values = [truth_values(column) if column.dtype.kind == "U" else column for column in values]
    for name, column in zip(columns, values, strict=True):
        if column.dtype.kind not in "biuf":
            what = "holds text; several targets must be numbers, or 0 and 1, or true and false"
            raise DataError(f"{path}: column {name!r} {what}")
    return np.column_stack(values).astype(np.float64)


def _present(name: str, column: Values, fault: Fault) -> Array:
    is_missing = missing(column)
    if is_missing.any():
        what = "the target is missing; correct it, or state `missing_target: drop`"
        raise fault(int(is_missing.argmax()), name, what)
    if isinstance(column, Texts):
        return column.strings()
    return np.array(column.tolist()) if column.dtype == object else column
