"""Fusion: neighbouring calls on entries of the same arrays become one loop, so that memory is gone through once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from dlx.nn.compiled.kernel_body import COMPARISONS, KINDS, OPERATIONS, KernelCall, KernelOperand
from dlx.nn.compiled.kernels import Kernel
from dlx.nn.compiled.loops import Loop
from dlx.nn.compiled.native import kernel_loop
from dlx.nn.compiled.rows import broadcast_strides, is_same, rows_of
from dlx.nn.compiled.table import Moving, Rows, address_of, row_of
from dlx.nn.tape import Call
from dlx.types import Array

LEAST_SIZE = 16384  # entries: below, all lies in the nearest cache, and a loop more is soon repaid
LEAST_COLUMNS = 64


def translated(
    calls: Sequence[Call], moving: Sequence[Moving] = (), temporaries: Sequence[Array] = ()
) -> Iterator[tuple[Sequence[Call], Rows | None]]:
    """Calls and what they become, in their order; None where they must be called as they are.

    temporaries: what holds no result: it is written only where a call reads it later.
    """
    start = 0
    while start < len(calls):
        group = _Group(moving)
        end = start
        while end < len(calls) and group.takes(calls[end]):
            end += 1
        if end - start > 1:
            yield calls[start:end], group.rows(_unread(temporaries, calls[end:]))
        else:
            end = start + 1
            yield calls[start:end], rows_of(calls[start], moving)
        start = end


def _unread(temporaries: Sequence[Array], calls: Sequence[Call]) -> list[Array]:
    """Those that none of these calls touches."""
    touched = [array for call in calls for array in _arrays(call)]
    return [array for array in temporaries if not any(np.may_share_memory(array, other) for other in touched)]


def _arrays(call: Call) -> list[Array]:
    function, arguments = call
    keywords = function.keywords if isinstance(function, partial) else {}
    values = (getattr(function, "__self__", None), *arguments, *keywords.values())
    return [value for value in values if isinstance(value, np.ndarray)]


class _Elementwise(NamedTuple):
    """A call that computes each entry of an array by itself."""

    name: str
    inputs: tuple[Array, ...]
    out: Array

    @classmethod
    def of(cls, call: Call) -> _Elementwise | None:
        """What the call is; None for all others."""
        function, arguments = call
        keywords = function.keywords if isinstance(function, partial) else {}
        function = function.func if isinstance(function, partial) else function
        operands = (*arguments, *keywords.values())
        if not all(isinstance(operand, np.ndarray) for operand in operands):
            return None
        if function is np.copyto and len(operands) == 2:
            return cls("number", (operands[1],), operands[0])
        if not isinstance(function, np.ufunc) or function.signature is not None or len(operands) != function.nargs:
            return None
        return cls(function.__name__, operands[:-1], operands[-1])

    @property
    def has_known_types(self) -> bool:
        """Whether all are numbers of one type, but for the truth values that a comparison gives."""
        *numbers, out = *self.inputs, self.out
        if self.name in COMPARISONS:
            return out.dtype == bool and _char(numbers) in KINDS
        if self.name == "number":
            return numbers[0].dtype == bool and _char([out]) in KINDS
        return _char([*numbers, out]) in KINDS


def _size_of_result(call: Call) -> int:
    function, arguments = call
    if function is np.copyto:
        out = arguments[0]
    else:
        out = function.keywords.get("out") if isinstance(function, partial) else arguments[-1] if arguments else None
    return out.size if isinstance(out, np.ndarray) else 0


def _char(arrays: Sequence[Array]) -> str:
    chars = {array.dtype.char for array in arrays if array.dtype.isnative and array.flags.aligned}
    return chars.pop() if len(chars) == 1 else ""


class _Group:
    """Calls that follow each other and work on the entries of arrays of one shape."""

    def __init__(self, moving: Sequence[Moving]) -> None:
        self.moving = moving
        self.calls: list[_Elementwise] = []
        self.arrays: dict[tuple[int, bool], Array] = {}  # in the order of their numbers
        self.piece: Moving | None = None  # what moves on, of which there may be one

    def takes(self, call: Call) -> bool:
        """Whether the call could be added, which it then is."""
        elementwise = _Elementwise.of(call) if _size_of_result(call) >= LEAST_SIZE else None
        if elementwise is None or not self._fits(elementwise):
            return False
        arrays = (*elementwise.inputs, elementwise.out)
        pieces = {id(piece): piece for array in arrays for piece in self.moving if piece.holds(array)}
        if self.piece is not None:
            pieces[id(self.piece)] = self.piece
        if len(pieces) > 1:
            return False
        self.piece = next(iter(pieces.values()), None)
        self.calls.append(elementwise)
        self.arrays |= {_key(array): array for array in arrays}
        return True

    def _fits(self, call: _Elementwise) -> bool:
        out = call.out
        if call.name not in OPERATIONS or not call.has_known_types or out.ndim not in (1, 2):
            return False
        if out.shape[-1] < LEAST_COLUMNS or not out.flags.writeable:
            return False
        if call.name == "number" and _key(call.inputs[0]) not in {_key(other.out) for other in self.calls}:
            return False
        if self.calls and (out.shape != self.calls[0].out.shape or self._char != _char_of(call)):
            return False
        arrays = (*call.inputs, out)
        return out.flags.c_contiguous and all(
            _lies_well(array, out.shape) and self._is_apart(array, arrays) for array in arrays
        )

    @property
    def _char(self) -> str:
        return _char_of(self.calls[0])

    def _is_apart(self, array: Array, beside: Sequence[Array]) -> bool:
        """Whether it is one of the arrays or shares no memory with any."""
        others = [*self.arrays.values(), *beside]
        return all(is_same(array, other) or not np.may_share_memory(array, other) for other in others)

    def rows(self, unread: Sequence[Array]) -> Rows:
        """The one row of them all; what nobody reads is not written."""
        numbers = {key: number for number, key in enumerate(self.arrays)}
        written = {_key(call.out) for call in self.calls}
        unread_keys = {_key(array) for array in unread}
        shape = self.calls[0].out.shape
        operands = tuple(
            KernelOperand(
                is_bool=array.dtype == bool,
                is_column=_strides(array, shape)[1] == 0,
                is_moving=self.piece is not None and self.piece.holds(array),
                is_stored=key in written and key not in unread_keys,
            )
            for key, array in self.arrays.items()
        )
        operations = tuple(
            KernelCall(call.name, tuple(numbers[_key(array)] for array in call.inputs), numbers[_key(call.out)])
            for call in self.calls
        )
        arrays = list(self.arrays.values())
        first = next((array for array, operand in zip(arrays, operands, strict=True) if operand.is_moving), arrays[0])
        table = np.array(
            [
                (address_of(array) - (address_of(first) if operand.is_moving else 0), _strides(array, shape)[0])
                for array, operand in zip(arrays, operands, strict=True)
            ]
        )
        code = Loop(kernel_loop(Kernel(self._char, operands, operations)).function, address_of(table))
        dimensions = [1, *shape] if len(shape) == 1 else [*shape]
        return [row_of(code, (first,), dimensions, [], self.moving, alive=(*arrays, table))]


def _char_of(call: _Elementwise) -> str:
    return _char([call.out if call.out.dtype != bool else call.inputs[0]])


def _key(array: Array) -> tuple[int, bool]:
    """Of two arrays of a group that have the same memory, both are all of it, or one number of a row."""
    return address_of(array), array.dtype == bool


def _strides(array: Array, shape: tuple[int, ...]) -> tuple[int, int]:
    """From row to row and from column to column, where the array is broadcast to the shape."""
    *_, of_row, of_column = 0, *(broadcast_strides(array, shape) or (0, 0))
    return of_row, of_column


def _lies_well(array: Array, shape: tuple[int, ...]) -> bool:
    """Whether a row is one number, or numbers that lie next to each other."""
    strides = broadcast_strides(array, shape)
    return strides is not None and strides[-1] in (0, array.itemsize)
