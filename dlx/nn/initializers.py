"""Initializers: the first W of each layer, simplest first; biases start at zero."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Protocol

import numpy as np
from pydantic import Field

from dlx.component import Component
from dlx.types import Array


class Normal01(Protocol):
    """What an initializer draws from: numpy's Generator and RandomState alike."""

    def standard_normal(self, size: Any = ...) -> Any:
        """Independent N(0, 1) numbers in an array of this shape."""


class Initializer(Component):
    """Gives W and b of a layer their first values."""

    kind = "initializer"

    @abstractmethod
    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        """Write W of layer l, and b where it has one, into ``parameters["W1"]`` …; norms have set their own before."""


class DrawnInitializer(Initializer):
    """W (n_out, n_in) is one standard-normal draw of that shape, scaled; b = 0.

    Layers are filled in order, W1 first, each with one draw, so that the same stream gives the same network whatever
    the scale.
    """

    @abstractmethod
    def scale_for(self, n_in: int, n_out: int) -> float:
        """The standard deviation of W's entries for a layer with n_in inputs and n_out units."""

    def fill(self, parameters: Mapping[str, Array], l: int, rng: Normal01) -> None:
        W = parameters[f"W{l}"]
        n_out, n_in = W.shape
        W[...] = rng.standard_normal((n_out, n_in)) * self.scale_for(n_in, n_out)
        if f"b{l}" in parameters:
            parameters[f"b{l}"][...] = 0


class Zeros(DrawnInitializer):
    """W = 0: every unit of a layer stays the same as its neighbours (symmetry is never broken)."""

    name = "zeros"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return 0.0


class Normal(DrawnInitializer):
    """W ~ N(0, scale²), whatever the size of the layer."""

    name = "normal"
    scale: Annotated[float, Field(gt=0, description="standard deviation; the course shows 0.01 and 10")] = 0.01

    def scale_for(self, n_in: int, n_out: int) -> float:
        return self.scale


class LeCun(DrawnInitializer):
    """W ~ N(0, 1/n_in): keeps the variance of Z for linear and tanh units (LeCun et al. 1998).

    The notes' 1/n, which the course calls Xavier initialization.
    """

    name = "lecun"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return float(np.sqrt(1 / n_in))


class He(DrawnInitializer):
    """W ~ N(0, 2/n_in): keeps the variance of Z for ReLU units (He et al. 2015, eq. 10)."""

    name = "he"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return float(np.sqrt(2 / n_in))


class Xavier(DrawnInitializer):
    """W ~ N(0, 2/(n_in + n_out)): between forward and backward variance (Glorot & Bengio 2010, eq. 12)."""

    name = "xavier"

    def scale_for(self, n_in: int, n_out: int) -> float:
        return float(np.sqrt(2 / (n_in + n_out)))
