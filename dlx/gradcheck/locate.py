"""Where a fault is: the first operation from the cost backwards whose own gradient is wrong, and its signature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dlx.gradcheck.code_place import place_of
from dlx.gradcheck.fault import Fault
from dlx.gradcheck.one_operation import LATER, wrong_gradient
from dlx.gradcheck.operations import Operation
from dlx.gradcheck.referee import largest_finite
from dlx.gradcheck.report import Point
from dlx.gradcheck.signatures import signature
from dlx.gradcheck.subject import CheckedCost
from dlx.gradcheck.wrong_gradient import WrongGradient
from dlx.nn.layers import Layer
from dlx.types import Array

ROUNDED = "rounding"
# Up to this share of its largest entry dθ is what the operations give one after the other. Batch norms over examples
# that are all the same multiply what is rounded before them: three in a row brought it to 1.4·10⁻¹⁰.
SAME_STEP = 1e-9


def locate(subject: CheckedCost, point: Point, rng: np.random.Generator, changed_after: int = 0) -> Fault:
    """The fault behind a check that failed, perhaps in a gradient that is another one after so many passes.

    Every operation is checked alone: its backward on u = ∂J/∂f of this batch against differences of Σ u∘f. As long as
    those nearer to the cost are right, so is u. Where each alone is right, the fault lies in how they are put together,
    unless dθ is just what they give one after the other: then what differs are digits that operations such as 1 − A²
    lose, multiplied by large W, and the signature is ROUNDED.
    """
    later = max(LATER, changed_after)
    together = np.zeros_like(subject.parameters.d_theta)
    for operation in subject.operations():
        operation.record_whole()
        for name, gradient in operation.gradients().items():
            _add(together, name, gradient, subject)
        judged = [wrong_gradient(operation, name, subject, point, rng, later=later) for name in operation.variables]
        errors = [error for error in judged if error is not None]
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
    place, method = place_of(operation)
    return Fault(
        operation.name,
        operation.layer,
        _parameter(error, subject),
        name,
        sentence,
        place,
        spoils=tuple(spoils),
        method=method,
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
