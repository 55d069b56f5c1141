"""Optimizers: how a gradient changes the parameters, simplest first."""

from __future__ import annotations

from abc import abstractmethod
from math import sqrt
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from dlx.component import Component
from dlx.nn import averages
from dlx.nn.tape import Tape
from dlx.types import Array

Decay = Annotated[float, Field(ge=0, lt=1)]
Rate = Annotated[float, Field(gt=0, description="α before the schedule (try dlx tune --learning-rate)")]
Epsilon = Annotated[float, Field(gt=0, description="keeps the division finite; stands outside the root")]


class State:
    """What an optimizer works with beside a stretch of θ and dθ.

    ``state[slot]`` is a vector that it keeps from step to step, ``state[number]`` a 0-d array that holds this step's
    value of one of its numbers. Averages are kept as weighted sums β·v + x; the factor 1 − β of the notes goes into the
    step, once for all of θ. ``scratch`` is room for intermediate results, empty at the start of each step.
    """

    def __init__(self, arrays: dict[str, Array], scratch: Array) -> None:
        self.arrays = arrays
        self.scratch = scratch

    def __getitem__(self, name: str) -> Array:
        return self.arrays[name]


class Optimizer(Component):
    """Changes θ by its gradient.

    A member names its ``slots`` (vectors like θ that start at zero) and writes in ``record``, once, the calls that
    change each entry; a step replays them. What differs from step to step are its ``numbers``: α, unless it says more.
    The rule must be elementwise: it is recorded for one stretch of θ after the other.
    """

    kind = "optimizer"
    slots: ClassVar[tuple[str, ...]] = ()
    numbers: ClassVar[tuple[str, ...]] = ("alpha",)

    learning_rate: Rate = 0.01
    clip_norm: Annotated[float, Field(gt=0, description="dθ longer than this is scaled to it")] | None = None
    clip_value: Annotated[float, Field(gt=0, description="each entry of dθ is kept within ±this")] | None = None
    weight_decay: Annotated[float, Field(ge=0, description="W ← W − α·weight_decay·W before the step")] = 0.0

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        """The ``numbers`` of step t, counted from 1, at this learning rate."""
        return (learning_rate,)

    @abstractmethod
    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        """Write the calls that change ``theta`` and the state's vectors in place."""


class GradientDescent(Optimizer):
    """θ ← θ − α·dθ."""

    name = "gradient_descent"

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        subtract_scaled(tape, theta, d_theta, state["alpha"], state.scratch)


class Momentum(Optimizer):
    """v ← β·v + (1 − β)·dθ, θ ← θ − α·v, with v = 0 at first and no bias correction, as in the notes.

    Others leave out the factor 1 − β (Polyak 1964; PyTorch without dampening): their α is (1 − β) times this one.
    """

    name = "momentum"
    slots = ("v",)
    beta: Annotated[Decay, Field(description="v averages over about 1/(1 − β) gradients")] = 0.9

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate * (1 - self.beta),)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v = state["v"]
        averages.record_sum(tape, v, d_theta, self.beta)
        subtract_scaled(tape, theta, v, state["alpha"], state.scratch)


class Nesterov(Optimizer):
    """v ← β·v + (1 − β)·dθ, θ ← θ − α·(β·v + (1 − β)·dθ): looks one step ahead (Sutskever et al. 2013)."""

    name = "nesterov"
    slots = ("v",)
    numbers = ("alpha", "alpha_beta")
    beta: Annotated[Decay, Field(description="v averages over about 1/(1 − β) gradients")] = 0.9

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        alpha = learning_rate * (1 - self.beta)
        return alpha, alpha * self.beta

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v = state["v"]
        averages.record_sum(tape, v, d_theta, self.beta)
        subtract_scaled(tape, theta, v, state["alpha_beta"], state.scratch)
        subtract_scaled(tape, theta, d_theta, state["alpha"], state.scratch)


class AdaGrad(Optimizer):
    """s ← s + dθ², θ ← θ − α·dθ/(√s + ε) (Duchi et al. 2011)."""

    name = "adagrad"
    slots = ("s",)
    epsilon: Epsilon = 1e-10

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        s, scratch = state["s"], state.scratch
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        tape.call(np.add, s, scratch, out=s)
        subtract_ratio(tape, theta, d_theta, s, tape.constant(self.epsilon), state["alpha"], scratch)


class RMSProp(Optimizer):
    """s ← β·s + (1 − β)·dθ², θ ← θ − α·dθ/(√s + ε), no bias correction (Hinton, Neural networks for ML, lecture 6e)."""

    name = "rmsprop"
    slots = ("s",)
    learning_rate: Rate = 0.001
    beta: Annotated[Decay, Field(description="s averages over about 1/(1 − β) squared gradients")] = 0.9
    epsilon: Epsilon = 1e-8

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        return (learning_rate / sqrt(1 - self.beta),)

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        s, scratch = state["s"], state.scratch
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        averages.record_sum(tape, s, scratch, self.beta)
        epsilon = tape.constant(self.epsilon / sqrt(1 - self.beta))
        subtract_ratio(tape, theta, d_theta, s, epsilon, state["alpha"], scratch)


class Adam(Optimizer):
    """v ← β₁·v + (1 − β₁)·dθ, s ← β₂·s + (1 − β₂)·dθ², θ ← θ − α·v̂/(√ŝ + ε), v̂ = v/(1 − β₁ᵗ), ŝ = s/(1 − β₂ᵗ).

    Kingma & Ba 2015, algorithm 1: ε stands outside the root. The corrections are folded into the step,
    α·v̂/(√ŝ + ε) = (α·√c₂/c₁)·v/(√s + ε·√c₂) with c = (1 − βᵗ)/(1 − β) and v, s as weighted sums: the same number in
    fewer passes over θ.
    """

    name = "adam"
    slots = ("v", "s")
    numbers = ("alpha", "epsilon")
    learning_rate: Rate = 0.001
    beta1: Annotated[Decay, Field(description="of v, the average gradient")] = 0.9
    beta2: Annotated[Decay, Field(description="of s, the average squared gradient")] = 0.999
    epsilon: Epsilon = 1e-8

    def values(self, learning_rate: float, t: int) -> tuple[float, ...]:
        beta1, beta2 = self.beta1, self.beta2
        c1 = averages.bias(beta1, t) / (1 - beta1)
        root_c2 = sqrt(averages.bias(beta2, t) / (1 - beta2))
        return learning_rate * root_c2 / c1, self.epsilon * root_c2

    def record(self, tape: Tape, theta: Array, d_theta: Array, state: State) -> None:
        v, s, scratch = state["v"], state["s"], state.scratch
        averages.record_sum(tape, v, d_theta, self.beta1)
        tape.call(np.multiply, d_theta, d_theta, out=scratch)
        averages.record_sum(tape, s, scratch, self.beta2)
        subtract_ratio(tape, theta, v, s, state["epsilon"], state["alpha"], scratch)


class AdamW(Adam):
    """Adam with decoupled weight decay: W ← W − α·weight_decay·W, then Adam's step (Loshchilov & Hutter 2019)."""

    name = "adamw"
    weight_decay: Annotated[float, Field(ge=0, description="of W only; b, γ and β do not decay")] = 0.01


def subtract_scaled(tape: Tape, theta: Array, v: Array, alpha: Array, scratch: Array) -> None:
    """Write θ ← θ − α·v; ``scratch`` may be v, where v is of no further use."""
    tape.call(np.multiply, v, alpha, out=scratch)
    tape.call(np.subtract, theta, scratch, out=theta)


def subtract_ratio(tape: Tape, theta: Array, v: Array, s: Array, epsilon: Array, alpha: Array, scratch: Array) -> None:
    """Write θ ← θ − α·v/(√s + ε)."""
    tape.call(np.sqrt, s, out=scratch)
    tape.call(np.add, scratch, epsilon, out=scratch)
    tape.call(np.divide, v, scratch, out=scratch)
    subtract_scaled(tape, theta, scratch, alpha, scratch)
