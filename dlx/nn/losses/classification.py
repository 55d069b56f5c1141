"""Losses of classes and labels: sigmoids or a softmax, and the cost −Σ y·ln A from the logits."""

from __future__ import annotations

import numpy as np

from dlx.nn.activations import Backward
from dlx.nn.functions import log1p_exp_minus_abs, sigmoid
from dlx.nn.losses.loss import Loss, scaled_residual, weighted
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task


class Logistic(Loss):
    """A = σ(Z), ℓ = −y·ln A − (1 − y)·ln(1 − A) = ln(1 + exp(Z)) − y·Z, dZ = w∘(A − Y)/m; class 1 where A > ½."""

    name = "logistic"
    task = Task.BINARY

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        return _record_logistic(tape, Z, Y, weights)

    def mistakes(self, Z: Array, Y: Array) -> float:
        return int(np.count_nonzero((Z > 0) != (Y > 0.5)))

    def mistakes_of_each(self, Z: Array, Y: Array) -> Array:
        counts: Array = ((Z > 0) != (Y > 0.5)).sum(axis=0, dtype=np.float64)
        return counts


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

    def mistakes_of_each(self, Z: Array, Y: Array) -> Array:
        shares: Array = ((Z > 0) != (Y > 0.5)).mean(axis=0, dtype=np.float64)
        return shares


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

    def mistakes_of_each(self, Z: Array, Y: Array) -> Array:
        return np.asarray(Z.argmax(axis=0) != Y.argmax(axis=0), dtype=np.float64)


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
