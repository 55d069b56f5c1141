"""What the steps of a training tell: too large, too small, used up too soon, or seen on too few examples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.initialization import DEAD
from dlx.diagnose.before.batches import BATCH_NORM_SMALL_BATCH, BATCH_SIZE_SMALL
from dlx.diagnose.before.initialization import FITTING
from dlx.diagnose.before.optimization import (
    BAD_BETA,
    DECAY_TOO_FAST,
    LEARNING_RATE_TOO_HIGH,
    LEARNING_RATE_TOO_LOW,
)
from dlx.diagnose.findings import Cause, Finding
from dlx.diagnose.remedies.against_bias import fitting_initializer, normalize_inputs
from dlx.diagnose.remedies.optimization import learning_rate_hundredth, learning_rate_tenth, smaller_tested_rate
from dlx.documents.findings import Severity
from dlx.words import Status, figure, percent

# ‖ΔW‖/‖W‖ of a step: "somewhere around 1e-3" (Karpathy, cs231n, "Neural networks, part 3"). The median step of the
# fastest layer of nine in ten healthy trainings lay between 5e-4 and 1e-2; the others had learned all the same.
SLOW, SLOW_AT_FIRST = 5e-4, 2e-3
FLAT = 0.02  # by which the train cost fell over the last half of the training, as a share of itself
# The largest ‖W‖ against that at the start; steps that throw W about make it grow. Nine of ten healthy classifiers stay
# below, and the others have learned all the same.
GROWN = 4.0
THROWN = 0.5  # ‖ΔW‖/‖W‖ of a step that leaves little of the initialization
DRIVEN = 0.4  # by how much of a layer's units the dead or saturated share has grown
JUMP = 0.3  # a cost higher than that of the epoch before, by this share of itself
RISES = 0.1  # of the epochs, in which the cost of a full batch rose, though α small enough lets it only fall
# The mean α over the training, as a share of the largest: a cosine has 0.5, inverse time with rate 1 over 20 epochs
# 0.13, which is harmless where the network has learned by then.
DECAYED = 0.2
# 1/(1 − β), the steps that an average reaches back, as a share of all; and as a multiple of what the default has.
MEMORY, LONGER = 0.02, 10.0
FORGETFUL = 0.5  # β₂: an average of dθ² over two steps follows every single batch
FEW_IN_A_BATCH = 4  # examples: the notes' stochastic descent, which never settles
CLIPPED = 0.9  # of the steps


DIVERGED = Cause(
    "diverged",
    f"a smaller learning rate, normalized inputs, or {FITTING}",
    "Learning rate",
    (smaller_tested_rate, learning_rate_tenth, learning_rate_hundredth, normalize_inputs, fitting_initializer),
    severity="error",
    is_symptom=True,
)


INFINITE_START = Cause(
    "infinite_start",
    "initializer and data.normalize, so that the first outputs are of size 1; no learning rate helps",
    "Weight initialization",
    (fitting_initializer, normalize_inputs),
    severity="error",
)


def divergence(course: TrainingHistory) -> Iterator[Finding]:
    """That a number was no longer finite, and where that was seen first."""
    if course.status is not Status.DIVERGED:
        return
    location = course.facts.get("diverged") or {}
    epoch, layer = location.get("epoch"), location.get("layer")
    evidence = "a number was no longer finite"
    if location:
        where = location["tensor"] if layer is None else f"{location['tensor']} of layer {layer}"
        evidence = f"in epoch {epoch}, step {location['step']:,}, {where} was no longer finite"
    if location and location["step"] == 1 and not location["tensor"].startswith(("d", "theta")):
        yield INFINITE_START.finding(f"{evidence}; that is before any step", layer=layer, epoch=epoch)
        return
    evidence = f"{evidence}; the learning rate is {course.spec.optimizer.learning_rate:g}"
    yield DIVERGED.finding(evidence, layer=layer, epoch=epoch)


def small_batches(course: TrainingHistory) -> Iterator[Finding]:
    """A batch of one or a few: steps that are mostly noise, and statistics of batch norm that are worse."""
    cause = small_batch_cause(course)
    if cause is not None:
        evidence = f"each step saw {course.batch_size} example{'s' * (course.batch_size > 1)}"
        size = float(course.batch_size)
        yield cause.finding(course.beside(evidence), size, float(FEW_IN_A_BATCH), severity="warning")


def small_batch_cause(course: TrainingHistory) -> Cause | None:
    """What is wrong with the batches where each step sees a few of the examples only."""
    if not course.batch_size <= FEW_IN_A_BATCH < course.m:
        return None
    return BATCH_NORM_SMALL_BATCH if course.norm_of_batches else BATCH_SIZE_SMALL


def long_memory(course: TrainingHistory) -> Iterator[Finding]:
    """Averages of dθ that reach back over a good part of the training, or of dθ² that hardly reach back."""
    optimizer = course.spec.optimizer
    for key in ("beta", "beta1"):
        if key in type(optimizer).model_fields:
            beta, default = getattr(optimizer, key), type(optimizer).model_fields[key].default
            steps = 1 / (1 - beta)
            if steps > MEMORY * course.steps and steps >= LONGER / (1 - default):
                evidence = f"{key} = {beta:g} averages over {steps:,.0f} of {course.steps:,} steps"
                yield BAD_BETA.finding(course.beside(evidence), beta, default)
    beta2 = getattr(optimizer, "beta2", 1.0)
    if beta2 < FORGETFUL or beta2 < getattr(optimizer, "beta1", 0.0) ** 2:
        evidence = f"beta2 = {beta2:g} averages dθ² over {1 / (1 - beta2):.2g} steps"
        yield BAD_BETA.finding(course.beside(evidence), beta2, FORGETFUL)


def early_decay(course: TrainingHistory) -> Iterator[Finding]:
    """α used up while there was still much to learn."""
    alpha, epochs, cost = course.rows["learning_rate"], course.rows["epoch"], course.cost()
    if len(alpha) < 3 or alpha.argmax() > len(alpha) / 2:
        return
    mean = float(np.trapezoid(alpha, epochs) / (epochs[-1] - epochs[0]) / alpha.max())
    if mean < DECAYED:
        low = int(np.argmax(alpha < 0.1 * alpha.max()))
        when = f"α was down to a tenth in epoch {epochs[low]:.0f} of {epochs[-1]:.0f}"
        evidence = f"{when}, at a train cost of {figure(cost[low])} that came to {figure(cost[-1])} at the end"
        yield DECAY_TOO_FAST.finding(course.beside(evidence), mean, DECAYED, epoch=int(epochs[low]))


def too_high(course: TrainingHistory) -> Iterator[Finding]:
    """Steps that threw W about: it grew, and units died or went flat, or the cost jumped or ended above its start."""
    alpha, marks = course.spec.optimizer.learning_rate, list(_marks(course))
    for number in course.by_layer:
        growth, thrown = course.peak(number), course.largest_early_ratio(number)
        if marks and (growth > GROWN or thrown > THROWN):
            how = f"‖W‖ of layer {number} grew to {figure(growth)} times its start"
            if thrown > THROWN:
                how = f"an early step changed W of layer {number} by {percent(thrown)} of itself"
            evidence = course.beside(f"at α = {alpha:g} {how}; {'; '.join(marks)}")
            limits = (thrown, THROWN) if thrown > THROWN else (growth, GROWN)
            yield LEARNING_RATE_TOO_HIGH.finding(evidence, *limits, layer=number)


def _marks(course: TrainingHistory) -> Iterator[str]:
    """What too large steps leave behind."""
    for column, what in (("dead", "of its units dead"), ("saturated", "of its outputs saturated")):
        for number, columns in course.hidden_layers.items():
            if columns[column][-1] - columns[column][0] >= DRIVEN:
                yield f"layer {number} ended with {percent(columns[column][-1])} {what}"
    first, last = course.facts.get("first_cost"), course.cost()[-1] if course.epochs else 0.0
    if first is not None and last > first:
        yield f"the train cost ended at {figure(last)}, after a first cost of {figure(first)}"
    if course.largest_rise > JUMP:
        yield f"the cost rose by up to {percent(course.largest_rise)} from one epoch to the next"


def rising(course: TrainingHistory) -> Iterator[Finding]:
    """A full batch whose cost does not only fall, as that of gradient descent with a small enough α does."""
    share = course.facts.get("rises", 0) / max(course.epochs, 1)
    if course.is_full_batch and course.spec.optimizer.name == "gradient_descent" and share > RISES:
        when = course.facts["first_rise"]
        evidence = f"the cost of the full batch rose in {percent(share)} of the epochs, first in epoch {when}"
        evidence = f"{evidence}, by up to {100 * course.largest_rise:.2g} %"
        severity: Severity = "warning" if course.behind("train") else "note"
        yield LEARNING_RATE_TOO_HIGH.finding(evidence, share, RISES, epoch=when, severity=severity)


def too_low(course: TrainingHistory) -> Iterator[Finding]:
    """Steps that hardly changed W in any layer, be it from the beginning on, or while the cost still falls."""
    ratios = {number: ratio for number in course.by_layer if (ratio := course.ratio(number)) > 0}
    fastest = max(ratios, key=lambda number: ratios[number], default=0)
    early = max((ratio for number in course.by_layer if (ratio := course.largest_early_ratio(number)) > 0), default=0)
    dead = any(columns["dead"][-1] >= DEAD for columns in course.hidden_layers.values())
    if dead or any(course.peak(number) > GROWN for number in course.by_layer):
        return
    if fastest and ratios[fastest] < SLOW and (early < SLOW_AT_FIRST or course.fall(0.5) > FLAT):
        ratio, alpha = ratios[fastest], course.spec.optimizer.learning_rate
        evidence = f"a step changed W by {ratio:.1g} of itself in layer {fastest}, by less in the others"
        evidence, remedy = f"{evidence}, {course.steps:,} times", None
        if course.facts.get("clipped", 0) > CLIPPED * course.steps:
            evidence, remedy = f"{evidence}; nearly every gradient was clipped", "a larger optimizer.clip_norm"
        elif course.spec.schedule.warmup > 0 and course.rows["learning_rate"][-1] < alpha / 2:
            evidence, remedy = f"{evidence}; the warm-up did not end", "a shorter schedule.warmup"
        yield LEARNING_RATE_TOO_LOW.finding(course.beside(evidence), ratio, SLOW, layer=fastest, remedy=remedy)
