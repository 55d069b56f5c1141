"""Pieces: the values of a column as they are read, in some rows numbers already, in others places of texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import nan
from typing import Protocol

import numpy as np

from dlx.data.numbers import NumberStyle
from dlx.data.packed_numbers import PackedNumbers
from dlx.data.texts import Places, Texts
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


class Pieces:
    """The pieces of one column: float64 numbers, and int32 places of texts."""

    def __init__(self) -> None:
        self.places = Places()
        self._pieces: list[Array | PackedNumbers] = []

    def add(self, fields: Fields, reading: Reading | None) -> None:
        """Further rows, which are texts where nothing reads them as numbers."""
        numbers = None if reading is None else fields.numbers(reading)
        if numbers is None:
            self._pieces.append(fields.codes(self.places))
            return
        packed = PackedNumbers.of(numbers) if len(numbers) >= LARGE else None
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
        for piece in self._pieces:
            numbers[start : start + len(piece)] = _numbers(piece) if _has_numbers(piece) else lookup[_numbers(piece)]
            start += len(piece)
        return numbers


def _has_numbers(piece: Array | PackedNumbers) -> bool:
    """Whether they are numbers, and no places of texts."""
    return isinstance(piece, PackedNumbers) or piece.dtype == np.float64


def _numbers(piece: Array | PackedNumbers) -> Array:
    """The numbers, or places, of a piece as an array."""
    return piece.take(slice(None)) if isinstance(piece, PackedNumbers) else piece
