"""Values of any library as what files hold: numbers, texts and times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

from dlx.errors import DataError, DlxError

SIMPLE = (bool, int, float, str, bytes, date, time, timedelta)
INTEGERS = range(-(2**63), 2**63)  # which every file holds


@contextmanager
def reading(where: str) -> Iterator[None]:
    """Within it whatever the object of another package raises becomes a `DataError` that says where it stands."""
    try:
        yield
    except (DlxError, MemoryError):
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise DataError(f"{where}: cannot be read: {reason:.200}") from error


def values_of(column: Any, where: str) -> list[Any]:
    """The values of a column as Python has them, None where one is missing.

    Where all are numbers, and some no Python number or too large for an integer of 64 bits, they are floats.

    Raises:
        DataError: no file can hold one of them.
    """
    values = plain_values(column, where)
    present = [value for value in values if value is not None]
    if all(map(is_number, present)) and not all(type(value) is float or _is_integer(value) for value in present):
        return [None if value is None else _float(value, where) for value in values]
    return values


def plain_values(column: Any, where: str) -> list[Any]:
    """The same with every number as it is."""
    with reading(where):
        values = column.to_pylist() if hasattr(column, "to_pylist") else [*column]
        return [_plain(value, where) for value in values]


def is_missing(value: Any) -> bool:
    """Of None, NaN, and what pandas has for a missing value or time: they are not equal to themselves, or not said."""
    if value is None:
        return True
    if isinstance(value, Decimal):
        return value.is_nan()
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA does not say, nor does a list in a column of polars, which is a Series
        return not hasattr(value, "__len__")


def as_text(value: Any) -> str:
    """A value as a table of texts has it; nothing where it is missing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def check_text(text: str, where: str) -> str:
    """The text; raises `DataError` where no file can hold it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise DataError(f"{where}: {text!r:.60} is no text in UTF-8 (it has half of a surrogate pair)") from None
    return text


def unfit(value: Any, where: str) -> DataError:
    """The error of a value that is neither number nor text nor time."""
    try:
        words = f"{value!r:.60}"
    except Exception:
        words = f"a {type(value).__name__}"
    what = "expected numbers, texts or times, one for each example"
    return DataError(f"{where}: {what}, got {words}; leave it out, or put what it says into columns of their own")


def _plain(value: Any, where: str) -> Any:
    """A value as a file can hold it; raises `DataError` where none can."""
    if isinstance(value, str):
        return check_text(str(value), where)
    if isinstance(value, np.generic):
        value = float(value) if isinstance(value, np.longdouble) else value.item()
    is_nested = isinstance(value, np.ndarray | Mapping | Set | list | tuple)
    if is_nested or isinstance(value, complex) or callable(value):
        raise unfit(value, where)
    if is_missing(value):
        return None
    if isinstance(value, SIMPLE) or is_number(value):
        return value
    own: Any = type(value)
    if own.__str__ is object.__str__ and own.__repr__ is object.__repr__:  # which say where it lies in memory
        raise unfit(value, where)
    return value if hasattr(value, "isoformat") else check_text(str(value), where)


def is_number(value: Any) -> bool:
    """Of what is a number, and not true or false."""
    return isinstance(value, Real | Decimal) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return type(value) is int and value in INTEGERS


def _float(value: Any, where: str) -> float:
    try:
        return float(value)
    except OverflowError:
        raise DataError(f"{where}: {str(value)[:20]}… is too large for a number") from None
