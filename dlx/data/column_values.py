"""The values of one column of a text table: numbers, truth values as 1 and 0, or text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from math import nan
from typing import NamedTuple

import numpy as np

from dlx.data.numbers import CODE, MISSING, NumberStyle, plain_numbers
from dlx.types import Array

INTEGER = re.compile("[+-]?[0-9]+")
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
    must_be_numbers: whether train has numbers here, so that codes with leading zeros, or one truth value, are numbers.
    """

    style: NumberStyle
    missing: frozenset[str] = MISSING
    must_be_numbers: bool = False

    def piece(self, values: Sequence[str]) -> Array | None:
        """The values as numbers where they all are plain ones or missing, else None."""
        codes_are_numbers = self.must_be_numbers or not self.style.marks
        with suppress(ValueError):
            return self._without_marked(plain_numbers(values, self.style, codes_are_numbers))
        texts = ["nan" if value.strip() in self.missing else value for value in values]
        if "nan" in texts:
            with suppress(ValueError):
                return self._without_marked(plain_numbers(texts, self.style, codes_are_numbers))
        return None

    def _without_marked(self, numbers: Array) -> Array:
        """The numbers, with NaN for those that are stated to mean a missing value."""
        for mark in self.missing - MISSING:
            read = self.style.number(mark)
            if read is not None:
                numbers[numbers == read[0]] = nan
        return numbers

    def text(self, values: Array) -> Array:
        """The values as they stand, None where they are missing."""
        missing = self._missing(values)
        if missing:
            values[[value in missing for value in values]] = None
        return values

    def settled(self, name: str, pieces: list[Array]) -> Array:
        """A column of numbers, or of text where none of its values is a number.

        Raises:
            MixedColumn: some values are numbers and others are not.
            TextNeeded: all pieces must be there as text.
        """
        if all(piece.dtype == np.float64 for piece in pieces):
            return np.concatenate(pieces)
        plain = [piece for piece in pieces if piece.dtype == np.float64 and not np.isnan(piece).all()]
        values = np.concatenate([piece.astype(object) for piece in pieces])
        texts = {value for value in set(values) if isinstance(value, str)}
        missing = self._missing(texts)
        present = texts - missing
        are_words = not plain and not self.must_be_numbers and _are_in_brackets(present)
        numbers = None if are_words else self.numbers(present)
        if plain and present and self.style.marks and (numbers is not None or all(map(INTEGER.fullmatch, present))):
            raise TextNeeded(name)
        if numbers is None:
            if not are_words:
                self._check_words(values, present, bool(plain))
            values[[value not in present for value in values]] = None
            return values
        table = numbers | dict.fromkeys(missing, nan)
        return self._without_marked(np.array([table.get(value, value) for value in values], np.float64))

    def numbers_among(self, pieces: list[Array]) -> tuple[Array, dict[int, str]]:
        """The numbers of a column, NaN for all else, and which texts, by their row, are neither numbers nor missing.

        Of numbers with different marks those are numbers that have the most frequent one.
        """
        values = np.concatenate([piece.astype(object) for piece in pieces])
        read = {text: self.style.number(text) for text in set(values) if isinstance(text, str)}
        marks = Counter("" if value not in read else (read[value] or (0, None))[1] for value in values)
        del marks[None]
        mark = max(marks, key=lambda mark: marks[mark], default="")
        numbers = {text: number[0] for text, number in read.items() if number is not None and number[1] == mark}
        missing = self._missing(read)
        texts = {
            row: value
            for row, value in enumerate(values)
            if value in read and value not in numbers and value not in missing
        }
        table = dict.fromkeys(read, nan) | numbers | dict.fromkeys(missing, nan)
        return self._without_marked(np.array([table.get(value, value) for value in values], np.float64)), texts

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
        numbers = _in_style(texts, style)
        return _in_style(texts, style.other) if numbers is None else numbers

    def _check_words(self, values: Array, present: set[str], has_numbers: bool) -> None:
        """Raises `MixedColumn` where numbers stand beside words, or beside numbers with another mark."""
        read = {text: self.style.number(text) for text in present}
        has_codes = self.style.marks and not self.must_be_numbers
        codes = {text for text in present if has_codes and CODE.fullmatch(text)}
        marks = {text: number[1] for text, number in read.items() if number is not None and text not in codes}
        if not (marks or has_numbers) or (codes and all(map(INTEGER.fullmatch, present))):
            return
        first = next((marks[value] for value in values if value in marks), "")
        odd = (present - marks.keys()) or {text for text, mark in marks.items() if mark != first}
        rows = [row for row, value in enumerate(values) if value in odd]
        raise MixedColumn(rows[0], values[rows[0]], odd, len(rows) / len(values))

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


def truth_values(values: Array) -> Array:
    """Texts that all say true or false, in any of the ways that are read, as 1 and 0; others as they are."""
    read = {text: BOOLEANS.get(str(text).strip().lower()) for text in set(values)}
    return values if None in read.values() else np.array([read[text] for text in values], np.float64)


def labels(values: Array, style: NumberStyle) -> Array:
    """Labels or targets as whole numbers if they all are, else as real numbers, else as text.

    Codes with leading zeros, and whole numbers that int64 does not hold, are text, so that no two become the same.
    Where some are None, these stay, and the array holds objects.
    """
    texts = set(values)
    if None in texts:
        present = np.array([value is not None for value in values])
        values[present] = labels(values[present], style)
        return values
    if all(map(INTEGER.fullmatch, map(str.strip, texts))):
        if style.marks and any(CODE.fullmatch(text.strip()) for text in texts):
            return values
        exact = {text: int(text) for text in texts if len(text) < LONGEST_WHOLE}
        if len(exact) == len(texts) and all(-(2**63) <= number < 2**63 for number in exact.values()):
            return np.array([exact[text] for text in values], np.int64)
        if style.marks:
            return values
    numbers = None if _are_in_brackets(texts) else _in_style(texts, style)
    if numbers is None and style.marks:
        numbers = _in_style(texts, style.other)
    return values if numbers is None else np.array([numbers[text] for text in values])
