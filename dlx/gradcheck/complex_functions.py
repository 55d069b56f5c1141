"""The calls of a tape continued to complex numbers x + ih·y: analytic ones as they are, piecewise ones by their piece.

A continuation takes the arguments of the call with complex arrays in place of the real ones, writes the result and
returns whether it met a kink: a place where the pieces on both sides of x give different imaginary parts. There it goes
on with the piece that h·y points to (``side`` 0), or in every entry with the first of the two pieces (1) or the second
(−1): of max(a, b) these are a and b, of |x| they are x and −x.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlx.types import Array

Continuation = Callable[..., bool]


def as_it_is(function: Callable[..., object]) -> Continuation:
    """The function itself, which also takes complex arrays: for what is analytic."""

    def continuation(*args: Any, side: int = 0, **out: Array) -> bool:
        function(*args, **out)
        return False

    return continuation


def _quotient(a: Any, b: Any, out: Array, side: int = 0) -> bool:
    """a/b, and 0 where b is infinite: there exp has overflowed, and its derivative with it."""
    overflowed = np.isinf(np.real(b))
    np.divide(a, b, out)
    np.copyto(out, 0, where=overflowed)
    return False


def _vecdot(a: Array, b: Array, out: Array, side: int = 0) -> bool:
    """Σ a·b, of which NumPy would take the conjugate of a."""
    np.vecdot(np.conj(a), b, out)
    return False


def _larger(a: Any, b: Any, out: Array, side: int = 0) -> bool:
    """NumPy orders complex numbers by the real part, and at a tie by the imaginary one: the side that h·y goes to."""
    return _chosen(a, b, np.maximum(a, b), out, side)


def _smaller(a: Any, b: Any, out: Array, side: int = 0) -> bool:
    return _chosen(a, b, np.minimum(a, b), out, side)


def _clipped(a: Any, low: Any, high: Any, out: Array, side: int = 0) -> bool:
    above = np.maximum(a, low)
    kink = _chosen(a, low, above.copy(), above, side)
    return _chosen(above, high, np.minimum(above, high), out, side) or kink


def _largest(a: Array, axis: int, dtype: None, out: Array, side: int = 0) -> bool:
    return _extreme(a, np.maximum.reduce(a, axis, keepdims=True), axis, out, side)


def _smallest(a: Array, axis: int, dtype: None, out: Array, side: int = 0) -> bool:
    return _extreme(a, np.minimum.reduce(a, axis, keepdims=True), axis, out, side)


def _magnitude(a: Any, out: Array, side: int = 0) -> bool:
    """|x|, not the modulus of x + ih·y."""
    kink = _ties(a, 0)
    np.multiply(a, _sign(a, side), out)
    return kink


def _with_sign_of(a: Any, b: Any, out: Array, side: int = 0) -> bool:
    """±|a|, the sign that of b."""
    kink = _ties(a, 0) or _ties(b, 0)
    np.multiply(a, _sign(a, side) * np.copysign(1.0, np.real(b)), out)
    return kink


def _log_add_exp(a: Any, b: Any, out: Array, side: int = 0) -> bool:
    """ln(eᵃ + eᵇ), for which NumPy has no complex function."""
    larger = np.maximum(a, b)
    np.add(larger, np.log1p(np.exp(np.minimum(a, b) - larger)), out)
    return False


def _step(function: np.ufunc) -> Continuation:
    """A function of the real parts that is constant between its jumps, such as sign and the comparisons with 0."""

    def continuation(*args: Any, side: int = 0) -> bool:
        *inputs, out = args
        kink = _ties(inputs[0], inputs[1] if len(inputs) == 2 else 0)
        np.copyto(out, function(*map(np.real, inputs)))
        return kink

    return continuation


def _chosen(a: Any, b: Any, by_direction: Array, out: Array, side: int) -> bool:
    """Write what max or min gives, at ties a (side 1) or b (−1) if that is asked for."""
    kink = _ties(a, b)
    if kink and side:
        by_direction = np.where(np.real(a) == np.real(b), a if side > 0 else b, by_direction)
    np.copyto(out, by_direction)
    return kink


def _extreme(a: Array, extremum: Array, axis: int, out: Array, side: int) -> bool:
    """Write the largest or smallest along an axis, of several the first (side 1) or the last (−1) if so asked."""
    kink = _ties(a, extremum)
    if kink and side:
        ties = np.real(a) == np.real(extremum)
        place = ties.argmax(axis) if side > 0 else a.shape[axis] - 1 - np.flip(ties, axis).argmax(axis)
        extremum = np.take_along_axis(a, np.expand_dims(place, axis), axis)
    np.copyto(out, np.squeeze(extremum, axis))
    return kink


def _sign(a: Any, side: int) -> Array:
    """±1, where x = 0 the side that h·y goes to, or the ``side`` if that is not 0."""
    x, y = np.real(a), np.imag(a)
    return np.where((x > 0) | ((x == 0) & ((y >= 0) if side == 0 else side > 0)), 1.0, -1.0)


def _ties(a: Any, b: Any) -> bool:
    """Whether the real parts are equal somewhere, and the imaginary ones not."""
    equal = np.equal(np.real(a), np.real(b))
    return bool(equal.any()) and bool((equal & (np.imag(a) != np.imag(b))).any())


ANALYTIC = (
    *(np.add, np.subtract, np.multiply, np.negative, np.positive, np.reciprocal, np.square, np.sqrt, np.power),
    *(np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p),
    *(np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan),
    *(np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh),
    *(np.matmul, np.dot, np.add.reduce, np.multiply.reduce, np.sum, np.mean, np.copyto),
)
STEPS = (np.sign, np.greater, np.greater_equal, np.less, np.less_equal, np.equal, np.not_equal)

CONTINUATIONS: dict[Callable[..., object], Continuation] = {
    **{function: as_it_is(function) for function in ANALYTIC},
    **{function: _step(function) for function in STEPS},
    np.divide: _quotient,
    np.vecdot: _vecdot,
    np.maximum: _larger,
    np.minimum: _smaller,
    np.clip: _clipped,
    np.maximum.reduce: _largest,
    np.minimum.reduce: _smallest,
    np.absolute: _magnitude,
    np.fabs: _magnitude,
    np.copysign: _with_sign_of,
    np.logaddexp: _log_add_exp,
}
