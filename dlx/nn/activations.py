"""Activations g of a layer, A = g(Z), each with its derivative beside it."""

from __future__ import annotations

from dlx.component import Component


class Activation(Component):
    """A = g(Z), element by element."""

    kind = "activation"


class Identity(Activation):
    """A = Z."""

    name = "identity"


class Sigmoid(Activation):
    """A = 1/(1 + exp(−Z))."""

    name = "sigmoid"


class Tanh(Activation):
    """A = tanh(Z)."""

    name = "tanh"


class ReLU(Activation):
    """A = max(0, Z)."""

    name = "relu"
