"""Losses: the output activation, the cost J and where backprop begins, computed together from the logits Z."""

from __future__ import annotations

from abc import abstractmethod
from math import sqrt
from typing import ClassVar

import numpy as np

from dlx.component import Component
from dlx.nn.activations import Backward
from dlx.nn.functions import log1p_exp_minus_abs, sigmoid
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task


class Loss(Component):
    """J = (1/m)·Σ ℓ(ŷ, y) over the m examples of a batch; the task of the data decides which loss it is.

    Z and Y are (n_y, m). The cost comes from the logits Z, never from ln(A), so it is finite wherever Z is.
    """

    kind = "loss"
    task: ClassVar[Task]

    @abstractmethod
    def record(self, tape: Tape, Z: Array, Y: Array) -> tuple[Array, Backward]:
        """Write the output A and the cost; return A and what writes dZ = ∂J/∂Z (it ignores its argument)."""

    @abstractmethod
    def mistakes(self, Z: Array, Y: Array) -> float:
        """What ``error`` averages over the examples: the wrong classes, or the mean squared residuals, added up."""

    def error(self, mistakes: float, m: int) -> float:
        """The error of m examples: the share that is classified wrongly."""
        return mistakes / m


class Logistic(Loss):
    """A = σ(Z), ℓ = −y·ln A − (1 − y)·ln(1 − A) = ln(1 + exp(Z)) − y·Z, dZ = (A − Y)/m; class 1 where A > ½."""

    name = "logistic"
    task = Task.BINARY

    def record(self, tape: Tape, Z: Array, Y: Array) -> tuple[Array, Backward]:
        m = Z.shape[1]
        A = sigmoid(tape, Z, tape.empty("A", *Z.shape))
        # ℓ = (max(0, Z) − Y·Z) + ln(1 + exp(−|Z|)): the first difference is exact, so a small ℓ keeps its digits
        terms, YZ = tape.empty("terms", 2, m), tape.empty("YZ", 1, m)
        hinge, L = terms[:1], terms[1:]  # beside each other, so that one call adds them up
        tape.rename("hinge", hinge)
        tape.rename("L", L)
        tape.call(np.maximum, Z, tape.zeros_like(Z), out=hinge)
        tape.call(np.multiply, Y, Z, out=YZ)
        tape.call(np.subtract, hinge, YZ, out=hinge)
        log1p_exp_minus_abs(tape, Z, L)
        tape.add_cost(1 / m, terms, tape.ones(2 * m))

        def backward(_: Array) -> Array:
            return _residual(tape, A, Y, 1 / m)

        return A, backward

    def mistakes(self, Z: Array, Y: Array) -> float:
        return int(np.count_nonzero((Z > 0) != (Y > 0.5)))


class Softmax(Loss):
    """A = exp(Z)/Σ_c exp(Z_c), ℓ = −Σ_c y_c·ln A_c, dZ = (A − Y)/m; max(Z) is taken off first: no overflow."""

    name = "softmax"
    task = Task.MULTICLASS

    def record(self, tape: Tape, Z: Array, Y: Array) -> tuple[Array, Backward]:
        C, m = Z.shape
        A, S = tape.empty("A", C, m), tape.empty("S", C, m)
        total, log_total = tape.empty("total", 1, m), tape.empty("ln_total", 1, m)
        tape.call(np.maximum.reduce, Z, 0, None, out=total.reshape(-1))
        tape.call(np.subtract, Z, total, out=S)
        tape.call(np.exp, S, out=A)
        tape.call(np.dot, tape.ones(C), A, out=total.reshape(-1))
        tape.call(np.divide, A, total, out=A)
        # Σ ℓ = Σ ln(sum) − Σ Y∘(Z − max): no logarithm of a small A is taken
        tape.call(np.log, total, out=log_total)
        tape.add_cost(1 / m, log_total, tape.ones(m))
        tape.add_cost(-1 / m, S, Y)

        def backward(_: Array) -> Array:
            return _residual(tape, A, Y, 1 / m)

        return A, backward

    def mistakes(self, Z: Array, Y: Array) -> float:
        return int(np.count_nonzero(Z.argmax(axis=0) != Y.argmax(axis=0)))


class SquaredError(Loss):
    """A = Z, ℓ = ‖Z − y‖², dZ = 2(Z − Y)/m; the error is the root mean square of the residuals, in the unit of y."""

    name = "squared_error"
    task = Task.REGRESSION

    def record(self, tape: Tape, Z: Array, Y: Array) -> tuple[Array, Backward]:
        m = Z.shape[1]
        residual = tape.empty("Z-Y", *Z.shape)
        tape.call(np.subtract, Z, Y, out=residual)
        tape.add_cost(1 / m, residual, residual)

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(np.multiply, residual, tape.constant(2 / m), out=dZ)
            return dZ

        return Z, backward

    def mistakes(self, Z: Array, Y: Array) -> float:
        squares: Array = np.subtract(Z, Y, dtype=np.float64) ** 2
        return float(squares.sum()) / len(Z)

    def error(self, mistakes: float, m: int) -> float:
        return sqrt(mistakes / m)


def loss_for(task: Task) -> Loss:
    """The loss, with its output activation, that a task is trained by where the spec names none."""
    return {Task.BINARY: Logistic(), Task.MULTICLASS: Softmax(), Task.REGRESSION: SquaredError()}[task]


def _residual(tape: Tape, A: Array, Y: Array, scale: float) -> Array:
    dZ = tape.empty("dZ", *A.shape)
    tape.call(np.subtract, A, Y, out=dZ)
    tape.call(np.multiply, dZ, tape.constant(scale), out=dZ)
    return dZ
