"""The check: dθ of the training step against differences of the cost, entry by entry and along directions."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field, replace

import numpy as np

from dlx.errors import CheckFailed
from dlx.events import Count, finish
from dlx.gradcheck.coverage import coverage, direction
from dlx.gradcheck.derivatives import DIRECTION, Derivatives, largest
from dlx.gradcheck.locate import locate
from dlx.gradcheck.referee import Referee, largest_finite
from dlx.gradcheck.report import Parameter, Point, Refereed, Worst
from dlx.gradcheck.subject import LEAST_COST, CheckedCost
from dlx.nn.gradcheck import (
    EPSILON,
    GREAT,
    Line,
    along,
    along_entry,
    differences,
    refined,
    rounding,
    two_sided,
    verdict,
)
from dlx.types import Array

PROOF = 200  # entries of one parameter that the referee has found wrong: the others need no second look


@dataclass
class Judged:
    """What was found out of one parameter, or of all of θ.

    ``kinks`` counts what no difference can tell, ``confirmed`` what the referee has found wrong.
    """

    by_entry: Derivatives = field(default_factory=Derivatives)
    by_direction: Derivatives = field(default_factory=Derivatives)
    by_referee: Derivatives = field(default_factory=Derivatives)
    kinks: int = 0
    confirmed: int = 0


class Check:
    """One check of a subject at its present θ."""

    def __init__(self, subject: CheckedCost, when: str, epsilon: float, rng: np.random.Generator) -> None:
        self.subject, self.when, self.epsilon, self.rng = subject, when, epsilon, rng
        self.slices = subject.parameters.slices
        self.d_theta = subject.gradient()
        self.cost = subject.cost()
        if not np.isfinite(self.cost):
            raise CheckFailed(f"{when}: {subject.first_not_finite()} is not finite, so there is nothing to compare")
        self.noise = rounding(max(abs(self.cost), LEAST_COST), epsilon)
        size = max(abs(self.cost), LEAST_COST, largest_finite(self.d_theta))
        self.referee = Referee(subject.complex_step, size)
        self.judged: dict[str | None, Judged] = {name: Judged() for name in (None, *self.slices)}

    def run(self) -> Generator[Count, None, Point]:
        """Compare everything that is to be covered, counting the entries."""
        plan = coverage(self.slices, self.rng)
        places = [(name, i) for name, indices in plan.entries.items() for i in indices.tolist()]
        for done, (name, i) in enumerate(places):
            line = along_entry(self.subject.cost, self.subject.theta, i)
            self._compare(self.judged[name], line, i)
            yield Count(done, len(places))
        for over, part in plan.directions:
            v = direction(self.d_theta.size, part, self.rng)
            self._compare(self.judged[over], along(self.subject.cost, self.subject.theta, v), v)
        for name in self.slices:
            self._judge_the_worst(self.judged[name])
        return self._point(len(plan.directions))

    def _compare(self, judged: Judged, line: Line, where: int | Array) -> None:
        """Take in one line, unless a kink on it leaves the difference without meaning."""
        analytic, entry = self._analytic(where)
        compared = judged.by_direction if entry == DIRECTION else judged.by_entry
        numeric, noise = two_sided(line, self.epsilon), self.noise
        if differences(np.array(numeric), np.array(analytic), noise) > GREAT:
            is_proven = judged.confirmed >= PROOF
            derivative = None if is_proven else self._ask_the_referee(judged, where)
            if self.referee.on_a_kink or self.subject.crosses_a_kink(line, self.epsilon):
                judged.kinks += 1
                return
            if derivative is not None:
                numeric, noise = derivative, self.referee.rounding
            elif not is_proven:
                numeric, noise = refined(line, self.epsilon, noise)
        compared.take(numeric, analytic, noise, entry)

    def _analytic(self, where: int | Array) -> tuple[float, int]:
        """What backprop says, and the entry."""
        if isinstance(where, int):
            return float(self.d_theta[where]), where
        part = where != 0  # beyond it a NaN is another parameter's
        return float(where[part] @ self.d_theta[part]), DIRECTION

    def _ask_the_referee(self, judged: Judged, where: int | Array) -> float | None:
        analytic, entry = self._analytic(where)
        derivative = self.referee.along(where, analytic)
        if derivative is not None:
            judged.by_referee.take(derivative, analytic, self.referee.rounding, entry)
            judged.confirmed += not self.referee.agrees(derivative, analytic)
        return derivative

    def _judge_the_worst(self, judged: Judged) -> None:
        """Let the referee see the entry that differs most, if it has not."""
        if judged.by_entry:
            worst = judged.by_entry.entries[judged.by_entry.worst()]
            if worst not in judged.by_referee.entries:
                self._ask_the_referee(judged, worst)

    def _point(self, directions: int) -> Point:
        together, refereed, whole = Derivatives(), Derivatives(), self.judged[None]
        for judged in self.judged.values():
            together.add(judged.by_entry)
            refereed.add(judged.by_referee)
        deviations = together.difference(), whole.by_direction.difference(), whole.by_referee.difference()
        return Point(
            when=self.when,
            cost=self.cost,
            difference=largest(*deviations),
            parameters=tuple(self._parameter(name, self.judged[name]) for name in self.slices),
            directions=directions,
            size=self.d_theta.size,
            referee=_refereed(refereed),
            not_analytic=self.referee.not_analytic,
        )

    def _parameter(self, name: str, judged: Judged) -> Parameter:
        by_entry, by_direction, by_referee = judged.by_entry, judged.by_direction, judged.by_referee
        entries, kinks = len(by_entry), judged.kinks
        if not by_entry and not by_direction and not by_referee:
            return Parameter(name, None, "not judged", None, entries, kinks)
        evidence = by_entry or by_referee
        difference = largest(evidence.difference(), by_direction.difference())
        harshest = largest(difference, by_entry.largest(), by_direction.largest(), by_referee.largest())
        return Parameter(name, difference, verdict(harshest), self._worst(name, evidence), entries, kinks)

    def _worst(self, name: str, compared: Derivatives) -> Worst | None:
        k = compared.worst()
        if compared.entries[k] == DIRECTION:
            return None
        place = compared.entries[k] - self.slices[name].start
        index = np.unravel_index(place, self.subject.parameters[name].shape)
        return Worst(tuple(map(int, index)), compared.analytic[k], compared.numeric[k])


def _refereed(compared: Derivatives) -> Refereed | None:
    directions = compared.entries.count(DIRECTION)
    return Refereed(len(compared) - directions, directions, compared.largest()) if compared else None


def entry_by_entry(
    subject: CheckedCost, when: str, epsilon: float = EPSILON, rng: np.random.Generator | None = None
) -> Generator[Count, None, Point]:
    """Compare dθ of the subject at its present θ with two-sided differences of its cost, counting the entries.

    Args:
        when: what the report calls this θ.
        rng: chooses what is looked at of a large θ.

    Raises:
        CheckFailed: the cost is not finite.
    """
    rng = rng or np.random.default_rng(0)
    with np.errstate(all="ignore"):  # what overflows shows in the cost or the gradient
        point = yield from Check(subject, when, epsilon, rng).run()
        return point if point.passed else replace(point, fault=locate(subject, point, rng))


def check(subject: CheckedCost, when: str, epsilon: float = EPSILON, rng: np.random.Generator | None = None) -> Point:
    """The same at once."""
    return finish(entry_by_entry(subject, when, epsilon, rng))
