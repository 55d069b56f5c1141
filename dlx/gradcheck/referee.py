"""The referee: the complex step, which judges again what a difference of costs leaves in doubt."""

from __future__ import annotations

import numpy as np

from dlx.gradcheck.complex_step import ComplexStep, NotAnalytic
from dlx.gradcheck.subject import LEAST_COST, Subject
from dlx.nn.gradcheck import GREAT, differences
from dlx.nn.tape import Array

# In units of 2⁻⁵²·max(J, |dθ|) the complex step and backprop differed by up to 510 in 1,500 random small networks of
# every kind, most where a batch norm divides by a small σ. A two-sided difference is off by up to 1,600,000.
ROUNDINGS = 10_000


class Referee:
    """The derivative by the complex step, where every operation of the cost is analytic, at least in pieces.

    ``not_analytic`` is the call because of which there is none; ``rounding`` bounds what the complex step and backprop
    round, of which neither ε nor curvature is a part.
    """

    def __init__(self, subject: Subject, cost: float, d_theta: Array) -> None:
        self.not_analytic: str | None = None
        self._complex_step: ComplexStep | None = None
        size = max(cost, LEAST_COST, float(np.max(np.abs(d_theta), where=np.isfinite(d_theta), initial=0.0)))
        self.rounding = ROUNDINGS * float(np.finfo(np.float64).eps) * size
        try:
            self._complex_step = subject.complex_step()
        except NotAnalytic as call:
            self.not_analytic = str(call)

    def along(self, where: int | Array, analytic: float) -> float | None:
        """The derivative by an entry of θ or along a vector; None where there is none, or θ lies on a kink.

        On a kink both sides have a derivative: if that of the one looked at is the analytic one, all is well; if not,
        nothing is said.
        """
        step = self._complex_step
        if step is None:
            return None
        found = step.along_entry(where) if isinstance(where, int) else step.along(where)
        on_another_side = step.at_kink and not self.agrees(found, analytic)
        return found if np.isfinite(found) and not on_another_side else None

    def agrees(self, found: float, analytic: float) -> bool:
        """Whether the two are the same but for rounding."""
        return bool(differences(np.array(found), np.array(analytic), self.rounding) <= GREAT)
