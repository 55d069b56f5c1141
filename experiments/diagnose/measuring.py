"""Measuring: the dev error of a spec over some replicates, whether it is healthy, and whether a fault does harm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlx.data.dataset import Dataset
from dlx.search.dev_set import HeldOut
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.replicates import replicate
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.sections import Spec
from dlx.stats.intervals import Estimate

from .bases import Base
from .files import Array, load

REPLICATES = 2
# Of the diagnosis: what a classifier, or a regression, may lie above the best known and count as healthy.
TOLERANCE, RELATIVE_TOLERANCE = 0.02, 0.1
HARM = 1.5  # tolerances by which a fault has to worsen the dev error
CERTAIN = 2.0  # standard errors by which a dev error that hides something has to differ from the test error


@dataclass(frozen=True)
class Measured:
    """What each dev example adds to the error in each replicate, (k, m), and the runs they were measured in.

    The error of a regression is counted in standard deviations of its targets.
    """

    added: Array
    outcomes: tuple[Outcome, ...]

    @property
    def error(self) -> float:
        """The dev error, averaged over the replicates."""
        return float(self.added.mean())


def tolerance(spec: Spec) -> float:
    """What a dev error may be off: 2 % of the examples, or a tenth of the targets' standard deviation."""
    return TOLERANCE if load(spec).task != "regression" else RELATIVE_TOLERANCE


def unit(spec: Spec) -> float:
    """What errors are counted in: examples, or the standard deviation of the targets of train."""
    dataset = load(spec)
    return 1.0 if dataset.task != "regression" else float(dataset.parts["train"].y.std())


def measure(spec: Spec, folder: Path, first: int = 0) -> Measured:
    """Train the replicates of a spec from the first one on, as far as this folder does not have them already."""
    numbers = range(first, first + REPLICATES)
    outcomes = tuple(run_trial(Trial.of(replicate(spec, k)), folder) for k in numbers)
    failed = [outcome.message for outcome in outcomes if outcome.status == "failed"]
    if failed:
        raise ValueError(f"{spec.name}: {failed[0]}")
    held_out = HeldOut(load(spec))
    return Measured(np.array([held_out.added(outcome) for outcome in outcomes]) / unit(spec), outcomes)


def is_healthy(base: Base, measured: Measured) -> bool:
    """Whether every replicate ended as asked, with a mean dev error near the best that is known."""
    usable = all(outcome.usable for outcome in measured.outcomes)
    return usable and measured.error <= base.best_known / unit(base.spec) + tolerance(base.spec)


def is_fault(base: Base, healthy: Measured, faulty: Measured) -> tuple[bool, float]:
    """Whether the dev error is worse by a clear margin in every replicate, and by how much on average."""
    worse = faulty.added.mean(axis=1) - healthy.added.mean(axis=1)
    return bool((worse > HARM * tolerance(base.spec)).all()), float(worse.mean())


def harm_of_hiding(faulty: Measured, dataset: Dataset) -> tuple[bool, float]:
    """Whether dev's error is lower than that of test by a clear margin, and by how much."""
    both = [(outcome.errors["dev"], outcome.errors["test"]) for outcome in faulty.outcomes]
    hidden = float(np.mean([test.value - dev.value for dev, test in both]))
    if dataset.task.is_regression:
        return hidden > HARM * RELATIVE_TOLERANCE * float(dataset.parts["train"].y.std()), hidden
    variance = np.mean([_variance(dev) + _variance(test) for dev, test in both])
    return bool(hidden > CERTAIN * np.sqrt(variance)), hidden


def _variance(error: Estimate) -> float:
    """Of an error rate that was measured on m examples."""
    return error.value * (1 - error.value) / (error.m or 1)
