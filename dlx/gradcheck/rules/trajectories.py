"""Trajectories of θ under an optimizer, by gradients that are laid down, as a training would update it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from dlx.nn.optimizers import Optimizer
from dlx.nn.params import Parameters
from dlx.nn.update import BLOCK, Update
from dlx.types import Array

WEIGHTS, BIASES, STEPS = 9, 3, 12
N = WEIGHTS + BIASES


@dataclass(frozen=True)
class Trajectory:
    """θ (steps, n) after each step, from ``start`` (n,); ``spoiled`` says whether a step has changed dθ."""

    start: Array
    theta: Array
    spoiled: bool

    @property
    def moves(self) -> Array:
        """θ − θ₀ after each step."""
        return np.asarray(self.theta, np.float64) - self.start


def start(seed: int = 1) -> Array:
    """θ₀, such as of a small network: 9 W and 3 b."""
    return np.asarray(np.random.default_rng(seed).uniform(0.5, 1.5, N))


def varied(seed: int = 2, steps: int = STEPS) -> Array:
    """Gradients that are others in each step, of several sizes, (steps, n)."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.standard_normal((steps, N)) * np.geomspace(0.1, 3, N))


def steady(scale: float = 1.0, steps: int = STEPS) -> Array:
    """The same gradient in each step: of both signs, of several sizes, 0 in one entry."""
    gradient = np.geomspace(0.2, 2, N) * np.where(np.arange(N) % 2, -1.0, 1.0)
    gradient[4] = 0
    return np.tile(scale * gradient, (steps, 1))


def trajectory(
    optimizer: Optimizer,
    gradients: Array,
    alphas: float | Sequence[float],
    theta: Array | None = None,
    dtype: DTypeLike = np.float64,
    block: int = BLOCK,
    resumed_after: int | None = None,
    decay: float = 0.0,
) -> Trajectory:
    """θ step by step; ``resumed_after`` so many steps the training goes on from what a run directory keeps of it.

    ``decay`` shrinks W before each step, whatever the optimizer's own is.
    """
    begin = start() if theta is None else theta
    n = len(begin)
    weights = n * WEIGHTS // N
    parameters = Parameters({"W1": (weights,), "b1": (n - weights, 1)}, dtype)
    parameters.theta[...] = begin
    update, path, spoiled = Update(optimizer, parameters, block=block), np.empty((len(gradients), n), dtype), False
    with np.errstate(all="ignore"):
        for number, alpha in enumerate(np.broadcast_to(alphas, len(gradients)).tolist()):
            if number == resumed_after:
                update = _resumed(update, block)
            parameters.d_theta[...] = np.resize(gradients[number], n)
            before = parameters.d_theta.copy()
            parameters.weights[...] *= 1 - alpha * decay
            update(alpha, parameters.gradient_norm())
            spoiled |= not np.array_equal(parameters.d_theta, before)
            path[number] = parameters.theta
    return Trajectory(begin, path, spoiled)


def _resumed(update: Update, block: int) -> Update:
    again = Update(update.optimizer, update.parameters, block=block)
    again.t = update.t
    for slot, vector in update.vectors.items():
        again.vectors[slot][...] = vector
    return again
