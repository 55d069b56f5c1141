"""What may help against high bias: inputs, initialization, architecture, less regularization, and steps."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from dlx.diagnose.remedies.changes import Overrides, SpecContext, change, rounded
from dlx.diagnose.remedies.length import longer_training, much_longer_training, patience_to_the_end
from dlx.diagnose.remedies.optimization import (
    USUAL_BATCH,
    adam,
    adam_at,
    clip_gradients,
    constant_learning_rate,
    decaying_learning_rate,
    fast_adam,
    learning_rate_hundredth,
    learning_rate_tenth,
    learning_rate_third,
    learning_rate_x3,
    learning_rate_x10,
    learning_rate_x100,
    mini_batches,
    momentum,
    optimizer_defaults,
    tested_learning_rate,
)
from dlx.diagnose.remedies.targets import log_targets, weighed_classes
from dlx.nn.norms.batch_norm import BatchNorm
from dlx.words import Task

LIKE_RELU = {"relu", "leaky_relu", "elu", "softplus", "swish", "gelu"}  # what `he` fits; `xavier` fits the others
MOST_UNITS = 4096
MOST_WEIGHTS = 30  # between hidden layers, for each example of train
FEW_STEPS = 5000  # of Adam at α = 0.001, which moves a weight by at most about α a step

# Inputs and initialization


@change("inputs on one scale make the cost round, so that one α fits all weights", "Normalizing inputs")
def normalize_inputs(now: SpecContext) -> Overrides:
    return {"data.normalize": {"name": "standard"}} if now.spec.data.normalize.name == "none" else {}


@change("an output begins near 0 with a spread of about 1, and so should the targets", "Normalizing inputs")
def normalize_targets(now: SpecContext) -> Overrides:
    spec = now.spec
    is_unscaled = spec.task is Task.REGRESSION and spec.data.normalize_targets in (None, "none")
    has_log_link = spec.loss is not None and spec.loss.has_log_link
    return {"data.normalize_targets": "standard"} if is_unscaled and not has_log_link else {}


@change("random weights of the right size keep the variance of Z from layer to layer", "Weight initialization")
def fitting_initializer(now: SpecContext) -> Overrides:
    activations = [layer.activation.name for layer in now.layers if layer.activation]
    fits = "he" if all(name in LIKE_RELU for name in activations) else "xavier"
    return _initializer(now, fits)


def _initializer(now: SpecContext, name: str) -> Overrides:
    present = {now.spec.initializer.name} | {layer.initializer.name for layer in now.layers if layer.initializer}
    return now.everywhere("initializer", "initializer", {"name": name}) if present != {name} else {}


# Architecture


@change("ReLU does not saturate, so gradients reach the first layers", "Activation functions")
def relu(now: SpecContext) -> Overrides:
    names = {layer.activation.name for layer in now.layers if layer.activation}
    if names <= LIKE_RELU:
        return {}
    return _both(now.everywhere("architecture.activation", "activation", {"name": "relu"}), _initializer(now, "he"))


def _both(first: Overrides, second: Overrides) -> Overrides:
    """Two changes at once; where both rewrite the layers, what either drops is gone."""
    key = "architecture.hidden"
    if key in first and key in second:
        pairs = zip(first[key], second[key], strict=True)
        return first | second | {key: [{k: a[k] for k in a if k in b} for a, b in pairs]}
    return first | second


@change("a unit below 0 still learns", "Activation functions")
def leaky_relu(now: SpecContext) -> Overrides:
    names = {layer.activation.name for layer in now.layers if layer.activation}
    leaky = {"name": "leaky_relu"}
    return now.everywhere("architecture.activation", "activation", leaky) if "relu" in names else {}


@change("normalized Z keep every layer in the range where it learns", "Batch norm")
def batch_norm(now: SpecContext) -> Overrides:
    alone = now.spec.training.batch_size != "full" and now.facts.m % now.batch == 1
    if not now.layers or now.norms or now.batch < USUAL_BATCH.start or alone:
        return {}
    return now.everywhere("architecture.batch_norm", "batch_norm", True)


@change("without batch norm nothing hangs on the statistics of small batches", "Batch norm")
def no_batch_norm(now: SpecContext) -> Overrides:
    return now.without_norms_of_batches()


@change("averages over about 10 batches follow the weights, and ε only keeps the root away from 0", "Batch norm")
def batch_norm_defaults(now: SpecContext) -> Overrides:
    usual = BatchNorm()
    norms = [layer.batch_norm for layer in now.layers if layer.batch_norm]
    if all((norm.momentum, norm.epsilon) == (usual.momentum, usual.epsilon) for norm in norms):
        return {}
    return now.everywhere("architecture.batch_norm", "batch_norm", dict(usual))


@change("more units fit more complex functions", "Basic recipe")
def wider(now: SpecContext) -> Overrides:
    if _can_learn_by_heart(now):
        return {}
    return _layers([{"units": 32}]) if not now.layers else scaled(now, 4, least=16)


@change("another layer fits more complex functions", "Basic recipe")
def deeper(now: SpecContext) -> Overrides:
    if _can_learn_by_heart(now):
        return {}
    if not now.layers:
        return _layers([{"units": 64}, {"units": 32}])
    hidden = now.spec.dump()["architecture"]["hidden"]
    keep_prob = now.spec.regularization.keep_prob
    override = {"regularization.keep_prob": [*keep_prob, keep_prob[-1]]} if isinstance(keep_prob, tuple) else {}
    return _layers([*hidden, hidden[-1]]) | override


def _can_learn_by_heart(now: SpecContext) -> bool:
    """Whether the hidden layers have so many weights for the examples that more of them cannot be what lacks."""
    units = [layer.units for layer in now.layers]
    weights = sum(below * above for below, above in pairwise(units))
    return min(units, default=0) >= now.facts.m or weights >= MOST_WEIGHTS * now.facts.m


def scaled(now: SpecContext, factor: float, least: int) -> Overrides:
    """Hidden layers of so many times the units, not below the least and at most 4096."""
    hidden = now.spec.dump()["architecture"].get("hidden", [])
    resized = [layer | {"units": min(max(round(layer["units"] * factor), least), MOST_UNITS)} for layer in hidden]
    return _layers(resized) if resized != hidden else {}


def _layers(hidden: list[dict[str, Any]]) -> Overrides:
    return {"architecture.hidden": hidden}


# Regularization: less of it


@change("a weaker penalty lets the weights grow to fit", "L2 regularization")
def weaker_penalty(now: SpecContext) -> Overrides:
    return {key: rounded(value / 10) for key, value in now.penalties.items()}


@change("without a penalty nothing holds the weights back", "L2 regularization")
def no_penalty(now: SpecContext) -> Overrides:
    return dict.fromkeys(now.penalties, 0.0)


def keeping(now: SpecContext, keep_prob: float) -> Overrides:
    """The same keep_prob after every hidden layer."""
    return now.everywhere("regularization.keep_prob", "keep_prob", keep_prob)


@change("more units stay, so that there is more to learn with", "Dropout")
def milder_dropout(now: SpecContext) -> Overrides:
    return keeping(now, 0.8) if now.keep_prob < 0.8 else {}


@change("all units stay", "Dropout")
def no_dropout(now: SpecContext) -> Overrides:
    return keeping(now, 1.0) if now.keep_prob < 1 else {}


@change("images changed beyond recognition teach nothing", "Data augmentation")
def no_augmentation(now: SpecContext) -> Overrides:
    return {"data.augment": []} if now.spec.data.augment else {}


# All at once


@change("the notes' choices all at once, where more than one thing is wrong", "Basic recipe")
def start_from_defaults(now: SpecContext) -> Overrides:
    parts = (
        normalize_inputs(now),
        relu(now) or _initializer(now, "he"),
        no_batch_norm(now),
        no_dropout(now),
        no_augmentation(now),
        constant_learning_rate(now),
        mini_batches(now),
        no_penalty(now),
        adam_at(now, 0.01 if now.steps < FEW_STEPS else 0.001) or optimizer_defaults(now),
    )
    together: Overrides = {}
    for part in parts:
        together = _both(together, part)
    if "optimizer" in together:  # it replaces the present one wholly, with what was decayed
        together.pop("optimizer.weight_decay", None)
        together["optimizer"].pop("weight_decay", None)
    return together if len(together) > 1 else {}


# The recipe, the cheapest and most probable first.
AGAINST_BIAS = (
    weighed_classes,
    normalize_inputs,
    log_targets,
    fitting_initializer,
    tested_learning_rate,
    learning_rate_tenth,
    learning_rate_x10,
    fast_adam,
    adam,
    constant_learning_rate,
    optimizer_defaults,
    no_penalty,
    no_dropout,
    mini_batches,
    batch_norm,
    batch_norm_defaults,
    no_batch_norm,
    relu,
    patience_to_the_end,
    no_augmentation,
    start_from_defaults,
    longer_training,
    wider,
    deeper,
    learning_rate_third,
    learning_rate_x3,
    learning_rate_x100,
    learning_rate_hundredth,
    weaker_penalty,
    milder_dropout,
    momentum,
    leaky_relu,
    clip_gradients,
    decaying_learning_rate,
    much_longer_training,
)
