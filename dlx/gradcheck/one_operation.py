"""One operation alone: the gradients that it writes against derivatives of its value, where they are wrong."""

from __future__ import annotations

import numpy as np

from dlx.gradcheck.comparison import PASSES
from dlx.gradcheck.moving import moved
from dlx.gradcheck.operations import LayerOperation, Operation
from dlx.gradcheck.referee import Referee, largest_finite
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import LEAST_COST, CheckedCost
from dlx.gradcheck.wrong_gradient import SAME, WrongGradient
from dlx.nn.gradcheck import EPSILON, GREAT, along_entry, differences, refined, rounding, two_sided
from dlx.types import Array

MOST_ENTRIES = 4096  # a gradient of one operation of up to this size is looked at in every entry
SAMPLE = 300  # entries of a larger one
LATER, ELSEWHERE = PASSES, 3  # passes, of which so many in turn with others elsewhere: what is kept for a while shows
FEW = 3  # entries that tell whether a derivative depends on what it is not a derivative by
DIRECTIONS = 3  # in one of ten a gradient with the digits of float32 looks right


def wrong_gradient(
    operation: Operation,
    name: str,
    subject: CheckedCost,
    point: Point,
    rng: np.random.Generator,
    most: int = MOST_ENTRIES,
    least: float = GREAT,
    later: int = LATER,
) -> WrongGradient | None:
    """The gradient of one variable of an operation against differences, if it is wrong.

    ``least`` is the difference, as `differences` has it, from which on an entry that the referee has judged is wrong;
    ``later`` the number of passes that are looked at.
    """
    variable = operation.variables[name]
    flat = variable.reshape(-1)
    fresh, after_another, independent = _passes(operation, name, later)
    analytic = after_another.reshape(-1)
    size = _magnitude(operation)
    referee = Referee(lambda: subject.complex_step_of(operation.forward, flat), max(size, largest_finite(analytic)))
    entries = _entries(flat, name, subject, point, rng, most)
    if len(entries) < flat.size and (place := referee.wrong_entry(analytic, slice(0, flat.size), rng)) is not None:
        entries = np.unique(np.append(entries, place))
    if operation.hinge == name and referee.not_analytic:
        entries = entries[np.abs(flat[entries]) > 2 * EPSILON]
    noise = rounding(size, EPSILON)
    estimates = [_numeric(operation, flat, int(i), float(analytic[i]), noise, referee, least) for i in entries]
    numeric, rounded, largest = np.array(estimates).reshape(-1, 3).T
    operation.value()  # its arrays hold the values of the batch again
    wrong = ~(differences(numeric, analytic[entries], rounded) <= largest)  # a NaN is wrong
    if not wrong.any():
        return None
    stale = not np.allclose(fresh, after_another, rtol=SAME, atol=0, equal_nan=True)
    if independent:
        places = [(int(entries[k]), float(numeric[k])) for k in np.flatnonzero(wrong)[:FEW]]
        independent = _moves_elsewhere(operation, flat, places, referee)
    return WrongGradient(
        operation, name, variable.shape, entries, analytic[entries], numeric, wrong, stale, independent
    )


def is_analytic(operation: Operation, name: str, subject: CheckedCost) -> bool:
    """Whether there is a complex step to tell what lies on a kink."""
    flat = operation.variables[name].reshape(-1)
    return not Referee(lambda: subject.complex_step_of(operation.forward, flat), 1.0).not_analytic


def is_right_along(operation: Operation, name: str, subject: CheckedCost, rng: np.random.Generator) -> bool:
    """Whether the gradient of one variable is right along random directions, but for rounding, as far as is known."""
    operation.record_whole()
    flat, analytic = operation.variables[name].reshape(-1), operation.gradients()[name].reshape(-1)
    if not np.isfinite(analytic).all():
        return False
    size = max(_magnitude(operation), largest_finite(analytic))
    referee = Referee(lambda: subject.complex_step_of(operation.forward, flat), size)
    if referee.not_analytic:
        return False
    searches = (referee.wrong_entry(analytic, slice(0, flat.size), rng) for _ in range(DIRECTIONS))
    return all(entry is None for entry in searches)


def _passes(operation: Operation, name: str, later: int) -> tuple[Array, Array, bool]:
    """A gradient when the first pass was at the same values, and after passes elsewhere; whether it is that there."""
    operation.record_whole()
    fresh = operation.gradients()[name]
    operation.record_whole()
    with moved(operation.moves()):
        same = np.array_equal(operation.gradients()[name], fresh)
    first: Array | None = None
    for number in range(later):
        if number < ELSEWHERE:
            with moved([*operation.moves(), *operation.moves_of_u()]):
                operation.gradients()
        gradient = operation.gradients()[name]
        if not (gradient == fresh).all() and not np.array_equal(gradient, fresh, equal_nan=True):
            return fresh, gradient, False
        first = gradient if first is None else first
    assert first is not None
    return fresh, first, same


def _moves_elsewhere(operation: Operation, flat: Array, places: list[tuple[int, float]], referee: Referee) -> bool:
    """Whether the derivatives by these entries are others where everything but u is."""
    with moved(operation.moves()):
        elsewhere = [_numeric(operation, flat, i, numeric, referee.rounding, referee)[0] for i, numeric in places]
    operation.value()
    return not np.allclose(elsewhere, [numeric for _, numeric in places], rtol=SAME, atol=0)


def _magnitude(operation: Operation) -> float:
    """How large the numbers are that are added up: Σ|u∘f|, of which the value may be a small difference, and |u|.

    A derivative by f is of the size of u, and where it is a small difference, such as 1 − A², so is what it rounds.
    """
    value = abs(operation.value())
    if not isinstance(operation, LayerOperation):
        return max(value, LEAST_COST)
    summed = float(np.vdot(np.abs(operation.u), np.abs(operation.out)))
    return max(summed, float(np.max(np.abs(operation.u), initial=0.0)))


def _numeric(
    operation: Operation, flat: Array, i: int, analytic: float, noise: float, referee: Referee, least: float = GREAT
) -> tuple[float, float, float]:
    """The derivative by the entry i, or on a kink the analytic one, its rounding, and the difference that is none."""
    derivative = referee.along(i, analytic)
    if derivative is not None:
        return derivative, referee.rounding * GREAT / least, least
    if referee.on_a_kink and (derivative := referee.smooth_along(i)) is None:
        return analytic, noise, GREAT
    if derivative is not None:
        return derivative, referee.rounding, GREAT
    line = along_entry(operation.value, flat, i)
    numeric = two_sided(line, EPSILON)
    if differences(np.array(numeric), np.array(analytic), noise) <= GREAT:
        return numeric, noise, GREAT
    return *refined(line, EPSILON, noise), 10 * GREAT


def _entries(flat: Array, name: str, subject: CheckedCost, point: Point, rng: np.random.Generator, most: int) -> Array:
    """All entries, or of a large gradient a sample with those that the check has found worst."""
    if flat.size <= most:
        return np.arange(flat.size)
    sample = rng.choice(flat.size, min(SAMPLE, most), replace=False)
    slices = subject.parameters.slices
    worst = [
        int(np.ravel_multi_index(parameter.worst.index, subject.parameters[parameter.name].shape))
        + (slices[parameter.name].start if name == "dW" else 0)
        for parameter in point.parameters
        if parameter.worst is not None
        and (name == f"d{parameter.name}" or (name == "dW" and parameter.name.startswith("W")))
    ]
    return np.unique(np.concatenate([sample, worst]).astype(np.int64))
