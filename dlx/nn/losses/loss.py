"""What a loss is: the output activation, the cost J and where backprop begins, computed together from the logits Z."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np

from dlx.component import Component, UnfitComponent
from dlx.errors import allowed
from dlx.nn.activations import Backward
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

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if "mistakes" in cls.__dict__ and "mistakes_of_each" not in cls.__dict__:
            cls.mistakes_of_each = Loss.mistakes_of_each  # type: ignore[method-assign]  # its parent's counts others
        if "task" in cls.__dict__:  # a plugin may write it as a string
            if cls.task not in list(Task):
                raise UnfitComponent(f"there is no task {cls.task!r} {allowed(cls.task, list(Task))}")
            cls.task = Task(cls.task)

    @abstractmethod
    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        """Write the output A and the cost; return A and what writes dZ = ∂J/∂Z (it ignores its argument).

        weights: w (1, m) of the examples. A loss that has no such argument is refused where they are weighted.
        """

    @abstractmethod
    def mistakes(self, Z: Array, Y: Array) -> float:
        """What ``error`` averages over the examples: the wrong classes, or the mean squared residuals, added up."""

    def mistakes_of_each(self, Z: Array, Y: Array) -> Array:
        """The same of every example by itself, (m,); of a plugin's loss one after the other."""
        columns = (slice(i, i + 1) for i in range(Z.shape[1]))
        return np.array([self.mistakes(Z[:, i], Y[:, i]) for i in columns], dtype=np.float64)

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
