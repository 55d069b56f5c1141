"""The orders of numeric differences: how the error of one- and two-sided ones falls with ε."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlx.gradcheck.report import SCHEMA_VERSION
from dlx.gradcheck.subject import Subject
from dlx.nn.gradcheck import Line, along, one_sided, rounding, slope, two_sided
from dlx.nn.tape import Array

EPSILONS = 10.0 ** np.arange(-1, -10, -0.5)


@dataclass(frozen=True)
class Orders:
    """|difference − derivative| for each ε, and the fitted exponents of ε (None where rounding hides them)."""

    epsilons: Array
    one_sided: Array
    two_sided: Array
    slopes: tuple[float | None, float | None]

    def document(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "schema_version": SCHEMA_VERSION,
            "epsilons": self.epsilons.tolist(),
            "one_sided": self.one_sided.tolist(),
            "two_sided": self.two_sided.tolist(),
            "slopes": {"one_sided": self.slopes[0], "two_sided": self.slopes[1]},
        }


def orders(J: Line, derivative: float, epsilons: Array = EPSILONS) -> Orders:
    """The errors of both differences of J at 0, whose derivative there is known."""
    one = np.array([abs(one_sided(J, epsilon) - derivative) for epsilon in epsilons])
    two = np.array([abs(two_sided(J, epsilon) - derivative) for epsilon in epsilons])
    noise = np.array([rounding(J(0.0), epsilon) for epsilon in epsilons])
    return Orders(epsilons, one, two, (slope(epsilons, one, noise), slope(epsilons, two, noise)))


def orders_of(subject: Subject, rng: np.random.Generator) -> Orders:
    """Those of the subject's cost from its θ along a random unit vector."""
    v = rng.standard_normal(subject.theta.size)
    v /= np.linalg.norm(v)
    with np.errstate(all="ignore"):  # what overflows shows in the errors
        return orders(along(subject.cost, subject.theta, v), float(v @ subject.gradient()))
