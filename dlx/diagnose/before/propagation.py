"""Propagation: what one pass forward and back over a batch does in each layer of a network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dlx.nn.activations import Activation, Backward
from dlx.nn.layers import Activate
from dlx.nn.network import Network
from dlx.nn.slopes import saturates, slope, steepest
from dlx.nn.tape import Tape
from dlx.types import Array

# |g′| below this share of its maximum counts as saturated: |z| > 2.2 for tanh, where A = 0.976, and > 4.4 for sigmoid.
FLAT = 0.05


@dataclass(frozen=True)
class Signal:
    """What a layer does with a batch: Z (n, m), its input to the activation, and dZ = ∂J/∂Z of the same shape.

    Behind a batch norm Z is what that gives. The output layer has no activation.
    """

    layer: int
    activation: Activation | None
    Z: Array
    dZ: Array  # noqa: N815 - the notes' name

    @cached_property
    def spread(self) -> float:
        """√ of the mean over units of the variance of Z over examples: what the layer tells of one example."""
        return _infinite_if_none(np.sqrt(self.Z.var(axis=1).mean()))

    @cached_property
    def gradient(self) -> float:
        """The root mean square over examples of ‖dZ‖, which He's and Glorot's variances keep from layer to layer."""
        return _infinite_if_none(np.sqrt(np.square(self.dZ).sum(axis=0).mean()) * self.dZ.shape[1])

    @cached_property
    def _slopes(self) -> Array:
        """|g′(Z)| as a share of its maximum."""
        if self.activation is None:
            return np.ones_like(self.Z)
        return np.asarray(np.abs(slope(self.activation, self.Z)) / steepest(self.activation))

    @property
    def dead(self) -> float:
        """The share of units that pass no gradient for any example; 0 where the activation saturates on both sides."""
        if self.activation is None or saturates(self.activation):
            return 0.0
        return float((self._slopes < 1e-6).all(axis=1).mean())

    @property
    def saturated(self) -> float:
        """The share of units times examples in a flat part of an activation that has one on both sides."""
        if self.activation is None or not saturates(self.activation):
            return 0.0
        return float((self._slopes < FLAT).mean())


@dataclass(frozen=True)
class Propagation:
    """One pass over a batch: its cost, the spread of the inputs, and the signal of each layer, output last."""

    cost: float
    inputs: float
    signals: tuple[Signal, ...]

    @property
    def forward(self) -> float:
        """By how much the spread grows from the inputs to the output."""
        return _quotient(self.signals[-1].spread, self.inputs)

    @property
    def backward(self) -> float:
        """By how much the gradient grows from the output back to layer 1; 1 where that of the output is no number."""
        return _quotient(self.signals[0].gradient, self.signals[-1].gradient)


def propagate(network: Network, X: Array, Y: Array) -> Propagation:
    """A training step on X (m, n_x) and Y (n_y, m) up to dθ, which it overwrites; nothing is updated.

    Statistics are taken in float64: squares of what explodes overflow in float32.
    """
    tape, A = Tape(network.parameters.theta.dtype), X.T
    backwards: list[Backward] = []
    entering: dict[int, tuple[Array, int]] = {}
    for layer in network.layers:
        if isinstance(layer, Activate):
            entering[layer.l] = A, len(backwards)
        A, backward = layer.record(tape, A, training=True)
        backwards.append(backward)
    _, dA = network.record_loss(tape, A, Y)
    gradients = [dA(A)]
    for backward in reversed(backwards):
        gradients.append(backward(gradients[-1]))
    gradients.reverse()  # gradients[i] enters operation i, going back it leaves it
    entering[len(network.plans)] = A, len(backwards)
    with np.errstate(all="ignore"):
        tape.run()
    signals = [
        Signal(layer, network.plans[layer - 1].activation, Z.astype(np.float64), gradients[i].astype(np.float64))
        for layer, (Z, i) in entering.items()
    ]
    return Propagation(
        _infinite_if_none(tape.cost()), float(np.sqrt(X.astype(np.float64).var(axis=0).mean())), tuple(signals)
    )


def distinct_units(network: Network, layer: int) -> float:
    """The share of units of a hidden layer that no other unit equals, in what it takes in and in what it gives out."""
    parameters = network.parameters
    own = [
        parameters[name] for name in (f"{kind}{layer}" for kind in ("W", "b", "gamma", "beta")) if name in parameters
    ]
    units = np.hstack([*own, parameters[f"W{layer + 1}"].T])
    return len(np.unique(units, axis=0)) / len(units)


def _infinite_if_none(number: float) -> float:
    """Whether a sum that overflows is ∞ or, of ∞ − ∞, no number, hangs on the order that a processor takes it in."""
    return float("inf") if np.isnan(number) else float(number)


def _quotient(a: float, b: float) -> float:
    if not np.isfinite(b):
        return 1.0
    return a / b if b > 0 else float("inf") if a > 0 else 1.0
