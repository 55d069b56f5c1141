"""Findings: what is known to go wrong with a network, each with its remedy and its place in the notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from math import isfinite
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Cause:
    """One thing that can be wrong: how bad it is, what to do, and where the notes speak of it."""

    severity: Severity
    remedy: str
    notes: str


@dataclass(frozen=True)
class Finding:
    """A cause that was found: where, when, by which number against which threshold, and the evidence in words."""

    name: str
    severity: Severity
    layer: int | None
    epoch: int | None
    value: float | None
    threshold: float | None
    evidence: str
    remedy: str
    notes: str

    def document(self) -> dict[str, Any]:
        """The finding as it stands in ``diagnosis.json``."""
        return asdict(self)


# Severity: an error keeps the network from learning what it should; a warning costs accuracy or time; a note may be
# meant so. The names are what `diagnosis.json` promises.
CAUSES: dict[str, Cause] = {
    # of the data
    "constant_labels": Cause(
        "error", "give examples of at least two classes (or targets that vary)", "Train, dev and test sets"
    ),
    "class_imbalance": Cause(
        "note", "judge by the per-class errors; collect or augment the rare classes", "Train, dev and test sets"
    ),
    "duplicates_across_parts": Cause(
        "warning", "remove the copies from dev and test: they measure memory", "Train, dev and test sets"
    ),
    "parts_differ": Cause(
        "warning",
        "take dev and test from the distribution that matters, both from the same",
        "Mismatched distributions",
    ),
    "inputs_not_normalized": Cause("warning", "data.normalize: standard", "Normalizing inputs"),
    "targets_not_normalized": Cause(
        "warning",
        "subtract the mean of the targets, and divide by their standard deviation, before training",
        "Normalizing inputs",
    ),
    "few_examples": Cause("warning", "collect more examples, or augment (data.augment)", "Bias and variance"),
    "label_noise": Cause("warning", "look through the worst examples and correct their labels", "Bias and variance"),
    # of the network
    "symmetric_units": Cause("error", "initializer: he (random values break the symmetry)", "Weight initialization"),
    "initial_cost": Cause("warning", "initializer: he or xavier, no larger scale", "Weight initialization"),
    "vanishing_signal": Cause(
        "warning", "initializer: he for relu, xavier for tanh; batch norm", "Vanishing gradients"
    ),
    "exploding_signal": Cause(
        "warning", "initializer: he for relu, xavier for tanh; batch norm", "Exploding gradients"
    ),
    "vanishing_gradient": Cause("warning", "relu in place of sigmoid or tanh; he; batch norm", "Vanishing gradients"),
    "exploding_gradient": Cause(
        "warning", "initializer: he or xavier; batch norm; optimizer.clip_norm", "Exploding gradients"
    ),
    "wrong_gradient": Cause("error", "dlx gradcheck tells which operation is wrong, and how", "Gradient checking"),
    "too_few_units": Cause("warning", "more units or layers (architecture.hidden)", "Basic recipe"),
    "no_activation": Cause(
        "warning",
        "architecture.activation: relu (layers without a bend are one linear function together)",
        "Activation functions",
    ),
    "dead_units": Cause("warning", "a smaller learning rate, initializer: he, or leaky_relu", "Activation functions"),
    "saturated_units": Cause(
        "warning", "initializer: xavier, normalized inputs, batch norm, or relu", "Vanishing gradients"
    ),
    "batch_norm_small_batch": Cause(
        "warning", "training.batch_size of 32 or more: a batch this small has no useful statistics", "Batch norm"
    ),
    # of the training
    "cannot_overfit_a_batch": Cause(
        "error",
        "if it can't learn a handful of examples by heart, something is broken: see the other findings",
        "Basic recipe",
    ),
    "batch_size_small": Cause("note", "training.batch_size: 64 to 512, a power of 2", "Mini-batch gradient descent"),
    "full_batch_fits": Cause(
        "note", "training.batch_size: full, for up to 2000 examples", "Mini-batch gradient descent"
    ),
    "batch_too_large": Cause(
        "warning", "training.batch_size: 64 to 512, which fits in memory", "Mini-batch gradient descent"
    ),
    "learning_rate_too_high": Cause("warning", "a smaller optimizer.learning_rate (a third, a tenth)", "Learning rate"),
    "learning_rate_too_low": Cause(
        "warning", "a larger optimizer.learning_rate (three times, ten times)", "Learning rate"
    ),
    "decay_too_fast": Cause("warning", "a smaller schedule.decay_rate, or schedule: constant", "Learning rate decay"),
    "oscillation": Cause("warning", "momentum or adam, a smaller learning rate, or decay", "Momentum"),
    "plateau": Cause("note", "adam or momentum; another learning rate or initializer", "The problem of local optima"),
    "bad_beta": Cause("warning", "optimizer.beta (beta1) near 0.9, beta2 near 0.999", "Momentum, RMSProp, Adam"),
    "too_few_epochs": Cause("warning", "longer training (training.epochs)", "Basic recipe"),
    "diverged": Cause("error", "a smaller learning rate, normalized inputs, initializer: he", "Learning rate"),
    # of the regularization
    "penalty_too_strong": Cause("warning", "a smaller regularization.l2 (or l1)", "L2 regularization"),
    "dropout_too_strong": Cause("warning", "a larger regularization.keep_prob", "Dropout"),
    "augmentation_too_strong": Cause("warning", "milder changes of the images (data.augment)", "Data augmentation"),
    "no_regularization": Cause(
        "note", "regularization.l2, keep_prob, data.augment, or training.early_stopping", "Regularization"
    ),
    "overtraining": Cause("warning", "training.early_stopping: true", "Early stopping"),
    "early_stopping_never_fired": Cause("note", "more training.epochs: the end came before it", "Early stopping"),
    "frozen_gap": Cause(
        "note", "nothing: training and evaluation see different networks", "Dropout, batch norm at test time"
    ),
}


def finding(
    name: str,
    evidence: str,
    value: float | None = None,
    threshold: float | None = None,
    layer: int | None = None,
    epoch: int | None = None,
    severity: Severity | None = None,
    remedy: str | None = None,
) -> Finding:
    """A finding of a known cause, with that cause's severity and remedy unless a better one is given.

    A value that is not finite becomes None, since JSON has no number for it; the evidence says what it is.
    """
    cause = CAUSES[name]
    value = value if value is not None and isfinite(value) else None
    return Finding(
        name, severity or cause.severity, layer, epoch, value, threshold, evidence, remedy or cause.remedy, cause.notes
    )


def of_normalized(findings: Iterable[Finding]) -> list[Finding]:
    """Findings about a network that has a norm already: no remedy says that batch norm would help."""
    return [replace(entry, remedy=_BATCH_NORM.sub("", entry.remedy)) for entry in findings]


_BATCH_NORM = re.compile(r"[,;] batch norm\b")


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first; of the same severity in the order in which they were found."""
    return sorted(findings, key=lambda entry: SEVERITIES.index(entry.severity))
