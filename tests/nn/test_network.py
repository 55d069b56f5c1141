"""What a network records: evaluations that change nothing, steps that can be read, names for what is not finite."""

from __future__ import annotations

import numpy as np

from dlx.nn.activations import ReLU
from dlx.nn.dropout import mask_from
from dlx.nn.initializers import Xavier
from dlx.nn.losses import Logistic
from dlx.nn.network import LayerPlan, Network, Step
from dlx.nn.norms.batch_norm import BatchNorm


def step_of(batch_norm: bool = False, dropout: bool = False, l2: float = 0.0) -> tuple[Network, Step]:
    rng, m = np.random.default_rng(3), 9
    norm, draw = BatchNorm() if batch_norm else None, mask_from(rng, 0.7) if dropout else None
    hidden = [LayerPlan(units, ReLU(), Xavier(), True, norm, draw) for units in (5, 4)]
    network = Network(3, [*hidden, LayerPlan(1, None, Xavier())], Logistic(), np.float64, l2)
    network.initialize(rng)
    Y = rng.integers(2, size=(1, m)).astype(np.float64)
    return network, network.record_step(rng.standard_normal((m, 3)), Y)


def test_evaluation_has_no_dropout_and_leaves_gradients_and_statistics_alone() -> None:
    network, step = step_of(batch_norm=True, dropout=True)
    step.run()
    before = network.parameters.d_theta.copy(), network.statistics.vector.copy()
    evaluation = network.record_evaluation(step.X, step.Y)
    first = evaluation.run()
    assert evaluation.run() == first
    np.testing.assert_array_equal(network.parameters.d_theta, before[0])
    np.testing.assert_array_equal(network.statistics.vector, before[1])
    assert not any("D" in line.split(" = ")[0] for line in evaluation.tape.lines())


def test_the_step_can_be_read() -> None:
    _, step = step_of(l2=0.7)
    lines = list(step.tape.lines())
    assert lines[:4] == ["Z1 = dot(W1, X.T)", "B1 = dot(b1, 1)", "Z1 = add(Z1, B1)", "A1 = maximum(Z1, 0)"]
    assert "dW2 = dot(dZ2, A1.T)" in lines
    assert "dW = add(dW, λ/m·W)" in lines


def test_the_first_tensor_that_is_not_finite_is_named() -> None:
    network, step = step_of()
    network.parameters["W2"][0, 0] = np.inf
    with np.errstate(all="ignore"):
        step.run()
    assert step.tape.first_not_finite() == ("Z2", 2)
