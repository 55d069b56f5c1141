"""Packed numbers: a column of decimals as whole numbers and a power of ten, in half of the bytes or fewer."""

from __future__ import annotations

from typing import Self

import numpy as np

from dlx.types import Array

MOST_DECIMALS = 6
SAMPLE = 100  # numbers that tell in little time that others need more decimals
AT_ONCE = 2**14  # numbers that are looked at together
TYPES: tuple[np.dtype[np.signedinteger], ...] = (np.dtype(np.int8), np.dtype(np.int16), np.dtype(np.int32))
MOST = {kind: np.iinfo(kind).max - 1 for kind in TYPES}


class PackedNumbers:
    """Numbers (m,) each of which is a whole one divided by a power of ten, or NaN.

    A decimal is read as the float64 nearest to it, and so is the quotient of two whole numbers that are exact: where
    both are the same, which is looked at, no bit is lost.

    Args:
        values: the whole numbers; the least one of their type is a NaN, the one after it −0.
        divisor: the power of ten.
    """

    def __init__(self, values: Array, divisor: float) -> None:
        self.values, self.divisor = values, divisor
        least = np.iinfo(values.dtype).min
        codes = {least: np.nan, least + 1: -0.0}
        self._others = {code: number for code, number in codes.items() if (values == code).any()}

    @classmethod
    def of(cls, numbers: Array) -> Self | None:
        """These numbers (m,) in float64, packed; None where that would change a bit or save nothing."""
        sample = numbers[:: max(1, len(numbers) // SAMPLE)]
        for divisor in (10.0 ** np.arange(MOST_DECIMALS + 1)).tolist():
            largest = _largest(sample, divisor)
            for start in range(0, len(numbers) if largest is not None else 0, AT_ONCE):
                of_block = _largest(numbers[start : start + AT_ONCE], divisor)
                largest = None if of_block is None or largest is None else max(largest, of_block)
                if largest is None:
                    break
            kind = None if largest is None else next((kind for kind in TYPES if largest <= MOST[kind]), None)
            if kind is not None:
                return cls(_packed(numbers, divisor, kind), divisor)
        return None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: Array | slice) -> Array:
        """The numbers in these rows, float64."""
        values = self.values[rows]
        numbers: Array = np.divide(values, self.divisor, dtype=np.float64)
        for code, number in self._others.items():
            numbers[values == code] = number
        return numbers


def _whole(numbers: Array, divisor: float) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        whole: Array = np.rint(numbers * divisor)
    whole[np.isnan(whole)] = 0
    return whole


def _largest(numbers: Array, divisor: float) -> float | None:
    """The largest whole number that one of these is when divided, but for its sign; None where a bit would be lost."""
    whole = _whole(numbers, divisor)
    again = whole / divisor
    again[np.isnan(numbers)] = np.nan
    if not np.array_equal(again.view(np.int64), numbers.view(np.int64)):
        return None
    return float(np.abs(whole).max(initial=0))


def _packed(numbers: Array, divisor: float, kind: np.dtype[np.signedinteger]) -> Array:
    values = np.empty(len(numbers), kind)
    for start in range(0, len(numbers), AT_ONCE):
        block = numbers[start : start + AT_ONCE]
        part = values[start : start + AT_ONCE]
        part[...] = _whole(block, divisor)
        part[np.isnan(block)] = np.iinfo(kind).min
        part[(block == 0) & np.signbit(block)] = np.iinfo(kind).min + 1
    return values
