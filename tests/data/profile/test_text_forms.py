"""Forms of texts: numbers with units, censored ones, times with mistakes, codes; and what is none of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dlx.data.profile.marks import SAYS_MISSING
from dlx.data.profile.text_forms import NumberForm, are_codes_of_places, number_form, time_form
from dlx.data.values.numbers import NumberStyle
from dlx.data.values.texts import Texts


def form(counts: Mapping[str, int]) -> NumberForm | None:
    return number_form(counts, NumberStyle(), SAYS_MISSING)


@pytest.mark.parametrize(
    ("texts", "setting"),
    [
        (["50 kg", "60 kg", "70.5 kg", "80"], {"unit": "kg"}),
        (["1 day", "2 days", "10 days"], {"unit": "days"}),
        (["<0.5", "0.7", "12", ">100", "≥ 3"], {"censored": True}),
        (["< 1 year", "1 year", "2 years", "10+ years"], {"unit": "year", "censored": True}),
        (["1,000+", "500+", "10+", "50+", "100+"], {"censored": True}),
        (["5 %", "<1 %", "7 %"], {"censored": True}),
        (["1 km", "2 km", "n/a", "unknown"], {"unit": "km", "invalid": "missing"}),
        (["1,5 km", "2,25 km", "3 km"], {"unit": "km"}),
    ],
)
def test_numbers_with_a_unit_and_censored_ones(texts: list[str], setting: dict[str, object]) -> None:
    result = form(dict.fromkeys(texts, 3))
    assert result is not None
    assert result.units == {}
    assert result.setting.model_dump(exclude_none=True) == {"kind": "number", **setting}


@pytest.mark.parametrize(
    "texts",
    [
        ["<=50K", ">50K"],  # ranges
        ["0-10 kg", "10-20 kg", "20 kg"],
        ["1st", "2nd", "3rd", "4th"],
        ["A1", "B2"],
        ["1", "2", "3"],
        ["5 kg", "large", "small", "tiny", "huge"],
        ["n/a"],
        ["1. Never Married", "2. Married", "3. Widowed"],
        ["1 low", "2 medium", "3 high"],
        ["12A", "1B", "7C", "8A", "2B", "3C"],
    ],
)
def test_other_texts(texts: list[str]) -> None:
    assert form(dict.fromkeys(texts, 3)) is None


def test_units_are_not_mixed() -> None:
    result = form({"5 kg": 7, "500 g": 2, "250 g": 1, "6 kg": 1})
    assert result is not None
    assert result.units == {"kg": 8, "g": 3}


def test_times_but_for_mistakes() -> None:
    dates = [f"{day:02}.01.2020" for day in range(1, 32)]
    assert time_form(Texts.of(dates)) is None
    result = time_form(Texts.of([*dates, "31.02.2020", "unknown", None]))
    assert result is not None
    assert result.odd == ["31.02.2020", "unknown"]
    assert time_form(Texts.of([*dates[:27], *["unknown"] * 3])) is not None  # a tenth
    assert time_form(Texts.of([*dates[:5], "unknown"])) is None
    american = [f"{1 + day % 12:02}/{day:02}/2020" for day in range(1, 29)]
    result = time_form(Texts.of([*american, "13/45/2020"]))
    assert result is not None
    assert result.odd == ["13/45/2020"]
    assert time_form(Texts.of([*dates, *map(str, range(40))])) is None
    assert time_form(Texts.of(["red", "blue"] * 20)) is None


def test_codes_of_places() -> None:
    assert are_codes_of_places(["DE", "US", "FR"])
    assert are_codes_of_places(["EU", "APAC", "LATAM"])
    assert not are_codes_of_places(["YES", "NO"])
    assert not are_codes_of_places(["M", "F"])
    assert not are_codes_of_places(["HIGH", "LOW", "MID"])
    assert not are_codes_of_places(["Ex", "Gd", "TA"])
    assert not are_codes_of_places(["DE"])
