"""What a step computes while it is written down, and not when it is replayed: that stays, whatever changes later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from dlx.component import Component, defined_at
from dlx.gradcheck.code_place import place_of
from dlx.gradcheck.fault import OFF_TAPE, Alone, Fault
from dlx.gradcheck.moving import moved
from dlx.gradcheck.operations import Operation
from dlx.gradcheck.subject import CheckedCost
from dlx.nn.gradcheck import difference
from dlx.nn.tape import Tape
from dlx.types import Array


class OtherTape(Tape):
    """A tape whose new arrays hold something else at first, so that what is read too early shows."""

    def empty(self, name: str, *shape: int, layer: int | None = None) -> Array:
        array = super().empty(name, *shape, layer=layer)
        array[...] = 0.7
        return array


def off_tape(subject: CheckedCost) -> Iterator[Alone]:
    """The operations of plugins that are others where they were written down with other numbers in their arrays."""
    for operation in subject.operations():
        component = getattr(operation.owner, "component", operation.owner)
        if not isinstance(component, Component) or type(component).__module__.startswith("dlx."):
            continue
        differences = dict(_differences(operation))
        if differences:
            is_forward = operation.result in differences
            place, method = (defined_at(type(component)), None) if is_forward else place_of(operation)
            what = f"what is computed while the step is written down stays in {' and '.join(differences)}"
            sentence = f"{what}: compute it in tape.call"
            fault = Fault(operation.name, operation.layer, None, OFF_TAPE, sentence, place, method=method)
            yield Alone(operation.name, False, max(differences.values()), fault)


def _differences(operation: Operation) -> Iterator[tuple[str, float]]:
    """Each result that is another one where the operation was written down at other numbers, and by how much."""
    operation.record_whole()
    here, again = _results(operation), _results(operation)
    operation.tape_type = OtherTape
    with np.errstate(all="ignore"), moved(operation.moves()):
        operation.record_whole()
    elsewhere = _results(operation)
    operation.tape_type = Tape
    operation.record_whole()
    for name, values in here.items():
        is_steady = np.array_equal(values, again[name], equal_nan=True)
        if is_steady and not np.array_equal(values, elsewhere[name], equal_nan=True):
            yield name, difference(values, elsewhere[name])


def _results(operation: Operation) -> Mapping[str, Array]:
    """What a pass gives: the output or the cost, and the gradients."""
    gradients = operation.gradients()
    return {operation.result: operation.result_of_whole(), **gradients}
