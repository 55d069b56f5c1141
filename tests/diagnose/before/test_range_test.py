"""The range test: it depends on neither the rate of the spec nor last digits nor units, and what it suggests trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.diagnose.before import range_test as module
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.range_test import range_test
from dlx.diagnose.before.range_test import tested_rates as rates_found
from dlx.documents.range_test import RangeTest
from dlx.errors import UsageError
from dlx.events import Count, finish
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.training.build import build, build_supervised
from dlx.training.fit import take_steps

MOONS: dict[str, Any] = {
    "data": {"source": {"name": "moons", "m": 400, "noise": 0.2}, "split": {"train": 300, "dev": 100}},
    "architecture": {"hidden": [16]},
    "optimizer": {"name": "adam"},
    "training": {"epochs": 30, "batch_size": 32},
}
PARABOLA: dict[str, Any] = {
    "objective": {"name": "polynomial", "coefficients": [0.5, 0, 0], "start": 3.0},
    "optimizer": {"name": "gradient_descent"},
}


HERE = 0.5  # of PARABOLA, whose curvature is 1, so that one step of rate 1 ends at its minimum, and 2 leads nowhere


def spec_of(plain: dict[str, Any] = MOONS, **overrides: Any) -> Spec:
    return derive(Spec.model_validate(plain).complete(), {k.replace("__", "."): v for k, v in overrides.items()})


def of(spec: Spec) -> RangeTest:
    return finish(range_test(build(spec)), lambda event: None)


def test_it_leaves_the_experiment_as_it_is_and_counts_its_sweeps() -> None:
    experiment = build_supervised(spec_of())
    theta, state = experiment.parameters.theta.copy(), experiment.streams.state("shuffle")
    events = list(range_test(experiment))
    assert events == [Count(number, 5) for number in range(6)]
    np.testing.assert_array_equal(experiment.parameters.theta, theta)
    assert experiment.streams.state("shuffle") == state
    assert (experiment.position.step, experiment.learning_rate()) == (0, 0.001)


def test_the_rates_lie_in_their_order_and_the_curve_ends_where_it_explodes() -> None:
    test = of(spec_of())
    tested = test.tested
    assert tested.falls_from
    assert tested.steepest
    assert tested.suggested
    assert tested.grows_from
    assert tested.falls_from < tested.suggested < tested.grows_from
    assert tested.falls_from < tested.steepest < tested.grows_from
    assert len(test.rates) == len(test.costs)
    assert np.isfinite(test.costs).all()
    assert test.rates == sorted(test.rates)
    assert tested.steps <= tested.probes * 12 * 24


@pytest.mark.parametrize("rate", [1e-6, 100.0])
def test_the_rate_of_the_spec_has_no_part_in_it(rate: float) -> None:
    assert of(spec_of(optimizer__learning_rate=rate)).tested == of(spec_of()).tested


@settings(max_examples=6)
@given(st.integers(-9, 9))
def test_descent_in_other_units_of_the_cost_has_as_much_other_a_rate(decades: int) -> None:
    """α·dJ is the same step where J is 10^k times as large and α as much smaller, however large k is."""
    coefficients = [0.5 * 10.0**decades, 0.0, 0.0]
    there = of(spec_of(PARABOLA, objective__coefficients=coefficients)).tested.suggested
    assert there is not None
    assert there * 10.0**decades == pytest.approx(HERE)


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "adam", "rmsprop"])
def test_last_digits_do_not_change_what_is_suggested(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor do they on other processors, whose products differ in the last digits from the first step on."""
    experiment = build_supervised(spec_of(optimizer={"name": name}))
    suggested = set()
    for nudge in range(3):
        probe = Probe.of(experiment).nudged(nudge)
        monkeypatch.setattr(Probe, "of", classmethod(lambda cls, original, probe=probe: probe))
        rates = rates_found(experiment)
        monkeypatch.undo()
        suggested.add(rates and rates.suggested)
    assert len(suggested) == 1
    assert None not in suggested


@pytest.mark.parametrize("name", ["gradient_descent", "adam"])
def test_what_is_suggested_brings_most_of_what_the_best_of_a_grid_brings(name: str) -> None:
    def cost(rate: float) -> float:
        experiment = build_supervised(spec_of(optimizer={"name": name, "learning_rate": rate}))
        take_steps(experiment, 500)
        return experiment.evaluate("train")[0]

    suggested = of(spec_of(optimizer={"name": name})).tested.suggested
    assert suggested is not None
    best = min(cost(rate) for rate in (1e-4, 1e-3, 1e-2, 1e-1, 1.0))
    assert cost(suggested) < best + 0.1  # ln 2 is the cost of a constant answer


def test_a_schedule_is_searched_by_its_largest_rate() -> None:
    plain = of(spec_of()).tested
    assert of(spec_of(schedule="cosine")).tested == plain
    tenfold = of(spec_of(schedule={"name": "inverse_sqrt", "k": 10.0})).tested
    assert plain.suggested
    assert tenfold.suggested == pytest.approx(plain.suggested / 10)


def test_a_table_that_states_every_rate_leaves_none_to_test() -> None:
    spec = spec_of(schedule={"name": "manual", "table": [[0, 0.1], [5, 0.01]]})
    with pytest.raises(UsageError, match="its table states every rate"):
        of(spec)
    assert rates_found(build_supervised(spec)) is None
    assert of(spec_of(schedule={"name": "manual", "table": [[5, 0.01]]})).tested.suggested is not None


def test_units_that_are_all_alike_have_no_rate() -> None:
    tested = of(spec_of(initializer="zeros", architecture__hidden=[4, 4])).tested
    assert (tested.suggested, tested.falls_from, tested.grows_from) == (None, None, None)


def test_inputs_in_large_units_need_rates_far_below_the_usual_ones() -> None:
    """Steps on a squared error grow above 2 over the largest curvature, of which a linear layer has that of X·Xᵀ/m."""
    source = {"name": "blobs", "m": 400, "centers": [[0.0, 1e6], [2e6, 0.0]], "noise": 3e5}
    overrides = {"task": "regression", "data.source": source, "data.normalize": "none", "architecture.hidden": []}
    spec = derive(spec_of(optimizer={"name": "gradient_descent"}), overrides)
    X = np.asarray(build_supervised(spec).dataset.parts["train"].X, np.float64)
    limit = 2 / np.linalg.eigvalsh(X.T @ X / len(X)).max()
    tested = of(spec).tested
    assert limit < 1e-11
    assert tested.suggested
    assert tested.grows_from
    assert tested.suggested < limit < 30 * tested.suggested
    assert tested.grows_from > limit / 10


def test_large_networks_are_left_out_where_nobody_asks_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is of sizes, not of a clock."""
    assert rates_found(build_supervised(spec_of())) is not None
    monkeypatch.setattr(module, "SECONDS", 1e-3)
    assert rates_found(build_supervised(spec_of())) is None


@pytest.mark.parametrize("size", [1, 4, "full"])
def test_batches_of_any_size_have_a_rate(size: int | str) -> None:
    tested = of(spec_of(training__batch_size=size)).tested
    assert tested.suggested is not None
    assert 1e-4 < tested.suggested < 1
