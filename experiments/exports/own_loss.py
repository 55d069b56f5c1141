"""A plugin: the loss of counts, whose answer is exp of the logits, as somebody might write it."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.nn.losses import Loss
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task


class OwnCounts(Loss):
    """A = exp(Z), ℓ = A − y·Z, dZ = (A − y)/m."""

    name = "own_counts"
    task = Task.REGRESSION

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> Any:
        m = Z.shape[1]
        A, YZ = tape.empty("A", *Z.shape), tape.empty("YZ", *Z.shape)
        tape.call(np.exp, Z, out=A)
        tape.call(np.multiply, Y, Z, out=YZ)
        tape.add_cost(1 / m, A, tape.ones(A.size))
        tape.add_cost(-1 / m, YZ, tape.ones(A.size))

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(np.subtract, A, Y, out=dZ)
            tape.call(np.multiply, dZ, tape.constant(1 / m), out=dZ)
            return dZ

        return A, backward

    def mistakes(self, Z: Array, Y: Array) -> float:
        """Σ of the squared residuals over the targets."""
        return float(((np.exp(Z.astype(np.float64)) - Y) ** 2).sum()) / len(Z)

    def error(self, mistakes: float, m: int) -> float:
        """The root mean square of the residuals."""
        return float(np.sqrt(mistakes / m))
