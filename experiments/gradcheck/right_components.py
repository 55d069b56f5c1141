"""Right activations, losses, norms and objectives of unusual form, as plugins have them: none may be accused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dlx.component import REGISTRY, Component
from dlx.gradcheck.check import check
from dlx.gradcheck.report import Point
from dlx.nn.activations import Activation, Derivative
from dlx.nn.losses import Loss
from dlx.nn.norms.norm import Norm, NormArrays
from dlx.nn.objectives import Objective
from dlx.nn.params import Shapes
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task

from .outsider_faults import Around, Bowl, Scaled, Sloped, Squares

Function = Callable[[Array], Any]
COMPONENTS: list[type[Component]] = []


def checked_components() -> Iterator[tuple[str, Point]]:
    """Each of them in a small network, checked."""
    for component in COMPONENTS:
        yield component.name, check(Around(component()).subject(), component.name)


def take(component: type[Component]) -> None:
    """Take a class in, and out of what specs can name."""
    del REGISTRY[component.kind][component.name]
    COMPONENTS.append(component)


def _kind(base: type[Component], name: str, **members: Any) -> type[Component]:
    own = {"name": name, "__doc__": name, "__module__": __name__, **members}
    return type(f"Unusual{name.title().replace('_', '')}", (base,), own)


class ByFunctions(Activation):
    """A = g(Z) and g′ by functions of whole arrays, each a call."""

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        A, (g, slope) = tape.empty("A", *Z.shape), self.functions()
        tape.call(lambda: np.copyto(A, g(Z)))
        return A, lambda dZ: tape.call(lambda: np.copyto(dZ, slope(Z)))

    def functions(self) -> tuple[Function, Function]:
        """g and g′."""
        raise NotImplementedError


def activation(name: str, g: Function, slope: Function, has_kink: bool = False) -> None:
    """Take in an activation with these functions."""
    take(_kind(ByFunctions, name, functions=lambda self: (g, slope), has_kink=has_kink))


def _sigma(Z: Array) -> Any:
    return 0.5 * (1 + np.tanh(Z / 2))


def _each(function: Callable[[float], float]) -> Function:
    return lambda Z: np.array([[function(float(z)) for z in row] for row in Z], Z.dtype)


activation("sine", np.sin, np.cos)
activation("snake", lambda Z: Z + np.sin(Z) ** 2, lambda Z: 1 + np.sin(2 * Z))
activation("soft_sign", lambda Z: Z / (1 + np.abs(Z)), lambda Z: (1 + np.abs(Z)) ** -2)
activation("bell", lambda Z: np.exp(-Z * Z), lambda Z: -2 * Z * np.exp(-Z * Z))
activation("cube", lambda Z: Z**3, lambda Z: 3 * Z**2)
activation("mish_like", lambda Z: Z * _sigma(Z) ** 2, lambda Z: _sigma(Z) ** 2 * (1 + 2 * Z * (1 - _sigma(Z))))
activation("squared_relu", lambda Z: np.maximum(Z, 0) ** 2, lambda Z: 2 * np.maximum(Z, 0), has_kink=True)
activation("absolute_value", np.abs, np.sign, has_kink=True)
activation("leaky", lambda Z: np.where(Z > 0, Z, 0.2 * Z), lambda Z: np.where(Z > 0, 1, 0.2), has_kink=True)
activation("by_erf", _each(math.erf), lambda Z: 2 / math.sqrt(math.pi) * np.exp(-Z * Z))
activation("arctan", np.arctan, lambda Z: 1 / (1 + Z * Z))
activation("arcsinh", np.arcsinh, lambda Z: 1 / np.sqrt(1 + Z * Z))
activation("bent", lambda Z: (np.sqrt(Z * Z + 1) - 1) / 2 + Z, lambda Z: Z / (2 * np.sqrt(Z * Z + 1)) + 1)
activation("log_cosh", lambda Z: np.logaddexp(Z, -Z) - math.log(2), np.tanh)
activation("by_math", _each(lambda z: math.exp(-abs(z)) * z), _each(lambda z: math.exp(-abs(z)) * (1 - abs(z))))
activation("shifted", lambda Z: Z - 3, lambda Z: np.ones_like(Z))
activation("constant_answer", lambda Z: 0 * Z + 1, lambda Z: 0 * Z)
activation("saturating", lambda Z: np.tanh(100 * Z), lambda Z: 100 * (1 - np.tanh(100 * Z) ** 2))


class InPlace(Activation):
    """tanh over Z, and g′ of what is there then."""

    name = "in_place"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        tape.call(np.tanh, Z, out=Z)
        return Z, lambda dZ: tape.call(lambda: np.copyto(dZ, 1 - Z * Z))


class OverUnits(Activation):
    """Softmax over the units of a layer, whose gradient is no product entry by entry."""

    name = "over_units"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        raise NotImplementedError

    def record(self, tape: Tape, Z: Array) -> tuple[Array, Callable[[Array], Array]]:
        P = tape.empty("P", *Z.shape)

        def write() -> None:
            E = np.exp(Z - Z.max(axis=0))
            P[...] = E / E.sum(axis=0)

        tape.call(write)

        def backward(dA: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, P * (dA - (P * dA).sum(axis=0))))
            return dZ

        return P, backward


class Gated(Activation):
    """Z·σ(Z), whose backward pass writes over dA."""

    name = "gated"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        raise NotImplementedError

    def record(self, tape: Tape, Z: Array) -> tuple[Array, Callable[[Array], Array]]:
        A = tape.empty("A", *Z.shape)
        tape.call(lambda: np.multiply(Z, _sigma(Z), out=A))

        def backward(dA: Array) -> Array:
            tape.call(lambda: np.multiply(dA, _sigma(Z) + A * (1 - _sigma(Z)), out=dA))
            return dA

        return A, backward


class Recomputed(Sloped):
    """g′ of tanh as 1/cosh²."""

    name = "recomputed"

    def slope(self, Z: Array, A: Array) -> Any:
        return 1 / np.cosh(np.clip(Z, -300, 300)) ** 2


class ByAFactor(Sloped):
    """g′ of tanh as (1 − A)(1 + A)."""

    name = "by_a_factor"

    def slope(self, Z: Array, A: Array) -> Any:
        return (1 - A) * (1 + A)


for component in (InPlace, OverUnits, Gated, Recomputed, ByAFactor):
    take(component)


class ByResidual(Loss):
    """J = (1/m)·Σ w·ℓ(Z, Y), ℓ and its derivative by functions."""

    task = Task.REGRESSION

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> Any:
        L, m, (loss, slope) = tape.empty("L", *Z.shape), Z.shape[1], self.functions()
        w = np.ones((1, m), Z.dtype) if weights is None else weights
        tape.call(lambda: np.multiply(w, loss(Z, Y), out=L))
        tape.add_cost(1 / m, L, tape.ones(L.size))

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, w * slope(Z, Y) / m))
            return dZ

        return Z, backward

    def functions(self) -> tuple[Any, Any]:
        """ℓ and ∂ℓ/∂Z."""
        raise NotImplementedError

    def mistakes(self, Z: Array, Y: Array) -> float:
        """Nothing that the check asks for."""
        return 0.0


def loss(name: str, value: Callable[[Array, Array], Any], slope: Callable[[Array, Array], Any], **members: Any) -> None:
    """Take in a loss with these functions of Z and Y."""
    take(_kind(ByResidual, name, functions=lambda self: (value, slope), **members))


MULTICLASS, LABELS, COUNTS = {"task": Task.MULTICLASS}, {"task": Task.MULTILABEL}, {"least_target": 0.0}
EVEN = 0.1  # of label smoothing


def _shares(Z: Array) -> Any:
    E = np.exp(Z - Z.max(axis=0))
    return E / E.sum(axis=0)


def _log_shares(Z: Array) -> Any:
    shifted = Z - Z.max(axis=0)
    return shifted - np.log(np.exp(shifted).sum(axis=0))


def _smooth(Y: Array) -> Any:
    return (1 - EVEN) * Y + EVEN / len(Y)


loss("cauchy", lambda Z, Y: np.log1p((Z - Y) ** 2), lambda Z, Y: 2 * (Z - Y) / (1 + (Z - Y) ** 2))
loss("log_cosh_loss", lambda Z, Y: np.logaddexp(Z - Y, Y - Z), lambda Z, Y: np.tanh(Z - Y))
loss("fourth_power", lambda Z, Y: (Z - Y) ** 4, lambda Z, Y: 4 * (Z - Y) ** 3)
loss("counted", lambda Z, Y: np.exp(Z) - Y * Z, lambda Z, Y: np.exp(Z) - Y, **COUNTS)
loss("smoothed", lambda Z, Y: -_smooth(Y) * _log_shares(Z), lambda Z, Y: _shares(Z) - _smooth(Y), **MULTICLASS)
loss("brier_like", lambda Z, Y: (_sigma(Z) - Y) ** 2, lambda Z, Y: 2 * (S := _sigma(Z)) * (1 - S) * (S - Y), **LABELS)
loss("margin", lambda Z, Y: np.logaddexp(0, (1 - 2 * Y) * Z), lambda Z, Y: _sigma(Z) - Y, **LABELS)
loss("linear_exponential", lambda Z, Y: np.exp(Y - Z) + Z - Y, lambda Z, Y: 1 - np.exp(Y - Z))


class OwnConstant(Squares):
    """Squares with a constant in the cost and its gradient as −(Y − Z)."""

    name = "own_constant"

    def slope(self, R: Array, Y: Array, w: Array) -> Any:
        return -w * (Y - (R + Y))


take(OwnConstant)


class LengthOne(Norm):
    """Each example is divided by its length over units; no parameters."""

    name = "length_one"

    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> Any:
        out, length = tape.empty("Z̃", *Z.shape), tape.empty("length", 1, Z.shape[1])

        def write() -> None:
            length[...] = np.sqrt((Z * Z).sum(axis=0, keepdims=True) + 1e-5)
            np.divide(Z, length, out=out)

        tape.call(write)

        def backward(u: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, (u - out * (u * out).sum(axis=0)) / length))
            return dZ

        return out, backward


class Centered(Norm):
    """The mean over units is taken away, and a shift added."""

    name = "centered"

    def parameter_shapes(self, n: int) -> Shapes:
        return {"shift": (n, 1)}

    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> Any:
        out = tape.empty("Z̃", *Z.shape)
        tape.call(lambda: np.add(Z - Z.mean(axis=0), arrays.parameters["shift"], out=out))

        def backward(u: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, u - u.mean(axis=0)))
            tape.call(lambda: np.sum(u, axis=1, keepdims=True, out=arrays.gradients["shift"]))
            return dZ

        return out, backward


class Remembering(Scaled):
    """It multiplies by 1 plus its statistic, a constant, in both passes."""

    name = "remembering"

    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> Any:
        gamma, steps, out = arrays.parameters["gamma"], arrays.statistics["steps"], tape.empty("Z̃", *Z.shape)
        tape.call(lambda: np.multiply(Z, gamma * (1 + steps[:, np.newaxis]), out=out))

        def backward(u: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.multiply(u, gamma * (1 + steps[:, np.newaxis]), out=dZ))
            share = arrays.gradients["gamma"]
            tape.call(lambda: np.copyto(share, (u * Z * (1 + steps[:, np.newaxis])).sum(axis=1, keepdims=True)))
            return dZ

        return out, backward


class ScaleAlone(Scaled):
    """Z̃ = γ·Z."""

    name = "scale_alone"


for norm in (LengthOne, Centered, Remembering, ScaleAlone):
    take(norm)


class Surface(Objective):
    """J(w) of three variables, and its gradient, by functions."""

    def dimension(self) -> int:
        return 3

    def record(self, tape: Tape, w: Array) -> Callable[[Array], None]:
        J, (value, slope) = tape.empty("J(w)", 1), self.functions()
        tape.call(lambda: np.copyto(J, value(w)))
        tape.add_cost(1.0, J, tape.ones(1))
        return lambda dw: tape.call(lambda: np.copyto(dw, slope(w)))

    def functions(self) -> tuple[Function, Function]:
        """J and ∇J."""
        raise NotImplementedError


def objective(name: str, value: Function, slope: Function) -> None:
    """Take in an objective with these functions of w."""
    take(_kind(Surface, name, functions=lambda self: (value, slope)))


def _largest_slope(w: Array) -> Any:
    E = np.exp(w - w.max())
    return E / E.sum()


objective("soft_maximum", lambda w: np.logaddexp.reduce(w), _largest_slope)
objective("ripples", lambda w: (w * w - np.cos(6 * w)).sum(), lambda w: 2 * w + 6 * np.sin(6 * w))
objective("product", lambda w: w[0] * w[1] * w[2], lambda w: np.array([w[1] * w[2], w[0] * w[2], w[0] * w[1]]))


class BowlAgain(Bowl):
    """The bowl, by its right gradient."""

    name = "bowl_again"


take(BowlAgain)
