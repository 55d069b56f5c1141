"""Moments: the values of a column of dates, times or numbers, as numbers that grow with time."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import numpy as np

from dlx.data.values.columns import Order
from dlx.data.values.times import moment, order_of
from dlx.errors import remark
from dlx.types import Array


class NoMoment(Exception):
    """A value that is neither date nor time nor number; ``row`` tells which."""

    def __init__(self, row: int, what: str) -> None:
        self.row, self.what = row, what
        super().__init__(what)


def moments(values: Array, order: Order | None = None, key: str = "data.split.time") -> Array:
    """A number for each value, (m,); of dates and times the days that have passed, where no zone is stated in UTC.

    A remark says where day and month of dates could be the other way round, and no order is stated.
    key: what the remark calls the place in the spec that goes by them.

    Raises:
        NoMoment: a value is missing, cannot be read, or is of another kind than those before it.
    """
    if values.dtype.kind in "iubmM":
        return values.astype(np.int64)
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise NoMoment(int((~np.isfinite(values)).argmax()), "the value is missing")
        return values
    texts = [None if value is None else str(value).strip() for value in values]
    present = {text for text in texts if text is not None}
    likely, is_open = order_of(present)
    if is_open and order is None:
        words = "month, day, year" if likely == "mdy" else "day, month, year"
        what = f"dates such as {min(present)!r} are read as {words}; write them as 2020-01-31 if that is wrong"
        remark(f"{key}: {what}")
    readings = {text: _reading(text, order or likely) for text in present}
    if len({reading.kind for reading in readings.values() if reading is not None}) > 1:
        readings = {text: _reading(text, order or likely, digits=True) for text in present}
    kind = ""
    for row, text in enumerate(texts):
        reading = None if text is None else readings[text]
        if reading is None:
            what = "the value is missing" if text is None else f"{text!r} is neither a date nor a number"
            raise NoMoment(row, what)
        if reading.kind != (kind := kind or reading.kind):
            raise NoMoment(row, f"{text!r} is a {reading.kind}, and {texts[0]!r} a {kind}")
    lookup = {text: reading.number for text, reading in readings.items() if reading is not None}
    return np.array([lookup[text] for text in texts if text is not None], np.float64)


class _Reading(NamedTuple):
    """What a text is, and the number that grows with it."""

    kind: str
    number: float


def _reading(text: str, order: Order | None, digits: bool = False) -> _Reading | None:
    """What a text is; digits: whether 20200131 is a date."""
    days = moment(text, order, digits)
    if days is not None:
        return _Reading("time of a day" if days.is_clock else "date", days.days)
    with suppress(ValueError, OverflowError):
        return _Reading("number", float(text))
    return None
