"""The backward pass against two-sided differences of the cost, over everything registered."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dlx.nn.activations import Activation
from dlx.nn.initializers import Xavier
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network, Normalize, Step

EPSILON = 1e-6
FLOOR = (
    1e-2  # a shift that the next batch norm takes away again has gradient 0: there the ratio is one of rounding errors
)


def frozen_mask(D: np.ndarray) -> None:
    """The same units are dropped at every run, so that the cost is a function of θ alone."""
    D[...] = np.where(np.random.default_rng(7).random(D.shape) < 0.7, 1 / 0.7, 0)


def step_of(
    activation: Activation, loss: Loss, batch_norm: bool, dropout: bool, l2: float, l1: float, seed: int
) -> tuple[Network, Step]:
    rng = np.random.default_rng(seed)
    norm = Normalize(0.9, 1e-5, exact=False) if batch_norm else None
    hidden = [LayerPlan(units, activation, Xavier(), True, norm, frozen_mask if dropout else None) for units in (5, 4)]
    n_y, m = (1 if loss.task == "binary" else 3), 9
    network = Network(3, [*hidden, LayerPlan(n_y, None, Xavier())], loss, np.float64, l2, l1)
    network.initialize(rng)
    network.parameters.theta[...] += 0.3 * rng.standard_normal(network.parameters.theta.size)
    Y = (
        rng.standard_normal((n_y, m))
        if loss.task == "regression"
        else np.eye(max(n_y, 2))[:n_y, rng.integers(max(n_y, 2), size=m)]
    )
    return network, network.record_step(rng.standard_normal((m, 3)), np.ascontiguousarray(Y))


def numeric_gradient(network: Network, step: Step) -> np.ndarray:
    theta = network.parameters.theta
    approx = np.empty_like(theta)
    for i, value in enumerate(theta.copy()):
        theta[i] = value + EPSILON
        above = step.run()
        theta[i] = value - EPSILON
        approx[i] = (above - step.run()) / (2 * EPSILON)
        theta[i] = value
    return approx


def worst_difference(network: Network, step: Step) -> float:
    """The notes' ‖approx − dθ‖/(‖approx‖ + ‖dθ‖), the worst over the parameters W1, b1 …"""
    approx = numeric_gradient(network, step)
    step.run()
    differences = []
    for part in network.parameters.slices.values():
        analytic, numeric = network.parameters.d_theta[part], approx[part]
        size = np.linalg.norm(analytic) + np.linalg.norm(numeric)
        differences.append(np.linalg.norm(analytic - numeric) / max(size, FLOOR))
    return max(differences)


def kinks_are_far(step: Step, activation: Activation) -> bool:
    """No Z is so near 0 that a difference would reach over the kink of a ReLU."""
    if not activation.has_kink:
        return True
    outputs = [(step.tape.name_of(out), out) for out in step.tape._outputs if out is not None]
    pre_activations = [out for name, out in outputs if name.rstrip("123") in ("Z", "Z_tilde")]
    return min(np.abs(Z).min() for Z in pre_activations) > 1e-4


@pytest.mark.parametrize("activation", Activation.members().values(), ids=lambda member: member.name)
@pytest.mark.parametrize("loss", Loss.members().values(), ids=lambda member: member.name)
def test_backprop_is_the_gradient_of_the_cost(activation: type[Activation], loss: type[Loss]) -> None:
    settings = list(product([False, True], [False, True], [(0.0, 0.0), (0.7, 0.0), (0.0, 0.7)]))
    for number, (batch_norm, dropout, (l2, l1)) in enumerate(settings):
        for seed in range(number * 100, number * 100 + 100):  # the first that has no kink nearby
            network, step = step_of(activation(), loss(), batch_norm, dropout, l2, l1, seed)
            step.run()
            if kinks_are_far(step, activation()):
                break
        assert kinks_are_far(step, activation())
        assert worst_difference(network, step) < 1e-7, (batch_norm, dropout, l2, l1)


@given(seed=st.integers(0, 10**6), place=st.floats(0, 0.999))
@settings(max_examples=20)
def test_the_check_sees_one_entry_that_is_wrong_by_a_thousandth(seed: int, place: float) -> None:
    network, step = step_of(Activation.parse("tanh"), Loss.parse("softmax"), False, False, 0.0, 0.0, seed)
    d_theta = network.parameters.d_theta
    entry = int(place * d_theta.size)
    step.tape.call(lambda: d_theta.__setitem__(entry, d_theta[entry] * 1.001))
    part = next(part for part in network.parameters.slices.values() if part.start <= entry < part.stop)
    step.run()
    share = abs(d_theta[entry]) / np.linalg.norm(d_theta[part])
    assume(share > 0.01)  # the ratio over a whole parameter cannot see less
    assert worst_difference(network, step) > 1e-6


def test_evaluation_has_no_dropout_and_leaves_gradients_and_statistics_alone() -> None:
    network, step = step_of(Activation.parse("relu"), Loss.parse("logistic"), True, True, 0.0, 0.0, 3)
    step.run()
    before = network.parameters.d_theta.copy(), network.statistics.vector.copy()
    evaluation = network.record_evaluation(step.X, step.Y)
    first = evaluation.run()
    assert evaluation.run() == first
    np.testing.assert_array_equal(network.parameters.d_theta, before[0])
    np.testing.assert_array_equal(network.statistics.vector, before[1])
    assert not any("D" in line.split(" = ")[0] for line in evaluation.tape.lines())


def test_the_step_can_be_read() -> None:
    _, step = step_of(Activation.parse("relu"), Loss.parse("logistic"), False, False, 0.7, 0.0, 3)
    lines = list(step.tape.lines())
    assert lines[:4] == ["Z1 = dot(W1, X.T)", "B1 = dot(b1, 1)", "Z1 = add(Z1, B1)", "A1 = maximum(Z1, 0)"]
    assert "dW2 = dot(dZ2, A1.T)" in lines
    assert "dW = add(dW, λ/m·W)" in lines


def test_the_first_tensor_that_is_not_finite_is_named() -> None:
    network, step = step_of(Activation.parse("relu"), Loss.parse("logistic"), False, False, 0.0, 0.0, 3)
    network.parameters["W2"][0, 0] = np.inf
    with np.errstate(all="ignore"):
        step.run()
    assert step.tape.first_not_finite() == ("Z2", 2)
