"""Probes: where the last digits of θ decide, a verdict is that of the medians of several runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from math import inf
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.before.checks import before
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.probes import COUNTS, DIVERGED, ProbeResult, Runs, decide
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised

SPEC: dict[str, Any] = {
    "data": {
        "source": {"name": "moons", "m": 600, "noise": 0.15, "seed": 1},
        "split": {"train": 400, "dev": 200},
    },
    "architecture": {"hidden": [32]},
    "optimizer": {"name": "adam", "learning_rate": 3.0},
    "training": {"epochs": 60, "batch_size": 32},
}


@pytest.fixture(scope="module")
def trial() -> Probe:
    return Probe.of(build_supervised(Spec.model_validate(SPEC).complete()))


def better(one: ProbeResult, other: ProbeResult) -> bool:
    return other.cost - one.cost > 0.3


def of_cost(cost: float) -> ProbeResult:
    return ProbeResult(cost, cost, cost)


def runs(trial: Probe, cost: Callable[[int], float]) -> tuple[Runs, list[int]]:
    """Runs with a cost that follows from the nudge, and the nudges of those that were made."""
    nudges: list[int] = []

    def run(nudged: Probe) -> ProbeResult:
        nudges.append(nudged.nudge)
        return of_cost(cost(nudged.nudge))

    return Runs(trial, run, unit=1.0), nudges


def test_runs_that_agree_are_not_repeated(trial: Probe) -> None:
    one, made = runs(trial, lambda nudge: 0.1 + 1e-5 * nudge)
    other, others_made = runs(trial, lambda nudge: inf)
    assert decide(better, one, other)
    assert (made, others_made) == ([0, 1], [0, 1])
    assert (one.typical, other.typical) == (of_cost(0.1), DIVERGED)


def test_the_closer_the_verdict_the_more_runs_are_made(trial: Probe) -> None:
    calm, _ = runs(trial, lambda nudge: 0.0)
    far, few = runs(trial, lambda nudge: 2.0 + 0.1 * (nudge % 3))
    close, many = runs(trial, lambda nudge: 0.29 + 0.1 * (nudge % 3))
    assert decide(better, calm, far)
    assert decide(better, calm, close)
    assert (len(few), len(many)) == (COUNTS[0], COUNTS[-1])


def error_at(first: float, later: float, nudge: int) -> float:
    return first if nudge == 0 else later + 0.01 * (nudge % 5)


def test_a_verdict_follows_the_medians_whatever_the_first_run_says(trial: Probe) -> None:
    calm, _ = runs(trial, lambda nudge: 0.0)
    for first in (0.0, 0.2, 0.9, inf):
        low, _ = runs(trial, partial(error_at, first, 0.1))
        high, _ = runs(trial, partial(error_at, first, 0.6))
        assert not decide(better, calm, low)
        assert decide(better, calm, high)


def test_half_of_the_runs_must_diverge_for_the_median_to(trial: Probe) -> None:
    rarely, _ = runs(trial, lambda nudge: inf if nudge % 4 == 1 else 0.1 + 0.01 * nudge)
    mostly, _ = runs(trial, lambda nudge: 0.1 if nudge % 4 == 1 else inf)
    calm, _ = runs(trial, lambda nudge: 0.0)
    assert not decide(better, calm, rarely)
    assert decide(better, calm, mostly)


def test_a_nudge_changes_the_last_digits_of_what_is_not_zero(trial: Probe) -> None:
    first, theta, again, other = (replace(trial, nudge=nudge).copy().network.parameters.theta for nudge in (0, 1, 1, 2))
    np.testing.assert_array_equal(theta, again)
    assert (theta != other).any()
    np.testing.assert_array_equal(theta == first, first == 0)
    np.testing.assert_allclose(theta, first, rtol=2e-6)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_rate_at_which_chance_decides_is_too_high_whatever_the_last_digits_are(seed: int) -> None:
    experiment = build_supervised(Spec.model_validate(SPEC).complete())
    theta = experiment.network.parameters.theta
    up = np.random.default_rng(seed).random(theta.size) < 0.5
    moved = np.nextafter(theta, np.where(up, np.inf, -np.inf).astype(theta.dtype))
    theta[...] = np.where(theta == 0, theta, moved)
    assert [one.name for one in before(experiment) if one.severity != "note"] == ["learning_rate_too_high"]
