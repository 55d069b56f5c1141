"""Faults that are put into the length of a training: stopped too soon, too late, or by what a threshold hides."""

from __future__ import annotations

from dlx.spec.sections import Spec

from .bases import Base
from .files import Workshop, load
from .kinds import changed, kind, lasting

SMALL = 6  # examples of a batch that follows a few of them
MOST_STEPS = 12_000  # of a fault that takes more steps than its base


@kind("1/{:g} of the epochs", "too_few_epochs", "learning_rate_too_low", (8, 300))
def too_few_epochs(base: Base, factor: float, workshop: Workshop) -> Spec:
    return changed(base, lasting(base.spec, round(base.spec.training.epochs / factor)))


@kind("early stopping after {:.0f} evaluation", "stopped_too_soon", "too_few_epochs learning_rate_too_low", (1, 1.01))
def impatient(base: Base, patience: float, workshop: Workshop) -> Spec:
    stopping = {"patience": 1, "monitor": "dev_error"}
    return changed(base, {"training.early_stopping": stopping, "training.evaluate_every": 1})


@kind(
    "early stopping that counts improvements of {:g} only",
    "stopped_too_soon",
    "too_few_epochs learning_rate_too_low",
    (0.1, 1.0),
)
def min_delta_too_large(base: Base, least: float, workshop: Workshop) -> Spec:
    """An improvement that is asked of the cost in one evaluation, which no cost brings twice."""
    stopping = {"patience": 3, "monitor": "dev_cost", "min_delta": least}
    return changed(base, {"training.early_stopping": stopping, "training.evaluate_every": 1})


@kind(
    "batches of {:.0f}, as few epochs as make a fifteenth of the steps",
    "too_few_epochs",
    "learning_rate_too_low",
    (5, 9),
    in_drawn_half=False,
)
def few_noisy_epochs(base: Base, size: float, workshop: Workshop) -> Spec | None:
    """The cost of every row goes up and down, while it falls."""
    if base.spec.architecture.batch_norm or base.spec.training.batch_size == "full":
        return None
    batch = round(size)
    factor = 15 * base.spec.training.batch_size / batch
    slower = {"optimizer.learning_rate": base.spec.optimizer.learning_rate / 3}
    return changed(
        base, {"training.batch_size": batch, **slower, **lasting(base.spec, round(base.spec.training.epochs / factor))}
    )


@kind("{:g} times the epochs, no early stopping", "overtraining", "few_examples", (5, 20), in_drawn_half=False)
def trained_too_long(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    spec = base.spec
    if spec.training.early_stopping is None or spec.training.epochs * factor > MOST_STEPS:
        return None
    return changed(base, {**lasting(spec, round(spec.training.epochs * factor)), "training.early_stopping": False})


@kind(
    "layers of 256, {:g} times the epochs, nothing that regularizes",
    "overtraining",
    "few_examples no_regularization",
    (5, 20),
    in_drawn_half=False,
)
def unregularized(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    """A network that is large for its few examples, trained until it knows their noise."""
    spec = base.spec
    if spec.training.early_stopping is None or load(spec).parts["train"].m > 400:
        return None
    return changed(
        base,
        {
            **lasting(spec, round(spec.training.epochs * factor)),
            "training.early_stopping": False,
            "architecture.hidden": [256] * max(2, len(spec.architecture.hidden)),
            "regularization": {"l2": 0.0, "l1": 0.0, "keep_prob": 1.0},
            "optimizer.weight_decay": 0.0,
        },
    )


@kind(
    "batches of 6, learning rate × {:g}",
    "oscillation learning_rate_too_high batch_size_small",
    "dead_units saturated_units diverged",
    (5, 30),
)
def oscillating(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    """Steps that follow a few examples each, and are too large for them: no epoch ends where the one before did."""
    spec = base.spec
    if spec.architecture.batch_norm or spec.schedule.name != "constant":
        return None
    epochs = min(spec.training.epochs, max(8, MOST_STEPS * SMALL // load(spec).parts["train"].m))
    rate = {"optimizer.learning_rate": factor * spec.optimizer.learning_rate}
    return changed(base, {"training.batch_size": SMALL, **rate, **lasting(spec, epochs)})
