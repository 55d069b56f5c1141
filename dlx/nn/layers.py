"""Layers: Z = W·A + b, a norm, an activation and dropout, each writing its forward and backward calls side by side."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.dropout import mask_from as mask_from
from dlx.nn.functions import recorded
from dlx.nn.norms.norm import Backward, Norm, NormArrays, no_backward
from dlx.nn.params import Flat, Parameters
from dlx.nn.tape import Tape
from dlx.types import Array

# Below this many entries of Z the product b·1ᵀ and a sum of equal shapes are faster than adding a column (measured).
BROADCAST_PAYS_ABOVE = 2048


class Layer(ABC):
    """One operation of layer ``l`` of the network; ``parameters`` are the names of those that it has: W1, b1 …"""

    l: int
    parameters: tuple[str, ...] = ()

    @property
    def component(self) -> object:
        """What has the formula, where that is a component."""
        return self

    @property
    def title(self) -> str:
        """What the operation is called."""
        return type(self).__name__.lower()

    @abstractmethod
    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        """Write the forward calls on A (n_in, m); return the result (n_out, m) and what writes the backward calls."""


class Linear(Layer):
    """Z = W·A_prev + b; dW = dZ·A_prevᵀ, db = Σ dZ, dA_prev = Wᵀ·dZ.

    The notes' factor 1/m stands in the loss, once: J is a mean over the batch, and so is dZ of the output.
    """

    def __init__(self, l: int, parameters: Parameters, first: bool) -> None:
        self.l = l
        self.W, self.dW = parameters[f"W{l}"], parameters.gradients[f"W{l}"]
        self.b, self.db = parameters.get(f"b{l}"), parameters.gradients.get(f"b{l}")
        self.first = first
        self.parameters = tuple(name for name in (f"W{l}", f"b{l}") if name in parameters)

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        A_prev, m = A, A.shape[1]
        W, b, db = self.W, self.b, self.db
        Z = tape.empty("Z", W.shape[0], m)
        tape.call(np.dot, W, A_prev, out=Z)
        if b is not None:
            self._add_bias(tape, Z, b)

        def backward(dZ: Array) -> Array:
            tape.call(np.dot, dZ, A_prev.T, out=self.dW)
            if db is not None:
                tape.call(np.dot, dZ, tape.ones(m), out=db.reshape(-1))
            if self.first:
                return dZ  # nobody needs the gradient with respect to the examples
            dA_prev = tape.empty("dA", *A_prev.shape, layer=self.l - 1)
            tape.call(np.dot, W.T, dZ, out=dA_prev)
            return dA_prev

        return Z, backward

    def _add_bias(self, tape: Tape, Z: Array, b: Array) -> None:
        """Z += b, in the way that is fastest for so many units and examples."""
        n, m = Z.shape
        if n == 1:  # a number
            tape.call(np.add, Z, b.reshape(()), out=Z)
        elif Z.size < BROADCAST_PAYS_ABOVE:
            B = tape.empty("B", n, m)
            tape.call(np.dot, b, tape.ones(m).reshape(1, m), out=B)
            tape.call(np.add, Z, B, out=Z)
        else:
            tape.call(np.add, Z, b, out=Z)


class Activate(Layer):
    """A = g(Z)."""

    def __init__(self, l: int, activation: Activation) -> None:
        self.l = l
        self.activation = activation

    @property
    def component(self) -> Activation:
        return self.activation

    @property
    def title(self) -> str:
        return self.activation.name

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        return self.activation.record(tape, A)


class Normalize(Layer):
    """Z̃ from Z by the layer's norm, batch norm for instance."""

    def __init__(self, l: int, norm: Norm, parameters: Parameters, statistics: Flat) -> None:
        self.l, self.norm = l, norm
        names = {name: f"{name}{l}" for name in norm.parameter_shapes(1)}
        self.parameters = tuple(names.values())
        self.arrays = NormArrays(
            {name: parameters[of_layer] for name, of_layer in names.items()},
            {name: parameters.gradients[of_layer] for name, of_layer in names.items()},
            {name: statistics[f"{name}{l}"] for name in norm.statistics_shapes(1)},
        )

    @property
    def component(self) -> Norm:
        return self.norm

    @property
    def title(self) -> str:
        return self.norm.title

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        return recorded(self.norm, "record", self.norm.record(tape, A, self.arrays, training), A.shape)

    def measure(self, mu: Array, sigma2: Array) -> None:
        """Evaluate with this exact mean and variance (n,) of each unit from now on."""
        self.norm.measure(self.arrays, mu, sigma2)


class Dropout(Layer):
    """Inverted dropout: D = (rand < keep_prob), A ← A ∘ D/keep_prob, so that E[A] is kept; nothing in evaluation.

    Srivastava et al. 2014 as the notes invert it. ``draw`` fills D with 0 and 1/keep_prob.
    """

    def __init__(self, l: int, draw: Callable[[Array], None]) -> None:
        self.l = l
        self.draw = draw

    def record(self, tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        if not training:
            return A, no_backward
        D, A_kept = tape.empty("D", *A.shape), tape.empty("A_kept", *A.shape)
        tape.call(self.draw, out=D)
        tape.call(np.multiply, A, D, out=A_kept)

        def backward(dA_kept: Array) -> Array:
            dA = tape.empty("dA", *A.shape)
            tape.rename("dA_kept", dA_kept)
            tape.call(np.multiply, dA_kept, D, out=dA)
            return dA

        return A_kept, backward
