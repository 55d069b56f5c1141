"""Mistakes of an adversary are detected and placed, and what the document says of where they were met is true."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlx.gradcheck.check import check
from dlx.gradcheck.report import Report
from dlx.gradcheck.settings import with_other_options
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import ELU, Tanh
from dlx.nn.layers import Linear
from dlx.nn.losses import Huber, Softmax
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.tape import Tape
from dlx.types import Array
from experiments.gradcheck import faults
from experiments.gradcheck.adversarial_faults import adversarial_faults

FAULTS = adversarial_faults()


@pytest.mark.parametrize("fault", FAULTS[::11], ids=lambda fault: fault.description)
def test_some_of_them_are_found(fault: faults.Planted) -> None:
    """``make faults`` plants them all."""
    (detected, placed, _), answer = fault.outcome(fault.check())
    assert (detected, placed) == (True, True), answer


def doubled(holds: Callable[[int], bool]) -> Any:
    """Inside, dZ of softmax is doubled in batches of these sizes."""

    def change(tape: Tape, A: Array, Y: Array, dZ: Array) -> None:
        if holds(Y.shape[1]):
            tape.call(np.multiply, dZ, np.array(2.0), out=dZ)

    return faults.in_loss(Softmax, change)


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        (lambda m: m > 100, "right up to 33 examples, wrong from 157 on"),
        (lambda m: m < 20, "wrong up to 10 examples, right from 33 on"),
        (lambda m: m in (33, 157), "right with 1, 3, 10 and 1,024 examples, wrong with 33 and 157"),
    ],
)
def test_sizes_of_batches_that_a_fault_depends_on_are_said(holds: Callable[[int], bool], words: str) -> None:
    with doubled(holds):
        small = faults.PLAIN.subject()
        point = check(Subject(small.network, small.X, small.Y, sizes=[157]), "now")
    assert point.fault is not None
    assert point.fault.sentence == f"dZ3: analytic = 2 × numeric in every entry, {words}"


def test_the_document_says_in_which_batch_each_difference_was_met() -> None:
    """b3 is wrong everywhere, what lies before the loss in large batches alone."""

    def of_b3(tape: Tape, layer: Any, *arrays: Array) -> None:
        tape.call(np.multiply, layer.db, np.array(2.0), out=layer.db)

    with faults.in_layer(Linear, 3, of_b3), doubled(lambda m: m > 500):
        point = check(faults.PLAIN.subject(), "now")
    document = Report("small", 1e-5, 10, (point,)).document()
    met = {parameter["name"]: parameter["at"] for parameter in document["parameters"]}
    assert met.pop("b3") is None
    assert set(met.values()) == {"elsewhere, 1,024 examples"}
    assert document["difference_at"] is None
    sizes = {place["examples"]: place["passed"] for place in document["elsewhere"]}
    assert sizes == {1: False, 3: False, 10: False, 33: False, 1024: False}
    assert all(place["theta_moved_by"] > 0 for place in document["elsewhere"])
    with doubled(lambda m: m > 500):
        document = Report("small", 1e-5, 10, (check(faults.PLAIN.subject(), "now"),)).document()
    assert document["difference_at"] == document["points"][0]["difference_at"] == "elsewhere, 1,024 examples"


def coarse(gradient: Array) -> None:
    gradient[...] = gradient.astype(np.float32)


def test_a_derivative_with_the_digits_of_float32_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    forward = Tanh.forward

    def rounded(self: Tanh, tape: Tape, Z: Array) -> Any:
        A, derivative = forward(self, tape, Z)

        def write(dZ: Array) -> None:
            assert derivative is not None
            derivative(dZ)
            tape.call(coarse, dZ)

        return A, write

    monkeypatch.setattr(Tanh, "forward", rounded)
    point = check(faults.PLAIN.subject(), "now")
    assert point.difference < 1e-7  # of an entry: so little that each verdict is great
    assert point.fault is not None
    assert (point.fault.operation, point.fault.signature) == ("tanh 1", "digits of float32")
    assert point.at == "tanh alone"


def test_options_are_checked_at_other_values_than_their_defaults() -> None:
    assert [(words, other.alpha) for words, other in with_other_options(ELU())] == [("alpha=0.7", 0.7)]  # type: ignore[attr-defined]
    assert [words for words, _ in with_other_options(Huber())] == ["delta=0.7"]
    assert [words for words, _ in with_other_options(BatchNorm())] == [
        "momentum=0.63",
        "epsilon=7e-06",
        "statistics=exact",
    ]
    assert not list(with_other_options(Tanh()))
