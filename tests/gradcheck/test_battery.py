"""The battery: networks of everything that is registered pass, without one false alarm."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlx.gradcheck.check import check, check_here
from dlx.gradcheck.referee import Referee
from dlx.gradcheck.report import Point
from dlx.gradcheck.subject import Subject
from dlx.nn.activations import Activation
from dlx.nn.dropout import mask_from
from dlx.nn.gradcheck import EPSILON, along_entry, differences, refined, rounding
from dlx.nn.initializers import Initializer
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network
from dlx.nn.norms.norm import Norm
from dlx.spec.sections import Spec  # noqa: F401 - registers every norm
from dlx.types import Array
from tests.conftest import examples

INITIALIZERS: list[Any] = [
    *(name for name in Initializer.members() if name != "file"),  # which reads its values and draws none
    *({"name": "normal", "scale": scale} for scale in (0.3, 3.0)),
]
NORMS = [None, *Norm.members()]
PENALTIES: list[Mapping[str, float]] = [{}, {"l2": 0.7}, {"l1": 0.7}]
RANDOM = settings(
    max_examples=examples(400, 0.3), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def plan(
    units: int, activation: str, initializer: object, norm: str | None, dropout: bool, rng: np.random.Generator
) -> LayerPlan:
    return LayerPlan(
        units,
        Activation.parse(activation),
        Initializer.parse(initializer),
        norm=Norm.parse(norm) if norm else None,
        draw=mask_from(rng, 0.7) if dropout else None,
    )


def subject_of(
    n_x: int,
    hidden: list[LayerPlan],
    output: object,
    loss: Loss,
    penalty: Mapping[str, float],
    m: int,
    rng: Any,
    is_weighted: bool = False,
) -> Subject:
    n_y = 1 if loss.task == "binary" else 3
    plans = [*hidden, LayerPlan(n_y, None, Initializer.parse(output))]
    network = Network(n_x, plans, loss, np.float64, **penalty)
    network.initialize(rng)
    Y = targets(loss, n_y, m, rng)
    if is_weighted:
        Y = np.concatenate([Y, rng.exponential(1, (1, m))])
    return Subject(network, rng.standard_normal((m, n_x)), np.ascontiguousarray(Y))


def targets(loss: Loss, n_y: int, m: int, rng: Any) -> Array:
    """Such as the loss's task has: counts where it takes no negative numbers."""
    classes: Array = np.eye(max(n_y, 2))[:n_y, rng.integers(max(n_y, 2), size=m)]
    if loss.task == "multilabel":
        return np.asarray(rng.integers(2, size=(n_y, m)), np.float64)
    if loss.task != "regression":
        return classes
    return np.asarray(rng.standard_normal((n_y, m)) if loss.least_target is None else rng.poisson(2.0, (n_y, m)) * 1.0)


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    activations, initializers = st.sampled_from(list(Activation.members())), st.sampled_from(INITIALIZERS)
    hidden = [
        plan(
            draw(st.integers(1, 4)),
            draw(activations),
            draw(initializers),
            draw(st.sampled_from(NORMS)),
            draw(st.booleans()),
            rng,
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    loss, penalty = Loss.parse(draw(st.sampled_from(list(Loss.members())))), draw(st.sampled_from(PENALTIES))
    n_x, m = draw(st.integers(1, 3)), draw(st.integers(2, 7))
    return subject_of(n_x, hidden, draw(initializers), loss, penalty, m, rng, is_weighted=draw(st.booleans()))


def assert_great(point: Point, told: object = "") -> None:
    assert point.passed, (told, point)
    assert point.difference < 1e-7, told
    assert all(one.difference < 1e-7 for one in point.parameters if one.difference is not None), told
    assert point.referee is None or point.referee.difference < 1e-7, told
    assert point.not_analytic is None, told


def look(subject: Subject, is_whole: bool) -> Point:
    """What the check says of the place where the subject stands; if it is whole, also of others, which takes longer."""
    return check(subject, "now") if is_whole else check_here(subject, "now")


ACTIVATIONS, LOSSES = list(Activation.members()), list(Loss.members())


def is_left_out(penalty: Mapping[str, float], norm: str | None, number: int) -> bool:
    """Two thirds are, others for each number, but where all tests are run."""
    return examples(2) == 1 and (PENALTIES.index(penalty) + NORMS.index(norm) + number) % 3 != 0


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_backprop_is_the_gradient_in_every_combination(activation: str, loss: str) -> None:
    """With other initializers for each activation and loss; with two for each, every two choices meet.

    Of the combinations of each activation and loss a third is looked at in every run, and with the next another third,
    so that every three choices meet.
    """
    rng = np.random.default_rng(len(activation) + len(loss))
    first = ACTIVATIONS.index(activation) + 2 * LOSSES.index(loss)
    for number, choice in enumerate(product(PENALTIES, NORMS, (False, True)), first):
        penalty, norm, dropout = choice
        if is_left_out(penalty, norm, first):
            continue
        for step in (0, 3)[: examples(2)]:
            initializer = INITIALIZERS[(number + step) % len(INITIALIZERS)]
            hidden = [plan(3, activation, initializer, norm, dropout, rng)]
            subject = subject_of(2, hidden, initializer, Loss.parse(loss), penalty, 5, rng)
            is_whole = examples(2) == 2 or (number == first and first % 4 == 0)
            assert_great(look(subject, is_whole), (initializer, *choice))


@pytest.mark.parametrize("loss", Loss.members())
def test_backprop_is_the_gradient_of_weighted_costs(loss: str) -> None:
    rng = np.random.default_rng(len(loss))
    for penalty, norm, dropout in product(PENALTIES, NORMS, (False, True)):
        if is_left_out(penalty, norm, LOSSES.index(loss)):
            continue
        hidden = [plan(3, "tanh", "he", norm, dropout, rng)]
        subject = subject_of(2, hidden, "he", Loss.parse(loss), penalty, 6, rng, is_weighted=True)
        assert_great(look(subject, examples(2) == 2 or not (norm or dropout)), (penalty, norm, dropout))


@settings(RANDOM, max_examples=examples(400, 0.05))
@given(subjects())
def test_backprop_is_the_gradient_of_every_random_network(subject: Subject) -> None:
    assert_great(check(subject, "now"))


@settings(RANDOM, max_examples=examples(200, 0.3))
@given(subjects())
def test_the_complex_step_is_what_differences_approach(subject: Subject) -> None:
    with np.errstate(all="ignore"):
        cost, d_theta, step = subject.cost(), subject.gradient(), subject.complex_step()
        noise, referee = (
            rounding(max(cost, 1e-3), EPSILON),
            Referee(subject.complex_step, max(cost, 1e-3, np.abs(d_theta).max())),
        )
        for i in range(subject.theta.size):
            found = step.along_entry(i)
            line = along_entry(subject.cost, subject.theta, i)
            if step.at_kink or subject.crosses_a_kink(line, EPSILON):
                continue
            approx, rounded = refined(line, EPSILON, noise)
            assert differences(np.array(found), np.array(approx), rounded) < 1e-6  # which has curvature in it
            assert referee.agrees(found, d_theta[i])
