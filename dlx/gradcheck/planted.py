"""A planted mistake: one line of a network's backward pass that writes something else than it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from dlx.errors import UsageError, allowed
from dlx.nn.layers import Layer
from dlx.nn.network import Network
from dlx.nn.tape import Tape
from dlx.types import Array

Backward = Callable[..., object]
Act = Callable[[Tape, str, int], None]


class LinePlace(NamedTuple):
    """Which line: the operation whose backward pass it is in, such as ``linear 2``, and its number there from 0."""

    operation: str
    number: int


class StepLine(NamedTuple):
    """A line of a step as it is read; of those of the backward pass with the place."""

    text: str
    place: LinePlace | None


def _largest_entry(gradient: Array) -> None:
    gradient.reshape(-1)[np.abs(gradient).argmax()] *= 1.01


# What becomes of the array that a line has written.
MISTAKES: dict[str, Callable[[Array], object]] = {
    "× 2": lambda gradient: np.multiply(gradient, 2.0, out=gradient),
    "× −1": lambda gradient: np.negative(gradient, out=gradient),
    "× 0": lambda gradient: gradient.fill(0.0),
    "one entry × 1.01": _largest_entry,
}


def lines_of(network: Network, X: Array, Y: Array) -> list[StepLine]:
    """The training step of a network on a batch, line by line."""
    places: dict[int, LinePlace] = {}

    def note(tape: Tape, operation: str, first: int) -> None:
        written = enumerate(tape.outputs[first:])
        places.update({first + i: LinePlace(operation, i) for i, output in written if output is not None})

    with _watched(network, note):
        tape = network.record_step(X, Y).tape
    return [StepLine(text, places.get(i)) for i, text in enumerate(tape.lines())]


@contextmanager
def planted(network: Network, place: LinePlace, mistake: str) -> Iterator[None]:
    """Within it whatever is recorded of the network has the mistake; raises `UsageError` where there is none such."""
    if mistake not in MISTAKES:
        raise UsageError(f"there is no mistake {mistake!r} {allowed(mistake, list(MISTAKES))}")

    def spoil(tape: Tape, operation: str, first: int) -> None:
        if operation == place.operation and 0 <= place.number < len(tape.calls) - first:
            _spoil(tape, first + place.number, MISTAKES[mistake])

    with _watched(network, spoil):
        yield


def _spoil(tape: Tape, number: int, change: Callable[[Array], object]) -> None:
    """Let a call of a tape be followed by a change of what it has written."""
    (function, args), output = tape.calls[number], tape.outputs[number]
    if output is None:
        return

    def spoiled(*arguments: object) -> None:
        function(*arguments)
        change(output)

    tape.calls[number] = spoiled, args


@contextmanager
def _watched(network: Network, act: Act) -> Iterator[None]:
    """Let each backward pass that is recorded be followed by act(tape, operation, its first call)."""
    own: list[tuple[object, dict[str, Any]]] = [(network, _of_network(network, act))]
    own += [(layer, {"record": _of_layer(layer, act)}) for layer in network.layers]
    for owner, functions in own:
        vars(owner).update(functions)  # in place of the methods of its class
    try:
        yield
    finally:
        for owner, functions in own:
            for name in functions:
                del vars(owner)[name]


def _of_layer(layer: Layer, act: Act) -> Callable[..., tuple[Array, Backward]]:
    record = layer.record

    def watched(tape: Tape, A: Array, training: bool) -> tuple[Array, Backward]:
        out, backward = record(tape, A, training)
        return out, _followed(backward, tape, f"{layer.title} {layer.l}", act)

    return watched


def _of_network(network: Network, act: Act) -> dict[str, Any]:
    """Its loss and its penalties."""
    record_loss, penalties = network.record_loss, network.penalties

    def loss(tape: Tape, Z: Array, Y: Array) -> tuple[Array, Backward]:
        A, backward = record_loss(tape, Z, Y)
        return A, _followed(backward, tape, network.loss.name, act)

    def of_penalty(name: str, record: Callable[..., Backward]) -> Callable[..., Backward]:
        return lambda tape, m: _followed(record(tape, m), tape, name, act)

    return {
        "record_loss": loss,
        "penalties": lambda: {name: of_penalty(name, record) for name, record in penalties().items()},
    }


def _followed(backward: Backward, tape: Tape, operation: str, act: Act) -> Backward:
    def record(*arguments: Array) -> object:
        first = len(tape.calls)
        result = backward(*arguments)
        act(tape, operation, first)
        return result

    return record
