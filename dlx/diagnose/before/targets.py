"""The targets of a regression before training: how far they lie from where an output begins, and how far apart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.diagnose.before.first_steps import FirstSteps
from dlx.diagnose.before.initialization import INITIAL_COST
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.probes import ProbeResult, decide
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import normalize_targets
from dlx.diagnose.remedies.optimization import (
    adam,
    learning_rate_hundredth,
    learning_rate_x10,
    learning_rate_x100,
    tested_learning_rate,
)
from dlx.nn.losses import SquaredError
from dlx.types import Array
from dlx.words import figure

FAR_FROM_ZERO = 10.0  # times the variance: a mean of three standard deviations
# An output begins with a spread of about 1; W and b have to grow as far as the targets are away from that.
LARGE, SMALL = 10.0, 0.01


TARGETS_NOT_NORMALIZED = Cause(
    "targets_not_normalized",
    "let the network learn targets of mean 0 and variance 1 (data.normalize_targets: standard)",
    "Normalizing inputs",
    (normalize_targets, tested_learning_rate, learning_rate_x100, learning_rate_hundredth, learning_rate_x10, adam),
    refuted_if=End.TRAIN_FITS,
)


def target_findings(trial: Probe) -> tuple[list[Finding], Probe]:
    """At most one finding about the targets, and the trial with those that are normalized where that pays."""
    loss = trial.original.network.loss
    is_scaled = trial.dataset.target_scaling.name != "none"
    if not trial.dataset.task.is_regression or is_scaled or loss.has_log_link:
        return [], trial
    y = trial.dataset.parts["train"].y
    spread, far = float(np.sqrt(y.var(axis=0).mean())), list(_far(y)) if isinstance(loss, SquaredError) else []
    if not (far or spread > LARGE or 0 < spread < SMALL) or not np.isfinite(spread):
        return [], trial
    normalized = trial.with_normalized_targets()
    steps, better = FirstSteps(trial), FirstSteps(normalized)
    here, there = steps.runs_at(steps.farthest()), better.runs_at(better.farthest())
    if not decide(lambda there, here: steps.pays(_in_units_of(steps, better, there), here), there, here):
        return far, trial
    evidence = f"the targets have mean {figure(y.mean())} and standard deviation {figure(spread)}"
    evidence = f"{evidence}; the first steps bring the error to {figure(here.typical.error)}"
    evidence = f"{evidence}, with normalized targets to {figure(_in_units_of(steps, better, there.typical).error)}"
    limit = LARGE if spread > LARGE else SMALL if spread < SMALL else None
    return [TARGETS_NOT_NORMALIZED.finding(evidence, spread, limit)], normalized


def _in_units_of(steps: FirstSteps, other: FirstSteps, result: ProbeResult) -> ProbeResult:
    """What other steps have found, as if their targets were as far apart as these."""
    cost, error = steps.chance.cost / other.chance.cost, steps.chance.error / other.chance.error
    return ProbeResult(result.cost * cost, result.error * error, result.unseen * error)


def _far(y: Array) -> Iterator[Finding]:
    """A note where the targets lie far from 0, at which an output begins."""
    variance, first = float(y.var(axis=0).sum()), float(np.square(y).sum(axis=1).mean())
    if first > FAR_FROM_ZERO * variance:
        evidence = f"with outputs near 0 the cost begins near {figure(first)}"
        evidence = f"{evidence}, the variance of the targets is {figure(variance)}"
        remedy = TARGETS_NOT_NORMALIZED.remedy
        yield INITIAL_COST.finding(evidence, first, FAR_FROM_ZERO * variance, severity="note", remedy=remedy)
