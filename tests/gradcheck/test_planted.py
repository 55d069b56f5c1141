"""Planted mistakes: in whatever line of a backward pass one is, the check finds it in that operation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlx.errors import UsageError
from dlx.gradcheck.check import check_here
from dlx.gradcheck.planted import MISTAKES, LinePlace, lines_of, planted
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation
from dlx.nn.dropout import mask_from
from dlx.nn.initializers import Xavier
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.norm import Norm


@pytest.fixture(scope="module")
def subject() -> Subject:
    """Every kind of operation: a norm, an activation, dropout, a loss and a penalty."""
    rng = np.random.default_rng(1)
    activation, norm = Activation.parse("tanh"), Norm.parse("batch_norm")
    draw: Callable[..., None] = mask_from(np.random.RandomState(1), 0.75)
    plans = [
        LayerPlan(3, activation, Xavier(), True, norm, draw),
        LayerPlan(3, activation, Xavier()),
        LayerPlan(1, None, Xavier()),
    ]
    network = Network(2, plans, Loss.parse("logistic"), np.float64, l2=0.7)
    network.initialize(rng)
    return Subject(network, rng.standard_normal((8, 2)), rng.integers(2, size=(1, 8)).astype(float))


def lines(subject: Subject) -> dict[str, LinePlace]:
    with subject.masks_frozen():
        step = lines_of(subject.network, subject.X, subject.Y)
    return {line.text: line.place for line in step if line.place}


def test_every_line_of_the_backward_pass_can_be_chosen(subject: Subject) -> None:
    operations = {place.operation for place in lines(subject).values()}
    kinds = ("linear 1", "batch norm 1", "tanh 1", "dropout 1", "linear 2", "tanh 2", "linear 3", "logistic", "l2")
    assert operations == set(kinds)
    written = {text.partition(" ")[0] for text in lines(subject)}
    assert {"dZ3", "dW3", "db3", "dA2", "dZ2", "dW2", "db2", "dW1", "dgamma1", "dbeta1", "dW"} <= written
    assert not {"Z1", "A1", "J"} & written


def test_each_is_found_in_its_operation(subject: Subject) -> None:
    for i, (text, place) in enumerate(lines(subject).items()):
        mistake = list(MISTAKES)[i % len(MISTAKES)]
        with planted(subject.network, place, mistake):
            point = check_here(Subject(subject.network, subject.X, subject.Y, masks=subject.masks), "here")
        assert not point.passed
        assert point.fault
        assert point.fault.operation == place.operation, (text, mistake)


def test_nothing_is_left_of_it(subject: Subject) -> None:
    with planted(subject.network, LinePlace("linear 2", 0), "× 2"):
        assert "record" in vars(subject.network.layers[0])
    assert not any("record" in vars(layer) for layer in subject.network.layers)
    assert not {"record_loss", "penalties"} & set(vars(subject.network))
    assert check_here(Subject(subject.network, subject.X, subject.Y, masks=subject.masks), "here").passed
    with pytest.raises(UsageError, match="did you mean × 2"), planted(subject.network, LinePlace("linear 2", 0), "×2"):
        pass
