"""Penalties on the weights, L2 and L1, in the cost and in the gradient; m is the number of examples in the batch."""

from __future__ import annotations

import numpy as np

from dlx.nn.params import Parameters
from dlx.nn.tape import Tape


def record_l2(tape: Tape, parameters: Parameters, lambd: float, m: int) -> None:
    """J += λ/(2m)·Σ‖W‖²_F and dW += (λ/m)·W."""
    shrink = tape.empty("λ/m·W", parameters.weights.size)
    tape.add_cost(lambd / (2 * m), parameters.weights, parameters.weights)
    tape.call(np.multiply, parameters.weights, tape.constant(lambd / m), out=shrink)
    tape.call(np.add, parameters.d_weights, shrink, out=parameters.d_weights)


def record_l1(tape: Tape, parameters: Parameters, lambd: float, m: int) -> None:
    """J += λ/(2m)·Σ‖W‖₁ and dW += λ/(2m)·sign(W), with sign(0) = 0."""
    size = parameters.weights.size
    sign = tape.empty("sign(W)", size)
    tape.call(np.sign, parameters.weights, out=sign)
    tape.add_cost(lambd / (2 * m), sign, parameters.weights)
    tape.call(np.multiply, sign, tape.constant(lambd / (2 * m)), out=sign)
    tape.call(np.add, parameters.d_weights, sign, out=parameters.d_weights)
