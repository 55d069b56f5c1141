"""The norm: a kind of operation between Z = W·A + b and the activation, with all that the program asks of one."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from dlx.component import Component
from dlx.nn.params import Shapes
from dlx.nn.tape import Tape
from dlx.types import Array

Backward = Callable[[Array], Array]
Mistakes = Iterator[tuple[str, Array]]


@dataclass(frozen=True, eq=False)
class NormArrays:
    """The arrays of one layer's norm by their names without its number: views into θ, dθ and the statistics."""

    parameters: Mapping[str, Array]
    gradients: Mapping[str, Array]
    statistics: Mapping[str, Array]


class Norm(Component):
    """Z̃ (n, m) from Z (n, m), a column for each example, by parameters and statistics of its own.

    A kind of norm is one subclass: what is built, initialized, recorded, frozen, written into models, exported and
    checked is asked of its methods. Options are its fields; its arrays are handed in, since each layer has its own.
    """

    kind = "norm"
    replaces_bias: ClassVar[bool] = False  # whether it takes away any b before it
    least_batch: ClassVar[int] = 1  # examples of a mini-batch that it needs: more than 1 where it looks at the others
    least_units: ClassVar[int] = 1  # units of a layer that it needs

    @property
    def title(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")

    @property
    def measures(self) -> bool:
        """Whether it evaluates by the mean and variance of each unit over the whole train set."""
        return False

    def parameter_shapes(self, n: int) -> Shapes:
        """Of its parameters in a layer of n units, by names without digits at the end; W and b are taken."""
        return {}

    def statistics_shapes(self, n: int) -> Shapes:
        """Of what it remembers from training for evaluation; these arrays begin with zeros."""
        return {}

    def initialize(self, arrays: NormArrays) -> None:
        """Give the parameters their first values."""

    @abstractmethod
    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> tuple[Array, Backward]:
        """Write the forward calls; return Z̃ and what writes dZ and the gradients of the parameters from dZ̃."""

    def affine(self, arrays: NormArrays) -> tuple[Array, Array] | None:
        """The scale and shift (n, 1) of Z̃ = scale·Z + shift in evaluation; None where it is no such function of Z."""
        return None

    def measure(self, arrays: NormArrays, mu: Array, sigma2: Array) -> None:
        """Evaluate with this mean and variance (n,) from now on."""
        raise NotImplementedError

    def mistakes(self, name: str, arrays: NormArrays, Z: Array, Z_tilde: Array, u: Array) -> Mistakes:
        """What mistakes that people make in the gradient ``name``, dgamma … or dZ, would give for dZ̃ = u."""
        return iter(())


def no_backward(dA: Array) -> Array:
    """What stands for the backward pass of an evaluation."""
    raise AssertionError("the evaluation of a network has no backward pass")


class Standardizing(Norm):
    """Z_norm = (Z − μ)/√(σ² + ε), Z̃ = γ·Z_norm + β, γ and β (n, 1), with μ and σ² over one axis of Z (n, m)."""

    axis: ClassVar[int]  # 1: over the examples; 0: over the units

    def parameter_shapes(self, n: int) -> Shapes:
        return {"gamma": (n, 1), "beta": (n, 1)}

    def initialize(self, arrays: NormArrays) -> None:
        arrays.parameters["gamma"][...] = 1
        arrays.parameters["beta"][...] = 0

    @abstractmethod
    def sigma(self, Z: Array) -> Array:
        """√(σ² + ε) of a batch."""

    def mistakes(self, name: str, arrays: NormArrays, Z: Array, Z_tilde: Array, u: Array) -> Mistakes:
        mu, sigma = Z.mean(axis=self.axis, keepdims=True), self.sigma(Z)
        Z_norm = (Z - mu) / sigma
        if name == "dgamma":
            yield "Z in place of Z_norm", (u * Z).sum(axis=1)
            yield "Z − μ in place of Z_norm", (u * (Z - mu)).sum(axis=1)
            yield "Z̃ in place of Z_norm", (u * Z_tilde).sum(axis=1)
            yield "Z_norm left out", u.sum(axis=1)
        elif name == "dbeta":
            yield "Z_norm too much", (u * Z_norm).sum(axis=1)
        else:
            yield from _mistakes_of_input(Z_norm, sigma, arrays.parameters["gamma"], u, self.axis)
            yield from _mistakes_of_sigma(
                Z_norm, sigma, Z.std(axis=self.axis, keepdims=True), arrays.parameters["gamma"] * u, self.axis
            )


def _mistakes_of_input(Z_norm: Array, sigma: Array, gamma: Array, u: Array, axis: int) -> Mistakes:
    """Of dZ = (v − mean(v) − Z_norm·mean(v ∘ Z_norm))/σ with v = γ·u."""
    v = gamma * u
    count = Z_norm.shape[axis]

    def parts(of: Array) -> tuple[Array, Array]:
        return of.mean(axis=axis, keepdims=True), Z_norm * (of * Z_norm).mean(axis=axis, keepdims=True)

    mean, along = parts(v)
    right = v - mean - along
    mean_without_gamma, along_without_gamma = parts(u)
    yield "μ and σ² taken as constants", v / sigma
    yield "σ² taken as a constant", (v - mean) / sigma
    yield "μ taken as a constant", (v - along) / sigma
    yield "missing γ", (u - mean_without_gamma - along_without_gamma) / sigma
    yield "missing 1/σ", right
    yield "1/σ twice", right / sigma**2
    yield "sum for mean", (v - count * mean - count * along) / sigma
    yield "sign of the mean", (v + mean - along) / sigma
    yield "sign of the Z_norm term", (v - mean + along) / sigma


def _mistakes_of_sigma(Z_norm: Array, sigma: Array, deviation: Array, v: Array, axis: int) -> Mistakes:
    count = Z_norm.shape[axis]
    sums = v.sum(axis=axis, keepdims=True) + Z_norm * (v * Z_norm).sum(axis=axis, keepdims=True)
    if count > 1:
        yield "m − 1 in place of m", (v - sums / (count - 1)) / sigma
    if (deviation > 0).all():
        yield "ε left out", (v - sums / count) / deviation
