"""Sweeps over learning rates: what is read off a curve, and where the costs of known functions explode."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.spec.sections import Spec
from dlx.training.build import build, build_supervised
from dlx.training.experiment import Experiment
from dlx.training.fit import step_costs, take_steps
from dlx.training.range_sweep import RangeCurve, median_curve, rates_between, rounded_rate, steps_per_decade, swept

MOONS: dict[str, Any] = {
    "data": {"source": {"name": "moons", "m": 200, "noise": 0.2}, "split": {"train": 150, "dev": 50}},
    "architecture": {"hidden": [8]},
    "training": {"epochs": 20, "batch_size": 20},
}


def parabola(curvature: float, **optimizer: Any) -> Experiment:
    spec = {"objective": {"name": "polynomial", "coefficients": [curvature / 2, 0, 0], "start": 3.0}}
    return build(Spec.model_validate(spec | {"optimizer": {"name": "gradient_descent"} | optimizer}).complete())


@pytest.mark.parametrize("curvature", [0.02, 1.0, 300.0])
def test_descent_on_a_parabola_grows_above_two_over_its_curvature(curvature: float) -> None:
    """Above it the distance to the minimum grows with every step (Nesterov, Introductory lectures, 2004, 1.2.3)."""
    curve = swept(parabola(curvature), rates_between(-6, 3, 6))
    assert curve.first == pytest.approx(9 * curvature / 2)
    assert curve.has_ended
    assert curve.falls
    assert curve.grows_from is not None
    assert 2 / curvature < curve.grows_from < 20 / curvature
    assert curve.falls_from < curve.suggested < 2 / curvature


def test_what_is_read_off_a_curve() -> None:
    rates = rates_between(-4, 1, 10)
    costs = np.interp(np.log10(rates), [-4, -3, -1, 0, 1], [2.0, 2.0, 1.0, 1.0, 3.0])
    costs[-3:] = np.inf
    curve = RangeCurve(rates, costs, 2.0)
    assert steps_per_decade(rates) == 10
    assert (curve.least, curve.falls, curve.has_ended, curve.direction) == (1.0, True, True, 0)
    assert curve.falls_from == pytest.approx(10**-2.75)  # the first of the rates 10^−2.85, 10^−2.75 … beyond a tenth
    assert curve.grows_from == pytest.approx(10**0.15)
    assert curve.suggested == pytest.approx(10 ** ((-1.35 + 0.15 - 1) / 2))
    assert 1e-3 < curve.steepest < 1e-1


def test_a_cost_that_only_rises_has_no_rate_that_brings_it_down() -> None:
    rates = rates_between(-2, 0, 10)
    curve = RangeCurve(rates, np.linspace(1.0, 2.0, len(rates)), 1.0)
    assert (curve.falls, curve.direction) == (False, -1)
    exploded = RangeCurve(rates, np.full(len(rates), np.inf), np.inf)
    assert (exploded.falls, exploded.direction) == (False, -1)


def test_where_other_rates_are_to_be_looked_for() -> None:
    rates = rates_between(-3, 0, 10)
    falling, places = np.linspace(2.0, 1.0, len(rates)), np.log10(rates)
    assert RangeCurve(rates, falling, 2.0).direction == -1  # it falls from the first rate on
    assert RangeCurve(rates, np.interp(places, [-1.5, 0], [2.0, 1.0]), 2.0).direction == 1
    assert RangeCurve(rates, np.full(len(rates), 2.0), 2.0).direction == 1
    assert RangeCurve(rates, np.interp(places, [-1.9, -1.5, -1, 0], [2.0, 1.0, 1.0, 2.0]), 2.0).direction == 0


def test_the_median_of_sweeps_is_that_of_each_rate() -> None:
    rates = rates_between(-1, 0, 2)
    curves = [RangeCurve(rates, np.array(costs), costs[0]) for costs in ([1.0, 5, 9], [2.0, 4, np.inf], [3.0, 6, 7])]
    middle = median_curve(curves)
    assert middle.first == 2.0
    np.testing.assert_array_equal(middle.costs, [2.0, 5.0, 9.0])


@pytest.mark.parametrize(("rate", "nearest"), [(1.4e-7, 1e-7), (1.5e-7, 2e-7), (0.7, 0.5), (0.72, 1.0), (3.2e3, 5e3)])
def test_rates_are_rounded_to_one_digit(rate: float, nearest: float) -> None:
    assert rounded_rate(rate) == nearest


def test_the_costs_of_steps_are_those_of_full_batches() -> None:
    """Steps that are taken one by one leave what steps leave that are taken at once; the short last one is left out."""
    one, other = (build_supervised(Spec.model_validate(MOONS).complete()) for _ in range(2))
    costs = list(step_costs(one, 7))  # an epoch has 150 examples: seven batches of 20 and one of 10
    take_steps(other, 7)
    np.testing.assert_array_equal(one.parameters.theta, other.parameters.theta)
    assert one.position.cost_sum == pytest.approx(20 * sum(costs))
    assert one.position.first_cost == costs[0]
    assert len([*step_costs(one, 2)]) == 2
    assert (one.position.epoch, one.position.done) == (2, 40)


def test_a_penalty_of_few_examples_in_a_last_batch_is_no_explosion() -> None:
    """λ/(2m)·Σ‖W‖² with the m of the batch: of 2 examples in place of 32 it is sixteen times the penalty."""
    sections = MOONS | {
        "data": {"source": {"name": "moons", "m": 200, "noise": 0.2}, "split": {"train": 130, "dev": 70}},
        "architecture": {"hidden": [32, 32]},
        "regularization": {"l2": 2.0},
        "optimizer": {"name": "adam"},
        "training": {"epochs": 10, "batch_size": 32},
    }
    curve = swept(build_supervised(Spec.model_validate(sections).complete()), rates_between(-6, 1, 24))
    assert curve.falls
    assert 1e-4 < curve.falls_from < 0.1


def test_the_first_cost_is_that_of_no_step() -> None:
    experiment = build_supervised(Spec.model_validate(MOONS).complete())
    rates = rates_between(-9, -7, 24)
    curve = swept(experiment, rates)
    assert not curve.falls
    assert not curve.has_ended
    assert curve.noise > 0
    fresh = build_supervised(Spec.model_validate(MOONS).complete())
    assert curve.first == pytest.approx(fresh.evaluate("train")[0], rel=0.2)
