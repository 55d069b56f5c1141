"""Objectives: costs J(w) of some variables w, with neither data nor network, simplest first."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Annotated

import numpy as np
from pydantic import Field

from dlx.component import Component, Numbers
from dlx.nn.tape import Tape
from dlx.types import Array

Backward = Callable[[Array], None]
Variables = Annotated[int, Field(ge=2, le=10**6, description="n, the length of w")]
Start = Annotated[float | Numbers, Field(description="w before the first step: one number for all, or one for each")]


class Objective(Component):
    """A cost J(w) that the optimizers minimize over w (n,); one step is one gradient, and one epoch.

    A member says with ``dimension`` how long w is, and writes in ``record`` its cost and its gradient.
    """

    kind = "objective"

    start: Start = 0.0
    gradient_noise: Annotated[
        float,
        Field(
            ge=0, description="σ of the normal noise on each entry of dw, drawn anew in each step, as of mini-batches"
        ),
    ] = 0.0

    @abstractmethod
    def dimension(self) -> int:
        """n, the length of w."""

    @abstractmethod
    def record(self, tape: Tape, w: Array) -> Backward:
        """Write the cost of w (n,); return what writes dw = ∇J(w) into the array (n,) that it is given."""


class Polynomial(Objective):
    """J(w) = c₀·wᵈ + c₁·wᵈ⁻¹ + … + c_d of one variable, by Horner's rule.

    dJ/dw = d·c₀·wᵈ⁻¹ + (d − 1)·c₁·wᵈ⁻² + …, likewise. [1, −10, 25] is (w − 5)², with its minimum 0 at 5.
    """

    name = "polynomial"
    coefficients: Annotated[
        Numbers,
        Field(min_length=1, description="highest power first; or the path of a CSV file whose one row has them"),
    ]

    def dimension(self) -> int:
        return 1

    def record(self, tape: Tape, w: Array) -> Backward:
        degree = len(self.coefficients) - 1
        x = np.array(self.coefficients, tape.dtype)
        slope = (np.array(self.coefficients) * np.arange(degree, -1, -1))[:degree].astype(tape.dtype)
        J = tape.empty("J(w)", 1)
        _horner(tape, "x", x, w, J)
        tape.add_cost(1.0, J, tape.ones(1))

        def backward(dw: Array) -> None:
            _horner(tape, "dx", slope if degree else np.zeros(1, tape.dtype), w, dw)

        return backward


class Plateau(Objective):
    """J(w) = 1 − exp(−½·((w − 5)/width)²) of one variable: hardly a slope at 0, a valley with its minimum 0 at 5.

    dJ/dw = exp(−½·((w − 5)/width)²)·(w − 5)/width². At 0 with the default width it is −0.0086, and the steepest slope
    on the way 0.4: a learning rate that suits the valley takes long to get there.
    """

    name = "plateau"
    width: Annotated[
        float, Field(gt=0, description="of the valley; the smaller, the flatter is the plain before it")
    ] = 1.5

    def dimension(self) -> int:
        return 1

    def record(self, tape: Tape, w: Array) -> Backward:
        d, e, J = (tape.empty(name, 1) for name in ("w-5", "exp", "J(w)"))
        tape.call(np.subtract, w, tape.constant(5), out=d)
        tape.call(np.multiply, d, d, out=e)
        tape.call(np.multiply, e, tape.constant(-0.5 / self.width**2), out=e)
        tape.call(np.exp, e, out=e)
        tape.call(np.subtract, tape.constant(1), e, out=J)
        tape.add_cost(1.0, J, tape.ones(1))

        def backward(dw: Array) -> None:
            tape.call(np.multiply, e, d, out=dw)
            tape.call(np.multiply, dw, tape.constant(1 / self.width**2), out=dw)

        return backward


class Quadratic(Objective):
    """J(w) = ½·Σ λᵢ·(wᵢ − 1)² with a given spectrum λ; dJ/dwᵢ = λᵢ·(wᵢ − 1).

    λᵢ are the eigenvalues of its Hessian. Where all are positive, (1, …, 1) is the minimum, 0; where some are negative,
    it is a saddle point, and J has no bound below. Gradient descent approaches it along the positive ones: α < 2/λ_max.
    """

    name = "quadratic"
    spectrum: Annotated[
        Numbers, Field(min_length=1, description="λ, a number for each variable; or the path of a CSV file of one row")
    ]

    def dimension(self) -> int:
        return len(self.spectrum)

    def record(self, tape: Tape, w: Array) -> Backward:
        return _record_quadratic(tape, w, np.array(self.spectrum))


class Ravine(Objective):
    """J(w) = ½·Σ λᵢ·(wᵢ − 1)², λ evenly on a logarithmic scale from 1 to ``condition``: a long, narrow bowl.

    dJ/dwᵢ = λᵢ·(wᵢ − 1); the minimum is 0 at (1, …, 1). Across the ravine gradient descent needs α < 2/condition, and
    along it then takes some ``condition`` steps, momentum some √condition (Polyak 1964).
    """

    name = "ravine"
    variables: Variables = 2
    condition: Annotated[float, Field(ge=1, description="the largest curvature; the smallest is 1")] = 100.0

    def dimension(self) -> int:
        return self.variables

    def record(self, tape: Tape, w: Array) -> Backward:
        return _record_quadratic(tape, w, np.geomspace(1, self.condition, self.variables))


class Saddle(Objective):
    """J(w) = ½·(w₁ − 1)² − ½·w₂² + ¼·w₂⁴: a saddle point at (1, 0), J = 0, between the minima (1, ±1), J = −¼.

    dJ/dw = (w₁ − 1, w₂³ − w₂). On the ridge w₂ = 0 the gradient leads into the saddle point and ends there. So w starts
    beside it, at (0, 0.001): gradient descent lingers before it slides down, and from [0, 0] it never does.
    """

    name = "saddle"
    start: Start = (0.0, 0.001)

    def dimension(self) -> int:
        return 2

    def record(self, tape: Tape, w: Array) -> Backward:
        u, v = tape.register("w[0]", w[:1]), tape.register("w[1]", w[1:])
        r, v2, rest = tape.empty("w[0]-1", 1), tape.empty("w[1]^2", 1), tape.empty("rest", 1)
        tape.call(np.subtract, u, tape.constant(1), out=r)
        tape.call(np.multiply, v, v, out=v2)
        tape.call(np.multiply, v2, tape.constant(0.5), out=rest)
        tape.call(np.subtract, rest, tape.constant(1), out=rest)
        tape.add_cost(0.5, r, r)
        tape.add_cost(0.5, v2, rest)

        def backward(dw: Array) -> None:
            tape.call(np.copyto, dw[:1], r)
            tape.call(np.multiply, v, v2, out=dw[1:])
            tape.call(np.subtract, dw[1:], v, out=dw[1:])

        return backward


class Rosenbrock(Objective):
    """J(w) = Σ 100·(wᵢ₊₁ − wᵢ²)² + (1 − wᵢ)², a bent valley whose floor hardly falls; the minimum is 0 at (1, …, 1).

    Each i < n adds −400·wᵢ·(wᵢ₊₁ − wᵢ²) − 2·(1 − wᵢ) to dwᵢ and 200·(wᵢ₊₁ − wᵢ²) to dwᵢ₊₁ (Rosenbrock 1960, who starts
    at (−1.2, 1)).
    """

    name = "rosenbrock"
    variables: Variables = 2

    def dimension(self) -> int:
        return self.variables

    def record(self, tape: Tape, w: Array) -> Backward:
        n = self.variables - 1
        u, v = tape.register("w[:-1]", w[:-1]), tape.register("w[1:]", w[1:])
        q, s, part = tape.empty("q", n), tape.empty("1-w", n), tape.empty("part", n)
        tape.call(np.multiply, u, u, out=q)
        tape.call(np.subtract, v, q, out=q)
        tape.call(np.subtract, tape.constant(1), u, out=s)
        tape.add_cost(100.0, q, q)
        tape.add_cost(1.0, s, s)

        def backward(dw: Array) -> None:
            left, right = tape.register("dw[:-1]", dw[:-1]), tape.register("dw[1:]", dw[1:])
            tape.call(np.copyto, dw, tape.constant(0))
            tape.call(np.multiply, q, tape.constant(200), out=right)
            tape.call(np.multiply, u, q, out=part)
            tape.call(np.multiply, part, tape.constant(-400), out=part)
            tape.call(np.add, left, part, out=left)
            tape.call(np.multiply, s, tape.constant(2), out=part)
            tape.call(np.subtract, left, part, out=left)

        return backward


def _horner(tape: Tape, name: str, x: Array, w: Array, out: Array) -> None:
    """Write out = (…(x₀·w + x₁)·w + …) + x_d; x goes by ``name``."""
    entries = [tape.register(f"{name}[{i}]", x[i : i + 1]) for i in range(len(x))]
    tape.call(np.copyto, out, entries[0])
    for entry in entries[1:]:
        tape.call(np.multiply, out, w, out=out)
        tape.call(np.add, out, entry, out=out)


def _record_quadratic(tape: Tape, w: Array, spectrum: Array) -> Backward:
    """Write ½·Σ λᵢ·(wᵢ − 1)²."""
    lambdas = tape.register("lambda", spectrum.astype(tape.dtype))
    r, pull = tape.empty("w-1", w.size), tape.empty("lambda(w-1)", w.size)
    tape.call(np.subtract, w, tape.constant(1), out=r)
    tape.call(np.multiply, lambdas, r, out=pull)
    tape.add_cost(0.5, r, pull)

    def backward(dw: Array) -> None:
        tape.call(np.copyto, dw, pull)

    return backward
