"""Activations g of a layer, A = g(Z), each with its derivative beside it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field

from dlx.component import Component
from dlx.nn.functions import recorded, sigmoid, softplus
from dlx.nn.tape import Tape
from dlx.types import Array

Backward = Callable[[Array], Array]
Derivative = Callable[[Array], None]


class Activation(Component):
    """A = g(Z), element by element.

    ``record`` writes the calls that compute A (n, m) from Z (n, m) and returns A with the function that writes
    dZ = dA ∘ g′(Z). The derivative lives beside its function and sees the arrays of the same step, so it cannot be
    called on stale values.
    """

    kind = "activation"
    has_kink: ClassVar[bool] = False  # whether g′ or g″ jumps at Z = 0

    @abstractmethod
    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        """Write A = g(Z); return A and the function that writes g′(Z) into an array; None where g′ is 1 everywhere."""

    def record(self, tape: Tape, Z: Array) -> tuple[Array, Backward]:
        """Write A = g(Z); return A and the function that writes dZ = dA ∘ g′(Z)."""
        A, derivative = recorded(self, "forward", self.forward(tape, Z), Z.shape)

        def backward(dA: Array) -> Array:
            if derivative is None:
                return dA
            dZ = tape.empty("dZ", *Z.shape)
            derivative(dZ)
            tape.call(np.multiply, dZ, dA, out=dZ)
            return dZ

        return A, backward


class Identity(Activation):
    """A = Z: a layer without one stays linear, and so does a network of them."""

    name = "identity"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        return Z, None


class Sigmoid(Activation):
    """A = σ(Z) = 1/(1 + exp(−Z)), g′ = A(1 − A)."""

    name = "sigmoid"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A = sigmoid(tape, Z, tape.empty("A", *Z.shape))

        def derivative(dZ: Array) -> None:
            tape.call(np.subtract, tape.constant(1), A, out=dZ)
            tape.call(np.multiply, dZ, A, out=dZ)

        return A, derivative


class Tanh(Activation):
    """A = tanh(Z), g′ = 1 − A²."""

    name = "tanh"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A = tape.empty("A", *Z.shape)
        tape.call(np.tanh, Z, out=A)

        def derivative(dZ: Array) -> None:
            tape.call(np.multiply, A, A, out=dZ)
            tape.call(np.subtract, tape.constant(1), dZ, out=dZ)

        return A, derivative


class ReLU(Activation):
    """A = max(0, Z), g′ = 1 where Z > 0, else 0 (0 at 0, as in the course)."""

    name = "relu"
    has_kink = True

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A = tape.empty("A", *Z.shape)
        tape.call(np.maximum, Z, tape.zeros_like(Z), out=A)

        def derivative(dZ: Array) -> None:
            tape.positive(A, out=dZ)

        return A, derivative


class LeakyReLU(Activation):
    """A = max(slope·Z, Z), g′ = 1 where Z > 0, else slope (Maas et al. 2013)."""

    name = "leaky_relu"
    has_kink = True
    slope: Annotated[float, Field(gt=0, lt=1, description="g′ where Z ≤ 0")] = 0.01

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A = tape.empty("A", *Z.shape)
        tape.call(np.multiply, Z, tape.constant(self.slope), out=A)
        tape.call(np.maximum, Z, A, out=A)

        def derivative(dZ: Array) -> None:
            tape.call(np.greater, Z, tape.zeros_like(Z), out=dZ)
            tape.call(np.maximum, dZ, tape.constant(self.slope), out=dZ)

        return A, derivative


class ELU(Activation):
    """A = Z where Z > 0, else alpha·(exp(Z) − 1); g′ = 1, else alpha·exp(Z) (Clevert et al. 2016)."""

    name = "elu"
    has_kink = True
    alpha: Annotated[float, Field(gt=0, description="−alpha is the value far below zero")] = 1.0

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A, below = tape.empty("A", *Z.shape), tape.empty("below", *Z.shape)
        zeros, alpha = tape.zeros_like(Z), tape.constant(self.alpha)
        tape.call(np.minimum, Z, zeros, out=below)
        tape.call(np.expm1, below, out=below)
        tape.call(np.multiply, below, alpha, out=below)
        tape.call(np.maximum, Z, zeros, out=A)
        tape.call(np.add, A, below, out=A)

        def derivative(dZ: Array) -> None:
            above = tape.empty("above", *Z.shape)
            tape.call(np.greater, Z, zeros, out=above)
            tape.call(np.add, below, alpha, out=dZ)
            tape.call(np.less_equal, Z, zeros, out=below)
            tape.call(np.multiply, dZ, below, out=dZ)
            tape.call(np.add, dZ, above, out=dZ)

        return A, derivative


class Softplus(Activation):
    """A = ln(1 + exp(Z)), g′ = σ(Z); computed as max(0, Z) + ln(1 + exp(−|Z|))."""

    name = "softplus"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A = softplus(tape, Z, tape.empty("A", *Z.shape))

        def derivative(dZ: Array) -> None:
            sigmoid(tape, Z, dZ)

        return A, derivative


class Swish(Activation):
    """A = Z·σ(Z), also called SiLU; g′ = σ + A(1 − σ) (Ramachandran et al. 2017)."""

    name = "swish"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A, gate = tape.empty("A", *Z.shape), tape.empty("gate", *Z.shape)
        sigmoid(tape, Z, gate)
        tape.call(np.multiply, Z, gate, out=A)

        def derivative(dZ: Array) -> None:
            tape.call(np.subtract, tape.constant(1), gate, out=dZ)
            tape.call(np.multiply, dZ, A, out=dZ)
            tape.call(np.add, dZ, gate, out=dZ)

        return A, derivative


class GELU(Activation):
    """A = ½Z(1 + tanh u), u = √(2/π)(Z + 0.044715 Z³), the tanh form of Hendrycks & Gimpel 2016.

    g′ = ½(1 + tanh u) + ½Z(1 − tanh² u)·u′ with u′ = √(2/π)(1 + 0.134145 Z²).
    """

    name = "gelu"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative | None]:
        A, T, Z2 = (tape.empty(name, *Z.shape) for name in ("A", "T", "Z²"))
        c, one, half = tape.constant(np.sqrt(2 / np.pi)), tape.constant(1), tape.constant(0.5)
        tape.call(np.multiply, Z, Z, out=Z2)
        tape.call(np.multiply, Z2, tape.constant(0.044715), out=T)
        tape.call(np.add, T, one, out=T)
        tape.call(np.multiply, T, Z, out=T)
        tape.call(np.multiply, T, c, out=T)
        tape.call(np.tanh, T, out=T)
        tape.call(np.add, T, one, out=A)
        tape.call(np.multiply, A, Z, out=A)
        tape.call(np.multiply, A, half, out=A)

        def derivative(dZ: Array) -> None:
            du = tape.empty("du", *Z.shape)
            tape.call(np.multiply, Z2, tape.constant(3 * 0.044715), out=du)
            tape.call(np.add, du, one, out=du)
            tape.call(np.multiply, du, c, out=du)
            tape.call(np.multiply, du, Z, out=du)
            tape.call(np.multiply, T, T, out=dZ)
            tape.call(np.subtract, one, dZ, out=dZ)
            tape.call(np.multiply, dZ, du, out=dZ)
            tape.call(np.add, dZ, T, out=dZ)
            tape.call(np.add, dZ, one, out=dZ)
            tape.call(np.multiply, dZ, half, out=dZ)

        return A, derivative
