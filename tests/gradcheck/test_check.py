"""The check of a network: what is frozen, kinks, large networks, one entry that is slightly wrong."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest

from dlx.component import REGISTRY
from dlx.errors import CheckFailed, UsageError
from dlx.gradcheck.check import check
from dlx.gradcheck.coverage import DIRECTIONS, SAMPLE
from dlx.gradcheck.locate import locate
from dlx.gradcheck.orders import orders
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation, Backward, Tanh
from dlx.nn.compiled.program import CompiledTape
from dlx.nn.dropout import mask_from
from dlx.nn.initializers import He, Initializer, Zeros
from dlx.nn.losses import Logistic, Loss
from dlx.nn.losses.loss import scaled_residual
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.nn.tape import Tape
from dlx.types import Array

HE = He()


def subject_of(
    *hidden: int,
    activation: str = "relu",
    batch_norm: bool = False,
    keep_prob: float = 1.0,
    initializer: Initializer = HE,
    m: int = 8,
    **penalty: float,
) -> Subject:
    rng = np.random.default_rng(5)
    norm = BatchNorm() if batch_norm else None
    draw = mask_from(rng, keep_prob) if keep_prob < 1 else None
    plans = [LayerPlan(units, Activation.parse(activation), initializer, True, norm, draw) for units in hidden]
    network = Network(3, [*plans, LayerPlan(3, None, initializer)], Loss.parse("softmax"), np.float64, **penalty)
    network.initialize(rng)
    return Subject(network, rng.standard_normal((m, 3)), np.ascontiguousarray(np.eye(3)[:, rng.integers(3, size=m)]))


def spoil(subject: Subject, entry: int, factor: float) -> None:
    d_theta = subject.network.parameters.d_theta
    subject._step.call(lambda: d_theta.__setitem__(entry, factor * d_theta[entry]))


def test_masks_are_frozen_and_statistics_left_alone() -> None:
    subject = subject_of(6, 5, batch_norm=True, keep_prob=0.5)
    statistics = subject.network.statistics.vector
    statistics[...] = np.arange(statistics.size)
    before, theta = statistics.copy(), subject.theta.copy()
    assert check(subject, "now").passed
    np.testing.assert_array_equal(statistics, before)
    np.testing.assert_array_equal(subject.theta, theta)
    assert subject.cost() == subject.cost()


def test_training_draws_new_masks_after_a_check() -> None:
    subject = subject_of(20, keep_prob=0.5)
    step = subject.network.record_step(subject.X, subject.Y)
    assert len({step.run() for _ in range(5)}) > 1


def test_a_unit_within_epsilon_of_its_kink_is_left_out() -> None:
    subject = subject_of(4)
    W, b = subject.network.parameters["W1"], subject.network.parameters["b1"]
    b[0] = 1e-7 - W[0] @ subject.X[2]
    point = check(subject, "now")
    assert point.passed
    b1 = next(parameter for parameter in point.parameters if parameter.name == "b1")
    assert (b1.kinks, b1.entries) == (1, 3)


def test_a_weight_within_epsilon_of_the_kink_of_l1_is_left_out() -> None:
    subject = subject_of(4, activation="tanh", l1=0.5)
    subject.network.parameters["W2"][1, 1] = 1e-7
    point = check(subject, "now")
    assert point.passed
    assert point.covered["kinks"] == 1


@pytest.mark.parametrize("penalty", [{}, {"l1": 0.3}])
def test_a_network_of_zeros_passes(penalty: dict[str, Any]) -> None:
    assert check(subject_of(4, initializer=Zeros(), **penalty), "now").passed


@pytest.mark.parametrize(
    "factor",
    [1.0005, pytest.param(0.9995, marks=pytest.mark.thorough), -1.0, pytest.param(0.0, marks=pytest.mark.thorough)],
)
def test_one_wrong_entry_in_a_large_weight_matrix_is_found(factor: float) -> None:
    subject = subject_of(40, 40, activation="tanh")
    part = subject.network.parameters.slices["W2"]
    d_theta = np.abs(subject.gradient()[part])
    place = int(np.argsort(d_theta)[len(d_theta) // 2])
    spoil(subject, part.start + place, factor)
    point = check(subject, "now")
    wrong = [parameter for parameter in point.parameters if parameter.verdict != "great"]
    assert [parameter.name for parameter in wrong] == ["W2"]
    assert wrong[0].worst is not None
    assert wrong[0].worst.index == tuple(divmod(place, 40))


@pytest.fixture
def few_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network with some thousand parameters is a large one."""
    monkeypatch.setattr("dlx.gradcheck.coverage.MOST_ENTRIES", 1_000)


@pytest.mark.usefixtures("few_entries")
def test_a_large_network_is_sampled_and_says_so() -> None:
    subject = subject_of(60, 45, batch_norm=True, m=4)
    point = check(subject, "now")
    assert point.passed
    sizes = [part.stop - part.start for part in subject.network.parameters.slices.values()]
    assert point.covered["entries"] == sum(min(size, SAMPLE) for size in sizes)
    assert point.covered["directions"] == (1 + len(sizes)) * DIRECTIONS


@pytest.mark.usefixtures("few_entries")
def test_directions_see_what_the_sample_does_not() -> None:
    subject = subject_of(60, 45, activation="tanh", m=4)
    part = subject.network.parameters.slices["W2"]
    d_theta = subject.network.parameters.d_theta
    rng: Any = np.random.default_rng(0)
    spared = set(rng.choice(np.arange(part.start, part.stop), part.stop - part.start - 500, replace=False).tolist())
    unsampled = np.array([i for i in range(part.start, part.stop) if i not in spared])
    subject._step.call(lambda: d_theta.__setitem__(unsampled, 1.01 * d_theta[unsampled]))
    wrong = [parameter.name for parameter in check(subject, "now").parameters if parameter.verdict != "great"]
    assert wrong == ["W2"]


def test_the_notes_orders() -> None:
    """θ³ at 1 with ε = 0.01: errors 0.0301 and 0.0001, of order ε and ε²."""
    convergence = orders(lambda t: (1 + t) ** 3, 3.0, np.array([0.01, 0.003, 0.001, 0.0003]))
    assert convergence.errors["one_sided"][0] == pytest.approx(0.0301, abs=1e-12)
    assert convergence.errors["two_sided"][0] == pytest.approx(0.0001, abs=1e-12)
    assert convergence.slopes == pytest.approx({"one_sided": 1, "two_sided": 2}, abs=0.01)


def test_rounding_hides_the_order_of_a_cost_that_is_straight() -> None:
    assert orders(lambda t: 1 + t, 1.0).slopes == {"one_sided": None, "two_sided": None}


def test_what_is_not_finite_is_named() -> None:
    subject = subject_of(4)
    subject.network.parameters["W2"][0, 0] = np.nan
    with pytest.raises(CheckFailed, match="now: Z2 is not finite"):
        check(subject, "now")


def test_a_cost_that_overflows_within_epsilon_fails() -> None:
    subject = subject_of(4, activation="tanh")
    cost = subject.cost
    subject.cost = lambda: cost() if subject.theta[0] == first else np.nan  # type: ignore[method-assign]
    first = subject.theta[0]
    point = check(subject, "now")
    assert not point.passed
    assert point.parameters[0].verdict == "worry"
    assert point.difference != point.difference


class Forgetful(Logistic):
    """Weighs the cost, and not its gradient."""

    name = "forgetful"

    def record(self, tape: Tape, Z: Array, Y: Array, weights: Array | None = None) -> tuple[Array, Backward]:
        A, _ = super().record(tape, Z, Y, weights)
        return A, lambda _: scaled_residual(tape, A, Y, 1 / Z.shape[1], None)


del REGISTRY["loss"][Forgetful.name]


def test_weights_that_the_gradient_lacks_are_named() -> None:
    rng = np.random.default_rng(0)
    network = Network(3, [LayerPlan(4, Tanh(), HE), LayerPlan(1, None, HE)], Forgetful(), np.float64)
    network.initialize(rng)
    Y = np.concatenate([rng.integers(2, size=(1, 8)) * 1.0, rng.exponential(1, (1, 8))])
    subject = Subject(network, rng.standard_normal((8, 3)), Y)
    point = check(subject, "now")
    assert not point.passed
    fault = locate(subject, point, rng)
    assert (fault.operation, fault.signature) == ("forgetful", "the weights left out")
    assert fault.sentence == "dZ2: analytic is what comes out with the weights left out"


def test_a_call_that_fails_is_named_with_its_line() -> None:
    """In the words of the step, without what its compiled form adds; so it is in training."""
    subject = subject_of(4, activation="tanh")
    network = subject.network
    network.tape_type = CompiledTape
    tape = network.record_step(subject.X, subject.Y).tape
    tape.call(np.multiply, np.ones((2, 3)), np.ones((3, 2)), out=np.ones((2, 2)))
    line = inspect.currentframe().f_lineno - 1  # type: ignore[union-attr]
    place = re.escape(f"{__file__}:{line}: ")
    with pytest.raises(UsageError, match=rf"^{place}array = multiply\(array, array\) fails: ValueError: operands"):
        tape.run()
