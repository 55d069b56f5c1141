"""The values of one column of a text table: numbers, truth values as 1 and 0, or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from math import nan
from typing import NamedTuple

import numpy as np

from dlx.data.values.columns import ColumnDetails, ColumnOptions
from dlx.data.values.numbers import CODE, MISSING, NumberStyle, plain_numbers, with_leading_sign
from dlx.data.values.pieces import Pieces
from dlx.data.values.texts import Texts, Values
from dlx.types import Array

INTEGER = re.compile("[+-]?[0-9]+")
FIRST = 10  # values that tell most columns of words from those of numbers
LONGEST_WHOLE = 1000  # characters of a label that is looked at as a whole number
BOOLEANS = {"true": 1.0, "t": 1.0, "yes": 1.0, "y": 1.0, "on": 1.0} | {
    "false": 0.0,
    "f": 0.0,
    "no": 0.0,
    "n": 0.0,
    "off": 0.0,
}


class MixedColumn(Exception):
    """A column in which some values are numbers and this one is not; ``odd`` are all such texts, with their share."""

    def __init__(self, row: int, text: str, odd: Collection[str], share: float) -> None:
        self.row, self.text, self.odd, self.share = row, text, sorted(odd), share
        super().__init__(text)


class TextNeeded(Exception):
    """A column of which pieces were read as plain numbers, and which has others that say how all are meant."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(column)


class ColumnReader(NamedTuple):
    """How the values of one column are read.

    missing: the texts that stand for no value.
    invalid: what becomes of that which is no number, where that is stated.
    must_be_numbers: whether train has numbers here, so that codes with leading zeros, or one truth value, are numbers.
    """

    style: NumberStyle
    missing: frozenset[str] = MISSING
    must_be_numbers: bool = False
    invalid: str | None = None

    def of_column(self, setting: ColumnOptions | ColumnDetails) -> ColumnReader:
        """The same with what is stated of the column itself."""
        style, missing = self.style, self.missing
        if setting.unit is not None or setting.censored:
            style = style.of_column(setting.unit, bool(setting.censored))
        if setting.missing is not None:
            missing = frozenset(("", *map(str, setting.missing)))
        return self._replace(style=style, missing=missing, invalid=setting.invalid)

    @property
    def codes_are_numbers(self) -> bool:
        """Whether 0012 is 12."""
        return self.must_be_numbers or not self.style.marks

    def piece(self, values: Sequence[str]) -> Array | None:
        """The values as numbers where they all are plain ones or missing, else None."""
        with suppress(ValueError):
            return self.without_marked(plain_numbers(values, self.style, self.codes_are_numbers))
        with suppress(ValueError):
            return self._with_missing(values)
        return None

    def _with_missing(self, values: Sequence[str]) -> Array | None:
        """The values as numbers, NaN for missing ones; None, or `ValueError`, where one is neither."""
        present = [value for value in values[:FIRST] if value.strip() not in self.missing]
        if present:  # words need not be looked at to the last one
            plain_numbers(present, self.style, self.codes_are_numbers)
        texts = ["nan" if value.strip() in self.missing else value for value in values]
        if "nan" not in texts:
            return None
        return self.without_marked(plain_numbers(texts, self.style, self.codes_are_numbers))

    def without_marked(self, numbers: Array) -> Array:
        """The numbers, with NaN for those that are stated to mean a missing value."""
        for mark in self.missing - MISSING:
            read = self.style.number(mark)
            if read is not None:
                numbers[numbers == read[0]] = nan
        return numbers

    def text(self, pieces: Pieces) -> Texts:
        """The values as they stand, none where they are missing."""
        return pieces.texts(self._missing(pieces.places))

    def settled(self, name: str, pieces: Pieces) -> Values:
        """A column of numbers, or of text where none of its values is a number.

        Raises:
            MixedColumn: some values are numbers and others are not.
            TextNeeded: all pieces must be there as text.
        """
        if pieces.are_numbers:
            return pieces.numbers({})
        missing = self._missing(pieces.places)
        present, has_plain = pieces.places.keys() - missing, pieces.have_numbers
        are_words = not has_plain and not self.must_be_numbers and _are_in_brackets(present)
        numbers = None if are_words else self.numbers(present)
        if has_plain and present and self.style.marks and (numbers is not None or all(map(INTEGER.fullmatch, present))):
            raise TextNeeded(name)
        if numbers is None:
            if not are_words:
                self._check_words(pieces, present, has_plain)
            return pieces.texts(missing)
        return self.without_marked(pieces.numbers(numbers))

    def numbers_among(self, pieces: Pieces) -> tuple[Array, dict[int, str]]:
        """The numbers of a column, NaN for all else, and which texts, by their row, are neither numbers nor missing.

        Of numbers with different marks those are numbers that have the most frequent one.
        """
        led = with_leading_sign(pieces.places) if self.style.marks else {}
        read = {text: self.style.number(led.get(text, text)) for text in pieces.places}
        if not pieces.have_numbers and self.style.marks and not any(read.values()):
            read = {text: self.style.other.number(led.get(text, text)) for text in read}
        texts = pieces.texts()
        codes, first, counts = np.unique(texts.codes, return_index=True, return_counts=True)
        marks = Counter[str | None]()
        for place in first.argsort().tolist():  # among equally frequent marks the first one counts
            number = (0.0, "") if codes[place] < 0 else read[texts.different[codes[place]]]
            marks[None if number is None else number[1]] += int(counts[place])
        del marks[None]
        mark = max(marks, key=lambda mark: marks[mark], default="")
        missing = self._missing(read)
        present = {text: number for text, number in read.items() if number is not None and text not in missing}
        numbers = {text: number[0] for text, number in present.items() if number[1] == mark}
        odd = read.keys() - numbers.keys() - missing
        rows = np.flatnonzero(texts.are(odd)).tolist()
        return self.without_marked(pieces.numbers(numbers)), {row: str(texts[row]) for row in rows}

    def numbers(self, texts: Collection[str]) -> dict[str, float] | None:
        """The numbers that all these texts are, in one style and with the same mark; None where they are not."""
        style = self.style
        if not style.marks:
            return _in_style(texts, style)
        if not self.must_be_numbers and any(map(CODE.fullmatch, texts)):
            return None
        truths = {text: BOOLEANS[text.strip().lower()] for text in texts if text.strip().lower() in BOOLEANS}
        if texts and len(truths) == len(texts) and (self.must_be_numbers or len(set(truths.values())) == 2):
            return truths
        return _in_either_style(texts, style, may_be_grades=not self.must_be_numbers)

    def _check_words(self, pieces: Pieces, present: set[str], has_numbers: bool) -> None:
        """Raises `MixedColumn` where numbers stand beside words, or beside numbers with another mark."""
        read = {text: self.style.number(text) for text in present}
        has_codes = self.style.marks and not self.must_be_numbers
        codes = {text for text in present if has_codes and CODE.fullmatch(text)}
        marks = {text: number[1] for text, number in read.items() if number is not None and text not in codes}
        if not (marks or has_numbers) or (codes and all(map(INTEGER.fullmatch, present))):
            return
        first = next((marks[text] for text in pieces.places if text in marks), "")
        odd = (present - marks.keys()) or {text for text, mark in marks.items() if mark != first}
        texts = pieces.texts()
        rows = np.flatnonzero(texts.are(odd))
        raise MixedColumn(int(rows[0]), str(texts[int(rows[0])]), odd, len(rows) / len(texts))

    def _missing(self, values: Iterable[str]) -> set[str]:
        return {value for value in set(values) if value.strip() in self.missing}


def _are_in_brackets(texts: Collection[str]) -> bool:
    """Whether there are texts, and all of them are in brackets, as (1) is, which then is no -1."""
    return bool(texts) and all(text.strip().startswith("(") for text in texts)


def _in_style(texts: Collection[str], style: NumberStyle) -> dict[str, float] | None:
    numbers, marks = dict[str, float](), set[str]()
    for text in texts:
        read = style.number(text)
        if read is None:
            return None
        numbers[text] = read[0]
        marks.add(read[1])
    return numbers if len(marks) <= 1 else None


def _in_either_style(texts: Collection[str], style: NumberStyle, may_be_grades: bool = True) -> dict[str, float] | None:
    """The numbers that the texts are with either decimal mark, a minus in front of them or behind."""
    for way in (style, style.other):
        if (numbers := _in_style(texts, way)) is not None:
            return numbers
    led = with_leading_sign(texts, may_be_grades)
    for way in (style, style.other) if led else ():
        if (numbers := _in_style(set(led.values()), way)) is not None:
            return {text: numbers[plain] for text, plain in led.items()}
    return None


def truth_values(values: Array) -> Array:
    """Texts that all say true or false, in any of the ways that are read, as 1 and 0; others as they are."""
    read = {text: BOOLEANS.get(str(text).strip().lower()) for text in set(values)}
    return values if None in read.values() else np.array([read[text] for text in values], np.float64)


def labels(values: Texts, style: NumberStyle) -> Values:
    """Labels or targets as whole numbers if they all are, else as real numbers, else as text.

    Codes with leading zeros, and whole numbers that int64 does not hold, are text, so that no two become the same.
    Where some are missing, numbers are objects beside None.
    """
    numbers = _label_numbers(values.present, style)
    if numbers is None:
        return values
    if not values.is_missing.any():
        lookup = np.array([numbers.get(text, 0) for text in values.different])
        return lookup[values.codes]
    of_each = np.array([*(numbers.get(text) for text in values.different), None], object)
    return of_each[values.codes]


def _label_numbers(texts: Collection[str], style: NumberStyle) -> Mapping[str, int] | Mapping[str, float] | None:
    """The numbers that labels are, whole ones that int64 holds or real ones; None where they stay text."""
    if all(map(INTEGER.fullmatch, map(str.strip, texts))):
        if style.marks and any(CODE.fullmatch(text.strip()) for text in texts):
            return None
        exact = {text: int(text) for text in texts if len(text) < LONGEST_WHOLE}
        if len(exact) == len(texts) and all(-(2**63) <= number < 2**63 for number in exact.values()):
            return exact
        if style.marks:
            return None
    if not style.marks:
        return _in_style(texts, style)
    return None if _are_in_brackets(texts) else _in_either_style(texts, style)
