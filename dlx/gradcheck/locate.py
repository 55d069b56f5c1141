"""Where a fault is: the first operation from the cost backwards whose own gradient is wrong, and its signature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlx.component import defined_at
from dlx.gradcheck.comparison import PASSES
from dlx.gradcheck.moving import moved
from dlx.gradcheck.operations import LayerOperation, Operation, PenaltyOperation
from dlx.gradcheck.referee import Referee, largest_finite
from dlx.gradcheck.report import Fault, Point
from dlx.gradcheck.signatures import SAME, WrongGradient, signature
from dlx.gradcheck.subject import LEAST_COST, CheckedCost
from dlx.nn.gradcheck import EPSILON, GREAT, along_entry, differences, refined, rounding, two_sided
from dlx.nn.layers import Layer
from dlx.types import Array

MOST_ENTRIES = 4096  # a gradient of one operation of up to this size is looked at in every entry
SAMPLE = 300  # entries of a larger one
LATER, ELSEWHERE = PASSES, 3  # passes, of which so many in turn with others elsewhere: what is kept for a while shows
ROUNDED = "rounding"
# Up to this share of its largest entry dθ is what the operations give one after the other. Batch norms over examples
# that are all the same multiply what is rounded before them: three in a row brought it to 1.4·10⁻¹⁰.
SAME_STEP = 1e-9
FEW = 3  # entries that tell whether a derivative depends on what it is not a derivative by


def locate(subject: CheckedCost, point: Point, rng: np.random.Generator) -> Fault:
    """The fault behind a check that failed.

    Every operation is checked alone: its backward on u = ∂J/∂f of this batch against differences of Σ u∘f. As long as
    those nearer to the cost are right, so is u. Where each alone is right, the fault lies in how they are put together,
    unless dθ is just what they give one after the other: then what differs are digits that operations such as 1 − A²
    lose, multiplied by large W, and the signature is ROUNDED.
    """
    together = np.zeros_like(subject.parameters.d_theta)
    for operation in subject.operations():
        operation.record_whole()
        for name, gradient in operation.gradients().items():
            _add(together, name, gradient, subject)
        errors = [
            error for name in operation.variables if (error := wrong_gradient(operation, name, subject, point, rng))
        ]
        if errors:
            return fault_of(operation, errors, subject)
    if np.allclose(subject.gradient(), together, rtol=SAME_STEP, atol=SAME_STEP * largest_finite(together)):
        return Fault("chain", None, None, ROUNDED, "each operation alone is right, and so is their order", None)
    wrong = [parameter.name for parameter in point.parameters if parameter.verdict != "great"]
    only = wrong[0] if len(wrong) == 1 else None
    sentence = f"each operation alone is right, the step as a whole is not: wrong in {', '.join(wrong) or 'dθ'}"
    return Fault("chain", None, only, "one parameter only" if only else "chain", sentence, None)


def _add(together: Array, name: str, gradient: Array, subject: CheckedCost) -> None:
    """Take the gradient of a parameter, or of all weights, into dθ."""
    parameters = subject.parameters
    if name == "dW":
        together[: len(gradient)] += gradient
    elif name.removeprefix("d") in parameters.slices:
        together[parameters.slices[name.removeprefix("d")]] += gradient.reshape(-1)


def fault_of(
    operation: Operation, errors: list[WrongGradient], subject: CheckedCost, alike: Sequence[Layer] = ()
) -> Fault:
    """Of several wrong gradients of one operation the one with the clearest signature speaks.

    ``alike`` are the layers that share the operation's component, and so the fault.
    """
    named = [(error, *signature(error)) for error in errors]
    error, name, sentence = next(
        (candidate for candidate in named if candidate[1] not in ("unknown", "some entries")), named[0]
    )
    spoils = dict.fromkeys(name for error in errors for name in _spoiled(error, subject))
    spoils |= dict.fromkeys(name for error in errors for layer in alike for name in _spoiled_in(layer, error, subject))
    return Fault(
        operation.name,
        operation.layer,
        _parameter(error, subject),
        name,
        sentence,
        _place(operation),
        spoils=tuple(spoils),
    )


def _spoiled(error: WrongGradient, subject: CheckedCost) -> list[str]:
    """The parameters whose gradients are wrong with this one: those touched, or all that it is passed on to."""
    if error.name == getattr(error.operation, "input", None):
        return subject.parameters_before(error.operation.owner)
    if error.name.removeprefix("d") in subject.parameters.slices:
        return [error.name.removeprefix("d")]
    return _touched(error, subject)


def _spoiled_in(layer: Layer, error: WrongGradient, subject: CheckedCost) -> list[str]:
    """The same where this layer has the fault too."""
    if error.name == getattr(error.operation, "input", None):
        return subject.parameters_before(layer)
    name = error.name.removeprefix("d").rstrip("0123456789")
    return [parameter for parameter in layer.parameters if parameter == f"{name}{layer.l}"]


def _parameter(error: WrongGradient, subject: CheckedCost) -> str | None:
    """The parameter whose gradient is wrong; None for the gradient of a layer's input, or of several W."""
    slices = subject.parameters.slices
    if error.name != "dW":
        name = error.name.removeprefix("d")
        return name if name in slices else None
    touched = _touched(error, subject)
    return touched[0] if len(touched) == 1 else None


def _touched(error: WrongGradient, subject: CheckedCost) -> list[str]:
    """The W in which entries of the gradient of all weights are wrong."""
    wrong, slices = error.entries[error.wrong], subject.parameters.slices
    return [name for name, part in slices.items() if ((part.start <= wrong) & (wrong < part.stop)).any()]


def wrong_gradient(
    operation: Operation,
    name: str,
    subject: CheckedCost,
    point: Point,
    rng: np.random.Generator,
    most: int = MOST_ENTRIES,
) -> WrongGradient | None:
    """The gradient of one variable of an operation against differences, if it is wrong."""
    variable = operation.variables[name]
    flat = variable.reshape(-1)
    fresh, after_another, independent = _passes(operation, name)
    analytic = after_another.reshape(-1)
    size = _magnitude(operation)
    referee = Referee(lambda: subject.complex_step_of(operation.forward, flat), max(size, largest_finite(analytic)))
    entries = _entries(flat, name, subject, point, rng, most)
    if len(entries) < flat.size and (place := referee.wrong_entry(analytic, slice(0, flat.size), rng)) is not None:
        entries = np.unique(np.append(entries, place))
    if operation.hinge == name:
        entries = entries[np.abs(flat[entries]) > 2 * EPSILON]
    noise = rounding(size, EPSILON)
    estimates = [_numeric(operation, flat, int(i), float(analytic[i]), noise, referee) for i in entries]
    numeric, rounded, least = np.array(estimates).reshape(-1, 3).T
    operation.value()  # its arrays hold the values of the batch again
    wrong = ~(differences(numeric, analytic[entries], rounded) <= least)  # a NaN is wrong
    if not wrong.any():
        return None
    stale = not np.allclose(fresh, after_another, rtol=SAME, atol=0, equal_nan=True)
    if independent:
        places = [(int(entries[k]), float(numeric[k])) for k in np.flatnonzero(wrong)[:FEW]]
        independent = _moves_elsewhere(operation, flat, places, referee)
    return WrongGradient(
        operation, name, variable.shape, entries, analytic[entries], numeric, wrong, stale, independent
    )


def _passes(operation: Operation, name: str) -> tuple[Array, Array, bool]:
    """A gradient when the first pass was at the same values, and after passes elsewhere; whether it is that there."""
    operation.record_whole()
    fresh = operation.gradients()[name]
    operation.record_whole()
    with moved(operation.moves()):
        same = np.array_equal(operation.gradients()[name], fresh)
    first: Array | None = None
    for number in range(LATER):
        if number < ELSEWHERE:
            with moved([*operation.moves(), *operation.moves_of_u()]):
                operation.gradients()
        gradient = operation.gradients()[name]
        if not np.array_equal(gradient, fresh, equal_nan=True):
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
    operation: Operation, flat: Array, i: int, analytic: float, noise: float, referee: Referee
) -> tuple[float, float, float]:
    """The derivative by the entry i, or on a kink the analytic one, its rounding, and the difference that is none."""
    derivative = referee.along(i, analytic)
    if derivative is not None:
        return derivative, referee.rounding, GREAT
    if referee.on_a_kink:
        return analytic, noise, GREAT
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


def _place(operation: Operation) -> str | None:
    """File and line of an operation that is not one of dlx."""
    if isinstance(operation, PenaltyOperation):
        return None
    kind = type(operation.owner.component if isinstance(operation.owner, Layer) else operation.owner)
    if kind.__module__.split(".")[0] == "dlx":
        return None
    return defined_at(kind)
