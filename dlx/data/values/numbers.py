"""Numbers as tables write them: with a point or a comma, digits in groups, a currency or a percent sign."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import cached_property
from math import nan

import numpy as np

from dlx.data.values.units import measured, same_unit
from dlx.types import Array

MISSING = frozenset(("", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"))
CURRENCIES = "$€£¥₹₽₩₺₴₦₫₪฿¢"
GROUPING = ",. '\u2019\u00a0\u202f"  # what may stand between groups of three digits, but for the decimal mark
LAKHS = "(?<![0-9]{3},)(?<=,)(?:[0-9]{2},)+[0-9]{3}"  # behind the first comma of 12,34,567, as India groups digits
CODE = re.compile("0[0-9]+")  # such as 0012, which is no number
ENCLOSED = re.compile(rf"(?P<before>[{CURRENCIES}]?)\s*\(\s*(?P<inside>[{CURRENCIES}]?\s*[0-9.,][^()]*)\)")
WIDEST, MOST_DIGITS = 24, 15  # characters that are read in one go; whole numbers of so many digits are exact in float64
MINUS = str.maketrans(dict.fromkeys("\u2212\u2013", "-"))  # signs that programs write for it
SIGN_BEHIND = re.compile(r"(?P<number>[^-+()]*[0-9][^-+()]*)-")
POWERS = 10.0 ** np.arange(MOST_DIGITS + 1)


def number_in(value: str) -> float | None:
    """The number that Python reads in a field, NaN where it is missing, None where it holds anything else."""
    try:
        return nan if value.strip() in MISSING else float(value)
    except ValueError:
        return None


def with_leading_sign(texts: Collection[str], may_be_grades: bool = False) -> dict[str, str]:
    """The texts with the minus in front that stands behind numbers such as 12.50-; single digits may be grades."""
    behind = {text: match["number"] for text in texts if (match := SIGN_BEHIND.fullmatch(text.strip())) is not None}
    if not behind or (may_be_grades and all(len(number) == 1 for number in behind.values())):
        return {}
    return {text: f"-{behind[text]}" if text in behind else text for text in texts}


class NumberStyle:
    """How numbers are written: decimal mark and grouping; without ``marks``, as Python writes them.

    unit: which may stand behind each; is_censored: whether <0.5 and 10+ are numbers, these limits.
    """

    def __init__(
        self,
        decimal: str = ".",
        thousands: str | None = None,
        marks: bool = True,
        unit: str | None = None,
        is_censored: bool = False,
    ) -> None:
        self.decimal, self.thousands, self.marks = decimal, thousands, marks
        self.unit, self.is_censored = unit, is_censored

    @property
    def other(self) -> NumberStyle:
        """The style with the other decimal mark."""
        return NumberStyle("," if self.decimal == "." else ".", self.thousands, True, self.unit, self.is_censored)

    def of_column(self, unit: str | None, is_censored: bool) -> NumberStyle:
        """The style of a column that has this unit, or censored numbers."""
        return NumberStyle(self.decimal, self.thousands, self.marks, unit, is_censored)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        decimal = re.escape(self.decimal)
        groups = re.escape((self.thousands or GROUPING).replace(self.decimal, ""))
        grouped = (
            f"[1-9][0-9]{{0,2}}(?P<group>[{groups}])(?:[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|{LAKHS})|"
            if groups
            else "(?P<group>$^)|"
        )
        digits = f"(?P<digits>(?:{grouped}[0-9]+)(?:{decimal}[0-9]*)?|{decimal}[0-9]+)"
        before = f"(?P<sign>[+-]?)\\s*(?P<currency>[{CURRENCIES}]?)\\s*(?P<inner>[+-]?)"
        exponent = "(?P<exponent>(?:[eE][+-]?[0-9]+|[dD][+-][0-9]+)?)"  # with D as Fortran writes it
        return re.compile(f"{before}{digits}{exponent}\\s*(?P<unit>[%‰{CURRENCIES}]?)")

    def number(self, text: str) -> tuple[float, str] | None:
        """The number that a text holds, with its currency or percent sign; None where it holds anything else."""
        if self.unit is not None or self.is_censored:
            text = self._without_unit(text)
        if self.decimal == "." and (not self.marks or "_" not in text):
            with suppress(ValueError):
                return float(text), ""
        enclosed = ENCLOSED.fullmatch(text.strip()) if self.marks else None
        if enclosed is not None:  # as accountants write what is negative
            read = self.number(enclosed["before"] + enclosed["inside"])
            return None if read is None else (-read[0], read[1])
        match = self._pattern.fullmatch(text.strip().translate(MINUS)) if self.marks else None
        if match is None or (match["sign"] and match["inner"]) or (match["currency"] and match["unit"]):
            return None
        digits = match["digits"].replace(match["group"], "") if match["group"] else match["digits"]
        value = float(digits.replace(self.decimal, ".") + match["exponent"].upper().replace("D", "E"))
        return -value if "-" in match["sign"] + match["inner"] else value, match["currency"] or match["unit"]

    def _without_unit(self, text: str) -> str:
        """The text without the unit of its column and the sign of a limit; as it is where there is another unit."""
        parts = measured(text)
        if parts is None or (parts.is_limit and not self.is_censored):
            return text
        if parts.unit and (self.unit is None or same_unit(parts.unit) != same_unit(self.unit)):
            return f"{parts.number} {parts.unit}"
        return parts.number


def plain_numbers(values: Sequence[str], style: NumberStyle, codes_are_numbers: bool) -> Array:
    """The float64 that Python reads in each text, all short ones at once.

    A text of at most 15 digits is a whole number divided by a power of ten; both are exact, and so their quotient is
    the nearest float64, as Python's is.

    Raises:
        ValueError: one is no plain number, or a code such as 0012 where codes are none.
    """
    if not codes_are_numbers and CODE.fullmatch(values[0]):
        raise ValueError(values[0])
    _plain_number(values[0], style)
    lengths = list(map(len, values))
    if max(lengths) > WIDEST:
        if not codes_are_numbers and any(map(CODE.fullmatch, values)):
            raise ValueError("a code")
        return np.array([_plain_number(value, style) for value in values])
    signs = np.ascontiguousarray(np.array(values, "S").view(np.uint8).reshape(len(values), -1).T)
    if np.count_nonzero(signs) != sum(lengths):
        raise ValueError("there is a NUL among them")
    first_zero, negative = signs[0] == ord("0"), signs[0] == ord("-")
    signs[0][negative] = ord("0")
    mantissa, decimals, count = (np.zeros(len(values), np.int64) for _ in range(3))
    valid, fraction = np.ones(len(values), bool), np.zeros(len(values), bool)
    for sign in signs:
        digit = sign - np.uint8(ord("0"))
        is_digit, is_mark = digit <= 9, sign == ord(style.decimal)
        valid &= is_digit | (is_mark & ~fraction) | (sign == 0)
        mantissa = np.where(is_digit, 10 * mantissa + digit, mantissa)
        count += is_digit
        decimals += is_digit & fraction
        fraction |= is_mark
    if not codes_are_numbers and (first_zero & ~fraction & valid & (count > 1)).any():
        raise ValueError("a code")
    valid &= (count > negative) & (count <= MOST_DIGITS)
    numbers = mantissa / POWERS[np.minimum(decimals, MOST_DIGITS)]
    numbers[negative] *= -1
    for row in np.flatnonzero(~valid):
        numbers[row] = _plain_number(values[int(row)], style)
    return numbers


def _plain_number(value: str, style: NumberStyle) -> float:
    if style.decimal == ",":
        if "." in value:
            raise ValueError(value)
        value = value.replace(",", ".")
    if style.marks and "_" in value:
        raise ValueError(value)
    return float(value)
