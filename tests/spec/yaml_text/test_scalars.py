"""The scalars of YAML 1.2: which text is a number, a truth value or nothing, and which stays text."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.errors import Place
from dlx.spec.yaml_text.reading import parse

ONE_PLACE = Place("the test")


def value_of(text: str) -> object:
    return parse(text, ONE_PLACE).plain()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # the examples of YAML 1.2.2, §10.2 and §10.3 (JSON and core schema)
        ("null", None),
        ("Null", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("0", 0),
        ("-19", -19),
        ("0o7", 7),
        ("0x3A", 58),
        ("0.", 0.0),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("+12e03", 12000.0),
        ("-2E+05", -200000.0),
        (".inf", math.inf),
        ("-.Inf", -math.inf),
        ("+.INF", math.inf),
        # what YAML 1.1 reads otherwise
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        ("1E-08", 1e-8),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("Off", "Off"),
        ("y", "y"),
        ("012", 12),
        ("0b101", "0b101"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        ("=", "="),
        # what is text in both
        ("'1'", "1"),
        ('"true"', "true"),
        ("nullable", "nullable"),
        ("1e", "1e"),
        ("0o8", "0o8"),
        ("e3", "e3"),
        (".", "."),
        ("inf", "inf"),
        ("!!str 5", "5"),
        ("!!float 5", 5.0),
        ("", None),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    scalar = value_of(text)
    assert scalar == value
    assert type(scalar) is type(value)
    assert str(scalar) == str(value)  # tells -0.0 from 0.0


def test_nan_is_a_number() -> None:
    number = value_of(".nan")
    assert isinstance(number, float)
    assert math.isnan(number)


@given(st.from_regex(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,2})?", fullmatch=True))
def test_numbers_are_what_python_reads(text: str) -> None:
    assert value_of(text) == float(text)
