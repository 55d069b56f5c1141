"""Memorizing: whether the network can memorize a handful of examples, as anything that works can."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np

from dlx.data.row_hashes import hashes
from dlx.diagnose.before.first_steps import of_a_constant
from dlx.diagnose.before.initialization import VANISHING_SIGNAL
from dlx.diagnose.before.optimization import TOO_FEW_UNITS
from dlx.diagnose.before.probe import SEEN_PART, Probe
from dlx.diagnose.findings import Cause, End, Finding
from dlx.errors import Diverged
from dlx.nn.losses import SquaredError
from dlx.nn.optimizers import Adam, Optimizer
from dlx.training.fit import take_steps
from dlx.training.supervised import Supervised
from dlx.words import Task, percent

# Karpathy, "A recipe for training neural networks" (2019): overfit a single batch of only a few examples.
EXAMPLES, STEPS, LOOK_EVERY = 8, 300, 25
BY_HEART = 0.1  # of the cost of a constant answer; nothing is left of it where all is learned
RATES = (1e-2, 1e-3, 1e-1)  # of Adam, which needs no tuning to within these
WIDER, AT_LEAST = 8, 64
NARROW = 4  # in narrower layers another draw may do what only more units do reliably


CANNOT_OVERFIT_A_BATCH = Cause(
    "cannot_overfit_a_batch",
    "if it can't memorize a handful of examples, something is broken: see the other findings",
    "Basic recipe",
    severity="error",
    refuted_if=End.TRAIN_FITS,
)


def memorizing_findings(trial: Probe) -> tuple[list[Finding], Probe]:
    """A finding where neither the spec's optimizer nor Adam learns eight examples, and the probe with it repaired.

    What it is depends on whether another initialization learns them, or a wider network. Without hidden layers there is
    nothing to be expected: a plane does not pass through eight points.
    """
    units = [layer.units for layer in trial.spec.architecture.hidden]
    few, own = handful(trial.unregularized()), trial.spec.optimizer
    left = best_of(few, own) if units else 0.0
    if left <= BY_HEART:
        return [], trial
    rest = f"{percent(left)} of the cost is left" if isfinite(left) else "which diverge"
    evidence = f"{EXAMPLES} examples are not memorized in {STEPS} steps, {rest}"
    if min(units) >= NARROW and best_of(few.initialized(), own) <= BY_HEART:
        return [
            VANISHING_SIGNAL.finding(f"{evidence}; with another initializer they are", left, BY_HEART)
        ], trial.initialized()
    if best_of(few.initialized().widened(WIDER, AT_LEAST), own) > BY_HEART:
        return [CANNOT_OVERFIT_A_BATCH.finding(evidence, left, BY_HEART)], trial
    evidence = f"{evidence}; {max(AT_LEAST, WIDER * min(units))} units in place of {min(units)} learn them"
    bottleneck = TOO_FEW_UNITS.finding(evidence, left, BY_HEART, layer=units.index(min(units)) + 1)
    return [bottleneck], trial.widened(WIDER, AT_LEAST)


def handful(trial: Probe) -> Probe:
    """The trial on a few examples with different inputs, of as many classes as they can hold; targets standardized."""
    X, y = trial.dataset.parts[SEEN_PART].X[:], trial.dataset.parts[SEEN_PART].y
    different = np.unique(hashes(X), return_index=True)[1]
    X, y = X[different], y[different]
    loss = trial.original.network.loss
    if trial.dataset.task is Task.MULTILABEL or loss.least_target is not None:  # such as counts, learned as they are
        return trial.on(X[:EXAMPLES], y[:EXAMPLES])
    if trial.dataset.task.is_regression:
        targets = y[:EXAMPLES] - y[:EXAMPLES].mean(axis=0)
        deviation = targets.std(axis=0)
        return trial.on(X[:EXAMPLES], targets / np.where(deviation > 0, deviation, 1))
    turns = np.array([np.count_nonzero(y[:i] == label) for i, label in enumerate(y)])
    chosen = np.lexsort((y, turns))[:EXAMPLES]  # the first of each class, then the second of each …
    return trial.on(X[chosen], y[chosen])


def best_of(few: Probe, own: Optimizer) -> float:
    """The least share of the cost of a constant answer that is left, over the spec's optimizer and Adam's rates."""
    least = inf
    for optimizer in (own, *(Adam(learning_rate=rate) for rate in RATES)):
        least = min(least, _left(few.with_optimizer(optimizer).with_rates([optimizer.learning_rate]).copy()))
        if least <= BY_HEART:
            break
    return least


def _left(copy: Supervised) -> float:
    """What is left after the steps, or as soon as it is little enough."""
    constant, left = of_a_constant(copy), inf
    by_error = copy.task.is_regression and not isinstance(copy.network.loss, SquaredError)
    for _ in range(STEPS // LOOK_EVERY):
        try:
            take_steps(copy, LOOK_EVERY)
        except Diverged:
            return inf
        cost, error = copy.evaluate(SEEN_PART)
        left = (error / constant.error) ** 2 if by_error else cost / constant.cost
        if left <= BY_HEART:
            break
    return left if isfinite(left) else inf
