"""Slopes of activations: where they are flat, and how steep they get."""

from __future__ import annotations

import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.tape import Tape
from dlx.types import Array


def saturates(activation: Activation) -> bool:
    """Whether g is flat on both sides, far from 0."""
    slopes = np.abs(slope(activation, np.array([[-30.0, 30.0]])))
    return bool((slopes < 1e-3 * steepest(activation)).all())


def steepest(activation: Activation) -> float:
    """The largest |g′| near 0, which is 1 for most and ¼ for the sigmoid."""
    return float(np.abs(slope(activation, np.linspace(-5, 5, 101).reshape(1, -1))).max()) or 1.0


def slope(activation: Activation, Z: Array) -> Array:
    """g′(Z)."""
    tape = Tape(Z.dtype)
    _, backward = activation.record(tape, Z)
    slopes = backward(np.ones_like(Z))
    with np.errstate(all="ignore"):
        tape.run()
    return slopes
