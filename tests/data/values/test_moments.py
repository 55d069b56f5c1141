"""Moments: dates and times in their spellings, in the order that they have."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.data.values.moments import NoMoment, moments
from dlx.errors import Remark
from tests.conftest import examples

FORMS = [
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d %b %Y",
    "%b %d, %Y",
    "%B %d, %Y",
]
DAY = 86_400


def read(*texts: str | None) -> list[float]:
    return list(moments(np.array(texts, object)))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(100, 0.2))
@given(st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), min_size=1, max_size=5))
def test_what_is_written_comes_back(form: str, dates: list[datetime]) -> None:
    exact = [datetime.strptime(date.strftime(form), form).replace(tzinfo=UTC).timestamp() for date in dates]
    assert read(*(date.strftime(form) for date in dates)) == pytest.approx([seconds / DAY for seconds in exact])


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y", "%m-%d-%Y", "%m/%d/%y %H:%M", "%m/%d/%Y %I:%M %p"])
def test_a_day_beyond_twelve_tells_which_number_is_the_month(form: str) -> None:
    dates = [datetime(2020, 1, 31, 15, 5), datetime(2019, 12, 3, 4, 0)]
    later, earlier = read(*(date.strftime(form) for date in dates))
    assert later - earlier == pytest.approx(59 + (int("%H" in form or "%I" in form) * (11 + 5 / 60)) / 24)


def test_dates_that_could_be_either_are_remarked_on() -> None:
    with pytest.warns(
        Remark, match=r"dates such as '01/02/2020' are read as month, day, year; write them as 2020-01-31"
    ):
        assert np.diff(read("01/02/2020", "02/01/2020")).tolist() == [30]


def test_times_of_the_day_and_numbers() -> None:
    assert read("09:30", "9:30:15", "12:00 am", "3:15 PM") == pytest.approx(np.array([34200, 34215, 0, 54900]) / DAY)
    assert moments(np.array([3, 1])).tolist() == [3, 1]
    assert moments(np.array([0.5, -1])).tolist() == [0.5, -1]
    assert np.diff(moments(np.array(["2020-02-28", "2020-03-01"], "M8[D]"))) == 2
    assert read("0012", "7.5") == [12, 7.5]


def test_zones_count() -> None:
    first, second = read("2020-01-01T12:00:00+02:00", "2020-01-01T10:00:00")
    assert first == second


@pytest.mark.parametrize("text", ["soon", "2020-02-30", "31.02.2020", "25:00", "12:75", "99/99/9999"])
def test_what_is_no_date_is_named_with_its_row(text: str) -> None:
    with pytest.raises(NoMoment) as error:
        read("2020-01-31", text)
    assert error.value.row == 1
    assert text in str(error.value)


def test_a_missing_value_is_named_with_its_row() -> None:
    for values in (np.array([1.0, np.nan]), np.array(["2020-01-01", None], object)):
        with pytest.raises(NoMoment, match="missing") as error:
            moments(values)
        assert error.value.row == 1


def test_kinds_are_not_mixed_and_a_date_of_digits_is_one() -> None:
    assert read("2020-01-31", "20200201") == [18292, 18293]
    for others in (["17:30"], ["7.5"], ["20209999"]):
        with pytest.raises(NoMoment, match=r"'2020-01-31' a date|neither") as error:
            read("2020-01-31", *others)
        assert error.value.row == 1
