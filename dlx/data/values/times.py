"""Dates and times that tables hold as text: as days since 1970-01-01, or since midnight where there is no date."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import date
from functools import cache
from typing import NamedTuple, get_args

import numpy as np

from dlx.data.values.columns import CyclicPart, Order
from dlx.data.values.durations import duration
from dlx.data.values.month_names import month as month_number
from dlx.types import Array

ZONES = {  # hours before UTC; those of America as RFC 822 has them
    **{"UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7},
    **{"WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "JST": 9},
}
CLOCK = (
    r"(?P<hour>[0-9]{1,2})[:hH](?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}(?:[.,][0-9]+)?))?(?:\s*Uhr)?"
    r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
    rf"(?:\s*(?P<zone>Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?|{'|'.join(ZONES)})(?:\[[\w/+-]+\])?)?"
)
WEEKDAY = r"(?:[^\W\d_]{2,10}\.?,?\s+)?"  # such as Fri,
NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
YEAR, SHORT_YEAR = "(?P<year>[0-9]{4})", "(?P<year>[0-9]{4}|[0-9]{2})"
ORDINAL = "(?:st|nd|rd|th|er|º)?"
DATES = (
    rf"{YEAR}(?P<mark>[-/._])(?P<month>[0-9]{{1,2}})(?:(?P=mark)(?P<day>[0-9]{{1,2}}))?",
    rf"(?P<first>[0-9]{{1,2}})(?P<mark>[-/.])(?P<second_part>[0-9]{{1,2}})(?P=mark){SHORT_YEAR}",
    rf"{WEEKDAY}(?P<day>[0-9]{{1,2}}){ORDINAL}(?:[-/ .]*|\s+(?:de|of)\s+){NAME}(?:[-/ ,]*|\s+(?:de|of)\s+){SHORT_YEAR}"
    r"(?:\s?[гr]\.?)?",  # as Russian and Polish have it behind a year
    rf"{WEEKDAY}{NAME}[- ]*(?P<day>[0-9]{{1,2}}){ORDINAL}[- ,]+{YEAR}",
    rf"{YEAR}[-/ ]?{NAME}(?:[-/ ](?P<day>[0-9]{{1,2}}))?",
    rf"{NAME}(?:[-/ ,]*|\s+(?:de|of)\s+){YEAR}",  # the months and quarters of statistics are their first days
    rf"{NAME}\s?[-'’](?P<year>[0-9]{{2}})",
    rf"{YEAR}-?M(?P<month>[0-9]{{1,2}})",
    rf"(?P<month>[0-9]{{1,2}})[-/]{YEAR}",
    rf"{YEAR}(?:\. |년 ?)(?P<month>[0-9]{{1,2}})(?:\. |월 ?)(?P<day>[0-9]{{1,2}})(?:\.|일)?",
    rf"{YEAR}\s*年\s*(?P<month>[0-9]{{1,2}})\s*月(?:\s*(?P<day>[0-9]{{1,2}})\s*日)?",
    rf"{YEAR}-?W(?P<week>[0-9]{{2}})(?:-?(?P<weekday>[1-7]))?",
    rf"{YEAR}[-/ :]?[Qq](?P<quarter>[1-4])",
    rf"[Qq](?P<quarter>[1-4])[-/ ]?{YEAR}",
    rf"{YEAR}[-/ ]?[HS](?P<half_year>[12])",
    rf"[HS](?P<half_year>[12])[-/ ]{YEAR}",
)
TIME_OF_DAY = re.compile(CLOCK.replace("{1,2}", "{1,3}", 1))  # or a duration, which may be longer than a day
MOST_HOURS = 999
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?")
DAY = 86_400_000_000  # microseconds
COMPACT = re.compile(r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2}))?")
UNIX = {10: 86_400, 13: 86_400_000}  # digits of a time stamp in seconds and in milliseconds, and how many make a day
EPOCH = date(1970, 1, 1).toordinal()
PIVOT = 69  # years of two digits: from 69 on of the last century, as POSIX has it
ORDERS: tuple[Order, ...] = get_args(Order)
CLOCK_PARTS = frozenset(("minute", "hour"))


class Moment(NamedTuple):
    """A time in days: since 1970-01-01 (UTC, where a zone is stated), or since midnight, as durations are."""

    days: float
    is_clock: bool = False


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Compiled when a table has texts: that takes longer than many a module."""
    return (
        *(re.compile(rf"{pattern}(?:(?:T|,?\s+|:){CLOCK})?") for pattern in DATES),
        re.compile(rf"{WEEKDAY}{NAME}\s+(?P<day>[0-9]{{1,2}})\s+{CLOCK}(?:\s+[A-Z]{{3,4}})?\s+{YEAR}"),  # as of `date`
        re.compile(  # ISO's basic form
            rf"{YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})T(?P<hour>[0-9]{{2}})(?P<minute>[0-9]{{2}})"
            r"(?P<second>[0-9]{2}(?:[.,][0-9]+)?)?(?P<half>)(?P<zone>(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)"
        ),
    )


def moment(text: str, order: Order | None = None, digits: bool = False) -> Moment | None:
    """The date or time that a text holds; None where it holds anything else.

    order: of day and month in 01/02/2020; mdy unless stated, but dmy where a point or a hyphen stands between them.
    digits: whether 2020, 20200131 and time stamps of ten or 13 digits are times too.
    """
    text = text.strip()
    if text[:1] == "[" and text[-1:] == "]":  # as web servers log them
        text = text[1:-1]
    with suppress(ValueError):  # there is no such day, or no such time
        for pattern in _patterns():
            match = pattern.fullmatch(text)
            if match is not None:
                return Moment((DAY * _day(match, order) + (_clock(match) if match["hour"] else 0)) / DAY)
        match = TIME_OF_DAY.fullmatch(text)
        if match is not None:
            return Moment(_clock(match, MOST_HOURS) / DAY, is_clock=True)
        if digits and text.isdecimal():
            return _of_digits(text)
    seconds = duration(text)
    return None if seconds is None else Moment(seconds / 86_400, is_clock=True)


def moments(texts: Collection[str], order: Order | None = None, digits: bool = False) -> dict[str, Moment | None]:
    """What `moment` gives for each text, the usual form of ISO all at once."""
    plain = [text for text in texts if ISO.fullmatch(text)]
    result = dict[str, Moment | None]()
    with suppress(ValueError):  # one of them is no day
        days = np.array(plain, "datetime64[us]").astype(np.int64) / DAY
        result = dict(zip(plain, map(Moment, days.tolist()), strict=True))
    return result | {text: moment(text, order, digits) for text in texts if text not in result}


def order_of(texts: Collection[str]) -> tuple[Order | None, bool]:
    """The order of day and month in which all these texts are dates, and whether they could be in the other one too.

    None where they do not need any; where both fit, that of `moment`.
    """
    numeric = _patterns()[1]  # whose first two numbers are day and month, in either order
    dates = [match for text in texts if (match := numeric.fullmatch(text.strip())) is not None]
    if not dates:
        return None, False
    usual: Order = "mdy" if all(match["mark"] == "/" for match in dates) else "dmy"
    firsts, seconds = zip(*((int(match["first"]), int(match["second_part"])) for match in dates), strict=True)
    if max(firsts) > 12 and max(seconds) > 12:  # there is no such order: that in which more of them are dates
        days = {order: sum(moment(match[0], order) is not None for match in dates) for order in (usual, *ORDERS)}
        return max(days, key=lambda order: days[order]), False
    if max(firsts) > 12 or max(seconds) > 12:
        return "dmy" if max(firsts) > 12 else "mdy", False
    return usual, firsts != seconds and any(match["mark"] != "." for match in dates)


def cyclic(days: Array, part: CyclicPart) -> Array:
    """The sine and cosine (m, 2) of a part of times: around in an hour, a day, a week, a month of 31 days or a year."""
    whole, fraction = np.divmod(days, 1)
    if part in CLOCK_PARTS:
        turn = fraction * 24 if part == "minute" else fraction
    else:
        turn = _turn_of_calendar(np.where(np.isnan(whole), 0, whole), part)
    angle = np.where(np.isnan(days), np.nan, 2 * np.pi * turn)
    return np.stack([np.sin(angle), np.cos(angle)], axis=1)


def _turn_of_calendar(whole: Array, part: CyclicPart) -> Array:
    """How far around the day number is, as a share of its period."""
    day = whole.astype("datetime64[D]")
    month, year = day.astype("datetime64[M]"), day.astype("datetime64[Y]")
    passed: Array
    if part == "weekday":
        passed = (whole + 3) % 7 / 7  # 1970-01-01 was a Thursday
    elif part == "day":
        passed = (day - month).astype(np.float64) / 31
    elif part == "month":
        passed = (month - year).astype(np.float64) / 12
    else:
        length = (year + 1).astype("datetime64[D]") - year.astype("datetime64[D]")
        passed = (day - year).astype(np.float64) / length.astype(np.float64)
    return passed


def _day(match: re.Match[str], order: Order | None) -> int:
    """The number of a day; raises `ValueError` where there is no such one."""
    parts = match.groupdict()
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 1900 if year >= PIVOT else 2000
    if "week" in parts:
        return date.fromisocalendar(year, int(parts["week"]), int(parts["weekday"] or 1)).toordinal() - EPOCH
    day = int(parts.get("day") or 1)
    if "name" in parts:
        month = month_number(parts["name"])
    elif "quarter" in parts:
        month = 3 * int(parts["quarter"]) - 2
    elif "half_year" in parts:
        month = 6 * int(parts["half_year"]) - 5
    elif "first" in parts:
        numbers = int(parts["first"]), int(parts["second_part"])
        is_day_first = order == "dmy" or (order is None and parts["mark"] != "/")
        day, month = numbers if is_day_first else numbers[::-1]
    else:
        month = int(parts["month"])
    return date(year, month, day).toordinal() - EPOCH


def _clock(match: re.Match[str], most_hours: int = 23) -> int:
    """The time of a day in microseconds, in UTC where a zone is stated; raises `ValueError` where there is none.

    most_hours: of a time without a zone and half of the day.
    """
    hour, minute = int(match["hour"]), int(match["minute"])
    second = float((match["second"] or "0").replace(",", "."))
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if match["half"] in "pP" else 0)
    if hour > (23 if match["half"] or match["zone"] else most_hours) or minute > 59 or second >= 61:
        raise ValueError(match[0])
    return round(1e6 * second) + 1_000_000 * (hour * 3600 + minute * 60 - _offset(match["zone"]))


def _offset(zone: str | None) -> int:
    """The seconds by which a zone is before UTC."""
    if not zone or zone[0] not in "+-":
        return 3600 * ZONES.get(zone or "", 0)
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def _of_digits(text: str) -> Moment | None:
    if len(text) in UNIX:
        return Moment(int(text) / UNIX[len(text)])
    match = COMPACT.fullmatch(text)
    if match is None:
        return None
    return Moment(date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1)).toordinal() - EPOCH)
