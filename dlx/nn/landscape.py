"""The landscape of an objective: J(w) over its variables w, written down as a step or as the cost alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import numpy as np
from numpy.typing import DTypeLike

from dlx.nn.initializers import Normal01
from dlx.nn.objectives import Objective
from dlx.nn.params import Flat, Parameters
from dlx.nn.tape import Tape
from dlx.types import Array

Draw = Callable[[Array], None]


@final
class Landscape:
    """J(w) over θ = w (n,), its one parameter; there are no statistics.

    ``draw`` adds the noise to dw in each training step, where there is any; J itself has none.
    """

    def __init__(self, objective: Objective, dtype: DTypeLike, draw: Draw | None = None) -> None:
        self.objective, self.draw = objective, draw
        self.parameters = Parameters({"w": (objective.dimension(),)}, dtype)
        self.statistics = Flat({}, dtype)

    def __reduce__(self) -> tuple[Callable[..., Landscape], tuple[object, ...]]:
        """What pickle and copy make the same landscape of, at the same w."""
        return _again, (self.objective, self.w.dtype.str, self.draw, self.w)

    @property
    def w(self) -> Array:
        """The variables, (n,)."""
        return self.parameters["w"]

    def initialize(self, rng: Normal01) -> None:
        """Put w where the objective starts."""
        self.w[...] = self.objective.start

    def record_step(self) -> Tape:
        """Write down J(w), dw = ∇J(w) and the noise on it."""
        tape, dw = self._named_tape(), self.parameters.gradients["w"]
        with np.errstate(all="ignore"):  # what overflows shows in the costs
            self.objective.record(tape, self.w)(dw)
        if self.draw is not None:
            tape.call(self.draw, dw)
        return tape

    def record_evaluation(self) -> Tape:
        """Write down J(w)."""
        tape = self._named_tape()
        with np.errstate(all="ignore"):  # what overflows shows in the costs
            self.objective.record(tape, self.w)
        return tape

    def _named_tape(self) -> Tape:
        tape = Tape(self.w.dtype)
        tape.register("w", self.w)
        tape.register("dw", self.parameters.gradients["w"])
        return tape

    def costs(self, points: Array) -> Array:
        """J of each row of points (k, n), (k,); w is put back after."""
        tape, w = self.record_evaluation(), self.w.copy()
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


def _again(objective: Objective, dtype: str, draw: Draw | None, w: Array) -> Landscape:
    landscape = Landscape(objective, dtype, draw)
    landscape.w[...] = w
    return landscape
