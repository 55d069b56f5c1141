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
    """J = (1/m)·Σ w·ℓ(ŷ, y) over the m examples of a batch; the task of the data decides which losses fit.

    Z and Y are (n_y, m). The cost comes from the logits Z, never from ln(A), so it is finite wherever Z is. Examples
    that have no weights weigh w = 1; those of others have mean 1 over train, so that the gradient of a mini-batch is on
    average that of train.
    """

    kind = "loss"
    task: ClassVar[Task]
    has_log_link: ClassVar[bool] = False  # whether a regression answers exp(Z) in place of Z
    least_target: ClassVar[float | None] = None  # of a regression that cannot learn smaller ones

    @abstractmethod
    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        """Write the output A and the cost; return A and what writes dZ = ∂J/∂Z (it ignores its argument).

        weights: w (1, m) of the examples. A loss that has no such argument is refused where they are weighted.
        """

    @abstractmethod
    def mistakes(self, Z: Array, Y: Array) -> float:
        """What ``error`` averages over the examples: the wrong classes, or the mean squared residuals, added up."""

    def error(self, mistakes: float, m: int) -> float:
        """The error of m examples: the share that is classified wrongly."""
        return mistakes / m

    def values(self, Z: Array) -> Array:
        """What a regression answers, for logits Z: those, or exp(Z) in float64."""
        if not self.has_log_link:
            return Z
        with np.errstate(over="ignore"):
            answers: Array = np.exp(Z, dtype=np.float64)
        return answers

    def best_constant(self, y: Array, weights: Array | None) -> Array:
        """The logits (k,) that cost least of those that are the same for all examples, for targets y (m, k)."""
        mean: Array = np.average(y, axis=0, weights=weights)
        return mean

    def record_hinges(self, tape: Tape, Z: Array, Y: Array) -> list[Array]:
        """Write what has a kink of ℓ, or of its slope, at 0, for checks that take differences."""
        return []


class Logistic(Loss):
    """A = σ(Z), ℓ = −y·ln A − (1 − y)·ln(1 − A) = ln(1 + exp(Z)) − y·Z, dZ = w∘(A − Y)/m; class 1 where A > ½."""

    name = "logistic"
    task = Task.BINARY

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        return _record_logistic(tape, Z, Y, weights)

    def mistakes(self, Z: Array, Y: Array) -> float:
        return int(np.count_nonzero((Z > 0) != (Y > 0.5)))


class LogisticPerLabel(Loss):
    """A = σ(Z), ℓ = Σ_k −y_k·ln A_k − (1 − y_k)·ln(1 − A_k), dZ = w∘(A − Y)/m; an example has label k where A_k > ½.

    The error is the share of wrong labels, of all examples and labels (Hamming loss).
    """

    name = "logistic_per_label"
    task = Task.MULTILABEL

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        return _record_logistic(tape, Z, Y, weights)

    def mistakes(self, Z: Array, Y: Array) -> float:
        return int(np.count_nonzero((Z > 0) != (Y > 0.5))) / len(Z)


class Softmax(Loss):
    """A = exp(Z)/Σ_c exp(Z_c), ℓ = −Σ_c y_c·ln A_c, dZ = w∘(A − Y)/m; max(Z) is taken off first: no overflow."""

    name = "softmax"
    task = Task.MULTICLASS

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
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
        tape.add_cost(1 / m, log_total, tape.ones(m) if weights is None else weights)
        tape.add_cost(-1 / m, S, weighted(tape, "wY", Y, weights))

        def backward(_: Array) -> Array:
            return scaled_residual(tape, A, Y, 1 / m, weights)

        return A, backward

    def mistakes(self, Z: Array, Y: Array) -> float:
        return int(np.count_nonzero(Z.argmax(axis=0) != Y.argmax(axis=0)))


class RegressionLoss(Loss):
    """A loss of real numbers, whose error is the root mean square of the residuals A − y, in the unit of y."""

    task = Task.REGRESSION

    def mistakes(self, Z: Array, Y: Array) -> float:
        squares: Array = np.subtract(self.values(Z), Y, dtype=np.float64) ** 2
        return float(squares.sum()) / len(Z)

    def error(self, mistakes: float, m: int) -> float:
        return sqrt(mistakes / m)


class SquaredError(RegressionLoss):
    """A = Z, ℓ = ‖Z − y‖², dZ = 2w∘(Z − Y)/m."""

    name = "squared_error"

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        m = Z.shape[1]
        residual = tape.empty("Z-Y", *Z.shape)
        tape.call(np.subtract, Z, Y, out=residual)
        weighted_residual = weighted(tape, "w(Z-Y)", residual, weights)
        tape.add_cost(1 / m, residual, weighted_residual)

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(np.multiply, weighted_residual, tape.constant(2 / m), out=dZ)
            return dZ

        return Z, backward


def loss_for(task: Task) -> Loss:
    """The loss, with its output activation, that a task is trained by where the spec names none."""
    usual: dict[Task, Loss] = {
        Task.BINARY: Logistic(),
        Task.MULTICLASS: Softmax(),
        Task.MULTILABEL: LogisticPerLabel(),
        Task.REGRESSION: SquaredError(),
    }
    return usual[task]


def losses_for(task: Task) -> list[str]:
    """The names of all losses that fit a task."""
    return [name for name, member in Loss.members().items() if getattr(member, "task", None) == task]


def weighted(tape: Tape, name: str, array: Array, weights: Array | None) -> Array:
    """The array (n_y, m) times the weight of each example, or the array itself where there are none."""
    if weights is None:
        return array
    out = tape.empty(name, *array.shape)
    tape.call(np.multiply, array, weights, out=out)
    return out


def scaled_residual(tape: Tape, A: Array, Y: Array, scale: float, weights: Array | None) -> Array:
    """Write dZ = scale·w∘(A − Y)."""
    dZ = tape.empty("dZ", *A.shape)
    tape.call(np.subtract, A, Y, out=dZ)
    if weights is not None:
        tape.call(np.multiply, dZ, weights, out=dZ)
    tape.call(np.multiply, dZ, tape.constant(scale), out=dZ)
    return dZ


def _record_logistic(tape: Tape, Z: Array, Y: Array, weights: Array | None) -> tuple[Array, Backward]:
    """The logistic cost of each output, added up over outputs."""
    n_y, m = Z.shape
    A = sigmoid(tape, Z, tape.empty("A", *Z.shape))
    # ℓ = (max(0, Z) − Y·Z) + ln(1 + exp(−|Z|)): the first difference is exact, so a small ℓ keeps its digits
    terms, YZ = tape.empty("terms", 2 * n_y, m), tape.empty("YZ", n_y, m)
    hinge, L = terms[:n_y], terms[n_y:]  # beside each other, so that one call adds them up
    tape.rename("hinge", hinge)
    tape.rename("L", L)
    tape.call(np.maximum, Z, tape.zeros_like(Z), out=hinge)
    tape.call(np.multiply, Y, Z, out=YZ)
    tape.call(np.subtract, hinge, YZ, out=hinge)
    log1p_exp_minus_abs(tape, Z, L)
    tape.add_cost(1 / m, weighted(tape, "w∘terms", terms, weights), tape.ones(2 * n_y * m))

    def backward(_: Array) -> Array:
        return scaled_residual(tape, A, Y, 1 / m, weights)

    return A, backward
