"""The check: dθ of the training step against differences of the cost, entry by entry and along directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from dlx.errors import CheckFailed
from dlx.gradcheck.coverage import coverage, direction
from dlx.gradcheck.locate import locate
from dlx.gradcheck.report import Parameter, Point, Worst
from dlx.gradcheck.subject import Subject
from dlx.nn.gradcheck import (
    EPSILON,
    GREAT,
    Line,
    along,
    along_entry,
    difference,
    differences,
    refined,
    rounding,
    two_sided,
    verdict,
)
from dlx.nn.tape import Array

Told = Callable[[int, int], None]
LEAST_COST = 1e-3  # below it the digits of dθ count, which come from A − Y, not those of J


@dataclass
class Compared:
    """Numeric against analytic derivatives along some lines; a line over a kink is only counted."""

    numeric: list[float] = field(default_factory=list)
    analytic: list[float] = field(default_factory=list)
    rounding: list[float] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    kinks: int = 0

    def difference(self) -> float:
        """The notes' difference over all of them."""
        return difference(*self._arrays())

    def each(self) -> Array:
        """The difference of each by itself."""
        return differences(*self._arrays())

    def _arrays(self) -> tuple[Array, Array, Array]:
        return np.array(self.numeric), np.array(self.analytic), np.array(self.rounding)

    def add(self, other: Compared) -> None:
        """Take in what another has compared."""
        self.numeric += other.numeric
        self.analytic += other.analytic
        self.rounding += other.rounding


class Check:
    """One check of a subject at its present θ."""

    def __init__(self, subject: Subject, when: str, epsilon: float, rng: np.random.Generator, told: Told) -> None:
        self.subject, self.when, self.epsilon, self.rng, self.told = subject, when, epsilon, rng, told
        self.slices = subject.network.parameters.slices
        self.d_theta = subject.gradient()
        self.cost = subject.cost()
        if not np.isfinite(self.cost) or not np.isfinite(self.d_theta).all():
            raise CheckFailed(f"{when}: {subject.first_not_finite()} is not finite, so there is nothing to compare")
        self.noise = rounding(max(self.cost, LEAST_COST), epsilon)

    def run(self) -> Point:
        """Compare everything that is to be covered."""
        plan = coverage(self.slices, self.rng)
        by_entry = {name: Compared() for name in self.slices}
        by_direction: dict[str | None, Compared] = {name: Compared() for name in (None, *self.slices)}
        places = [(name, i) for name, some in plan.entries.items() for i in some.tolist()]
        for done, (name, i) in enumerate(places):
            line = along_entry(self.subject.cost, self.subject.theta, i)
            self._compare(by_entry[name], line, float(self.d_theta[i]), i)
            self.told(done, len(places))
        for over, part in plan.directions:
            v = direction(self.d_theta.size, part, self.rng)
            self._compare(by_direction[over], along(self.subject.cost, self.subject.theta, v), float(v @ self.d_theta))
        parameters = tuple(self._parameter(name, by_entry[name], by_direction[name]) for name in self.slices)
        return Point(
            when=self.when,
            cost=self.cost,
            difference=_largest(self._whole(by_entry), by_direction[None].difference()),
            parameters=parameters,
            directions=len(plan.directions),
            size=self.d_theta.size,
        )

    def _compare(self, compared: Compared, line: Line, analytic: float, entry: int = -1) -> None:
        """Take in one line; only where it disagrees is the difference itself looked into."""
        numeric, noise = two_sided(line, self.epsilon), self.noise
        if differences(np.array(numeric), np.array(analytic), self.noise) > GREAT:
            if self._crosses_a_kink(line):
                compared.kinks += 1
                return
            numeric, noise = refined(line, self.epsilon, noise)
        compared.rounding.append(noise)
        compared.numeric.append(numeric)
        compared.analytic.append(analytic)
        compared.entries.append(entry)

    def _crosses_a_kink(self, line: Line) -> bool:
        sides = []
        for t in (-self.epsilon, self.epsilon):
            line(t)
            sides.append(self.subject.pattern())
        return sides[0] != sides[1]

    @staticmethod
    def _whole(by_entry: dict[str, Compared]) -> float:
        together = Compared()
        for compared in by_entry.values():
            together.add(compared)
        return together.difference()

    def _parameter(self, name: str, entries: Compared, directions: Compared) -> Parameter:
        each = entries.each()
        found = _largest(entries.difference(), directions.difference())
        harshest = _largest(found, *each, *directions.each())
        return Parameter(
            name=name,
            difference=found,
            verdict=verdict(harshest),
            worst=self._worst(name, entries, each) if len(each) else None,
            entries=len(each),
            kinks=entries.kinks + directions.kinks,
        )

    def _worst(self, name: str, entries: Compared, each: Array) -> Worst:
        k = int(each.argmax())
        place = entries.entries[k] - self.slices[name].start
        index = np.unravel_index(place, self.subject.network.parameters[name].shape)
        return Worst(tuple(map(int, index)), entries.analytic[k], entries.numeric[k])


def _largest(*differences: float) -> float:
    """The largest; a NaN counts as larger than all."""
    return float(np.max(differences))


def check(
    subject: Subject,
    when: str,
    epsilon: float = EPSILON,
    rng: np.random.Generator | None = None,
    told: Told = lambda done, total: None,
) -> Point:
    """Compare dθ of the subject at its present θ with two-sided differences of its cost.

    Args:
        when: what the report calls this θ.
        rng: chooses what is looked at of a large θ.
        told: is told after each entry how many are done, of how many.

    Raises:
        CheckFailed: the cost or the gradient is not finite.
    """
    rng = rng or np.random.default_rng(0)
    with np.errstate(all="ignore"):  # what overflows shows in the cost or the gradient
        point = Check(subject, when, epsilon, rng, told).run()
        return point if point.passed else replace(point, fault=locate(subject, point, rng))
