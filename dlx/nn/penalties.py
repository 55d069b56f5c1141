"""Penalties on the weights, L2 and L1, each with its gradient beside it; m is the number of examples in the batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlx.nn.params import Parameters
from dlx.nn.tape import Tape

Backward = Callable[[], None]


def record_l2(tape: Tape, parameters: Parameters, lambd: float, m: int) -> Backward:
    """Write J += λ/(2m)·Σ‖W‖²_F; return what writes dW += (λ/m)·W."""
    tape.add_cost(lambd / (2 * m), parameters.weights, parameters.weights)

    def backward() -> None:
        shrink = tape.register("λ/m·W", np.empty_like(parameters.weights))
        tape.call(np.multiply, parameters.weights, tape.constant(lambd / m), out=shrink)
        tape.call(np.add, parameters.d_weights, shrink, out=parameters.d_weights)

    return backward


def record_l1(tape: Tape, parameters: Parameters, lambd: float, m: int) -> Backward:
    """Write J += λ/(2m)·Σ‖W‖₁; return what writes dW += λ/(2m)·sign(W), with sign(0) = 0."""
    sign = tape.register("sign(W)", np.empty_like(parameters.weights))
    tape.call(np.sign, parameters.weights, out=sign)
    tape.add_cost(lambd / (2 * m), sign, parameters.weights)

    def backward() -> None:
        tape.call(np.multiply, sign, tape.constant(lambd / (2 * m)), out=sign)
        tape.call(np.add, parameters.d_weights, sign, out=parameters.d_weights)

    return backward
