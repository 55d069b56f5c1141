"""The rows of the table that native code goes through, and the memory that their addresses point into."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from dlx.nn.compiled.assembly import RowLayout
from dlx.nn.compiled.loops import Loop
from dlx.types import Array


class Row(NamedTuple):
    """A row, and what it works on, which must live as long as it is used."""

    numbers: list[int]
    operands: Sequence[Array]


Rows = list[Row]


@dataclass(frozen=True)
class Moving:
    """Memory of which each step uses the next piece: so many bytes on."""

    array: Array
    by_step: int

    @cached_property
    def addresses(self) -> range:
        """Those at which a view into it begins."""
        start = address_of(self.array)
        return range(start, start + self.array.nbytes)


def joined(rows: Iterable[Rows | None]) -> Rows | None:
    """All rows one after the other; None where one of them is None."""
    result = Rows()
    for each in rows:
        if each is None:
            return None
        result += each
    return result


def row_of(
    code: Loop,
    operands: Sequence[Array],
    dimensions: Sequence[int],
    strides: Sequence[int],
    moving: Sequence[Moving],
    outer: tuple[int, Sequence[int]] = (1, ()),
    check: int = 0,
) -> Row:
    row = [0] * RowLayout.END
    row[RowLayout.FUNCTION], row[RowLayout.DATA] = code.function, code.data
    row[RowLayout.COUNT], row[RowLayout.CHECK] = outer[0], check
    for i, operand in enumerate(operands):
        address = row[RowLayout.ADDRESS + i] = address_of(operand)
        for piece in moving:
            if address in piece.addresses:
                row[RowLayout.BY_STEP + i] = piece.by_step
                break
    row[RowLayout.BY_COUNT : RowLayout.BY_COUNT + len(outer[1])] = outer[1]
    row[RowLayout.DIMENSIONS : RowLayout.DIMENSIONS + len(dimensions)] = dimensions
    row[RowLayout.STRIDES : RowLayout.STRIDES + len(strides)] = strides
    return Row(row, operands)


def address_of(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address
