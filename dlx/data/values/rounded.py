"""Whole numbers that float64 does not hold, so that different ones may become the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from dlx.errors import remark
from dlx.types import Array

EXACT = 2.0**53  # up to which float64 holds every whole number
CLOSEST = 2.0**-50  # of a number: what is further from its digits was no whole one
LONGEST = 400  # digits of a finite number
NO_DIGIT = re.compile(r"[^0-9]")
WITH_EXPONENT = re.compile(r"[0-9.,][eE][+-]?[0-9]")


class Rounded(NamedTuple):
    """How many numbers of a column are rounded, and the first of them: its row, its text and what it becomes."""

    total: int
    row: int
    text: str
    number: float

    def joined(self, other: Rounded | None) -> Rounded:
        """These and others of the same column."""
        if other is None:
            return self
        return min(self, other, key=lambda rounded: rounded.row)._replace(total=self.total + other.total)

    def in_words(self, m: int) -> str:
        """What is told of a column of m rows."""
        what = f"{self.total:,} of {m:,} are whole numbers beyond 2^53 that float64 rounds"
        return f"{what}, such as {self.text.strip()} to {self.number:.0f}"


def may_be_rounded(numbers: Array) -> Array:
    """The places of numbers that float64 may have rounded to whole ones."""
    return np.flatnonzero(np.isfinite(numbers) & (np.abs(numbers) >= EXACT))


def rounded_among(places: Iterable[int], texts: Iterable[str], numbers: Iterable[float]) -> Rounded | None:
    """What is rounded among numbers in these places, and the texts that they were read from; None where nothing is."""
    first, count = None, 0
    for place, text, number in zip(places, texts, numbers, strict=True):
        if is_rounded(text, number):
            count += 1
            first = first or (place, text, number)
    return None if first is None else Rounded(count, *first)


def tell_rounded(chunks: Iterable[Array], origin: str, name: str) -> None:
    """Warns of whole numbers of an array, in consecutive pieces of rows, that float64 rounds.

    origin: of the array; name: what it is called there, such as X.
    """
    first, count, row = "", 0, 0
    for chunk in chunks:
        numbers = chunk.astype(np.float64)
        with np.errstate(invalid="ignore"):  # 2^63 is no int64; what becomes 2^63 was rounded, as it was less
            differs = (numbers.astype(chunk.dtype) != chunk) | (numbers >= float(np.iinfo(chunk.dtype).max))
        if differs.any():
            place = np.argwhere(differs)[0]
            at = ", ".join(map(str, (row + place[0], *place[1:])))
            first = first or f"such as {name}[{at}] = {chunk[tuple(place)]} to {numbers[tuple(place)]:.0f}"
            count += int(np.count_nonzero(differs))
        row += len(chunk)
    if count:
        what = f"{count:,} whole numbers beyond 2^53 are rounded to float64, {first} (counted from 0)"
        advice = "subtract an offset first where their last digits matter"
        remark(f"{origin}: {what}; {advice}")


def is_rounded(text: str, number: float) -> bool:
    """Whether a text is a whole number, in whichever way its digits are grouped, and this is another one near it."""
    digits = "" if WITH_EXPONENT.search(text) else NO_DIGIT.sub("", text)
    if not digits or len(digits) > LONGEST:
        return False
    whole, nearest = int(digits), abs(int(number))
    return whole != nearest and abs(whole - nearest) <= CLOSEST * nearest
