"""The orders of numeric derivatives: how the error of differences and of the complex step falls with ε."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from dlx.gradcheck.complex_step import NotAnalytic
from dlx.gradcheck.subject import CheckedCost
from dlx.nn.gradcheck import Line, along, one_sided, rounding, slope, two_sided
from dlx.types import Array

EPSILONS = 10.0 ** np.arange(-1, -10, -0.5)
METHODS = ("one_sided", "two_sided", "complex_step")


@dataclass(frozen=True)
class Orders:
    """|numeric − analytic derivative| for each ε by method, and the fitted exponents of ε (None: hidden by rounding).

    ``at_kink`` tells the ε within which a kink lies; the exponents are fitted to the others. ``over`` is what the
    direction of the derivative is a vector over, ``not_analytic`` the call because of which there is no complex step.
    """

    epsilons: Array
    errors: dict[str, Array]
    slopes: dict[str, float | None]
    at_kink: Array
    over: str = "θ"
    not_analytic: str | None = None

    def document(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "epsilons": self.epsilons.tolist(),
            **{method: self.errors[method].tolist() if method in self.errors else None for method in METHODS},
            "slopes": {method: self.slopes.get(method) for method in METHODS},
            "at_kink": self.at_kink.tolist(),
            "over": self.over,
            "not_analytic": self.not_analytic,
        }


def orders(
    J: Line,
    derivative: float,
    epsilons: Array = EPSILONS,
    complex_step: Line | None = None,
    crosses_a_kink: Callable[[float], bool] = lambda epsilon: False,
) -> Orders:
    """The errors at 0 of both differences of J, and of Im J(iε)/ε if given, where J′(0) is ``derivative``."""
    methods: dict[str, Line] = {"one_sided": partial(one_sided, J), "two_sided": partial(two_sided, J)}
    if complex_step is not None:
        methods["complex_step"] = complex_step
    errors = {name: np.array([abs(D(epsilon) - derivative) for epsilon in epsilons]) for name, D in methods.items()}
    at_kink = np.array([crosses_a_kink(epsilon) for epsilon in epsilons])
    noise = np.array([rounding(J(0.0), epsilon) for epsilon in epsilons])
    roundings = {"one_sided": noise, "two_sided": noise, "complex_step": noise * epsilons}  # nothing over ε
    slopes = {name: slope(epsilons[~at_kink], errors[name][~at_kink], roundings[name][~at_kink]) for name in methods}
    return Orders(epsilons, errors, slopes, at_kink)


def orders_of(subject: CheckedCost, rng: np.random.Generator) -> Orders:
    """Those of the subject's cost from its θ along a random unit vector.

    It is one over all of θ; where kinks lie too near on that for a fit, one over the parameters of the last layer,
    which move no hinge of a hidden one.
    """
    outputs = {name: part for name, part in subject.parameters.slices.items() if name in subject.outputs}
    everywhere = _orders_over("all of θ", [slice(None)], subject, rng)
    if not outputs or None not in everywhere.slopes.values():
        return everywhere
    output = _orders_over(" and ".join(outputs), list(outputs.values()), subject, rng)
    return max(everywhere, output, key=lambda fit: sum(slope is not None for slope in fit.slopes.values()))


def _orders_over(name: str, parts: Sequence[slice], subject: CheckedCost, rng: np.random.Generator) -> Orders:
    v = np.zeros(subject.theta.size)
    for part in parts:
        v[part] = rng.standard_normal(v[part].size)
    v /= np.linalg.norm(v)
    line = along(subject.cost, subject.theta, v)
    complex_step, not_analytic = None, None
    with np.errstate(all="ignore"):  # what overflows shows in the errors
        derivative = float(v @ subject.gradient())
        try:
            complex_step = partial(subject.complex_step().along, v)
        except NotAnalytic as call:
            not_analytic = str(call)
        fit = orders(line, derivative, EPSILONS, complex_step, partial(subject.crosses_a_kink, line))
    return replace(fit, over=name, not_analytic=not_analytic)
