"""Pieces: the values of a column as they are read, in some rows numbers already, in others places of texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import nan
from typing import Protocol

import numpy as np

from dlx.data.values.numbers import NumberStyle
from dlx.data.values.packed_numbers import PackedNumbers
from dlx.data.values.rounded import Rounded, is_rounded, may_be_rounded, rounded_among
from dlx.data.values.texts import Places, Texts
from dlx.types import Array

LARGE = 2**10  # numbers of a piece from which on it is packed


class Reading(Protocol):
    """How numbers are read; see `ColumnReader`."""

    @property
    def style(self) -> NumberStyle: ...

    @property
    def missing(self) -> frozenset[str]: ...

    @property
    def codes_are_numbers(self) -> bool: ...

    def piece(self, values: Sequence[str]) -> Array | None: ...

    def without_marked(self, numbers: Array) -> Array: ...


class Fields(Protocol):
    """The texts of a column in rows that follow each other."""

    def numbers(self, reading: Reading) -> Array | None:
        """As `Reading.piece` has them."""

    def codes(self, places: Places) -> Array:
        """(n,) int32, their places."""

    def take(self, rows: Sequence[int]) -> list[str]:
        """The texts in these rows."""


class TextFields:
    """Texts of Python."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = values

    def numbers(self, reading: Reading) -> Array | None:
        """As `Reading.piece` has them."""
        return reading.piece(self.values)

    def codes(self, places: Places) -> Array:
        """(n,) int32, their places."""
        return places.of(self.values)

    def take(self, rows: Sequence[int]) -> list[str]:
        """The texts in these rows."""
        return [self.values[row] for row in rows]


class Pieces:
    """The pieces of one column: float64 numbers, and int32 places of texts.

    rounded: what of the numbers float64 does not hold; of texts once they are asked for as numbers.
    """

    def __init__(self) -> None:
        self.places = Places()
        self.rounded: Rounded | None = None
        self._pieces: list[Array | PackedNumbers] = []

    def add(self, fields: Fields, reading: Reading | None) -> None:
        """Further rows, which are texts where nothing reads them as numbers."""
        numbers = None if reading is None else fields.numbers(reading)
        if numbers is None:
            self._pieces.append(fields.codes(self.places))
            return
        packed = PackedNumbers.of(numbers) if len(numbers) >= LARGE else None
        if packed is None:  # else they are far smaller
            places = may_be_rounded(numbers).tolist()
            if places:
                self._heed_rounded(len(self), places, fields.take(places), numbers)
        self._pieces.append(numbers if packed is None else packed)

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    @property
    def are_numbers(self) -> bool:
        """Whether none of them has texts."""
        return all(map(_has_numbers, self._pieces))

    @property
    def have_numbers(self) -> bool:
        """Whether there is a number in them that was read as one."""
        return any(_has_numbers(piece) and not np.isnan(_numbers(piece)).all() for piece in self._pieces)

    def texts(self, missing: Collection[str] = ()) -> Texts:
        """The texts; missing are these, and what was read as a number."""
        codes = [
            np.full(len(piece), -1, np.int32) if _has_numbers(piece) else _numbers(piece) for piece in self._pieces
        ]
        return Texts(np.concatenate(codes), list(self.places)).without(missing)

    def numbers(self, of_texts: Mapping[str, float]) -> Array:
        """The numbers (m,), NaN for texts that stand for none."""
        lookup = np.array([of_texts.get(text, nan) for text in self.places], np.float64)
        numbers, start = np.empty(len(self)), 0
        rounded = self._rounded_texts(lookup)
        for piece in self._pieces:
            part = numbers[start : start + len(piece)]
            part[...] = _numbers(piece) if _has_numbers(piece) else lookup[_numbers(piece)]
            if rounded and not _has_numbers(piece):
                places = [row for row, code in enumerate(_numbers(piece).tolist()) if code in rounded]
                self._heed_rounded(start, places, [rounded[code] for code in _numbers(piece)[places].tolist()], part)
            start += len(piece)
        return numbers

    def _rounded_texts(self, numbers: Array) -> dict[int, str]:
        """The texts that are whole numbers which float64 does not hold, by their places; numbers: of all texts."""
        places = may_be_rounded(numbers).tolist()
        texts = list(self.places) if places else []
        return {place: texts[place] for place in places if is_rounded(texts[place], float(numbers[place]))}

    def _heed_rounded(self, start: int, places: Sequence[int], texts: Sequence[str], numbers: Array) -> None:
        """Count what is rounded in these places of a piece that starts there."""
        rounded = rounded_among(places, texts, numbers[places].tolist())
        if rounded is not None:
            self.rounded = rounded._replace(row=start + rounded.row).joined(self.rounded)


def _has_numbers(piece: Array | PackedNumbers) -> bool:
    """Whether they are numbers, and no places of texts."""
    return isinstance(piece, PackedNumbers) or piece.dtype == np.float64


def _numbers(piece: Array | PackedNumbers) -> Array:
    """The numbers, or places, of a piece as an array."""
    return piece.take(slice(None)) if isinstance(piece, PackedNumbers) else piece
