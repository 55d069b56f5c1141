"""The referee: what the complex step acquits, what it confirms, and where it keeps silent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.gradcheck.check import check
from dlx.gradcheck.complex_step import NotAnalytic
from dlx.gradcheck.report import Parameter, Point, Report
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation, ReLU
from dlx.nn.initializers import He
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from experiments.gradcheck.right_networks import network


def subject_of(*hidden: int, activation: str = "relu", m: int = 8) -> Subject:
    rng = np.random.default_rng(5)
    plans = [LayerPlan(units, Activation.parse(activation), He()) for units in hidden]
    network = Network(3, [*plans, LayerPlan(3, None, He())], Loss.parse("softmax"), np.float64)
    network.initialize(rng)
    return Subject(network, rng.standard_normal((m, 3)), np.ascontiguousarray(np.eye(3)[:, rng.integers(3, size=m)]))


def spoil(subject: Subject, name: str, place: int, factor: float) -> None:
    d_theta, entry = subject.network.parameters.d_theta, subject.network.parameters.slices[name].start + place
    subject._step.call(lambda: d_theta.__setitem__(entry, factor * d_theta[entry]))


def to_its_kink(subject: Subject, distance: float) -> None:
    """The first unit's Z of the third example gets this value."""
    b = subject.network.parameters["b1"]
    b[0] = 0
    subject.cost()
    b[0] = distance - subject.hinges[0][0, 2]


def parameter(point: Point, name: str) -> Parameter:
    return next(candidate for candidate in point.parameters if candidate.name == name)


def judged(point: Point) -> int:
    return point.referee.entries if point.referee else 0


def test_the_worst_entry_of_each_parameter_is_judged_again() -> None:
    point = check(subject_of(5, 4, activation="tanh"), "now")
    assert point.passed
    assert point.referee is not None
    assert (point.referee.entries, point.referee.directions) == (6, 0)
    assert point.referee.difference < 1e-12


def test_curvature_is_no_alarm() -> None:
    point = check(subject_of(5, 4, activation="tanh"), "now", epsilon=0.1)
    assert point.passed
    assert judged(point) > 40
    assert point.difference < 1e-12


def test_noise_in_the_cost_is_no_alarm() -> None:
    subject, rng = subject_of(5, 4, activation="tanh"), np.random.default_rng(0)
    cost = subject.cost
    subject.cost = lambda: cost() + 1e-12 * rng.standard_normal()  # type: ignore[method-assign]
    noisy = check(subject, "now")
    assert noisy.passed
    assert judged(noisy) > 40


def test_without_a_referee_the_differences_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Subject) -> Any:
        raise NotAnalytic("A1 = own(Z1)")

    monkeypatch.setattr(Subject, "complex_step", refuse)
    point = check(subject_of(5, 4, activation="tanh"), "now", epsilon=1e-4)
    assert point.passed
    assert (point.referee, point.not_analytic) == (None, "A1 = own(Z1)")
    spoiled = subject_of(5, 4, activation="tanh")
    spoil(spoiled, "W2", 7, 1.0005)
    assert parameter(check(spoiled, "now"), "W2").verdict == "look"


def test_what_a_kink_hides_from_the_differences_the_complex_step_judges() -> None:
    subject = subject_of(4)
    to_its_kink(subject, 1e-9)
    point = check(subject, "now")
    b1 = parameter(point, "b1")
    assert (b1.kinks, b1.entries, b1.verdict) == (1, 3, "great")
    spoil(subject, "b1", 0, 1.01)
    wrong = check(subject, "now")
    assert (wrong.passed, parameter(wrong, "b1").verdict) == (False, "worry")


@pytest.mark.parametrize("has_kink", [True, False])
def test_on_a_kink_both_sides_are_right_and_nothing_is_said_of_the_rest(
    has_kink: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the activation does not tell that it has one."""
    monkeypatch.setattr(ReLU, "has_kink", has_kink)
    subject = subject_of(1, m=3)
    subject.X[...] = np.eye(3)
    subject.network.parameters["W1"][...] = 0
    subject.network.parameters["b1"][...] = 0
    point = check(subject, "now")
    assert point.passed
    b1 = parameter(point, "b1")
    assert (b1.difference, b1.verdict, b1.worst, b1.entries, b1.kinks) == (None, "not judged", None, 0, 1)
    entries = Report("kink", 1e-5, 3, (point,)).document()["parameters"]
    assert [(entry["difference"], entry["worst"]) for entry in entries if entry["verdict"] == "not judged"] == [
        (None, None)
    ] * 2
    assert point.covered["kinks"] == 4


def test_a_check_that_could_judge_nothing_does_not_pass() -> None:
    nothing = Point("now", 1.0, 0.0, (Parameter("W1", None, "not judged", None, 0, 3),), 0, 3, None, None)
    assert not nothing.passed


def test_directions_that_cross_kinks_are_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlx.gradcheck.coverage.MOST_ENTRIES", 1_000)
    subject = subject_of(60, 45, m=16)
    point = check(subject, "now", epsilon=1e-3)
    assert point.passed
    assert point.referee is not None
    assert point.referee.directions > 10
    d_theta = subject.network.parameters.gradients["W2"].reshape(-1)
    subject._step.call(np.multiply, d_theta, np.array(1.0005), out=d_theta)
    wrong = check(subject, "now", epsilon=1e-3)
    assert [each.name for each in wrong.parameters if each.verdict != "great"] == ["W2"]


def test_derivatives_that_underflow_in_the_complex_step_are_not_judged() -> None:
    """A saturated sigmoid before an output with W × 1000: dZ is about 1e-300, and the step times that is 0."""
    words, subject = network(545)
    assert check(subject, words).passed
