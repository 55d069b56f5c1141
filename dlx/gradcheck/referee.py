"""The referee: the complex step, which judges again what a difference of costs leaves in doubt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlx.gradcheck.complex_step import ComplexStep, NotAnalytic
from dlx.nn.gradcheck import GREAT, differences
from dlx.types import Array

# In units of 2⁻⁵²·max(J, |dθ|) the complex step and backprop differed by up to 510 in 1,500 random small networks of
# every kind, most where a batch norm divides by a small σ. A two-sided difference is off by up to 1,600,000.
ROUNDINGS = 10_000


class Referee:
    """The derivative by the complex step, where every operation is analytic, at least in pieces.

    ``not_analytic`` is the call because of which there is none; ``rounding`` bounds what the complex step and backprop
    round, of which neither ε nor curvature is a part. Of what was asked last ``on_a_kink`` says that it has a
    derivative on each side, and that the one looked at is not the analytic one.

    Args:
        complex_step: makes it, or raises NotAnalytic.
        size: how large the numbers are that J and its derivatives are added up from.
    """

    def __init__(self, complex_step: Callable[[], ComplexStep], size: float) -> None:
        self.not_analytic: str | None = None
        self.on_a_kink = False
        self.rounding = ROUNDINGS * float(np.finfo(np.float64).eps) * size
        self._complex_step: ComplexStep | None = None
        try:
            self._complex_step = complex_step()
        except NotAnalytic as call:
            self.not_analytic = str(call)

    def along(self, where: int | Array, analytic: float) -> float | None:
        """The derivative by an entry of θ or along a vector; None where there is none."""
        self.on_a_kink, step = False, self._complex_step
        if step is None:
            return None
        derivative = step.along_entry(where) if isinstance(where, int) else step.along(where)
        self.on_a_kink = step.at_kink and not self.agrees(derivative, analytic)
        return derivative if np.isfinite(derivative) and not self.on_a_kink else None

    def agrees(self, derivative: float, analytic: float) -> bool:
        """Whether the two are the same but for rounding."""
        return bool(differences(np.array(derivative), np.array(analytic), self.rounding) <= GREAT)


def largest_finite(array: Array) -> float:
    """The largest finite |entry|."""
    return float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))
