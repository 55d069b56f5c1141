"""The labels of a table's target columns, as a starter spec takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlx.data.profile.columns import ColumnProfile
from dlx.data.targets.labels import Labels, infer_labels
from dlx.data.values.column_values import truth_values
from dlx.data.values.texts import Texts
from dlx.errors import DataError
from dlx.text import option
from dlx.types import Array
from dlx.words import Task


def labels_of(target: Sequence[ColumnProfile], labelled: Array, task: Task | None, origin: str) -> Labels:
    """What there is to learn.

    Args:
        target: the columns to predict.
        labelled: (m,) which rows have all of them.
        task: which it is, where that is known.
        origin: what messages call the table.

    Raises:
        DataError: no row has a target, or the values are none that can be predicted.
    """
    first = target[0]
    if not labelled.any():
        raise DataError(f"{origin}: column {first.name!r}: the target is missing in every row")
    if len(target) == 1 and first.is_number and first.distinct == 1 and (task is None or task.is_regression):
        raise DataError(
            f"{origin}: column {first.name!r}: is {first.counts[0][0]:g} in every row, so nothing is to learn"
        )
    if len(target) > 1:
        y = np.column_stack([_numbers(column, labelled, origin) for column in target])
    elif task is None and first.is_number and first.distinct > 1:
        what = f"column {first.name!r} has a different whole number in each row, as names of rows are"
        raise DataError(f"{origin}: {what}: take another target, or say {option('task', 'regression')}")
    else:
        y = _values(first, labelled)
    return infer_labels(y, task, origin, [column.name for column in target])


def _values(column: ColumnProfile, rows: Array) -> Array:
    values = column.values[rows]
    if isinstance(values, Texts):
        return values.strings()
    return values.astype(np.int64) if column.is_whole and np.abs(values).max() < 2**53 else values


def _numbers(column: ColumnProfile, rows: Array, origin: str) -> Array:
    """One of several targets."""
    values = _values(column, rows)
    numbers: Array = truth_values(values) if values.dtype.kind == "U" else values
    if numbers.dtype.kind == "U":
        what = f"column {column.name!r} holds text; several targets must be numbers, or 0 and 1, or true and false"
        raise DataError(f"{origin}: {what}: name one of them with {option('target', ...)}")
    return numbers.astype(np.float64)
