"""Dates and times: what Python has formatted comes back, in any order of day and month, and nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.data.values.columns import Order
from dlx.data.values.times import cyclic, moment, moments, order_of
from tests.conftest import examples

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(1000, 1, 1), datetime(2999, 12, 31)).map(lambda moment: moment.replace(microsecond=0))
RECENT = st.datetimes(datetime(1969, 1, 1), datetime(2068, 12, 31)).map(lambda moment: moment.replace(microsecond=0))


def days(of: datetime) -> float:
    return (of - EPOCH.replace(tzinfo=of.tzinfo and UTC)).total_seconds() / 86_400


def read(text: str, order: Order | None = None) -> float:
    found = moment(text, order)
    assert found is not None, text
    assert not found.is_clock
    return found.days


@pytest.mark.parametrize(
    ("form", "order"),
    [
        ("%Y-%m-%d %H:%M:%S", None),
        ("%Y-%m-%dT%H:%M:%S", None),
        ("%Y/%m/%d %H:%M:%S", None),
        ("%d.%m.%Y %H:%M:%S", None),
        ("%d.%m.%Y, %H:%M:%S", "dmy"),
        ("%m/%d/%Y %I:%M:%S %p", "mdy"),
        ("%m/%d/%Y %I:%M:%S%p", None),
        ("%d/%m/%Y %H:%M:%S", "dmy"),
        ("%d-%m-%Y %H:%M:%S", None),
        ("%d %B %Y %H:%M:%S", None),
        ("%d-%b-%Y %H:%M:%S", None),
        ("%B %d, %Y %H:%M:%S", None),
        ("%d%b%Y %H:%M:%S", None),
        ("%a, %d %b %Y %H:%M:%S +0000", None),
        ("%d/%b/%Y:%H:%M:%S +0000", None),
        ("[%d/%b/%Y:%H:%M:%S +0000]", None),
        ("%d.%m.%Y %H:%M:%S Uhr", None),
        ("%a %b %d %H:%M:%S %Y", None),
        ("%a %b %d %H:%M:%S UTC %Y", None),
        ("%A, %B %d, %Y %I:%M:%S %p", None),
        ("%Y-%b-%d %H:%M:%S", None),
        ("%Y年%m月%d日 %H:%M:%S", None),
    ],
)
@settings(max_examples=examples(100, 0.2))
@given(of=MOMENTS)
def test_what_is_formatted_comes_back(form: str, order: Order | None, of: datetime) -> None:
    assert read(of.strftime(form), order) == pytest.approx(days(of.replace(tzinfo=UTC)), rel=1e-12, abs=1e-9)


@given(of=RECENT)
def test_years_of_two_digits(of: datetime) -> None:
    day = datetime(of.year, of.month, of.day, tzinfo=UTC)
    assert read(of.strftime("%d.%m.%y")) == days(day)


@pytest.mark.parametrize(
    "form", ["%m/%Y", "%m-%Y", "%YM%m", "%B %Y", "%b-%Y", "%Y %b", "%b-%y", "%b '%y", "%Y-%m", "%Y年%m月"]
)
@given(of=RECENT)
def test_a_month_is_its_first_day(form: str, of: datetime) -> None:
    assert read(of.strftime(form)) == days(datetime(of.year, of.month, 1, tzinfo=UTC))


@given(of=RECENT)
def test_weeks_and_quarters(of: datetime) -> None:
    day = datetime(of.year, of.month, of.day, tzinfo=UTC)
    assert read(of.strftime("%G-W%V-%u")) == days(day)
    assert read(of.strftime("%GW%V")) == days(day - timedelta(days=day.weekday()))
    first = datetime(of.year, 1 + 3 * ((of.month - 1) // 3), 1, tzinfo=UTC)
    quarter = 1 + (of.month - 1) // 3
    assert {read(f"{of.year}Q{quarter}"), read(f"{of.year}-Q{quarter}"), read(f"Q{quarter} {of.year}")} == {days(first)}


@pytest.mark.parametrize(
    "text",
    [
        *("5 de marzo de 2021", "5. März 2021", "5 mars 2021", "Freitag, 5. März 2021", "5 maart 2021", "5-MRZ-21"),
        *("5 março 2021", "viernes 5 marzo 2021", "Mar 5th, 2021", "5th of March 2021", "5 marca 2021 r."),
        *("5 марта 2021 г.", "5 Mart 2021", "2021. 3. 5.", "2021년 3월 5일"),
    ],
)
def test_months_in_other_languages(text: str) -> None:
    assert read(text) == days(datetime(2021, 3, 5, tzinfo=UTC))


@pytest.mark.parametrize("form", ["%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ", "%Y_%m_%d %H:%M:%S"])
@given(of=MOMENTS)
def test_basic_forms(form: str, of: datetime) -> None:
    assert read(of.strftime(form)) == pytest.approx(days(of.replace(microsecond=0)), rel=1e-12, abs=1e-9)


@given(of=MOMENTS, minutes=st.integers(-14 * 60, 14 * 60))
def test_a_zone_is_taken_off(of: datetime, minutes: int) -> None:
    local = of.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read(local.isoformat()) == pytest.approx(days(local), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize("zone", ["EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "GMT"])
def test_zones_by_name_are_those_of_rfc_822(zone: str) -> None:
    text = f"5 Mar 2021 12:30:00 {zone}"
    assert read(text) == days(parsedate_to_datetime(text))


def test_a_zone_in_brackets_says_what_stands_before_it() -> None:
    assert read("2021-03-05T12:30:00+01:00[Europe/Berlin]") == days(datetime(2021, 3, 5, 11, 30, tzinfo=UTC))


def test_halves_of_years() -> None:
    texts = ("2020H2", "2020-S2", "H2 2020")
    assert {read(text) for text in texts} == {days(datetime(2020, 7, 1, tzinfo=UTC))}


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        *(("00:00", 0), ("7:30", 7.5), ("19:45:36", 19.76), ("12:15 am", 0.25), ("1:00 PM", 13)),
        *(("36:15:00", 36.25), ("120:06", 120.1)),  # durations
        *(
            ("2h 30m", 2.5),
            ("2h30", 2.5),
            ("12 min 36 s", 0.21),
            ("1 d 3 h", 27),
            ("45m", 0.75),
            ("1 Std. 6 Min.", 1.1),
        ),
        *(("PT2H30M", 2.5), ("P1DT3H", 27), ("PT3.6S", 0.001), ("6:00.36", 0.1001)),
        *(("0 days 01:30:00", 1.5), ("-1 days +23:00:00", -1), ("1 day, 2:30:00", 26.5), ("1.02:30:00", 26.5)),
    ],
)
def test_times_of_a_day_and_durations(text: str, hours: float) -> None:
    found = moment(text)
    assert found is not None
    assert found.is_clock
    assert 24 * found.days == pytest.approx(hours, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "x",
            "12",
            "1.5",
            "1.2",
            "12-12",
            "2020",
            "20200101",
            "5 may",
            "32 Jan 2020",
            "1 Foo 2020",
            "May 5",
            "A-12",
            "1/2/202",
        ),
        *("Type 2020", "Q5 2020", "2020-W54", "2021-W53", "2020年13月", "de 2020", "Apt 12"),
        *(
            "2021-02-29",
            "2021-13-01",
            "31/31/2020",
            "2020-1-1-1",
            "24:00 Z",
            "1000:00",
            "12:60",
            "13:00 pm",
            "2020-01-01 25:00",
            "٣:٠٠",
        ),
    ],
)
def test_what_is_no_time(text: str) -> None:
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "day"), [("20200229", 18321), ("2020", 18262), ("1582934400", 18321), ("1582934400000", 18321)]
)
def test_digits_are_times_where_that_is_stated(text: str, day: int) -> None:
    assert moment(text, digits=True) == (day, False)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ({"13/1/2020", "1/2/2020"}, ("dmy", False)),
        ({"1/13/2020", "1/2/2020"}, ("mdy", False)),
        ({"1/2/2020", "3/3/2020"}, ("mdy", True)),
        ({"1-2-2020"}, ("dmy", True)),
        ({"1.2.2020"}, ("dmy", False)),
        ({"3/3/2020"}, ("mdy", False)),
        ({"2020-01-02"}, (None, False)),
    ],
)
def test_the_order_of_day_and_month(texts: set[str], order: tuple[Order | None, bool]) -> None:
    assert order_of(texts) == order


@given(of=MOMENTS)
def test_cyclic_parts_are_angles_of_the_calendar(of: datetime) -> None:
    day = np.array([days(of.replace(tzinfo=UTC)), np.nan])
    seconds = 3600 * of.hour + 60 * of.minute + of.second
    year = (datetime(of.year + 1, 1, 1) - datetime(of.year, 1, 1)).days
    turns = {
        "minute": seconds / 3600,
        "hour": seconds / 86_400,
        "weekday": of.weekday() / 7,
        "day": (of.day - 1) / 31,
        "month": (of.month - 1) / 12,
        "yearday": (of.timetuple().tm_yday - 1) / year,
    }
    for part, turn in turns.items():
        waves = cyclic(day, part)  # type: ignore[arg-type]
        assert complex(*waves[0, ::-1]) == pytest.approx(np.exp(2j * np.pi * turn), abs=1e-5), part
        assert np.isnan(waves[1]).all()


@given(
    st.lists(
        st.one_of(
            MOMENTS.map(str),
            st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)).map(datetime.isoformat),
            st.dates().map(str),
            st.sampled_from(["2021-02-30", "2021-02-03 24:00", "1/2/2020", "soon", "12:30", "2020"]),
        )
    )
)
def test_many_at_once_are_the_same_bits_as_one_by_one(texts: list[str]) -> None:
    assert moments(texts) == {text: moment(text) for text in texts}
    for alone in texts[:3]:
        assert moments([alone])[alone] == moments(texts)[alone]
