"""The check: every entry at one place, then other θ and batches in changing order, then operations alone."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np

from dlx.errors import CheckFailed
from dlx.events import Count, finish
from dlx.gradcheck.alone import check_alone
from dlx.gradcheck.comparison import MOST_PASSES, Check
from dlx.gradcheck.fault import Alone
from dlx.gradcheck.locate import ROUNDED, locate
from dlx.gradcheck.moving import moved
from dlx.gradcheck.places import Elsewhere, places
from dlx.gradcheck.recording import off_tape
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import CheckedCost
from dlx.nn.gradcheck import EPSILON


def entry_by_entry(
    subject: CheckedCost,
    when: str,
    epsilon: float = EPSILON,
    rng: np.random.Generator | None = None,
    most_passes: int = MOST_PASSES,
) -> Generator[Count, None, Point]:
    """Compare dθ of the subject at its present θ with two-sided differences of its cost, counting the entries.

    The gradient is compared at other θ and with other batches too, along random directions, and each place is visited
    twice, in opposite order: what a step keeps of a pass, or does with a batch of another size, shows there.

    Args:
        when: what the report calls this θ.
        rng: chooses what is looked at of a large θ.
        most_passes: of the step, in which what goes wrong after a while shows.

    Raises:
        CheckFailed: the cost is not finite.
    """
    rng = rng or np.random.default_rng(0)
    others = rng.spawn(1)[0]
    with np.errstate(all="ignore"):  # what overflows shows in the cost or the gradient
        too_early, comparison = _begun(subject, when, epsilon, rng)
        elsewhere = [(place, _comparison(place, epsilon, others)) for place in places(subject, others)]
        yield from comparison.run()
        compared = [_compared(place, other) for place, other in reversed(elsewhere) if other is not None]
        comparison.repeat(most_passes)
        point = replace(_judged(subject, comparison), examples=subject.examples)
        points = list[Point]()
        for place, other in reversed(compared):  # the small batches first
            is_placed = other.is_large and any(each.fault for each in (point, *points))
            there = other.point() if is_placed else _point(place, other)
            points.append(replace(there, examples=place.subject.examples, distance=place.distance))
        return point.with_others(tuple(points), (*too_early, *check_alone(subject, point, others)))


def _begun(
    subject: CheckedCost, when: str, epsilon: float, rng: np.random.Generator
) -> tuple[tuple[Alone, ...], Check]:
    """What is computed too early, and the comparison; where the cost is not finite because of that, it says so."""
    too_early = tuple(off_tape(subject))
    try:
        return too_early, Check(subject, when, epsilon, rng)
    except CheckFailed as error:
        if not too_early:
            raise
        raise CheckFailed(f"{when}: {too_early[0].fault}") from error


def check(
    subject: CheckedCost,
    when: str,
    epsilon: float = EPSILON,
    rng: np.random.Generator | None = None,
    most_passes: int = MOST_PASSES,
) -> Point:
    """The same at once."""
    return finish(entry_by_entry(subject, when, epsilon, rng, most_passes))


def check_here(subject: CheckedCost, when: str, epsilon: float = EPSILON) -> Point:
    """The same of the present θ and batch alone, which takes less than a tenth of the time."""
    with np.errstate(all="ignore"):
        comparison = Check(subject, when, epsilon, np.random.default_rng(0))
        finish(comparison.run())
        return _judged(subject, comparison)


def _comparison(place: Elsewhere, epsilon: float, rng: np.random.Generator) -> Check | None:
    """None where the cost is not finite."""
    with moved(place.moves):
        try:
            return Check(place.subject, place.when, epsilon, rng, is_brief=True)
        except CheckFailed:
            return None


def _compared(place: Elsewhere, comparison: Check) -> tuple[Elsewhere, Check]:
    with moved(place.moves):
        comparison.repeat()
        finish(comparison.run())
    return place, comparison


def _point(place: Elsewhere, comparison: Check) -> Point:
    """What came out there, with the fault: to locate it takes long in a large batch."""
    with moved(place.moves):
        point = _judged(place.subject, comparison)
    return point if point.fault is None else replace(point, fault=replace(point.fault, at=place.when))


def _judged(subject: CheckedCost, comparison: Check) -> Point:
    """What came out, with the fault; what the operations and their order explain is rounding."""
    point = comparison.point()
    if point.passed:
        return point
    fault = locate(subject, point, comparison.rng, comparison.changed_after)
    if fault.signature == ROUNDED and comparison.is_finite:
        comparison.acquit()
        return comparison.point()
    return replace(point, fault=fault)
