"""Moments: the values of a column of dates, times or numbers, as numbers that grow with time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np

from dlx.types import Array

NUMERIC = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:[T ]+(.+))?")  # 2020/1/31 or 31.1.2020, and a time
CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d*)?))?\s*([aApP][mM])?")
MONTH = re.compile(r"(\d{4})-(\d{1,2})")
WITH_WORDS = ("%d %b %Y", "%d-%b-%Y", "%b %d %Y", "%b %d, %Y", "%d %B %Y", "%B %d %Y", "%B %d, %Y", "%d-%b-%y")
DAY = 86_400.0
Reader = Callable[[str], float | None]


class NoMoment(Exception):
    """A value that is neither date nor time nor number; ``row`` is None where all of them are meant."""

    def __init__(self, row: int | None, what: str) -> None:
        self.row, self.what = row, what
        super().__init__(what)


def moments(values: Array) -> Array:
    """A number for each value, (m,); of dates and times the seconds since 1970, where no zone is stated in UTC.

    Raises:
        NoMoment: a value is missing or cannot be read, or it cannot be told which number is the month.
    """
    if values.dtype.kind in "iubmM":
        return values.astype(np.int64)
    if values.dtype.kind == "f":
        if not np.isfinite(values).all():
            raise NoMoment(int((~np.isfinite(values)).argmax()), "the value is missing")
        return values
    texts = {str(value).strip() for value in values if value is not None}
    read = _reader(texts)
    seconds = {text: read(text) for text in texts}
    for row, value in enumerate(values):
        if value is None or seconds[str(value).strip()] is None:
            what = "the value is missing" if value is None else f"{value!r} is neither a date nor a number"
            raise NoMoment(row, what)
    return np.array([seconds[str(value).strip()] for value in values], np.float64)


def _reader(texts: Iterable[str]) -> Reader:
    """What reads them all, as far as they can be read."""
    dates = [match for match in map(NUMERIC.fullmatch, texts) if match is not None and len(match[1]) <= 2]
    first, second = (max((int(match[k]) for match in dates), default=0) for k in (1, 3))
    if dates and dates[0][2] != "." and first <= 12 and second <= 12:
        example = dates[0].string
        raise NoMoment(None, f"it cannot be told which number of {example!r} is the month; write dates as 2020-01-31")
    day_first = bool(dates) and (first > 12 or dates[0][2] == ".")
    return lambda text: _moment(text, day_first)


def _moment(text: str, day_first: bool) -> float | None:
    with suppress(ValueError, OverflowError):
        if match := NUMERIC.fullmatch(text):
            return _date(match, day_first)
        if match := CLOCK.fullmatch(text):
            return _clock(match)
        if match := MONTH.fullmatch(text):
            return _seconds(datetime(int(match[1]), int(match[2]), 1))
    with suppress(ValueError, OverflowError):
        return float(text)
    with suppress(ValueError, OverflowError):
        return _seconds(datetime.fromisoformat(text))
    for form in WITH_WORDS:
        with suppress(ValueError, OverflowError):
            return _seconds(datetime.strptime(text, form))
    return None


def _date(match: re.Match[str], day_first: bool) -> float | None:
    first, month, last = int(match[1]), int(match[3]), int(match[4])
    if len(match[1]) > 2:
        year, day = first, last
    else:
        year, day = last, first
        if not day_first:
            month, day = day, month
        if len(match[4]) <= 2:  # as POSIX has it: 69 to 99 are of the last century
            year += 1900 if year >= 69 else 2000
    date, rest = f"{year:04d}-{month:02d}-{day:02d}", match[5]
    if rest is None:
        return _seconds(datetime.fromisoformat(date))
    if clock := CLOCK.fullmatch(rest):
        return _seconds(datetime.fromisoformat(date)) + _clock(clock)
    return _seconds(datetime.fromisoformat(f"{date}T{rest}"))


def _clock(match: re.Match[str]) -> float:
    hour, half = int(match[1]), (match[4] or "").lower()
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    seconds = 3600.0 * hour + 60.0 * int(match[2]) + float(match[3] or 0)
    if hour > 24 or int(match[2]) > 59 or seconds > DAY:
        raise ValueError("there is no such time of the day")
    return seconds


def _seconds(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
