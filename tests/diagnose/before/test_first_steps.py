"""First steps: runs in quick motion, what is affordable, and when one outcome is clearly better than another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.before.first_steps import MOST_STEPS, FirstSteps, affordable_steps, rates_of
from dlx.diagnose.before.probe import SEEN_PART, UNSEEN_PART, Probe
from dlx.diagnose.before.probes import ProbeResult, Runs
from dlx.nn.optimizers import Adam
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised
from dlx.training.fit import take_steps

MOONS: dict[str, Any] = {
    "data": {"source": {"name": "moons", "m": 300, "noise": 0.2}, "split": {"train": 200, "dev": 100}},
    "architecture": {"hidden": [16]},
    "optimizer": {"name": "momentum", "learning_rate": 0.3},
    "training": {"epochs": 20, "batch_size": 20},
}


def trial(**sections: Any) -> Probe:
    return Probe.of(build_supervised(Spec.model_validate(MOONS | sections).complete()))


@pytest.mark.parametrize("schedule", ["constant", {"name": "staircase", "drop": 0.5, "every": 4}])
def test_a_run_as_long_as_the_training_is_the_training(schedule: Any) -> None:
    """The first steps of a copy take the same batches, rates and masks, so they end at the same θ."""
    some = trial(schedule=schedule, regularization={"keep_prob": 0.8})
    steps = FirstSteps(some)
    assert (steps.steps, steps.reach) == (200, 1.0)
    copy = some.with_rates(np.repeat(steps.rates, 5).tolist()).copy()
    take_steps(copy, 200)
    take_steps(some.original, 200)
    np.testing.assert_array_equal(copy.network.parameters.theta, some.original.network.parameters.theta)


def test_a_long_training_passes_in_quick_motion() -> None:
    some = trial(training={"epochs": 4000, "batch_size": 20}, schedule={"name": "inverse_time", "decay_rate": 0.01})
    steps = FirstSteps(some)
    assert steps.total == 40_000
    assert steps.steps <= steps.total / 10
    assert steps.reach == pytest.approx(steps.total / steps.steps)
    exact = rates_of(some.spec, steps.total, pieces=4000).mean()
    assert steps.rates.mean() == pytest.approx(exact, rel=0.05)


def test_rates_by_step_and_warm_up_are_followed() -> None:
    spec = trial(schedule={"name": "cosine", "unit": "step", "warmup": 50}).spec
    rates = rates_of(spec, 200)
    assert rates[0] < rates[9] == pytest.approx(0.3 * 48 / 50)
    assert rates[-1] < 0.01 * 0.3


def test_runs_are_shorter_for_larger_networks() -> None:
    small = trial().copy()
    large = trial(architecture={"hidden": [500, 500]}).copy()
    assert affordable_steps(large) < affordable_steps(small) <= MOST_STEPS


def test_a_plain_gradient_step_twice_as_large_reaches_twice_as_far() -> None:
    """While steps are small, α·f for n steps ends where α does for f·n: what `reach` relies on."""
    sections = {"optimizer": {"learning_rate": 0.002, "name": "gradient_descent"}, "training": {"batch_size": "full"}}
    some = trial(**sections)
    short, long = (some.with_rates([rate]).copy() for rate in (0.008, 0.002))
    take_steps(short, 100)
    take_steps(long, 400)
    moved = long.network.parameters.theta - some.original.network.parameters.theta
    difference = short.network.parameters.theta - long.network.parameters.theta
    assert np.linalg.norm(difference) < 0.02 * np.linalg.norm(moved)


def test_what_is_clearly_better_is_so_in_cost_and_error() -> None:
    steps = FirstSteps(trial())
    cost, error = steps.chance.cost, steps.chance.error
    assert (cost, error) == pytest.approx((np.log(2), 0.5), abs=0.02)

    def of(left: float, wrong: float) -> ProbeResult:
        return ProbeResult(left * cost, wrong * error, wrong * error)

    diverged = ProbeResult(np.inf, np.inf, np.inf)
    assert steps.clearly_better(of(0.1, 0.1), of(0.6, 0.4))
    assert steps.clearly_better(of(0.9, 0.5), diverged)
    assert not steps.clearly_better(diverged, of(0.9, 0.5))
    assert not steps.clearly_better(diverged, diverged)
    assert not steps.clearly_better(of(0.1, 0.1), of(0.6, 0.12))
    assert not steps.clearly_better(of(0.1, 0.1), of(0.2, 0.2))
    assert steps.harm(of(0.5, 0.4), of(0.5, 0.1)) == pytest.approx(0.3)
    assert steps.harm(diverged, of(0.5, 0.5)) == pytest.approx(1.0)


def test_the_factors_end_where_the_best_lies_behind() -> None:
    steps = FirstSteps(trial())
    steps.first, chance = 0.9, steps.chance.cost

    def always(outcome: ProbeResult) -> Callable[[Probe], ProbeResult]:
        return lambda _: outcome

    def walked(costs: dict[float, float]) -> list[float]:
        outcomes = {factor: ProbeResult(cost * chance, 0.5, 0.5) for factor, cost in costs.items()}
        steps._runs_by_factor = {factor: Runs(steps.trial, always(o), chance) for factor, o in outcomes.items()}
        return list(steps.along(costs))

    assert walked({1.0: 0.8, 0.1: 0.3, 0.01: 0.6, 0.001: 0.9}) == [1.0, 0.1, 0.01]
    assert walked({1.0: np.inf, 0.1: 1.0, 0.01: 1.001, 0.001: 0.2}) == [1.0, 0.1, 0.01, 0.001]
    assert walked({1.0: 1.0, 0.1: steps.first / chance, 0.01: 0.2}) == [1.0, 0.1]
    assert walked({1.0: 1.0, 10.0: 1.05, 100.0: 0.3, 1000.0: 20.0, 1e4: 0.1}) == [1.0, 10.0, 100.0, 1000.0]


def test_copies_are_judged_by_examples_that_they_do_not_see() -> None:
    with_dev, without = trial(), trial(data={"source": {"name": "moons", "m": 300, "noise": 0.2}})
    assert with_dev.dataset.parts["train"].m == 200
    assert without.dataset.parts["train"].m + without.dataset.parts[UNSEEN_PART].m == 300
    rows = {row.tobytes() for row in without.dataset.parts["train"].X[:]}
    assert not any(row.tobytes() in rows for row in without.dataset.parts[UNSEEN_PART].X[:])
    assert all(row.tobytes() in rows for row in without.dataset.parts[SEEN_PART].X[:])


def test_changes_change_what_they_say_and_nothing_else() -> None:
    some = trial(regularization={"l2": 0.3, "keep_prob": 0.5}, optimizer={"name": "adamw", "weight_decay": 0.1})
    plain = some.unregularized().spec
    assert (plain.regularization.l2, plain.optimizer.weight_decay) == (0, 0)
    assert [layer.keep_prob for layer in plain.architecture.hidden] == [1.0]
    assert some.without_penalty().spec.architecture == some.spec.architecture
    assert some.without_dropout().spec.regularization.l2 == 0.3
    assert some.with_optimizer(Adam(learning_rate=0.5)).spec.optimizer.learning_rate == 0.5
    assert some.widened(4, 100).copy().network.sizes == [2, 100, 1]
    assert some.in_batches(64).copy().batch_size == 64
    assert some.rectified().spec.architecture.hidden[0].activation == some.spec.architecture.hidden[0].activation
    normalized = some.normalized().copy().train
    X, Y = normalized.buffers(200)
    normalized.fill(np.arange(200), X, Y)
    np.testing.assert_allclose([X.mean(axis=0), X.std(axis=0)], [[0, 0], [1, 1]], atol=1e-5)
