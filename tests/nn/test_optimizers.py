"""What holds for every optimizer registered: it is deterministic, descends, and acts entry by entry."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.errors import UsageError
from dlx.nn.optimizers import Adam, GradientDescent, Optimizer
from dlx.nn.params import Parameters
from dlx.nn.update import BLOCK, Update

every_optimizer = pytest.mark.parametrize("member", Optimizer.members().values(), ids=lambda member: member.name)


def parameters(n_weights: int, n_biases: int = 2, seed: int = 0) -> Parameters:
    result = Parameters({"W1": (n_weights, 1), "b1": (n_biases, 1)}, np.float64)
    result.theta[...] = np.random.default_rng(seed).standard_normal(result.theta.size)
    return result


def minimize(optimizer: Optimizer, theta: Parameters, steps: int, rate: float) -> np.ndarray:
    """Steps down J = ½‖θ‖², whose gradient is θ."""
    update = Update(optimizer, theta)
    for _ in range(steps):
        theta.d_theta[...] = theta.theta
        update(rate, float(np.linalg.norm(theta.d_theta)))
    return theta.theta.copy()


@every_optimizer
def test_it_is_deterministic_and_descends(member: type[Optimizer]) -> None:
    start = np.linalg.norm(parameters(6).theta)
    first, second = (minimize(member(), parameters(6), 300, 0.05) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert np.linalg.norm(first) < 0.5 * start


@every_optimizer
def test_no_entry_depends_on_where_it_stands(member: type[Optimizer]) -> None:
    """θ is updated block by block: entries in later blocks and in short last ones get the same step."""
    large = parameters(2 * BLOCK + 5)
    pattern = np.resize(np.random.default_rng(1).standard_normal(7), large.theta.size)
    large.theta[...] = pattern
    small = parameters(5)
    small.theta[...] = pattern[:7]
    for theta in (large, small):
        minimize(member(weight_decay=0.0), theta, 3, 0.1)
    np.testing.assert_array_equal(large.theta, np.resize(small.theta, large.theta.size))


@every_optimizer
def test_weights_decay_and_biases_do_not(member: type[Optimizer]) -> None:
    theta = parameters(3)
    before = theta.theta.copy()
    Update(member(weight_decay=0.1), theta)(0.5, 0.0)
    np.testing.assert_allclose(theta["W1"].ravel(), before[:3] * 0.95)
    np.testing.assert_array_equal(theta["b1"].ravel(), before[3:])


def test_a_long_gradient_is_scaled_to_the_norm_and_a_short_one_left() -> None:
    for norm, expected in ((0.5, 0.5), (100.0, 100.0)):
        theta = parameters(3)
        theta.theta[...], theta.d_theta[...] = 0, [3, 4, 0, 0, 0]
        Update(Optimizer.parse({"name": "gradient_descent", "clip_norm": norm}), theta)(1.0, 5.0)
        assert np.linalg.norm(theta.theta) == pytest.approx(min(expected, 5.0))
        assert theta.theta[0] / theta.theta[1] == pytest.approx(0.75)


def test_each_entry_of_a_gradient_can_be_bounded() -> None:
    theta = parameters(3)
    theta.theta[...], theta.d_theta[...] = 0, [3, -4, 0.5, 0, 0]
    Update(Optimizer.parse({"name": "gradient_descent", "clip_value": 1.0}), theta)(1.0, 5.0)
    np.testing.assert_array_equal(theta.theta, [-1, 1, -0.5, 0, 0])


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-6])
def test_adam_moves_every_entry_by_the_learning_rate_at_first(size: float) -> None:
    """v̂/√ŝ = ±1 after one step whatever the gradient's size, less ε against it (Kingma & Ba, section 2.1)."""
    theta = parameters(1)
    theta.theta[...], theta.d_theta[...] = 0, size
    Update(Adam(), theta)(0.001, size)
    np.testing.assert_allclose(-theta.theta, 0.001 * size / (size + 1e-8), rtol=1e-12)


def test_a_rule_with_fewer_values_than_numbers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GradientDescent, "numbers", ("alpha", "alpha_squared"))
    with pytest.raises(UsageError, match="gradient_descent: values gives 1 numbers, and numbers names 2"):
        Update(GradientDescent(), parameters(3))
