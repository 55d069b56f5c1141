"""Operations by themselves: each component on odd inputs, and each operation of the batch to the last digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from dlx.gradcheck import odd_inputs
from dlx.gradcheck.fault import ALONE, SPECIAL, TAILS, Alone, Fault
from dlx.gradcheck.in_float32 import fault_in_float32
from dlx.gradcheck.locate import fault_of
from dlx.gradcheck.odd_inputs import ONE_EXAMPLE, OddInput, tails_in_words
from dlx.gradcheck.one_operation import is_analytic, is_right_along, wrong_gradient
from dlx.gradcheck.operations import LayerOperation, LossOperation
from dlx.gradcheck.places import MOST_PARAMETERS
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import CheckedCost, Subject
from dlx.gradcheck.wrong_gradient import WrongGradient
from dlx.nn.gradcheck import GREAT, differences
from dlx.nn.layers import Activate, Normalize

MOST_ENTRIES = 128
# Beside rounding, of |analytic| + |numeric|: numbers of float32 differ by up to 3·10⁻⁸ of that from those of float64.
FINE = 5e-9

Find = Callable[[OddInput, str], WrongGradient | None]


def check_alone(subject: CheckedCost, point: Point, rng: np.random.Generator) -> Iterator[Alone]:
    """Each activation and norm of a network once, and its loss; of an objective nothing.

    Where all is right so far, each operation of the batch follows; of these only what is wrong.
    """
    if not isinstance(subject, Subject):
        return

    def find(part: OddInput, name: str) -> WrongGradient | None:
        if part.is_brief and is_right_along(part.operation, name, subject, rng):
            return None
        if part.may_be_kink and not is_analytic(part.operation, name, subject) and _is_finite(part, name):
            return None
        return wrong_gradient(
            part.operation, name, subject, point, rng, MOST_ENTRIES, least=FINE if part.is_fine else GREAT
        )

    is_right = point.passed
    for alone in _components(subject, find, rng):
        is_right = is_right and alone.passed
        yield alone
    if is_right and subject.theta.size <= MOST_PARAMETERS:
        for operation in subject.operations():
            alone = _judged(operation.name, odd_inputs.on_the_batch(operation), subject, find)
            if not alone.passed:
                yield alone


def _is_finite(part: OddInput, name: str) -> bool:
    """Whether a gradient is a number throughout, which it is by any convention for a kink."""
    part.operation.record_whole()
    return bool(np.isfinite(part.operation.gradients()[name]).all())


def _components(subject: Subject, find: Find, rng: np.random.Generator) -> Iterator[Alone]:
    layers = [layer for layer in subject.network.layers if isinstance(layer, Activate | Normalize)]
    components: list[object] = []
    for layer in layers:
        if layer.component not in components:
            components.append(layer.component)
            if isinstance(layer, Activate):
                parts = odd_inputs.activations(layer, subject, rng)
            else:
                parts = odd_inputs.norms(layer, subject, rng)
            alike = [other for other in layers if other.component == layer.component]
            yield _judged(layer.title, parts, subject, find, alike)
    yield _judged(subject.network.loss.name, odd_inputs.losses(subject, rng), subject, find)


def _judged(
    title: str,
    parts: Iterator[OddInput],
    subject: Subject,
    find: Find,
    alike: Sequence[Activate | Normalize] = (),
) -> Alone:
    """The first part with a wrong gradient speaks, and names the others; a part that is not finite is left out."""
    fault, coarse, difference, wrong = None, None, 0.0, list[OddInput]()
    for part in parts:
        operation = part.operation
        if not np.isfinite(operation.value()):
            continue
        errors = [error for name in list(operation.variables) if (error := find(part, name))]
        if errors:
            wrong.append(part)
            fault = fault or fault_of(operation, errors, subject, alike)
            difference = max(difference, *map(_largest, errors))
        elif fault is None and part.is_usual and isinstance(operation, LayerOperation | LossOperation):
            coarse = coarse or fault_in_float32(operation, subject.network)
    if fault is None and coarse is not None:
        return Alone(title, False, 1.0, coarse)
    return Alone(title, fault is None, difference, fault and _placed(fault, wrong))


def _largest(error: WrongGradient) -> float:
    each = differences(error.numeric, error.analytic, 0.0)
    return float(np.max(each, where=np.isfinite(each), initial=0.0))


def _placed(fault: Fault, wrong: Sequence[OddInput]) -> Fault:
    """A fault that usual inputs do not have is one of the tails, or of special inputs, whatever it looks like there."""
    if any(part.where == "" for part in wrong):
        return replace(fault, at=ALONE)
    words = [part.where for part in wrong if isinstance(part.where, str)]
    words += tails_in_words([part.where for part in wrong if not isinstance(part.where, str)])
    sentence = f"{fault.sentence}, where {' or '.join(words)}"
    if words == [ONE_EXAMPLE]:
        return replace(fault, at=ALONE, sentence=sentence)
    signature = TAILS if any(part.is_tail for part in wrong) else SPECIAL
    return replace(fault, at=ALONE, signature=signature, sentence=sentence)
