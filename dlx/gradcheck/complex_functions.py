"""The calls of a tape continued to complex numbers x + ih·y: analytic ones as they are, piecewise ones by their piece.

A continuation takes the arguments of the call with complex arrays in place of the real ones, writes the result and
returns whether it met a kink: a place where the pieces on both sides of x give different imaginary parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from dlx.types import Array

Continuation = Callable[..., bool]


def as_it_is(function: Callable[..., object]) -> Continuation:
    """The function itself, which also takes complex arrays: for what is analytic."""

    def continuation(*args: Any, **out: Array) -> bool:
        function(*args, **out)
        return False

    return continuation


def _quotient(a: Any, b: Any, out: Array) -> bool:
    """a/b, and 0 where b is infinite: there exp has overflowed, and its derivative with it."""
    overflowed = np.isinf(np.real(b))
    np.divide(a, b, out)
    np.copyto(out, 0, where=overflowed)
    return False


def _vecdot(a: Array, b: Array, out: Array) -> bool:
    """Σ a·b, of which NumPy would take the conjugate of a."""
    np.vecdot(np.conj(a), b, out)
    return False


def _larger(a: Any, b: Any, out: Array) -> bool:
    """NumPy orders complex numbers by the real part, and at a tie by the imaginary one: the side that h·y goes to."""
    kink = _ties(a, b)
    np.maximum(a, b, out=out)
    return kink


def _smaller(a: Any, b: Any, out: Array) -> bool:
    kink = _ties(a, b)
    np.minimum(a, b, out=out)
    return kink


def _clipped(a: Any, low: Any, high: Any, out: Array) -> bool:
    above = np.maximum(a, low)
    kink = _ties(a, low) or _ties(above, high)
    np.minimum(above, high, out=out)
    return kink


def _largest(a: Array, axis: int, dtype: None, out: Array) -> bool:
    extremum = np.maximum.reduce(a, axis, keepdims=True)
    np.copyto(out, np.squeeze(extremum, axis))
    return _ties(a, extremum)


def _smallest(a: Array, axis: int, dtype: None, out: Array) -> bool:
    extremum = np.minimum.reduce(a, axis, keepdims=True)
    np.copyto(out, np.squeeze(extremum, axis))
    return _ties(a, extremum)


def _magnitude(a: Any, out: Array) -> bool:
    """|x|, not the modulus of x + ih·y."""
    kink = _ties(a, 0)
    np.multiply(a, _sign(a), out)
    return kink


def _with_sign_of(a: Any, b: Any, out: Array) -> bool:
    """±|a|, the sign that of b."""
    kink = _ties(a, 0) or _ties(b, 0)
    np.multiply(a, _sign(a) * np.copysign(1.0, np.real(b)), out)
    return kink


def _log_add_exp(a: Any, b: Any, out: Array) -> bool:
    """ln(eᵃ + eᵇ), for which NumPy has no complex function."""
    larger = np.maximum(a, b)
    np.add(larger, np.log1p(np.exp(np.minimum(a, b) - larger)), out)
    return False


def _step(function: np.ufunc) -> Continuation:
    """A function of the real parts that is constant between its jumps, such as sign and the comparisons with 0."""

    def continuation(*args: Any) -> bool:
        *inputs, out = args
        kink = _ties(inputs[0], inputs[1] if len(inputs) == 2 else 0)
        np.copyto(out, function(*map(np.real, inputs)))
        return kink

    return continuation


def _sign(a: Any) -> Array:
    """±1, where x = 0 the side that h·y goes to."""
    x, y = np.real(a), np.imag(a)
    return np.where((x > 0) | ((x == 0) & (y >= 0)), 1.0, -1.0)


def _ties(a: Any, b: Any) -> bool:
    """Whether the real parts are equal somewhere, and the imaginary ones not."""
    return bool(np.any((np.real(a) == np.real(b)) & (np.imag(a) != np.imag(b))))


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
