"""The comparison at one place: dθ of the training step against differences of the cost and the complex step."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from dlx.errors import CheckFailed
from dlx.events import Count
from dlx.gradcheck.coverage import brief, coverage, direction
from dlx.gradcheck.derivatives import DIRECTION, Derivatives, largest
from dlx.gradcheck.referee import Referee, largest_finite
from dlx.gradcheck.report import Parameter, Point, Refereed, Worst
from dlx.gradcheck.subject import LEAST_COST, CheckedCost, Subject
from dlx.nn.gradcheck import (
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

SEARCHES = 2  # random directions over each parameter in which the referee looks for wrong entries
MANY = 100  # examples, from which on a complex step takes so long that it looks along one direction
# Passes of a step that are looked at: what goes wrong now and then, or after a while, shows up to there. Of large
# networks fewer, so many that entries of θ times examples come to this.
MOST_PASSES, PASSES, WORK = 1_100, 60, 100_000_000
MARGIN = 20  # passes that an operation alone may be behind a step
PROOF = 200  # entries of one parameter that the referee has found wrong: the others need no second look


@dataclass
class Judged:
    """What was found out of one parameter, or of all of θ.

    ``kinks`` counts what no difference can tell, ``confirmed`` what the referee has found wrong, and ``rounded`` what
    differs by rounding alone, of which nothing is left in the others.
    """

    by_entry: Derivatives = field(default_factory=Derivatives)
    by_direction: Derivatives = field(default_factory=Derivatives)
    by_referee: Derivatives = field(default_factory=Derivatives)
    kinks: int = 0
    confirmed: int = 0
    rounded: int = 0

    def without_wrong(self) -> Judged:
        """Only what agrees."""
        kinds = (self.by_entry, self.by_direction, self.by_referee)
        agreeing = [compared.agreeing() for compared in kinds]
        rounded = sum(len(compared) for compared in kinds) - sum(len(compared) for compared in agreeing)
        by_entry, by_direction, by_referee = agreeing
        return Judged(by_entry, by_direction, by_referee, self.kinks, rounded=rounded)


class Check:
    """One comparison of a subject at its present θ, with its present batch.

    Where ``is_brief``, each parameter is looked at along random directions only, and the entries that these lead to.
    """

    def __init__(
        self, subject: CheckedCost, when: str, epsilon: float, rng: np.random.Generator, is_brief: bool = False
    ) -> None:
        self.subject, self.when, self.epsilon, self.rng, self.is_brief = subject, when, epsilon, rng, is_brief
        self.slices, self.directions = subject.parameters.slices, 0
        self.changed_after = 0  # passes, if the gradient was then another one
        self.d_theta = subject.gradient()
        self.cost = subject.cost()
        if not np.isfinite(self.cost):
            raise CheckFailed(f"{when}: {subject.first_not_finite()} is not finite, so there is nothing to compare")
        self.noise = rounding(max(abs(self.cost), LEAST_COST), epsilon)
        size = max(abs(self.cost), LEAST_COST, largest_finite(self.d_theta))
        self.referee = Referee(subject.complex_step, size)
        self.is_large = isinstance(subject, Subject) and subject.examples > MANY
        self.judged: dict[str | None, Judged] = {name: Judged() for name in (None, *self.slices)}

    def run(self) -> Generator[Count, None, None]:
        """Compare everything that is to be covered, counting the entries."""
        is_searched = self.is_brief and self.referee.not_analytic is None
        plan = brief(self.slices, self.rng, is_searched) if self.is_brief else coverage(self.slices, self.rng)
        places = [(name, i) for name, indices in plan.entries.items() for i in indices.tolist()]
        for done, (name, i) in enumerate(places):
            line = along_entry(self.subject.cost, self.subject.theta, i)
            self._compare(self.judged[name], line, i)
            yield Count(done, len(places))
        for over, part in plan.directions:
            v = direction(self.d_theta.size, part, self.rng)
            self._compare(self.judged[over], along(self.subject.cost, self.subject.theta, v), v)
        for name, part in self.slices.items():
            if self.is_brief or plan.directions:
                self._search(self.judged[name], part)
            self._judge_the_worst(self.judged[name])
        self.directions = len(plan.directions)

    def repeat(self, most: int = MOST_PASSES) -> None:
        """Look at the gradient again, after passes at other places; where it differs, its entries are compared."""
        first = self.d_theta
        count = 1 if self.is_brief else _passes(self.subject, most)
        for number, again in enumerate(self.subject.later_gradients(count)):
            if np.array_equal(again, first):
                continue
            differ = ~np.isclose(again, first, rtol=GREAT, atol=self.noise, equal_nan=True)
            if differ.any():
                self.changed_after = number + MARGIN
                self._compare_again(first, again, differ)
                return

    def _compare_again(self, first: Array, again: Array, differ: Array) -> None:
        for name, part in self.slices.items():
            wrong = np.flatnonzero(differ[part])[:PROOF] + part.start
            for gradient in (first, again):
                self.d_theta = gradient
                for i in wrong.tolist():
                    self._compare(self.judged[name], along_entry(self.subject.cost, self.subject.theta, i), i)
        self.d_theta = first

    def _search(self, judged: Judged, part: slice) -> None:
        """Let the referee look for entries that are wrong, along random directions."""
        for _ in range(1 if self.is_large else SEARCHES):
            v = direction(self.d_theta.size, part, self.rng)
            derivative = self._ask_the_referee(judged, v)
            is_wrong = derivative is not None and not self.referee.agrees_along(v, derivative, self._analytic(v)[0])
            if is_wrong or self.referee.on_a_kink:
                entry = self.referee.wrong_entry(self.d_theta, part, self.rng)
                if entry is not None:
                    self._ask_the_referee(judged, entry)

    def _compare(self, judged: Judged, line: Line, where: int | Array) -> None:
        """Take in one line, unless a kink on it leaves the difference without meaning."""
        analytic, entry = self._analytic(where)
        compared = judged.by_direction if entry == DIRECTION else judged.by_entry
        numeric, noise = two_sided(line, self.epsilon), self.noise
        if differences(np.array(numeric), np.array(analytic), noise) > GREAT:
            is_proven = judged.confirmed >= PROOF
            derivative = None if is_proven else self._ask_the_referee(judged, where)
            if self.referee.on_a_kink:
                judged.kinks += 1
                return
            if self.subject.crosses_a_kink(line, self.epsilon):
                beside = self._beside_kinks(line) if self.referee.not_analytic else None
                judged.kinks += beside is None
                if beside is not None:
                    compared.take(beside[0], analytic, beside[1], entry)
                return
            if derivative is not None:
                numeric, noise = derivative, self.referee.rounding
            elif not is_proven:
                numeric, noise = refined(line, self.epsilon, noise)
        compared.take(numeric, analytic, noise, entry)

    def _beside_kinks(self, line: Line) -> tuple[float, float] | None:
        """The difference with an ε within which no kink lies, and its rounding; None on a kink itself."""
        for step in (self.epsilon / 16, self.epsilon / 256, self.epsilon / 4096):
            if not self.subject.crosses_a_kink(line, step):
                return refined(line, step, self.noise * self.epsilon / step)
        return None

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

    @property
    def is_finite(self) -> bool:
        """Whether no difference is a NaN or an infinity."""
        kinds = [(each.by_entry, each.by_direction, each.by_referee) for each in self.judged.values()]
        return all(np.isfinite(compared.largest()) for compared in chain.from_iterable(kinds))

    def acquit(self) -> None:
        """Leave out what differs: each operation is right, so that it is what the step itself rounds."""
        self.judged = {name: judged.without_wrong() for name, judged in self.judged.items()}

    def point(self) -> Point:
        """What came out so far."""
        together, refereed, whole = Derivatives(), Derivatives(), self.judged[None]
        for judged in self.judged.values():
            together.add(judged.by_entry)
            refereed.add(judged.by_referee)
        deviations = [together.difference(), whole.by_direction.difference(), whole.by_referee.difference()]
        if self.is_brief:  # the referee has looked at all of it
            deviations.append(refereed.difference())
        return Point(
            when=self.when,
            cost=self.cost,
            difference=largest(*deviations),
            parameters=tuple(self._parameter(name, self.judged[name]) for name in self.slices),
            directions=self.directions,
            size=self.d_theta.size,
            referee=_refereed(refereed),
            not_analytic=self.referee.not_analytic,
            rounded=sum(judged.rounded for judged in self.judged.values()),
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
        k = compared.worst_entry()
        if k is None:
            return None
        place = compared.entries[k] - self.slices[name].start
        index = np.unravel_index(place, self.subject.parameters[name].shape)
        return Worst(tuple(map(int, index)), compared.analytic[k], compared.numeric[k])


def _passes(subject: CheckedCost, most: int) -> int:
    return int(np.clip(WORK // (subject.theta.size * max(subject.examples, 1)), PASSES, most))


def _refereed(compared: Derivatives) -> Refereed | None:
    directions = compared.entries.count(DIRECTION)
    return Refereed(len(compared) - directions, directions, compared.largest()) if compared else None
