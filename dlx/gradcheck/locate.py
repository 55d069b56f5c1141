"""Where a fault is: the first operation from the cost backwards whose own gradient is wrong, and its signature."""

from __future__ import annotations

import inspect

import numpy as np

from dlx.gradcheck.operations import LayerOperation, Operation, PenaltyOperation
from dlx.gradcheck.referee import Referee, largest_finite
from dlx.gradcheck.report import Fault, Point
from dlx.gradcheck.signatures import SAME, WrongGradient, signature
from dlx.gradcheck.subject import CheckedCost, move_away
from dlx.nn.gradcheck import EPSILON, GREAT, along_entry, differences, refined, rounding, two_sided
from dlx.nn.layers import Layer
from dlx.types import Array

MOST_ENTRIES = 4096  # a gradient of one operation of up to this size is looked at in every entry
SAMPLE = 300  # entries of a larger one


def locate(subject: CheckedCost, point: Point, rng: np.random.Generator) -> Fault:
    """The fault behind a check that failed.

    Every operation is checked alone: its backward on u = ∂J/∂f of this batch against differences of Σ u∘f. As long as
    those nearer to the cost are right, so is u. Where each alone is right, the fault lies in how they are put together.
    """
    for operation in subject.operations():
        errors = [error for name in operation.variables if (error := _error(operation, name, subject, point, rng))]
        if errors:
            return _fault(operation, errors, subject)
    wrong = [parameter.name for parameter in point.parameters if parameter.verdict != "great"]
    only = wrong[0] if len(wrong) == 1 else None
    sentence = f"each operation alone is right, the step as a whole is not: wrong in {', '.join(wrong) or 'dθ'}"
    return Fault("chain", None, only, "one parameter only" if only else "chain", sentence, None)


def _fault(operation: Operation, errors: list[WrongGradient], subject: CheckedCost) -> Fault:
    """Of several wrong gradients of one operation the one with the clearest signature speaks."""
    named = [(error, *signature(error)) for error in errors]
    error, name, sentence = next(
        (candidate for candidate in named if candidate[1] not in ("unknown", "some entries")), named[0]
    )
    parameter = _parameter(error, subject)
    return Fault(operation.name, operation.layer, parameter, name, sentence, _place(operation))


def _parameter(error: WrongGradient, subject: CheckedCost) -> str | None:
    """The parameter whose gradient is wrong; None for the gradient of a layer's input, or of several W."""
    slices = subject.parameters.slices
    if error.name != "dW":
        name = error.name.removeprefix("d")
        return name if name in slices else None
    wrong = error.entries[error.wrong]
    touched = [name for name, part in slices.items() if ((part.start <= wrong) & (wrong < part.stop)).any()]
    return touched[0] if len(touched) == 1 else None


def _error(
    operation: Operation, name: str, subject: CheckedCost, point: Point, rng: np.random.Generator
) -> WrongGradient | None:
    """The gradient of one variable of an operation against differences, if it is wrong."""
    variable = operation.variables[name]
    flat = variable.reshape(-1)
    fresh, after_another = _passes(operation)
    analytic = after_another[name].reshape(-1)
    entries = _entries(flat, name, subject, point, rng)
    if operation.hinge == name:
        entries = entries[np.abs(flat[entries]) > 2 * EPSILON]
    size = _magnitude(operation)
    referee = Referee(lambda: subject.complex_step_of(operation.forward, flat), max(size, largest_finite(analytic)))
    noise = rounding(size, EPSILON)
    estimates = [_numeric(operation, flat, int(i), float(analytic[i]), noise, referee) for i in entries]
    numeric, rounded = np.array(estimates).reshape(-1, 2).T
    operation.value()  # its arrays hold the values of the batch again
    wrong = ~(differences(numeric, analytic[entries], rounded) <= 10 * GREAT)  # a NaN is wrong
    if not wrong.any():
        return None
    stale = not np.allclose(fresh[name], after_another[name], rtol=SAME, atol=0, equal_nan=True)
    return WrongGradient(operation, name, variable.shape, entries, analytic[entries], numeric, wrong, stale)


def _passes(operation: Operation) -> tuple[dict[str, Array], dict[str, Array]]:
    """The gradients when the pass before was at the same values, and when it was elsewhere."""
    operation.gradients()
    fresh = operation.gradients()
    before = [array.copy() for array in operation.arrays()]
    for array in operation.arrays():
        move_away(array)
    operation.gradients()
    for array, values in zip(operation.arrays(), before, strict=True):
        array[...] = values
    return fresh, operation.gradients()


def _magnitude(operation: Operation) -> float:
    """Σ|u∘f|, of which the value may be a small difference."""
    value = abs(operation.value())
    return (
        float(np.vdot(np.abs(operation.u), np.abs(operation.out))) if isinstance(operation, LayerOperation) else value
    )


def _numeric(
    operation: Operation, flat: Array, i: int, analytic: float, noise: float, referee: Referee
) -> tuple[float, float]:
    """The derivative by the entry i, and its rounding; on a kink the analytic one."""
    line = along_entry(operation.value, flat, i)
    numeric = two_sided(line, EPSILON)
    if not differences(np.array(numeric), np.array(analytic), noise) > GREAT:
        return numeric, noise
    derivative = referee.along(i, analytic)
    if derivative is not None:
        return derivative, referee.rounding
    return (analytic, noise) if referee.on_a_kink else refined(line, EPSILON, noise)


def _entries(flat: Array, name: str, subject: CheckedCost, point: Point, rng: np.random.Generator) -> Array:
    """All entries, or of a large gradient a sample with those that the check has found worst."""
    if flat.size <= MOST_ENTRIES:
        return np.arange(flat.size)
    sample = rng.choice(flat.size, SAMPLE, replace=False)
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
    try:
        return f"{inspect.getsourcefile(kind)}:{inspect.getsourcelines(kind)[1]}"
    except (OSError, TypeError):
        return None
