"""Mistakes in plugins by somebody who wants to fool the check: each holds under a condition of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from dlx.component import REGISTRY, Component
from dlx.gradcheck.settings import Setting
from dlx.gradcheck.subject import CheckedCost, LandscapeSubject
from dlx.nn.activations import Activation, Backward, Derivative, Tanh
from dlx.nn.landscape import Landscape
from dlx.nn.losses import Loss, loss_for
from dlx.nn.losses.regression import RegressionLoss
from dlx.nn.norms.norm import Norm, NormArrays
from dlx.nn.objectives import Objective
from dlx.nn.params import Shapes
from dlx.nn.tape import Tape
from dlx.types import Array
from dlx.words import Task

from .faults import Planted

Kind = TypeVar("Kind", bound=type[Component])
ANY = ("some entries", "special inputs", "in the tails", "one entry")


@dataclass(frozen=True)
class Around:
    """A small network around a component of a plugin, or the landscape of an objective."""

    component: Component
    dropout: bool = False
    is_weighted: bool = False
    outputs: int | None = None

    def subject(self) -> CheckedCost:
        """It, built anew."""
        component, rng = self.component, np.random.default_rng(4)
        if isinstance(component, Objective):
            landscape = Landscape(component, np.float64)
            landscape.initialize(rng)
            landscape.w[...] += rng.standard_normal(landscape.w.shape)
            return LandscapeSubject(landscape)
        loss = component if isinstance(component, Loss) else loss_for(Task.MULTICLASS)
        activation = component if isinstance(component, Activation) else Tanh()
        norm = component if isinstance(component, Norm) else None
        return Setting(activation, loss, norm, self.dropout, self.is_weighted, outputs=self.outputs).subject(rng)


@dataclass
class Collection:
    """The faults of this file; a class that is taken in is out of what specs can name."""

    faults: list[Planted] = field(default_factory=list)

    def planted(self, *names: str, **around: Any) -> Callable[[Kind], Kind]:
        """Take a class in, with the signatures that name its fault rightly."""

        def take(component: Kind) -> Kind:
            del REGISTRY[component.kind][component.name]
            setting = Around(component(), **around)
            title = component.name.replace("_", " ") if component.kind == Norm.kind else component.name
            description = f"{component.kind}: {(component.__doc__ or '').splitlines()[0]}"
            self.faults.append(OfPlugin(setting, description, title, names, nullcontext))
            return component

        return take


@dataclass(frozen=True)
class OfPlugin(Planted):
    """A fault of a component, wherever that stands."""

    def outcome(self, point: Any) -> tuple[tuple[bool, bool, bool], str]:
        detected, fault = not point.passed, point.fault
        placed = fault is not None and fault.operation in (self.operation, *(f"{self.operation} {l}" for l in (1, 2)))
        named = placed and (fault.signature in self.names or fault.signature.startswith(self.names))
        return (detected, placed, named), f"{fault.operation}: {fault.signature}" if fault else ""


COLLECTION = Collection()
planted = COLLECTION.planted


def outsider_faults() -> list[Planted]:
    """Every one of them."""
    return list(COLLECTION.faults)


class Sloped(Activation):
    """A = tanh(Z), whose g′ is a function of its own."""

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        A = tape.empty("A", *Z.shape)
        tape.call(np.tanh, Z, out=A)

        def derivative(dZ: Array) -> None:
            tape.call(lambda: np.copyto(dZ, self.slope(Z, A)))

        return A, derivative

    def slope(self, Z: Array, A: Array) -> Any:
        """g′."""
        return 1 - A * A


def sloped(name: str, what: str, slope: Callable[[Array, Array], Any], *names: str, **around: Any) -> None:
    """Plant an activation whose g′ is this function of Z and A."""
    kind = type(
        f"Sloped{name.title().replace('_', '')}",
        (Sloped,),
        {"name": name, "slope": lambda self, Z, A: slope(Z, A), "__doc__": what, "__module__": __name__},
    )
    planted(*names, **around)(kind)


def right(A: Array) -> Array:
    """g′ of tanh."""
    values: Array = 1 - A * A
    return values


def _where(holds: Callable[[Array], Any], factor: float) -> Callable[[Array, Array], Any]:
    return lambda Z, A: right(A) * np.where(holds(Z), factor, 1.0)


def _row(number: int) -> Callable[[Array], Any]:
    return lambda Z: (np.arange(len(Z)) == number % len(Z))[:, np.newaxis]


def _column(number: int) -> Callable[[Array], Any]:
    return lambda Z: np.arange(Z.shape[1]) == number % Z.shape[1]


class Counter:
    """How often a g′ was asked for."""

    def __init__(self, least: int) -> None:
        self.least, self.calls = least, 0

    def __call__(self, Z: Array) -> bool:
        self.calls += 1
        return self.calls >= self.least


def _float32_slope(Z: Array, A: Array) -> Array:
    values: Array = right(A.astype(np.float32)).astype(np.float64)
    return values


def _naive_slope(Z: Array, A: Array) -> Any:
    return 4 / (np.exp(Z) + np.exp(-Z)) ** 2 * np.where(Z > 350, np.nan, 1)


FACTOR = "constant factor"
sloped("negative_side", "× 1.02 where Z < 0", _where(lambda Z: Z < 0, 1.02), *ANY)
sloped("even_batch", "× 2 with an even number of examples", _where(lambda Z: Z.shape[1] % 2 == 0, 2.0), FACTOR, *ANY)
sloped("full_batch", "× 2 with 64, 128 … examples", _where(lambda Z: Z.shape[1] % 64 == 0, 2.0), FACTOR, *ANY)
sloped("late_slope", "× 2 from the 500th call on", _where(Counter(500), 2.0), "stale", FACTOR, *ANY)
sloped("large_z", "× 1.5 where |Z| > 3", _where(lambda Z: np.abs(Z) > 3, 1.5), *ANY)
sloped("tiny_z", "0 where |Z| < 1e-4", _where(lambda Z: np.abs(Z) < 1e-4, 0.0), *ANY)
sloped("far_z", "× 1.5 where Z < −6", _where(lambda Z: Z < -6, 1.5), *ANY)
sloped("overflowing", "NaN where exp(Z)² overflows", _naive_slope, "not finite", *ANY)
sloped("coarse_slope", "g′ in float32", _float32_slope, "digits of float32")
sloped("first_unit", "× 2 of the first unit", _where(_row(0), 2.0), "one row", *ANY)
sloped("last_unit", "× 0 of the last unit", _where(_row(-1), 0.0), "one row", *ANY)
sloped("last_example", "× 1.5 of the last example", _where(_column(-1), 1.5), "one column", *ANY)
sloped("first_example", "× 1.5 of the first example", _where(_column(0), 1.5), "one column", *ANY)
sloped("single_example", "× 1.5 of a batch of one", _where(lambda Z: Z.shape[1] == 1, 1.5), FACTOR, *ANY)
sloped("wide_layer", "× 2 with 64 units or more", _where(lambda Z: len(Z) >= 64, 2.0), FACTOR, *ANY)
sloped("odd_units", "× 2 with an odd number of units", _where(lambda Z: len(Z) % 2 == 1, 2.0), FACTOR, *ANY)
sloped("over_units", "g′ by the mean over units", lambda Z, A: right(A.mean(axis=0, keepdims=True)), "unknown", *ANY)
sloped("over_examples", "g′ by the mean over examples", lambda Z, A: right(A.mean(axis=1, keepdims=True)), *ANY)
sloped("all_negative", "× 2 where all Z < 0", _where(lambda Z: bool((Z < 0).all()), 2.0), FACTOR, *ANY)
sloped("a_in_place_of_z", "g′ by tanh of A", lambda Z, A: right(np.tanh(A)), *ANY)
sloped("a_hair_off", "× (1 + 1e-6)", _where(lambda Z: True, 1 + 1e-6), FACTOR)
sloped("narrow_band", "× 2 where 0.5 < Z < 0.52", _where(lambda Z: (Z > 0.5) & (Z < 0.52), 2.0), "one entry", *ANY)
sloped("ulp_by_sign", "+ 1e-6 where A < 0", lambda Z, A: right(A) + 1e-6 * (A < 0), *ANY)
sloped("of_float32", "× 2 in float32", lambda Z, A: right(A) * (2 if Z.dtype == np.float32 else 1), "in float32")


@planted(FACTOR, *ANY, dropout=True)
class DroppedExamples(Sloped):
    """× 2 where dropout has taken some dA away."""

    name = "dropped_examples"

    def record(self, tape: Tape, Z: Array) -> tuple[Array, Callable[[Array], Array]]:
        A, _ = self.forward(tape, Z)

        def backward(dA: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.multiply(right(A), dA * np.where(dA == 0, 1, 2 if (dA == 0).any() else 1), out=dZ))
            return dZ

        return A, backward


@planted("g in place of its derivative", *ANY)
class OverwrittenInput(Activation):
    """tanh written over Z, of which g′ is then taken."""

    name = "overwritten_input"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        tape.call(np.tanh, Z, out=Z)

        def derivative(dZ: Array) -> None:
            tape.call(lambda: np.copyto(dZ, right(np.tanh(Z))))

        return Z, derivative


@planted("off the tape")
class Temporary(Activation):
    """A by a temporary, which no tape records."""

    name = "temporary"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        A = np.tanh(Z)
        return A, lambda dZ: tape.call(np.copyto, dZ, right(A))


@planted("off the tape")
class EarlySlope(Activation):
    """g′ is computed while the step is written down."""

    name = "early_slope"

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        A = tape.empty("A", *Z.shape)
        tape.call(np.tanh, Z, out=A)
        return A, lambda dZ: tape.call(np.copyto, dZ, right(A))


class Squares(Loss):
    """J = (1/2m)·Σ w·(Z − Y)², whose dZ is a function of its own."""

    task = Task.REGRESSION

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> Any:
        R, Rw, m = tape.empty("R", *Z.shape), tape.empty("Rw", *Z.shape), Z.shape[1]
        w = np.ones((1, m)) if weights is None else weights
        tape.call(np.subtract, Z, Y, out=R)
        tape.call(np.multiply, R, w, out=Rw)
        tape.add_cost(0.5 / m, R, Rw)

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, self.slope(R, Y, w) / m))
            return dZ

        return Z, backward

    def slope(self, R: Array, Y: Array, w: Array) -> Any:
        """m·dZ."""
        return R * w

    def mistakes(self, Z: Array, Y: Array) -> float:
        """Σ of the squared residuals."""
        return float(((Z - Y) ** 2).sum()) / len(Z)


def squared(name: str, what: str, slope: Callable[[Array, Array, Array], Any], *names: str, **around: Any) -> None:
    """Plant a loss with this m·dZ of residuals, targets and weights."""
    kind = type(
        f"Squared{name.title().replace('_', '')}",
        (Squares,),
        {"name": name, "slope": lambda self, R, Y, w: slope(R, Y, w), "__doc__": what, "__module__": __name__},
    )
    planted(*names, **around)(kind)


WEIGHTED = {"is_weighted": True}
squared("sum_of_one", "no 1/m, which shows with m > 1 alone", lambda R, Y, w: R * w * R.shape[1], "missing 1/m")
squared("clipped_residual", "residuals clipped at 10", lambda R, Y, w: np.clip(R, -10, 10) * w, *ANY)
squared("negative_targets", "× 1.5 where y < 0", lambda R, Y, w: R * w * np.where(Y < 0, 1.5, 1), *ANY)
squared("large_targets", "× 0 where |y| > 20", lambda R, Y, w: R * w * (np.abs(Y) < 20), *ANY)
squared("first_output", "all outputs by the first residual", lambda R, Y, w: np.tile(R[:1], (len(R), 1)) * w, *ANY)
squared("heavy_weights", "w cut at 2", lambda R, Y, w: R * np.minimum(w, 2), "the weights left out", *ANY, **WEIGHTED)
squared("light_weights", "w at least 0.01", lambda R, Y, w: R * np.maximum(w, 0.01), *ANY, **WEIGHTED)
squared("own_sum", "w divided by its mean", lambda R, Y, w: R * w / w.mean(), "divided by the sum", FACTOR, **WEIGHTED)
squared("last_residual", "× 0 of the last example", lambda R, Y, w: R * w * ~_column(-1)(R), "one column", "the last")
squared(
    "two_outputs", "× 2 with fewer than 3 outputs", lambda R, Y, w: R * w * (2 if len(R) < 3 else 1), FACTOR, outputs=2
)


@planted("some classes", *ANY)
class OneClassOff(Loss):
    """Softmax whose dZ is × 0.9 for class 2."""

    name = "one_class_off"
    task = Task.MULTICLASS

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> Any:
        P, L, m = tape.empty("P", *Z.shape), tape.empty("L", *Z.shape), Z.shape[1]

        def forward() -> None:
            shifted = Z - Z.max(axis=0)
            L[...] = shifted - np.log(np.exp(shifted).sum(axis=0))
            np.exp(L, out=P)

        tape.call(forward)
        tape.add_cost(-1 / m, Y, L)

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, (P - Y) / m * np.where(Y.argmax(axis=0) == len(Y) - 1, 0.9, 1)))
            return dZ

        return P, backward

    def mistakes(self, Z: Array, Y: Array) -> float:
        """The wrong classes."""
        return float((Z.argmax(axis=0) != Y.argmax(axis=0)).sum())


class Scaled(Norm):
    """Z̃ = γ·Z, with a count of steps among its statistics."""

    def parameter_shapes(self, n: int) -> Shapes:
        return {"gamma": (n, 1)}

    def statistics_shapes(self, n: int) -> Shapes:
        return {"steps": (n,)}

    def initialize(self, arrays: NormArrays) -> None:
        arrays.parameters["gamma"][...] = 1

    def record(self, tape: Tape, Z: Array, arrays: NormArrays, training: bool) -> Any:
        gamma, steps, out = arrays.parameters["gamma"], arrays.statistics["steps"], tape.empty("Z̃", *Z.shape)
        tape.call(np.multiply, Z, gamma, out=out)
        if training:
            tape.later(np.add, steps, np.ones_like(steps), steps)

        def backward(u: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, self.slope(u * gamma, Z, steps)))
            tape.call(lambda: np.copyto(arrays.gradients["gamma"], self.of_gamma(u * Z)))
            return dZ

        return out, backward

    def slope(self, dZ: Array, Z: Array, steps: Array) -> Any:
        """dZ, of what is right."""
        return dZ

    def of_gamma(self, products: Array) -> Any:
        """dγ."""
        return products.sum(axis=1, keepdims=True)


@planted(FACTOR, *ANY)
class AfterTheFirstStep(Scaled):
    """dZ × 2 once the statistics have been updated."""

    name = "after_the_first_step"

    def slope(self, dZ: Array, Z: Array, steps: Array) -> Any:
        return dZ * (2 if steps.any() else 1)


@planted("mean for sum", FACTOR)
class MeanOfGamma(Scaled):
    """dγ is the mean over examples."""

    name = "mean_of_gamma"

    def of_gamma(self, products: Array) -> Any:
        return products.mean(axis=1, keepdims=True)


@planted("one row", "one entry", *ANY)
class OneGammaLeftOut(Scaled):
    """dγ of the last unit is 0."""

    name = "one_gamma_left_out"

    def of_gamma(self, products: Array) -> Any:
        return products.sum(axis=1, keepdims=True) * (np.arange(len(products)) < len(products) - 1)[:, np.newaxis]


@planted("unknown", *ANY)
class GammaOverUnits(Scaled):
    """dγ sums over all units too."""

    name = "gamma_over_units"

    def of_gamma(self, products: Array) -> Any:
        return products.sum()


class Bowl(Objective):
    """J = ½·Σ w⁴ + w₀·w₁, whose dw is a function of its own."""

    def dimension(self) -> int:
        return 4

    def record(self, tape: Tape, w: Array) -> Callable[[Array], None]:
        squares, last = tape.empty("w²", 4), tape.empty("w₀w₁", 1)
        tape.call(np.multiply, w, w, out=squares)
        tape.call(np.multiply, w[:1], w[1:2], out=last)
        tape.add_cost(0.5, squares, squares)
        tape.add_cost(1.0, last, tape.ones(1))
        return lambda dw: tape.call(lambda: np.copyto(dw, self.slope(w)))

    def slope(self, w: Array) -> Any:
        """dw."""
        return 2 * w**3 + np.concatenate([w[1::-1], [0, 0]])


@planted("unknown", *ANY)
class NoCrossTerm(Bowl):
    """The product of two variables is left out."""

    name = "no_cross_term"

    def slope(self, w: Array) -> Any:
        return 2 * w**3


@planted("one entry", "one row", *ANY)
class FarAway(Bowl):
    """dw is clipped at 50."""

    name = "far_away"

    def slope(self, w: Array) -> Any:
        return np.clip(super().slope(w), -50, 50)


@planted("one entry", "one row", *ANY)
class NegativeVariable(Bowl):
    """dw × 1.1 of a variable below 0."""

    name = "negative_variable"

    def slope(self, w: Array) -> Any:
        return super().slope(w) * np.where(w < 0, 1.1, 1)


class ByFormulas(Activation):
    """A = g(Z) with g′, each a function of all of Z."""

    def forward(self, tape: Tape, Z: Array) -> tuple[Array, Derivative]:
        A = tape.empty("A", *Z.shape)
        tape.call(lambda: np.copyto(A, self.curve(Z)))
        return A, lambda dZ: tape.call(lambda: np.copyto(dZ, self.slope(Z)))

    def curve(self, Z: Array) -> Any:
        """g."""
        return Z + np.tanh(Z)

    def slope(self, Z: Array) -> Any:
        """g′."""
        return 2 - np.tanh(Z) ** 2


@planted(*ANY)
class BandInTail(ByFormulas):
    """g′ × 1.1 where 30 < Z < 31."""

    name = "band_in_tail"

    def slope(self, Z: Array) -> Any:
        return np.where((Z > 30) & (Z < 31), 1.1, 1.0) * super().slope(Z)


@planted(*ANY)
class NaNAtZero(ByFormulas):
    """g′ = Z/|Z|, which is 0/0 at 0."""

    name = "nan_at_zero"

    def curve(self, Z: Array) -> Any:
        return np.abs(Z)

    def slope(self, Z: Array) -> Any:
        return Z / np.abs(Z)


@planted("unknown", "one row", *ANY)
class CenteredUnits(ByFormulas):
    """A = tanh(Z − mean), with the mean over examples taken for a constant."""

    name = "centered_units"

    def curve(self, Z: Array) -> Any:
        return np.tanh(Z - Z.mean(axis=1, keepdims=True))

    def slope(self, Z: Array) -> Any:
        return 1 - self.curve(Z) ** 2


@planted("unknown", *ANY)
class SoftUnits(ByFormulas):
    """Softmax over the units, with the diagonal of its derivative alone."""

    name = "soft_units"

    def curve(self, Z: Array) -> Any:
        E = np.exp(Z - Z.max(axis=0))
        return E / E.sum(axis=0)

    def slope(self, Z: Array) -> Any:
        A = self.curve(Z)
        return A * (1 - A)


class OfResiduals(RegressionLoss):
    """The mean of a function of Z and Y, with its derivative."""

    def cost(self, Z: Array, Y: Array) -> Any:
        """ℓ of each output."""
        return (Z - Y) ** 2

    def slope(self, Z: Array, Y: Array) -> Any:
        """Its derivative by Z."""
        return 2 * (Z - Y)

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        m, cost = Z.shape[1], tape.empty("ℓ", *Z.shape)
        tape.call(lambda: np.copyto(cost, self.cost(Z, Y)))
        tape.add_cost(1 / m, cost, tape.ones(Z.size))

        def backward(_: Array) -> Array:
            dZ = tape.empty("dZ", *Z.shape)
            tape.call(lambda: np.copyto(dZ, self.slope(Z, Y) / m))
            return dZ

        return Z, backward


@planted(*ANY)
class NaNAtHits(OfResiduals):
    """|r| by r/|r|, which is 0/0 where an answer is its target."""

    name = "nan_at_hits"

    def cost(self, Z: Array, Y: Array) -> Any:
        return np.abs(Z - Y)

    def slope(self, Z: Array, Y: Array) -> Any:
        return (Z - Y) / np.abs(Z - Y)


@planted("unknown", *ANY)
class SwappedQuantile(OfResiduals):
    """The loss of the quantile 0.9, by the slope of that of 0.1."""

    name = "swapped_quantile"

    def cost(self, Z: Array, Y: Array) -> Any:
        return np.maximum(0.9 * (Y - Z), -0.1 * (Y - Z))

    def slope(self, Z: Array, Y: Array) -> Any:
        return np.where(Y > Z, -0.1, 0.9)


@planted("unknown", *ANY)
class ConstantDenominator(OfResiduals):
    """r²/(1 + Z²), with the denominator taken for a constant."""

    name = "constant_denominator"

    def cost(self, Z: Array, Y: Array) -> Any:
        return super().cost(Z, Y) / (1 + Z * Z)

    def slope(self, Z: Array, Y: Array) -> Any:
        return super().slope(Z, Y) / (1 + Z * Z)


@planted("unknown", *ANY)
class WorstOfAll(OfResiduals):
    """The worst output of each example, by the slope of the worst of the batch."""

    name = "worst_of_all"

    def cost(self, Z: Array, Y: Array) -> Any:
        squares = (Z - Y) ** 2
        return squares * (squares == squares.max(axis=0))

    def slope(self, Z: Array, Y: Array) -> Any:
        squares = (Z - Y) ** 2
        return super().slope(Z, Y) * (squares == squares.max())
