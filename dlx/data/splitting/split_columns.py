"""The columns that a split goes by: values of a table or an array, none of them missing, times as numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlx.data.values.columns import Order
from dlx.data.values.moments import NoMoment, moments
from dlx.data.values.texts import Values, as_array
from dlx.errors import DataError
from dlx.types import Array

Fault = Callable[[int, str, str], DataError]  # of a row, a column, and what is wrong with the value


def split_values(column: Values, role: str, name: str, fault: Fault, order: Order | None = None) -> Array:
    """The values (m,) that `group` or `time` of a split goes by; of the time as numbers that grow with it.

    Args:
        column: the values as they were read; None or NaN is a missing one.
        role: ``group`` or ``time``.
        name: of the column, for messages.
        fault: makes the error about one value, as `Table.fault`.
        order: of day and month in dates such as 01/02/2020, where it is stated.

    Raises:
        DataError: a value is missing, or says nothing of the time.
    """
    values = as_array(column)
    missing = _missing(values)
    if missing.any():
        what = f"the value is missing, and data.split.{role} goes by it; fill it in, or leave the row out of the file"
        raise fault(int(missing.argmax()), name, what)
    if role != "time":
        return values
    try:
        return moments(values, order)
    except NoMoment as no_moment:
        what = f"{no_moment.what} (data.split.time goes by it)"
        raise fault(no_moment.row, name, what) from None


def _missing(values: Array) -> Array:
    if values.dtype.kind == "f":
        return np.isnan(values)
    if values.dtype.kind == "O":
        return np.array([value is None for value in values])
    if values.dtype.kind in "US":
        return np.asarray(np.char.strip(values) == "")
    return np.isnat(values) if values.dtype.kind in "mM" else np.zeros(len(values), bool)
