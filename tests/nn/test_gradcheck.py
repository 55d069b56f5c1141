"""The differences of gradient checking against the figures that the course and its notes have published."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.nn import gradcheck
from dlx.nn.activations import ReLU
from dlx.nn.initializers import Zeros
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network


def cube(t: float) -> float:
    return (1 + t) ** 3


def test_the_notes_example_of_one_and_two_sides() -> None:
    assert gradcheck.two_sided(cube, 0.01) == pytest.approx(3.0001, abs=1e-12)
    assert gradcheck.one_sided(cube, 0.01) == pytest.approx(3.0301, abs=1e-12)


def test_the_course_example_in_one_dimension() -> None:
    """J = θ·x at x = 3, θ = 4 with ε = 1e-7: the notebook prints 7.814075313343006e-11 and allows 1e-12."""
    theta = np.array([4.0])
    line = gradcheck.along_entry(lambda: 3 * float(theta[0]), theta, 0)
    approx = gradcheck.two_sided(line, 1e-7)
    assert gradcheck.difference(np.array([approx]), np.array([3.0])) == pytest.approx(7.814075313343006e-11, abs=1e-12)
    assert theta.tolist() == [4.0]


def test_backprop_with_l2_has_the_course_gradients() -> None:
    """The notebook's network 3-2-3-1 with λ = 0.7; its weights come from RandomState(1) in this order."""
    rng = np.random.RandomState(1)
    X, Y = rng.randn(3, 5), np.array([[1.0, 1, 0, 1, 0]])
    given = [rng.randn(*shape) for shape in ((2, 3), (2, 1), (3, 2), (3, 1), (1, 3), (1, 1))]
    plans = [LayerPlan(2, ReLU(), Zeros()), LayerPlan(3, ReLU(), Zeros()), LayerPlan(1, None, Zeros())]
    network = Network(3, plans, Loss.parse("logistic"), np.float64, l2=0.7)
    for name, values in zip(("W1", "b1", "W2", "b2", "W3", "b3"), given, strict=True):
        network.parameters[name][...] = values
    network.record_step(np.ascontiguousarray(X.T), Y).run()
    expected = {
        "W1": [[-0.25604646, 0.12298827, -0.28297129], [-0.17706303, 0.34536094, -0.4410571]],
        "W2": [[0.79276486, 0.85133918], [-0.0957219, -0.01720463], [-0.13100772, -0.03750433]],
        "W3": [[-1.77691347, -0.11832879, -0.09397446]],
    }
    for name, gradient in expected.items():
        np.testing.assert_allclose(network.parameters.gradients[name], gradient, atol=1e-8)


@pytest.mark.parametrize(
    ("difference", "verdict"),
    [(0.0, "great"), (1e-7, "great"), (2e-7, "look"), (1e-5, "look"), (1e-3, "worry"), (np.nan, "worry")],
)
def test_the_notes_thresholds(difference: float, verdict: str) -> None:
    assert gradcheck.verdict(difference) == verdict


def test_two_gradients_of_zero_do_not_differ() -> None:
    zeros = np.zeros(3)
    assert gradcheck.difference(zeros, zeros) == 0
    assert gradcheck.differences(zeros, zeros, 0.0).tolist() == [0, 0, 0]


def test_rounding_alone_stays_great_and_a_real_error_does_not() -> None:
    noise = gradcheck.rounding(1.0, 1e-5)
    gradient = np.array([0.0, 1e-6, 1.0])
    assert (gradcheck.differences(gradient + noise, gradient, noise) <= gradcheck.GREAT * 1.001).all()
    assert (gradcheck.differences(gradient + 100 * noise, gradient, noise)[:2] > gradcheck.GREAT).all()


def test_refining_takes_the_curvature_away() -> None:
    numeric, rounding = gradcheck.refined(cube, 0.001, gradcheck.rounding(1.0, 0.001))
    assert numeric == pytest.approx(3, abs=1e-12)
    assert abs(numeric - 3) < rounding < 1e-10


def test_refining_shortens_the_step_where_the_cost_bends_too_sharply() -> None:
    line = lambda t: float(np.tanh(1e5 * t))  # noqa: E731 - the shape of a batch norm of inputs that hardly vary
    numeric, rounding = gradcheck.refined(line, 1e-5, gradcheck.rounding(1.0, 1e-5))
    assert numeric == pytest.approx(1e5, rel=1e-7)
    assert rounding > gradcheck.rounding(1.0, 1e-5)


def test_a_line_puts_theta_back() -> None:
    theta = np.array([0.1, 0.2, 0.3])
    line = gradcheck.along(lambda: float(theta @ theta), theta, np.array([1.0, 0.0, -1.0]))
    assert line(0.1) == pytest.approx(0.2**2 + 0.2**2 + 0.2**2)
    assert theta.tolist() == [0.1, 0.2, 0.3]
