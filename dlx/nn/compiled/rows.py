"""The calls of a tape as rows of a table: each is an inner loop of NumPy with the addresses that it works on."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from dlx.nn.compiled.assembly import ARGUMENTS
from dlx.nn.compiled.loops import Loop, loop
from dlx.nn.compiled.native import native
from dlx.nn.compiled.table import Moving, Rows, address_of, joined, row_of
from dlx.nn.dropout import DrawnMask, words_of
from dlx.nn.tape import Call, constant
from dlx.types import Array

COMPARISONS = frozenset({np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal})


def rows_of(call: Call, moving: Sequence[Moving] = ()) -> Rows | None:
    """What a call of a tape becomes.

    None where NumPy has no loop for it, as for a function of a plugin; where NumPy would refuse the arguments, since
    native code looks at no shapes: it is then NumPy that is called, and that says why; and where NumPy would copy what
    the result is about to overwrite.
    """
    function, arguments = call
    keywords = function.keywords if isinstance(function, partial) else {}
    function = function.func if isinstance(function, partial) else function
    owner, name = getattr(function, "__self__", None), getattr(function, "__name__", "")
    arrays = [value for value in (owner, *arguments, *keywords.values()) if isinstance(value, np.ndarray)]
    if not arrays or not arrays[-1].flags.writeable or not keywords.keys() <= {"out"}:
        return None
    if not all(array.dtype.isnative and array.flags.aligned for array in arrays):
        return None
    if isinstance(owner, np.ndarray) and name == "dot":
        return product((owner, *arguments), moving)
    if owner is np.maximum and name == "reduce":
        return _largest(arguments, moving)
    if isinstance(function, DrawnMask):
        return _mask(function, arguments[0], moving)
    if function is np.copyto and arguments[1].dtype == bool:
        return _as_numbers(arguments[1], arguments[0], moving)
    if function is np.clip:
        x, least, most, out = arguments
        return joined(
            [elementwise(np.maximum, (x, least, out), moving), elementwise(np.minimum, (out, most, out), moving)]
        )
    if not isinstance(function, np.ufunc):
        return None
    operands = (*arguments, *keywords.values())
    if len(operands) != function.nargs or not all(isinstance(operand, np.ndarray) for operand in operands):
        return None
    if function.signature is not None:
        return _of_vectors(function, operands, moving) if function is np.vecdot else None
    if operands[-1].dtype != bool and function in COMPARISONS:
        return _compared(function, operands, moving)
    return elementwise(function, operands, moving)


def elementwise(ufunc: Any, operands: Sequence[Array], moving: Sequence[Moving] = (), check: int = 0) -> Rows | None:
    """out = ufunc(…), for operands that are broadcast to the last of them, out."""
    code = loop(ufunc, _types(operands, ufunc.nin))
    if code is None or len(operands) > ARGUMENTS:
        return None
    *inputs, out = operands
    if any(np.may_share_memory(array, out) and not is_same(array, out) for array in inputs):
        return None
    steps = [broadcast_strides(operand, out.shape) for operand in operands]
    merged = [] if None in steps else _merged(out.shape, [step for step in steps if step is not None])
    if None in steps or len(merged) > 2:
        return None
    none = (1, (0,) * len(operands))
    outer, inner = [*[none] * (2 - len(merged)), *merged]
    return [row_of(code, operands, [inner[0]], inner[1], moving, outer, check)]


def broadcast_strides(array: Array, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The strides of an array that is broadcast to a shape; None where it cannot be."""
    own, strides = array.shape, array.strides
    if own == shape:
        return strides
    further = len(shape) - len(own)
    if further < 0:
        return None
    result = [0] * further
    for length, count, stride in zip(own, shape[further:], strides, strict=True):
        if length not in (1, count):
            return None
        result.append(stride if length == count else 0)
    return tuple(result)


def _merged(shape: tuple[int, ...], steps: Sequence[tuple[int, ...]]) -> list[tuple[int, tuple[int, ...]]]:
    """The loops over the axes, outermost first: how often, and the bytes to go on in each operand, the last being out.

    Axes that all operands go through as if they were one are one.
    """
    out = steps[-1]
    axes = [axis for axis, count in enumerate(shape) if count != 1]
    axes.sort(key=lambda axis: -abs(out[axis]))
    merged: list[tuple[int, tuple[int, ...]]] = []
    for axis in axes:
        count, strides = shape[axis], tuple([step[axis] for step in steps])
        if merged and merged[-1][1] == tuple([count * stride for stride in strides]):
            merged[-1] = merged[-1][0] * count, strides
        else:
            merged.append((count, strides))
    return merged


def product(operands: Sequence[Array], moving: Sequence[Moving]) -> Rows | None:
    """out = a·b of matrices and vectors, by the loop of np.matmul, which leaves them to the BLAS."""
    a, b, out = operands
    code = loop(np.matmul, _types(operands, 2))
    if code is None or not 2 < a.ndim + b.ndim < 5 or a.shape[-1] != b.shape[0]:
        return None
    if out.shape != a.shape[:-1] + b.shape[1:] or not out.flags.c_contiguous:
        return None
    if np.may_share_memory(a, out) or np.may_share_memory(b, out):
        return None
    A = a.reshape(1, -1) if a.ndim == 1 else a
    B = b.reshape(-1, 1) if b.ndim == 1 else b
    C = out.reshape(len(A), B.shape[1])
    size = a.dtype.itemsize
    dimensions = [1, A.shape[0], A.shape[1], B.shape[1]]
    strides = [0, 0, 0, *_strides(A, size), *_strides(B, size), *_strides(C, size)]
    return [row_of(code, operands, dimensions, strides, moving)]


def _strides(matrix: Array, size: int) -> tuple[int, int]:
    """Of an axis of length 1 the stride says nothing: the BLAS is to be given what would be contiguous."""
    first, second = matrix.strides
    if matrix.shape[1] == 1 and matrix.shape[0] > 1:
        second = size if first != size else first * matrix.shape[0]
    if matrix.shape[0] == 1:
        first = second * matrix.shape[1]
    return first, second


def _of_vectors(ufunc: Any, operands: Sequence[Array], moving: Sequence[Moving]) -> Rows | None:
    """out = Σ a·b over the last axis, for rows."""
    a, b, out = operands
    code = loop(ufunc, _types(operands, 2))
    if code is None or a.ndim != 2 or a.shape != b.shape or out.shape != (len(a),):
        return None
    strides = [a.strides[0], b.strides[0], out.strides[0], a.strides[1], b.strides[1]]
    return [row_of(code, operands, list(a.shape), strides, moving)]


def _largest(arguments: Sequence[Any], moving: Sequence[Moving]) -> Rows | None:
    """out = the largest of each column."""
    Z, axis, dtype, out = arguments
    if axis != 0 or dtype is not None or Z.ndim != 2 or out.shape != Z.shape[1:]:
        return None
    first = elementwise(np.positive, (Z[0], out), moving)
    if first is None or len(Z) == 1:
        return first
    code = loop(np.maximum, _types((Z, Z, out), 2))
    if code is None:
        return None
    size, operands = out.strides[0], (out, Z[1], out)
    by_row = len(Z) - 1, (0, Z.strides[0], 0)
    return [*first, row_of(code, operands, [len(out)], [size, Z.strides[1], size], moving, by_row)]


def _compared(ufunc: Any, operands: Sequence[Array], moving: Sequence[Moving]) -> Rows | None:
    """out = 1 where the comparison holds, else 0, as numbers: by way of truth values."""
    truths = np.empty(operands[-1].shape, bool)
    return joined([elementwise(ufunc, (*operands[:-1], truths), moving), _as_numbers(truths, operands[-1], moving)])


def _as_numbers(truths: Array, out: Array, moving: Sequence[Moving]) -> Rows | None:
    """out = truths, as 0 and 1."""
    name = {"d": "double_of_bool", "f": "float_of_bool"}.get(out.dtype.char)
    if name is None or truths.shape != out.shape or not (truths.flags.c_contiguous and out.flags.c_contiguous):
        return None
    return [row_of(Loop(native().loops[name], 0), (truths, out), [out.size], [], moving)]


def _mask(draw: DrawnMask, D: Array, moving: Sequence[Moving]) -> Rows | None:
    """The dropout mask of raw 16-bit integers, with the numbers that the generator would give to NumPy."""
    is_known = type(draw.rng.bit_generator).__name__ == "PCG64" and draw.threshold < 2**16
    if not (is_known and D.flags.c_contiguous and sys.byteorder == "little"):
        return None
    bits, source = np.empty(words_of(D.size), np.uint64), _source(draw.rng.bit_generator)
    words = bits.view(np.uint16)[: D.size].reshape(D.shape)
    threshold, scale = np.array(draw.threshold, np.uint16), constant(2**16 / draw.threshold, D.dtype.char)
    truths = np.empty(D.shape, bool)
    draw_bits = row_of(Loop(native().loops["raw_bits"], address_of(source)), (bits, source), [bits.size], [], moving)
    return joined(
        [
            [draw_bits],
            elementwise(np.less, (words, threshold, truths), moving),
            _as_numbers(truths, D, moving),
            elementwise(np.multiply, (D, scale, D), moving),
        ]
    )


def _source(bits: np.random.BitGenerator) -> Array:
    """The addresses of what draws the next number, and of the state that it draws from."""
    interface = bits.ctypes
    return np.array([ctypes.cast(interface.next_uint64, ctypes.c_void_p).value, interface.state_address], np.uint64)


def checked(number: Array, limit: float) -> Rows | None:
    """Look whether a number is finite, and its size below the limit; replaying ends where it is not."""
    size, holds = np.empty(number.shape, number.dtype), np.empty(number.shape, bool)
    return joined(
        [
            elementwise(np.absolute, (number, size)),
            elementwise(np.less, (size, constant(limit, number.dtype.char), holds), check=address_of(holds)),
        ]
    )


def to_length(squares: Array, length: float, factor: Array) -> Rows | None:
    """factor = length/√squares, or 1 where that is no longer: what scales a vector with this sum of squares."""
    name = {"d": "double_to_length", "f": "float_to_length"}.get(squares.dtype.char)
    if name is None:
        return None
    return [row_of(Loop(native().loops[name], 0), (squares, np.array(length), factor), [1], [], ())]


def is_same(array: Array, out: Array) -> bool:
    """Whether both are the same numbers in the same order, so that each is read before it is overwritten."""
    there = address_of(array), array.shape, array.strides
    return there == (address_of(out), out.shape, out.strides)


def _types(operands: Sequence[Array], inputs: int) -> str:
    chars = [operand.dtype.char for operand in operands]
    return f"{''.join(chars[:inputs])}->{''.join(chars[inputs:])}"
