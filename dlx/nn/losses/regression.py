"""Losses of regressions: the squared error, others for targets with outliers, and one for counts."""

from __future__ import annotations

from math import sqrt
from typing import Annotated

import numpy as np
from pydantic import Field

from dlx.nn.activations import Backward
from dlx.nn.losses.loss import Loss, scaled_residual, weighted
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task

REWEIGHTED = 20  # times, until the best constant of Huber's loss hardly moves
LEAST = 1e-30  # stands for a target of 0 under the logarithm: 0·ln(LEAST) is 0


class RegressionLoss(Loss):
    """A loss of real numbers, whose error is the root mean square of the residuals A − y, in the unit of y."""

    task = Task.REGRESSION

    def mistakes(self, Z: Array, Y: Array) -> float:
        return float(self._squares(Z, Y).sum()) / len(Z)

    def mistakes_of_each(self, Z: Array, Y: Array) -> Array:
        means: Array = self._squares(Z, Y).sum(axis=0) / len(Z)
        return means

    def _squares(self, Z: Array, Y: Array) -> Array:
        squares: Array = np.subtract(self.values(Z), Y, dtype=np.float64) ** 2
        return squares

    def error(self, mistakes: float, m: int) -> float:
        return sqrt(mistakes / m)


class SquaredError(RegressionLoss):
    """A = Z, ℓ = ‖Z − y‖², dZ = 2w∘(Z − Y)/m; the error is the root mean square of the residuals, in the unit of y."""

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


class Absolute(RegressionLoss):
    """A = Z, ℓ = Σ_k |Z_k − y_k|, dZ = w∘sign(Z − Y)/m: its best constant answer is the median."""

    name = "absolute"

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        m = Z.shape[1]
        residual, size = _difference(tape, Z, Y), tape.empty("|Z-Y|", *Z.shape)
        tape.call(np.absolute, residual, out=size)
        tape.add_cost(1 / m, weighted(tape, "w|Z-Y|", size, weights), tape.ones(Z.size))

        def backward(_: Array) -> Array:
            sign = tape.empty("sign", *Z.shape)
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(np.sign, residual, out=sign)
            tape.call(np.multiply, weighted(tape, "w∘sign", sign, weights), tape.constant(1 / m), out=dZ)
            return dZ

        return Z, backward

    def record_hinges(self, tape: Tape, Z: Array, Y: Array) -> list[Array]:
        return [_difference(tape, Z, Y)]

    def best_constant(self, y: Array, weights: Array | None) -> Array:
        return _medians(y, weights)


class Huber(RegressionLoss):
    """A = Z, ℓ = Σ_k ½r² where |r| ≤ δ, else δ·(|r| − ½δ), r = Z_k − y_k; dZ = w∘clip(Z − Y, −δ, δ)/m (Huber 1964).

    δ is in the unit of what the network learns, that is of scaled targets where ``normalize_targets`` scales them.
    """

    name = "huber"
    delta: Annotated[float, Field(gt=0, description="the size of a residual beyond which it counts linearly")] = 1.0

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        m = Z.shape[1]
        residual, clipped = _difference(tape, Z, Y), tape.empty("clipped", *Z.shape)
        tape.call(np.clip, residual, tape.constant(-self.delta), tape.constant(self.delta), out=clipped)
        # with c = clip(r): ℓ = c·(r − ½c), on both sides of δ
        weighted_clip = weighted(tape, "w∘clipped", clipped, weights)
        tape.add_cost(1 / m, weighted_clip, residual)
        tape.add_cost(-0.5 / m, weighted_clip, clipped)

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(np.multiply, weighted_clip, tape.constant(1 / m), out=dZ)
            return dZ

        return Z, backward

    def record_hinges(self, tape: Tape, Z: Array, Y: Array) -> list[Array]:
        residual, hinges = _difference(tape, Z, Y), []
        for delta in (-self.delta, self.delta):
            hinges.append(tape.empty("hinge", *Z.shape))
            tape.call(np.subtract, residual, tape.constant(delta), out=hinges[-1])
        return hinges

    def best_constant(self, y: Array, weights: Array | None) -> Array:
        constant, w = _medians(y, weights), np.ones(len(y)) if weights is None else weights
        for _ in range(REWEIGHTED):  # Holland & Welsch 1977: a weighted mean, in which what is far counts less
            inner = w[:, np.newaxis] * np.minimum(1, self.delta / np.maximum(np.abs(y - constant), self.delta))
            constant = (inner * y).sum(axis=0) / inner.sum(axis=0)
        return constant


class Poisson(RegressionLoss):
    """A = exp(Z), ℓ = Σ_k A_k − y_k − y_k·(Z_k − ln y_k), dZ = w∘(A − Y)/m: for counts, y ≥ 0.

    That is −ln of the Poisson probability up to what does not depend on Z: A − y·Z, as PyTorch's PoissonNLLLoss has it,
    plus y·ln y − y, so that it is half the Poisson deviance: 0 where A = y, never negative. Targets are learned as they
    are: with ``normalize_targets`` they would no longer be counts.
    """

    name = "poisson"
    has_log_link = True
    least_target = 0.0

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        m = Z.shape[1]
        A, log_Y = tape.empty("A", *Z.shape), tape.empty("ln Y", *Z.shape)
        gained, terms = tape.empty("Y(Z-ln Y)", *Z.shape), tape.empty("terms", *Z.shape)
        tape.call(np.exp, Z, out=A)
        tape.call(np.maximum, Y, tape.constant(LEAST), out=log_Y)
        tape.call(np.log, log_Y, out=log_Y)
        tape.call(np.subtract, Z, log_Y, out=gained)
        tape.call(np.multiply, Y, gained, out=gained)
        tape.call(np.subtract, A, Y, out=terms)
        tape.call(np.subtract, terms, gained, out=terms)
        tape.add_cost(1 / m, weighted(tape, "w∘terms", terms, weights), tape.ones(Z.size))

        def backward(_: Array) -> Array:
            return scaled_residual(tape, A, Y, 1 / m, weights)

        return A, backward

    def best_constant(self, y: Array, weights: Array | None) -> Array:
        mean: Array = np.average(y, axis=0, weights=weights)
        return np.log(np.maximum(mean, LEAST))


def _medians(y: Array, weights: Array | None) -> Array:
    """The weighted median of each column: half of all weights lie on either side."""
    w = np.ones(len(y)) if weights is None else weights
    order = y.argsort(axis=0)
    below = np.cumsum(w[order], axis=0)
    middle = (below < below[-1] / 2).sum(axis=0)
    medians: Array = np.take_along_axis(y, order, 0)[middle, np.arange(y.shape[1])]
    return medians


def _difference(tape: Tape, Z: Array, Y: Array) -> Array:
    """Write Z − Y."""
    residual = tape.empty("Z-Y", *Z.shape)
    tape.call(np.subtract, Z, Y, out=residual)
    return residual
