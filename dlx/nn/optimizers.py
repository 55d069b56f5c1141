"""Optimizers: how a gradient changes the parameters, simplest first."""

from __future__ import annotations

from abc import abstractmethod
from math import sqrt
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from dlx.component import Component
from dlx.nn import averages
from dlx.nn.params import Parameters
from dlx.nn.tape import Array

Decay = Annotated[float, Field(ge=0, lt=1)]
Rate = Annotated[float, Field(gt=0, description="α before the schedule")]
Epsilon = Annotated[float, Field(gt=0, description="keeps the division finite; stands outside the root")]

# Entries of θ updated at a time, so that one block's θ, dθ and state stay in the cache between the calls.
BLOCK = 32768


class State:
    """What an optimizer remembers of a stretch of θ: a vector per slot, and t, the number of steps taken.

    Averages are kept as weighted sums β·v + x; the factor 1 − β of the notes goes into the step, once for all of θ.
    ``scratch`` is room for intermediate results; it holds nothing from one step to the next.
    """

    def __init__(self, vectors: dict[str, Array], scratch: Array) -> None:
        self.vectors = vectors
        self.scratch = scratch
        self.t = 0

    def __getitem__(self, slot: str) -> Array:
        return self.vectors[slot]


class Optimizer(Component):
    """Changes θ by its gradient.

    A member names its ``slots`` (vectors like θ that start at zero) and says in ``step`` what happens to each entry.
    The rule must be elementwise: it is called with one stretch of θ after the other.
    """

    kind = "optimizer"
    slots: ClassVar[tuple[str, ...]] = ()

    learning_rate: Rate = 0.01
    clip_norm: Annotated[float, Field(gt=0, description="dθ longer than this is scaled to it")] | None = None
    clip_value: Annotated[float, Field(gt=0, description="each entry of dθ is kept within ±this")] | None = None
    weight_decay: Annotated[float, Field(ge=0, description="W ← W − α·weight_decay·W before the step")] = 0.0

    @abstractmethod
    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        """Change ``theta`` and ``state`` in place; ``state.t`` counts this step already."""


class GradientDescent(Optimizer):
    """θ ← θ − α·dθ."""

    name = "gradient_descent"

    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        subtract_scaled(theta, d_theta, learning_rate, state.scratch)


class Momentum(Optimizer):
    """v ← β·v + (1 − β)·dθ, θ ← θ − α·v, with v = 0 at first and no bias correction, as in the notes.

    Others leave out the factor 1 − β (Polyak 1964; PyTorch without dampening): their α is (1 − β) times this one.
    """

    name = "momentum"
    slots = ("v",)
    beta: Annotated[Decay, Field(description="v averages over about 1/(1 − β) gradients")] = 0.9

    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        v = state["v"]
        averages.accumulate(v, d_theta, self.beta)
        subtract_scaled(theta, v, learning_rate * (1 - self.beta), state.scratch)


class Nesterov(Optimizer):
    """v ← β·v + (1 − β)·dθ, θ ← θ − α·(β·v + (1 − β)·dθ): looks one step ahead (Sutskever et al. 2013)."""

    name = "nesterov"
    slots = ("v",)
    beta: Annotated[Decay, Field(description="v averages over about 1/(1 − β) gradients")] = 0.9

    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        v, rate = state["v"], learning_rate * (1 - self.beta)
        averages.accumulate(v, d_theta, self.beta)
        subtract_scaled(theta, v, rate * self.beta, state.scratch)
        subtract_scaled(theta, d_theta, rate, state.scratch)


class AdaGrad(Optimizer):
    """s ← s + dθ², θ ← θ − α·dθ/(√s + ε) (Duchi et al. 2011)."""

    name = "adagrad"
    slots = ("s",)
    epsilon: Epsilon = 1e-10

    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        s, scratch = state["s"], state.scratch
        np.multiply(d_theta, d_theta, scratch)
        np.add(s, scratch, s)
        subtract_ratio(theta, d_theta, s, self.epsilon, learning_rate, scratch)


class RMSProp(Optimizer):
    """s ← β·s + (1 − β)·dθ², θ ← θ − α·dθ/(√s + ε), no bias correction (Hinton, Neural networks for ML, lecture 6e)."""

    name = "rmsprop"
    slots = ("s",)
    learning_rate: Rate = 0.001
    beta: Annotated[Decay, Field(description="s averages over about 1/(1 − β) squared gradients")] = 0.9
    epsilon: Epsilon = 1e-8

    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        s, scratch = state["s"], state.scratch
        np.multiply(d_theta, d_theta, scratch)
        averages.accumulate(s, scratch, self.beta)
        root = sqrt(1 - self.beta)
        subtract_ratio(theta, d_theta, s, self.epsilon / root, learning_rate / root, scratch)


class Adam(Optimizer):
    """v ← β₁·v + (1 − β₁)·dθ, s ← β₂·s + (1 − β₂)·dθ², θ ← θ − α·v̂/(√ŝ + ε), v̂ = v/(1 − β₁ᵗ), ŝ = s/(1 − β₂ᵗ).

    Kingma & Ba 2015, algorithm 1: ε stands outside the root. The corrections are folded into the step,
    α·v̂/(√ŝ + ε) = (α·√c₂/c₁)·v/(√s + ε·√c₂) with c = (1 − βᵗ)/(1 − β) and v, s as weighted sums (see ``State``):
    the same number in fewer passes over θ.
    """

    name = "adam"
    slots = ("v", "s")
    learning_rate: Rate = 0.001
    beta1: Annotated[Decay, Field(description="of v, the average gradient")] = 0.9
    beta2: Annotated[Decay, Field(description="of s, the average squared gradient")] = 0.999
    epsilon: Epsilon = 1e-8

    def step(self, theta: Array, d_theta: Array, state: State, learning_rate: float) -> None:
        v, s, scratch = state["v"], state["s"], state.scratch
        averages.accumulate(v, d_theta, self.beta1)
        np.multiply(d_theta, d_theta, scratch)
        averages.accumulate(s, scratch, self.beta2)
        c1 = averages.bias(self.beta1, state.t) / (1 - self.beta1)
        root_c2 = sqrt(averages.bias(self.beta2, state.t) / (1 - self.beta2))
        subtract_ratio(theta, v, s, self.epsilon * root_c2, learning_rate * root_c2 / c1, scratch)


class AdamW(Adam):
    """Adam with decoupled weight decay: W ← W − α·weight_decay·W, then Adam's step (Loshchilov & Hutter 2019)."""

    name = "adamw"
    weight_decay: Annotated[float, Field(ge=0, description="of W only; b, γ and β do not decay")] = 0.01


def subtract_scaled(theta: Array, v: Array, rate: float, scratch: Array) -> None:
    """θ ← θ − rate·v."""
    np.multiply(v, np.array(rate, v.dtype), scratch)
    np.subtract(theta, scratch, theta)


def subtract_ratio(theta: Array, v: Array, s: Array, epsilon: float, rate: float, scratch: Array) -> None:
    """θ ← θ − rate·v/(√s + ε)."""
    np.sqrt(s, scratch)
    np.add(scratch, np.array(epsilon, s.dtype), scratch)
    np.divide(v, scratch, scratch)
    subtract_scaled(theta, scratch, rate, scratch)


class Update:
    """One update of a network's θ: clip dθ, decay W, then the optimizer's rule, block by block."""

    def __init__(self, optimizer: Optimizer, parameters: Parameters) -> None:
        self.optimizer, self.parameters = optimizer, parameters
        self._step = optimizer.step
        self._prepares = bool(optimizer.clip_norm or optimizer.clip_value or optimizer.weight_decay)
        self.t = 0
        theta, d_theta = parameters.theta, parameters.d_theta
        self.vectors = {slot: np.zeros_like(theta) for slot in optimizer.slots}
        scratch = np.empty_like(theta[:BLOCK])
        self._blocks = []
        for start in range(0, theta.size, BLOCK):
            part = slice(start, start + BLOCK)
            state = State({slot: vector[part] for slot, vector in self.vectors.items()}, scratch[: theta[part].size])
            self._blocks.append((theta[part], d_theta[part], state))

    def __call__(self, learning_rate: float, gradient_norm: float) -> None:
        """Change θ; ``gradient_norm`` is ‖dθ‖ as the caller has measured it."""
        self.t += 1
        if self._prepares:
            self._prepare(learning_rate, gradient_norm)
        for theta, d_theta, state in self._blocks:
            state.t = self.t
            self._step(theta, d_theta, state, learning_rate)

    def _prepare(self, learning_rate: float, gradient_norm: float) -> None:
        """Clip dθ and decay W."""
        optimizer, d_theta = self.optimizer, self.parameters.d_theta
        if optimizer.clip_norm is not None and gradient_norm > optimizer.clip_norm:
            d_theta *= optimizer.clip_norm / gradient_norm
        if optimizer.clip_value is not None:
            np.clip(d_theta, -optimizer.clip_value, optimizer.clip_value, d_theta)
        if optimizer.weight_decay:
            self.parameters.weights *= 1 - learning_rate * optimizer.weight_decay
