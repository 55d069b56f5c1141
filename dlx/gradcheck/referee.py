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
LEAST = 1e-200  # the complex step loses derivatives that are as small: its step times them underflows
BARELY = 1e-9  # of a sum of derivatives: in one that cancels less, a single entry that is wrong shows


class Referee:
    """The derivative by the complex step, where every operation is analytic, at least in pieces.

    ``not_analytic`` is the call because of which there is none; ``rounding`` bounds what the complex step and backprop
    round, of which neither ε nor curvature is a part. Of what was asked last ``on_a_kink`` says that there are pieces
    with different derivatives, that the one looked at is not the analytic one, and that this one lies between those of
    the pieces, as that of any convention does. What does not is wrong, kink or none.

    Args:
        complex_step: makes it, or raises NotAnalytic.
        size: how large the numbers are that J and its derivatives are added up from.
    """

    def __init__(self, complex_step: Callable[[], ComplexStep], size: float) -> None:
        self.not_analytic: str | None = None
        self.on_a_kink = False
        self.rounding = max(ROUNDINGS * float(np.finfo(np.float64).eps) * size, LEAST)
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
        if step.at_kink and not self.agrees(derivative, analytic):
            pieces = step.pieces(_vector(where, step.size))
            self.on_a_kink = self._lies_between([derivative, *pieces], analytic)
        return derivative if np.isfinite(derivative) and not self.on_a_kink else None

    def smooth_along(self, i: int) -> float | None:
        """The derivative by an entry where kinks of several calls make none together, as in softplus at 0."""
        step = self._complex_step
        if step is None:
            return None
        v = _vector(i, step.size)
        above, below = step.along(v), -step.along(-v)
        return above if self.agrees(above, below) else None

    def _lies_between(self, pieces: list[float], analytic: float) -> bool:
        nearest = float(np.clip(analytic, np.nanmin(pieces), np.nanmax(pieces)))
        return self.agrees(nearest, analytic)

    def wrong_entry(self, analytic: Array, part: slice, rng: np.random.Generator) -> int | None:
        """An entry of the part whose derivative is not the analytic one, by halving; None if a random direction agrees.

        Along the direction a single entry of 50,000 shows that is wrong by its 10⁻⁵: the derivative has no other error
        than rounding.
        """
        entries = np.arange(part.start, part.stop)
        signs = rng.choice([-1.0, 1.0], len(entries))
        if self._complex_step is None or self._agree(analytic, entries, signs):
            return None
        while len(entries) > 1:
            middle = len(entries) // 2
            halves = (entries[:middle], signs[:middle]), (entries[middle:], signs[middle:])
            entries, signs = halves[self._agree(analytic, *halves[0])]
        return int(entries[0])

    def _agree(self, analytic: Array, entries: Array, signs: Array) -> bool:
        """Whether the derivative along ±1 over these entries is the analytic one but for rounding."""
        v = np.zeros(len(analytic))
        v[entries] = signs
        expected = float(signs @ analytic[entries])
        derivative = self.along(v, expected)
        if derivative is None:
            return self.on_a_kink
        return self.agrees_along(v, derivative, expected)

    def agrees_along(self, v: Array, derivative: float, analytic: float) -> bool:
        """Whether the two derivatives along v are the same but for rounding, so that no entry of them can be wrong."""
        tolerance = self.rounding * float(np.linalg.norm(v)) + BARELY * (abs(derivative) + abs(analytic))
        return bool(abs(derivative - analytic) <= tolerance)  # which a NaN is not

    def agrees(self, derivative: float, analytic: float) -> bool:
        """Whether the two are the same but for rounding."""
        return bool(differences(np.array(derivative), np.array(analytic), self.rounding) <= GREAT)


def largest_finite(array: Array) -> float:
    """The largest finite |entry|."""
    return float(np.max(np.abs(array), where=np.isfinite(array), initial=0.0))


def _vector(where: int | Array, size: int) -> Array:
    if not isinstance(where, int):
        return where
    v = np.zeros(size)
    v[where] = 1
    return v
