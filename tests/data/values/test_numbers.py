"""Numbers as tables write them."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.values.numbers import NumberStyle, plain_numbers

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**17), max_value=10**17).map(str)
WRITTEN = st.one_of(
    st.floats().map(repr),
    DECIMALS,
    st.integers().map(str),
    st.from_regex(r"-?[0-9]{0,17}\.?[0-9]{0,17}", fullmatch=True),
)


@given(st.lists(WRITTEN | st.text("0123456789.,-+eE_ xn\0", max_size=6), min_size=1, max_size=8), st.booleans())
def test_many_at_once_are_what_python_reads_in_each(texts: list[str], codes_are_numbers: bool) -> None:
    """Bit for bit, with the sign of zero; or an error where Python has one, and for codes and underscores."""
    expected = None
    has_codes = any(text.isdecimal() and text.startswith("0") and len(text) > 1 for text in texts)
    if not any("_" in text for text in texts) and (codes_are_numbers or not has_codes):
        with suppress(ValueError):
            expected = np.array([float(text) for text in texts])
    if expected is None:
        with pytest.raises(ValueError):  # noqa: PT011 - whichever message it has
            plain_numbers(texts, NumberStyle(), codes_are_numbers)
    else:
        assert plain_numbers(texts, NumberStyle(), codes_are_numbers).tobytes() == expected.tobytes()


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8))
def test_a_decimal_comma_is_a_point(numbers: list[float]) -> None:
    texts = [repr(number).replace(".", ",") for number in numbers]
    assert plain_numbers(texts, NumberStyle(","), False).tolist() == numbers


@given(st.integers(-(10**9), 10**9), st.sampled_from(",' \u00a0\u202f"), st.sampled_from(["", "$", "€"]))
def test_grouped_digits(number: int, group: str, currency: str) -> None:
    """As Python's formatting groups them."""
    text = f"{currency}{number:,}".replace(",", group)
    assert NumberStyle().number(text) == (number, currency)
    assert NumberStyle(",").number(text.replace(",", ".")) == (number, currency)


@pytest.mark.parametrize(
    "text",
    ["1,2", "1,23,4567", "01,234", "1,234.5.6", "--1", "-$-1", "$1%", "1 2", "1_20", "$", "%", "", "12,3456", "1e"],
)
def test_what_is_no_number(text: str) -> None:
    assert NumberStyle().number(text) is None


def test_only_the_stated_sign_groups_digits() -> None:
    assert NumberStyle(thousands="'").number("1'234") == (1234, "")
    assert NumberStyle(thousands="'").number("1,234") is None
    assert NumberStyle(",", thousands=".").number("1.234,5") == (1234.5, "")
    assert NumberStyle(marks=False).number("1,234") is None
    assert NumberStyle(marks=False).number("1_234") == (1234, "")


@pytest.mark.parametrize(
    ("text", "number"),
    [("1,23,456", 123456.0), ("12,34,567.5", 1234567.5), ("₹1,23,45,678", 12345678.0), ("-1,23,456", -123456.0)],
)
def test_digits_are_grouped_as_in_india(text: str, number: float) -> None:
    read = NumberStyle().number(text)
    assert read is not None
    assert read[0] == number
    for other in (f"{text},00", text.replace(",", "."), f"9{text}9"):
        assert NumberStyle().number(other) is None
