"""Mistakes that hide from one θ and one batch are detected, placed and named, and right networks at odd places pass."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from dlx.gradcheck.check import check
from dlx.gradcheck.odd_inputs import tails_in_words
from dlx.gradcheck.places import places, too_large
from dlx.gradcheck.report import Point, Report
from dlx.gradcheck.subject import Subject
from dlx.nn.layers import Activate, Linear
from dlx.nn.losses import Softmax
from dlx.nn.tape import Tape
from dlx.types import Array
from experiments.gradcheck import faults
from experiments.gradcheck import hidden_faults as hidden_faults_module
from experiments.gradcheck.hidden_faults import RELU, Large, Tied, _late, hidden_faults
from experiments.gradcheck.right_networks import network
from tests.conftest import examples

SMALL = [fault for fault in hidden_faults() if not isinstance(fault.setting, Large)]
# Each is the mistake of another one in the same list, or of a test below, in another component or size.
REPEATED = (
    "leaky_relu 1: g′ kept of the first pass",
    "gelu 1: g′ kept of the first pass",
    "linear 1: db1 × 2 with 1 of 10 examples at a tie",
    "linear 3: db3 × 2 with 1 of 10 examples at a tie",
    "leaky_relu 1: g′ = 0 where Z > 5",
    "elu 1: g′ × 1.5 where Z > 5",
    "elu 1: g′ = 0 where Z > 20",
    "gelu 1: g′ = 0 where |Z| > 8",
    "softmax: dZ × 2 in batches of more than 32 examples",
    "logistic: dZ × 2 in batches of more than 100 examples",
)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.description, marks=[pytest.mark.thorough] if fault.description in REPEATED else [])
        for fault in SMALL[::8]
    ],
)
def test_hidden_faults_are_found(fault: faults.Planted) -> None:
    """Some of them; ``make faults`` plants them all."""
    point = fault.check()
    (detected, placed, _), answer = fault.outcome(point)
    assert (detected, placed) == (True, True), answer


@pytest.mark.parametrize("number", range(examples(30, 0.34)))
def test_right_networks_pass(number: int) -> None:
    """Also with W × 1000, zeros for examples and biases; ``make right-networks`` has a thousand of them."""
    words, subject = network(number)
    theta, X, Y = subject.theta.copy(), subject.X.copy(), subject.Y.copy()
    point = check(subject, words)
    assert point.passed, (words, point)
    np.testing.assert_array_equal(subject.theta, theta)
    np.testing.assert_array_equal(subject.X, X)
    np.testing.assert_array_equal(subject.Y, Y)


def twice(name: str) -> Point:
    """The check of a ReLU network with one example of ten at all ties, and this gradient is doubled."""

    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(np.multiply, layer.db, np.array(2.0), out=layer.db)

    with faults.in_layer(Linear, int(name[-1]), change):
        return check(Tied(RELU).subject(), "now")


@pytest.mark.parametrize("name", ["b1", "b2", "b3"])
def test_a_tie_excuses_no_more_than_it_explains(name: str) -> None:
    point = twice(name)
    wrong = [parameter.name for parameter in point.parameters if parameter.verdict in ("look", "worry")]
    assert wrong == [name]
    assert point.fault is not None
    assert (point.fault.parameter, point.fault.signature) == (name, "constant factor 2")


def test_the_same_network_with_its_ties_is_right() -> None:
    point = check(Tied(RELU, 5).subject(), "now")
    assert point.passed
    assert point.covered["kinks"] > 0


@pytest.mark.thorough
def test_one_entry_of_50000_has_its_place() -> None:
    def change(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(lambda: layer.dW.__setitem__((31, 117), 1.0005 * layer.dW[31, 117]))

    with faults.in_layer(Linear, 2, change):
        fault = check(Large().subject(), "now").fault
    assert fault is not None
    assert fault.sentence == "dW2: analytic = 1.0005 × numeric in the entry [31, 117] alone"


def test_what_is_wrong_elsewhere_alone_stands_in_the_document() -> None:
    def change(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
        if Y.shape[1] > 16:
            tape.call(np.multiply, dZ, np.array(2.0), out=dZ)

    with faults.in_loss(Softmax, change):
        point = check(faults.PLAIN.subject(), "now")
    document = Report("small", 1e-5, 10, (point,)).document()
    assert document["passed"] is False
    assert document["difference"] > 1e-3
    assert [place["passed"] for place in document["elsewhere"]] == [True, True, True, False, False]
    assert document["fault"]["at"].startswith("elsewhere, ")
    assert document["fault"]["signature"] == "constant factor 2"
    assert {parameter["verdict"] for parameter in document["parameters"]} == {"worry"}


def in_tails(low: float, number: int) -> faults.Planted:
    """The derivative of the tanh of this layer is doubled where Z is larger."""
    where = hidden_faults_module._where(lambda Z: low < Z, 2.0)
    put = partial(faults.in_layer, Activate, number, where)
    return faults.Planted(faults.PLAIN, "in the tails", f"tanh {number}", ("in the tails",), put)


def test_no_row_is_praised_that_a_fault_elsewhere_refutes() -> None:
    """The gradient of W1 runs through both tanh, that of W2 through the second, that of W3 through none."""
    point = in_tails(5, 1).check()
    verdicts = {parameter.name: parameter.verdict for parameter in point.parameters}
    assert "great" not in (verdicts["W1"], verdicts["b1"])
    assert {verdicts["W3"], verdicts["b3"]} == {"great"}
    assert not point.passed


def test_what_several_losses_share_is_praised_here_only() -> None:
    """A fault of the loss alone, where A > 0.999: no batch leads there, but every gradient begins there."""
    put = hidden_faults_module._where_sure("softmax", 0.0)
    point = faults.Planted(faults.PLAIN, "sure", "softmax", (), lambda: put).check()
    assert not point.passed
    assert {parameter.verdict for parameter in point.parameters} <= {"great here only", "look", "worry"}


def test_what_is_wrong_here_and_elsewhere_is_praised_nowhere() -> None:
    """b3 is wrong at once; W1 in large batches alone."""

    def of_b3(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        tape.call(np.multiply, layer.db, np.array(2.0), out=layer.db)

    def of_first(tape: Tape, layer: Any, x: Array, out: Array, u: Array, dx: Array) -> None:
        if x.shape[1] > 500:
            tape.call(np.multiply, layer.dW, np.array(2.0), out=layer.dW)

    with faults.in_layer(Linear, 3, of_b3), faults.in_layer(Linear, 1, of_first):
        point = check(faults.PLAIN.subject(), "now")
    wrong = {parameter.name for parameter in point.parameters if parameter.verdict != "great"}
    assert wrong == {"W1", "b3"}


@pytest.mark.parametrize(
    ("tails", "words"),
    [
        ([(5.0, 16.0), (16.0, 64.0), (64.0, 1000.0)], "Z > 5"),
        ([(-16.0, -5.0), (-1000.0, -64.0), (-64.0, -16.0)], "Z < −5"),
        ([(5.0, 16.0), (64.0, 1000.0), (-16.0, -5.0)], "5 < |Z| < 16 or Z > 64"),
        ([(16.0, 64.0), (-64.0, -16.0), (64.0, 1000.0), (-1000.0, -64.0)], "|Z| > 16"),
        ([(5.0, 16.0), (-64.0, -16.0)], "5 < Z < 16 or −64 < Z < −16"),
    ],
)
def test_tails_are_said_in_one_line(tails: list[tuple[float, float]], words: str) -> None:
    assert " or ".join(tails_in_words(tails)) == words


@pytest.mark.parametrize("fault", list(_late())[1:-4:2] + list(_late())[-2:-1], ids=lambda fault: fault.description)
def test_what_shows_late_or_in_few_places_is_met(fault: faults.Planted) -> None:
    (detected, placed, _), answer = fault.outcome(fault.check())
    assert (detected, placed) == (True, True), answer


@pytest.mark.thorough  # one of the adversary's mistakes shows in such batches too
@pytest.mark.parametrize("least", [150, 700])
def test_sizes_beyond_the_usual_are_met(least: int) -> None:
    def change(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
        if Y.shape[1] >= least:
            tape.call(np.multiply, dZ, np.array(2.0), out=dZ)

    with faults.in_loss(Softmax, change):
        assert not check(faults.PLAIN.subject(), "now").passed


def test_the_sizes_of_training_are_met_or_named() -> None:
    small = faults.PLAIN.subject()
    subject = Subject(small.network, small.X, small.Y, sizes=[5_000, 3_000_000])
    sizes = {place.subject.examples for place in places(subject, np.random.default_rng(0))}
    assert 5_000 in sizes
    assert 3_000_000 not in sizes
    assert too_large(subject) == (3_000_000,)
