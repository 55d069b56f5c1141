"""The checker checked: mistakes planted in every operation are detected, placed and named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.gradcheck.check import check
from dlx.gradcheck.fault import Fault
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation, ReLU
from dlx.nn.gradcheck import GREAT
from dlx.nn.layers import Activate, Linear
from dlx.nn.tape import Tape
from dlx.types import Array
from experiments.gradcheck import faults
from tests.conftest import examples


def test_planted_faults_are_found() -> None:
    """Every 41st of them; ``make faults`` plants them all."""
    planted = list(faults.all_faults())
    points = [(fault, fault.check()) for fault in planted[:: len(planted) // examples(124, 0.1)]]
    outcomes = {fault.description: fault.outcome(point)[0] for fault, point in points}
    assert len(outcomes) == len(points) >= 12
    detected, placed, named = np.mean(list(outcomes.values()), axis=0)
    assert detected == 1, [name for name, outcome in outcomes.items() if not outcome[0]]
    assert placed >= 0.95
    assert named >= 0.8
    assert [fault.description for fault, point in points if not confirmed(point)] == []


def confirmed(point: Point) -> bool:
    """Whether the complex step, too, says that something is wrong."""
    return point.referee is not None and not point.referee.difference <= 10 * GREAT  # a NaN is wrong too


@pytest.mark.parametrize(
    "setting",
    [
        *faults.NORMALIZED,
        faults.PLAIN,
        *[faults.Setting(name, "logistic") for name in Activation.members()],
        faults.Setting("tanh", "squared_error", l1=0.7),
    ],
    ids=str,
)
def test_the_same_networks_pass_without_a_fault(setting: faults.Setting) -> None:
    point = check(setting.subject(), "now")
    assert point.passed
    assert point.difference < 1e-7
    assert point.fault is None


def fault_of(subject: Subject) -> Fault:
    """What the check of a network in which there is a mistake finds."""
    fault = check(subject, "now").fault
    assert fault is not None
    return fault


def test_the_sentence_says_what_is_wrong() -> None:
    def twice(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(np.add, layer.dW, layer.dW, out=layer.dW)

    with faults.in_layer(Linear, 2, twice):
        fault = fault_of(faults.PLAIN.subject())
    assert fault.sentence == "dW2: analytic = 2 × numeric in every entry"
    assert (fault.operation, fault.layer, fault.parameter) == ("linear 2", 2, "W2")
    assert fault.place is None


def test_one_small_entry_among_large_ones() -> None:
    def add(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        smallest = np.unravel_index(np.abs(layer.dW).argmin(), layer.dW.shape)
        tape.call(lambda: layer.dW.__setitem__(smallest, layer.dW[smallest] + 3e-8))

    subject = faults.PLAIN.subject()
    subject.gradient()
    with faults.in_layer(Linear, 2, add):
        fault = fault_of(Subject(subject.network, subject.X, subject.Y))
    assert (fault.operation, fault.signature) == ("linear 2", "one entry")


def test_a_fault_in_how_the_operations_are_put_together() -> None:
    subject = faults.PLAIN.subject()
    b2 = subject.network.parameters.gradients["b2"]
    subject._step.call(np.multiply, b2, np.array(3.0), out=b2)
    fault = fault_of(subject)
    assert (fault.operation, fault.parameter, fault.signature) == ("chain", "b2", "one parameter only")


def test_a_kink_that_nobody_told_of_does_not_mislead(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(np.add, layer.dW, layer.dW, out=layer.dW)

    monkeypatch.setattr(ReLU, "has_kink", False)
    with faults.in_layer(Linear, 1, twice):
        subject = faults.Setting("relu", "softmax").subject()
        parameters = subject.network.parameters
        parameters["b1"][0] = 1e-9 - parameters["W1"][0] @ subject.X[2]
        fault = fault_of(subject)
    assert fault.sentence == "dW1: analytic = 2 × numeric in every entry"


def test_of_two_faults_the_one_nearer_to_the_cost_is_named() -> None:
    def half(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(np.multiply, dx, np.array(0.5), out=dx)

    with faults.in_layer(Linear, 2, half), faults.in_layer(Activate, 2, half):
        assert fault_of(faults.PLAIN.subject()).operation == "tanh 2"
