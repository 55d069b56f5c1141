"""Exponentially weighted averages v = β·v + (1 − β)·x, and the correction of their bias towards the start."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlx.nn.tape import Tape
from dlx.types import Array


def record_later(tape: Tape, v: Array, x: Array, beta: float, scratch: Array) -> None:
    """Write v ← β·v + (1 − β)·x for when the step has proved to be finite; ``scratch`` has the shape of v."""
    tape.later(np.multiply, v, tape.constant(beta), v)
    tape.later(np.multiply, x, tape.constant(1 - beta), scratch)
    tape.later(np.add, v, scratch, v)


def record_sum(tape: Tape, total: Array, x: Array, beta: float) -> None:
    """Write total ← β·total + x: the weighted sum, of which (1 − β)·total is the average, one pass cheaper."""
    tape.call(np.multiply, total, tape.constant(beta), out=total)
    tape.call(np.add, total, x, out=total)


def bias(beta: float, t: int) -> float:
    """1 − βᵗ: the share of an average of t values that is not its start at 0; dividing by it corrects the bias."""
    share: float = 1 - beta**t
    return share


def averages(series: Sequence[float] | Array, beta: float, corrected: bool = True) -> Array:
    """v₁ … v_n of a series, divided by 1 − βᵗ where ``corrected``; about an average over 1/(1 − β) values.

    >>> averages([10, 20, 20], beta=0.9, corrected=False).round(2).tolist()
    [1.0, 2.9, 4.61]
    >>> averages([10, 20, 20], beta=0.9).round(2).tolist()
    [10.0, 15.26, 17.01]
    """
    v, result = 0.0, np.empty(len(series))
    for t, x in enumerate(series, start=1):
        v = beta * v + (1 - beta) * x
        result[t - 1] = v / bias(beta, t) if corrected else v
    return result
