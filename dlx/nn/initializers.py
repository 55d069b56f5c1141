"""Initializers: the first W of each layer; biases start at zero."""

from __future__ import annotations

from dlx.component import Component


class Initializer(Component):
    """Draws the first W (n_out, n_in) of a layer."""

    kind = "initializer"


class He(Initializer):
    """W ~ N(0, 2/n_in)."""

    name = "he"
