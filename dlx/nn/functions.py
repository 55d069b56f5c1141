"""Functions that activations and losses write on a tape, exact where the plain formula is not."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.component import Component, defined_at
from dlx.errors import UsageError
from dlx.nn.tape import Tape
from dlx.types import Array


def recorded(component: Component, method: str, returned: Any, shape: tuple[int, ...]) -> tuple[Array, Any]:
    """What a method has returned that writes a forward pass: the array of its result and what writes the backward pass.

    Raises:
        UsageError: it is anything else, or the array has another shape.
    """
    what = None
    if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[0], np.ndarray):
        what = f"{returned!r:.60}, expected an array {shape} and what writes its backward pass"
    elif returned[0].shape != shape:
        what = f"an array {returned[0].shape}, expected one {shape}, the shape of Z"
    elif returned[1] is not None and not callable(returned[1]):
        what = f"{returned[1]!r:.60} beside the array, expected what writes its backward pass"
    if what is not None:
        place = defined_at(type(component))
        raise UsageError(f"{place}: {component.kind} {component.name}: {method} returns {what}")
    A, backward = returned
    return A, backward


def sigmoid(tape: Tape, Z: Array, out: Array) -> Array:
    """Write out = σ(Z) = 1/(1 + exp(−Z)), exact to the last digits on both sides.

    Where exp(−Z) overflows, σ(Z) is the 0 that 1/∞ gives; ½ + ½·tanh(Z/2) would lose all digits long before that.
    """
    one = tape.constant(1)
    tape.call(np.negative, Z, out=out)
    tape.call(np.exp, out, out=out)
    tape.call(np.add, out, one, out=out)
    tape.call(np.divide, one, out, out=out)
    return out


def softplus(tape: Tape, Z: Array, out: Array) -> Array:
    """Write out = ln(1 + exp(Z)) = max(0, Z) + ln(1 + exp(−|Z|)), stable at any size of Z."""
    positive_part = tape.empty("max(0, Z)", *Z.shape)
    tape.call(np.maximum, Z, tape.zeros_like(Z), out=positive_part)
    log1p_exp_minus_abs(tape, Z, out)
    tape.call(np.add, out, positive_part, out=out)
    return out


def log1p_exp_minus_abs(tape: Tape, Z: Array, out: Array) -> None:
    """Write out = ln(1 + exp(−|Z|))."""
    tape.call(np.copysign, Z, tape.constant(-1), out=out)
    tape.call(np.exp, out, out=out)
    tape.call(np.log1p, out, out=out)
