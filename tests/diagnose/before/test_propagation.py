"""Propagation: spreads and gradients of a pass, the notes' 1.5^L and 0.5^L, and what counts as flat, dead or equal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.diagnose.before.probe import fitting
from dlx.diagnose.before.propagation import Propagation, Signal, distinct_units, propagate
from dlx.nn.activations import Activation
from dlx.nn.initializers import He, Initializer, Normal, Xavier, Zeros
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.slopes import saturates

HE = He()


def network(
    *hidden: int,
    activation: str = "relu",
    initializer: Initializer = HE,
    norm: bool = False,
    n_x: int = 30,
    n_y: int = 3,
) -> Network:
    plan = BatchNorm() if norm else None
    plans = [LayerPlan(units, Activation.parse(activation), initializer, True, plan) for units in hidden]
    loss = Loss.parse("softmax" if n_y > 1 else "squared_error")
    made = Network(n_x, [*plans, LayerPlan(n_y, None, initializer)], loss, np.float64)
    made.initialize(np.random.default_rng(1))
    return made


def batch(some: Network, m: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    n_y = some.sizes[-1]
    Y = np.eye(n_y)[:, rng.integers(n_y, size=m)] if n_y > 1 else rng.standard_normal((1, m))
    return rng.standard_normal((m, some.n_x)), np.ascontiguousarray(Y)


def passed(some: Network) -> Propagation:
    return propagate(some, *batch(some))


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("norm", [False, True])
def test_the_gradients_of_z_add_up_to_those_of_the_bias(activation: str, norm: bool) -> None:
    """db = Σ dZ, and behind a batch norm dβ is."""
    some = network(8, 6, activation=activation, norm=norm)
    X, Y = batch(some)
    found = propagate(some, X, Y)
    step = some.record_step(X, Y)
    assert found.cost == pytest.approx(step.run(), rel=1e-12)
    for signal in found.signals:
        name = f"b{signal.layer}" if f"b{signal.layer}" in some.parameters else f"beta{signal.layer}"
        np.testing.assert_allclose(signal.dZ.sum(axis=1), some.parameters.gradients[name][:, 0], atol=1e-14)


@pytest.mark.parametrize(("factor", "layers"), [(1.5, 8), (0.5, 8), (1.5, 3)])
def test_the_notes_network_grows_by_its_factor_a_layer(factor: float, layers: int) -> None:
    """W = 1.5·I or 0.5·I in every layer: the signal and the gradient grow as 1.5^L and 0.5^L."""
    some = network(*[5] * (layers - 1), activation="identity", n_x=5, n_y=5)
    for layer in range(1, layers + 1):
        some.parameters[f"W{layer}"][...] = factor * np.eye(5)
    found = passed(some)
    assert found.forward == pytest.approx(factor**layers)
    assert found.backward == pytest.approx(factor ** (layers - 1))


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_the_fitting_initializer_keeps_signal_and_gradient(activation: str) -> None:
    wide = network(*[300] * 8, activation=activation, initializer=fitting(Activation.parse(activation)), n_x=300)
    found = passed(wide)
    assert 0.2 < found.forward < 3
    assert 0.2 < found.backward < 3


def test_what_saturates_is_told_from_its_curve() -> None:
    flat = {name for name, member in Activation.members().items() if saturates(member())}
    assert flat == {"sigmoid", "tanh"}
    assert isinstance(fitting(Activation.parse("sigmoid")), Xavier)
    assert isinstance(fitting(Activation.parse("elu")), He)


def test_large_weights_saturate_and_small_ones_do_not() -> None:
    large, small = (network(20, 20, activation="tanh", initializer=Normal(scale=scale)) for scale in (10.0, 0.1))
    assert passed(large).signals[1].saturated > 0.9
    assert passed(small).signals[1].saturated == 0
    assert passed(large).signals[1].dead == passed(large).signals[-1].saturated == 0


def test_units_below_zero_for_every_example_are_dead() -> None:
    some = network(10)
    some.parameters["b1"][:4] = -100
    assert passed(some).signals[0].dead == pytest.approx(0.4)
    leaky = network(10, activation="leaky_relu")
    leaky.parameters["b1"][:4] = -100
    assert passed(leaky).signals[0].dead == 0


@pytest.mark.parametrize(
    ("change", "share"), [(lambda p: None, 1.0), (lambda p: p["W2"].fill(0), 1.0), (lambda p: p["W1"].fill(0), 1.0)]
)
def test_units_differ_by_what_they_take_or_by_what_they_give(change: Any, share: float) -> None:
    some = network(6, 5)
    change(some.parameters)
    assert distinct_units(some, 1) == share


def test_units_are_equal_where_they_take_and_give_the_same() -> None:
    assert distinct_units(network(6, 5, initializer=Zeros()), 1) == pytest.approx(1 / 6)
    some = network(6, 5)
    some.parameters["W1"][1:4] = some.parameters["W1"][0]
    some.parameters["W2"][:, 1:4] = some.parameters["W2"][:, :1]
    assert distinct_units(some, 1) == pytest.approx(3 / 6)


def test_weights_too_large_in_one_layer_show_in_the_growth() -> None:
    some = network(6)
    some.parameters["W2"][...] *= 100
    assert passed(some).forward > 50


@pytest.mark.parametrize("overflow", [np.inf, -np.inf, np.nan])
@np.errstate(invalid="ignore")
def test_a_signal_beyond_numbers_has_grown_without_end(overflow: float) -> None:
    """Which of these a sum becomes that overflows follows from its order, which differs between processors."""
    numbers, beyond = np.arange(8.0).reshape(2, 4), np.full((2, 4), overflow)
    beyond[0, 0] = 1e38
    first = Signal(1, None, numbers, beyond)
    forward = Propagation(np.inf, 1.0, (first, Signal(2, None, beyond, beyond)))
    assert (forward.forward, forward.backward) == (np.inf, 1.0)  # of a gradient that begins as none nothing is known
    back = Propagation(1.0, 1.0, (first, Signal(2, None, numbers, numbers)))
    assert 0 < back.forward < np.inf == back.backward


@pytest.mark.parametrize("order", [1, -1])
def test_a_cost_that_is_no_number_is_infinite(order: int) -> None:
    """∞ − ∞ in one order, ∞ in another."""
    some = network(4, activation="identity", n_y=1)
    X, Y = batch(some)
    some.parameters["W1"][...] = 1e300
    some.parameters["W2"][...] = [[1e300, -1e300, 1e300, order * 1e300]]
    assert propagate(some, X, Y).cost == np.inf
