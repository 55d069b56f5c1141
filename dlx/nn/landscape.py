"""The landscape of an objective: to training a network without input or layers, whose cost is J(w)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import DTypeLike

from dlx.nn.activations import Backward
from dlx.nn.initializers import Normal01
from dlx.nn.losses import Loss
from dlx.nn.network import Network, Step
from dlx.nn.objectives import Objective
from dlx.nn.params import Flat, Parameters
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task

Draw = Callable[[Array], None]


class NoError(Loss):
    """What stands where a network has its loss: an objective is right or wrong about nothing, so its error is NaN."""

    task = Task.REGRESSION

    def record(self, tape: Tape, Z: Array, Y: Array) -> tuple[Array, Backward]:
        raise TypeError("an objective has no outputs to compare with labels")

    def mistakes(self, Z: Array, Y: Array) -> float:
        return float("nan")


class Landscape(Network):
    """J(w) over θ = w (n,), its one parameter; of X and Y it reads nothing.

    ``draw`` adds the noise to dw in each training step, where there is any; J itself has none.
    """

    def __init__(self, objective: Objective, dtype: DTypeLike, draw: Draw | None = None) -> None:
        self.objective, self.draw = objective, draw
        self.n_x, self.plans, self.layers, self.sizes = 0, (), [], [0]
        self.loss, self.l2, self.l1 = NoError.model_construct(), 0.0, 0.0  # it has no name, so it cannot be parsed
        self.parameters = Parameters({"w": (objective.dimension(),)}, dtype)
        self.statistics = Flat({}, dtype)

    @property
    def w(self) -> Array:
        """The variables, (n,)."""
        return self.parameters["w"]

    def initialize(self, rng: Normal01) -> None:
        """Put w where the objective starts."""
        self.w[...] = self.objective.start

    def record_step(self, X: Array, Y: Array) -> Step:
        """Write down J(w), dw = ∇J(w) and the noise on it."""
        tape, dw = self._named_tape(), self.parameters.gradients["w"]
        with np.errstate(all="ignore"):  # what overflows shows in the costs
            self.objective.record(tape, self.w)(dw)
        if self.draw is not None:
            tape.call(self.draw, dw)
        return Step(tape, X, Y, Y, Y, ())

    def record_evaluation(self, X: Array, Y: Array) -> Step:
        """Write down J(w)."""
        tape = self._named_tape()
        self.record_cost(tape)
        return Step(tape, X, Y, Y, Y, ())

    def _named_tape(self) -> Tape:
        tape = Tape(self.w.dtype)
        tape.register("w", self.w)
        tape.register("dw", self.parameters.gradients["w"])
        return tape

    def record_cost(self, tape: Tape) -> None:
        """Write J(w) on a tape."""
        with np.errstate(all="ignore"):  # what overflows shows in the costs
            self.objective.record(tape, self.w)

    def costs(self, points: Array) -> Array:
        """J of each row of points (k, n), (k,); w is put back after."""
        tape, w = Tape(self.w.dtype), self.w.copy()
        self.record_cost(tape)
        costs = np.empty(len(points))
        with np.errstate(all="ignore"):
            for i, point in enumerate(points):
                self.w[...] = point
                tape.run()
                costs[i] = tape.cost()
        self.w[...] = w
        return costs


def noise_from(rng: Normal01, sigma: float) -> Draw:
    """The call that adds normal noise with standard deviation sigma to each entry of dw."""

    def add_noise(dw: Array) -> None:
        dw += sigma * rng.standard_normal(dw.shape)

    return add_noise
