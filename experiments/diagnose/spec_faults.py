"""Faults that are put into a spec: its optimizer, its initializer, its layers and its regularization."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from dlx.nn.initializers import He
from dlx.spec.sections import Spec

from .bases import Base
from .files import Workshop, load
from .kinds import changed, kind, lasting

MOST_STEPS = 12_000  # of a fault that takes more steps than its base

# Learning rate, optimizer, schedule


@kind(
    "learning rate × {:g}",
    "learning_rate_too_high",
    "diverged oscillation dead_units saturated_units",
    (5, 1000),
)
def learning_rate_too_high(base: Base, factor: float, workshop: Workshop) -> Spec:
    return changed(base, {"optimizer.learning_rate": base.spec.optimizer.learning_rate * factor})


@kind("learning rate / {:g}", "learning_rate_too_low", "too_few_epochs", (8, 1000))
def learning_rate_too_low(base: Base, factor: float, workshop: Workshop) -> Spec:
    return changed(base, {"optimizer.learning_rate": base.spec.optimizer.learning_rate / factor})


@kind("schedule: exponential, base 1/{:g}", "decay_too_fast", "learning_rate_too_low too_few_epochs", (1.4, 10))
def decay_too_fast(base: Base, factor: float, workshop: Workshop) -> Spec:
    return changed(base, {"schedule": {"name": "exponential", "base": float(f"{1 / factor:.3g}")}})


@kind("schedule: inverse_time, decay_rate {:g}", "decay_too_fast", "learning_rate_too_low too_few_epochs", (20, 1000))
def inverse_time_too_fast(base: Base, rate: float, workshop: Workshop) -> Spec:
    return changed(base, {"schedule": {"name": "inverse_time", "decay_rate": rate}})


@kind("warmup of {:g} times the epochs", "learning_rate_too_low", "decay_too_fast too_few_epochs", (20, 1000))
def warmup_too_long(base: Base, factor: float, workshop: Workshop) -> Spec:
    """The schedule is at fault; the remedy of a decay that is too fast, a constant α, undoes it."""
    return changed(base, {"schedule.warmup": round(factor * base.spec.training.epochs)})


@kind(
    "β = 1 − 1/{:g}",
    "bad_beta",
    "oscillation learning_rate_too_high learning_rate_too_low diverged",
    (1000, 100_000),
)
def beta_too_large(base: Base, memory: float, workshop: Workshop) -> Spec | None:
    if base.spec.optimizer.name not in ("momentum", "nesterov", "rmsprop"):
        return None
    return changed(base, {"optimizer.beta": 1 - 1 / memory})


@kind(
    "Adam with β₁ and β₂ changed for each other: 1 − 1/{:g} and 0.9",
    "bad_beta",
    "oscillation learning_rate_too_high diverged",
    (200, 5000),
)
def betas_swapped(base: Base, memory: float, workshop: Workshop) -> Spec | None:
    overrides = {"optimizer.beta1": 1 - 1 / memory, "optimizer.beta2": 0.9}
    return changed(base, overrides) if base.spec.optimizer.name == "adam" else None


@kind("ε = {:g}", "learning_rate_too_low", "too_few_epochs", (1, 1000))
def epsilon_too_large(base: Base, epsilon: float, workshop: Workshop) -> Spec | None:
    """√s + ε is then nearly ε: the steps are those of gradient descent with α/ε."""
    if "epsilon" not in type(base.spec.optimizer).model_fields:
        return None
    return changed(base, {"optimizer.epsilon": epsilon})


@kind("gradients clipped to norm 1/{:g}", "learning_rate_too_low", "too_few_epochs", (1000, 100_000))
def clipped_to_nothing(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    if base.spec.optimizer.name not in ("gradient_descent", "momentum", "nesterov"):
        return None
    return changed(base, {"optimizer.clip_norm": 1 / factor})


# Batches


def _faster(base: Base, factor: float) -> Base:
    return replace(base, spec=changed(base, {"optimizer.learning_rate": base.spec.optimizer.learning_rate * factor}))


@kind(
    "batches of one, learning rate × {:g}",
    "batch_size_small",
    "oscillation learning_rate_too_high",
    (1, 8),
    healthy=_faster,
)
def batch_of_one(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    """The learning rate is one that the base takes, in its larger batches."""
    return None if base.spec.architecture.batch_norm else changed(base, _batches_of(base.spec, 1))


@kind("batch norm with batches of {:.0f}", "batch_norm_small_batch", "batch_size_small", (2, 2.01))
def batch_norm_on_pairs(base: Base, size: float, workshop: Workshop) -> Spec | None:
    if load(base.spec).parts["train"].m % 2 == 1:
        return None
    return changed(base, {"architecture.batch_norm": True, **_batches_of(base.spec, 2)})


def _batches_of(spec: Spec, size: int) -> dict[str, object]:
    """Smaller batches, with as many epochs, or as many as a bounded number of steps allows."""
    per_epoch = load(spec).parts["train"].m // size
    return {"training.batch_size": size, **lasting(spec, min(spec.training.epochs, max(2, MOST_STEPS // per_epoch)))}


@kind("batch norm that averages over {:g} batches", "frozen_gap", "", (10_000, 1_000_000), in_drawn_half=False)
def batch_norm_never_settles(base: Base, memory: float, workshop: Workshop) -> Spec:
    return changed(base, {"architecture.batch_norm": {"momentum": 1 - 1 / memory}})


# Initialization


@kind(
    "initializer: zeros",
    "symmetric_units",
    "vanishing_signal vanishing_gradient cannot_overfit_a_batch",
    (1, 1.01),
)
def zeros(base: Base, severity: float, workshop: Workshop) -> Spec:
    return changed(base, {"initializer": {"name": "zeros"}})


@kind(
    "initializer: normal, scale {:g}",
    "initial_cost exploding_signal",
    "saturated_units exploding_gradient vanishing_gradient dead_units",
    (2, 30),
)
def weights_too_large(base: Base, scale: float, workshop: Workshop) -> Spec | None:
    return None if base.spec.architecture.batch_norm else changed(base, _normal(scale))


@kind(
    "{:.0f} layers, initializer: normal, scale 0.01",
    "vanishing_signal",
    "vanishing_gradient symmetric_units",
    (4, 7),
)
def weights_too_small(base: Base, depth: float, workshop: Workshop) -> Spec | None:
    if base.spec.architecture.batch_norm:
        return None
    return changed(base, {**_deep(base.spec, depth), **_normal(0.01)})


def _normal(scale: float) -> dict[str, object]:
    return {"initializer": {"name": "normal", "scale": scale}}


def _deep(spec: Spec, depth: float) -> dict[str, object]:
    return {"architecture.hidden": [spec.architecture.hidden[0].units] * round(depth)}


@kind(
    "biases of −{:g}, from a file",
    "dead_units",
    "vanishing_signal vanishing_gradient cannot_overfit_a_batch",
    (5, 30),
)
def dead_relus(base: Base, bias: float, workshop: Workshop) -> Spec | None:
    spec, dataset = base.spec, load(base.spec)
    if spec.architecture.batch_norm or spec.architecture.activation.name != "relu":
        return None
    sizes = [dataset.n_x, *(layer.units for layer in spec.architecture.hidden), dataset.n_y]
    rng, arrays = np.random.default_rng(spec.seed), {}
    for number, (n_in, n_out) in enumerate(pairwise(sizes), start=1):
        arrays[f"W{number}"] = rng.standard_normal((n_out, n_in)) * He().scale_for(n_in, n_out)
        arrays[f"b{number}"] = np.full(n_out, -bias if number < len(sizes) - 1 else 0.0)
    return changed(base, {"initializer": {"name": "file", "path": str(workshop.written(**arrays))}})


# Layers


@kind(
    "{:.0f} layers of sigmoids",
    "vanishing_gradient",
    "vanishing_signal saturated_units",
    (3, 8),
)
def deep_sigmoids(base: Base, depth: float, workshop: Workshop) -> Spec | None:
    if base.spec.architecture.batch_norm:
        return None
    return changed(base, {**_deep(base.spec, depth), "architecture.activation": {"name": "sigmoid"}})


@kind(
    "tanh, initializer: normal, scale {:g}",
    "saturated_units",
    "initial_cost exploding_signal exploding_gradient vanishing_gradient",
    (2, 20),
)
def saturated_tanh(base: Base, scale: float, workshop: Workshop) -> Spec | None:
    if base.spec.architecture.batch_norm:
        return None
    return changed(base, {"architecture.activation": {"name": "tanh"}, **_normal(scale)})


@kind("{:.0f} units in each layer", "too_few_units", "", (1, 2.4))
def too_few_units(base: Base, units: float, workshop: Workshop) -> Spec:
    layers = len(base.spec.architecture.hidden)
    return changed(base, {"architecture.hidden": [round(units)] * layers, "regularization.keep_prob": 1.0})


@kind("a layer of {:.0f} between the others", "too_few_units", "", (1, 1.4))
def bottleneck(base: Base, units: float, workshop: Workshop) -> Spec:
    widths = [layer.units for layer in base.spec.architecture.hidden]
    middle = (len(widths) + 1) // 2
    widths.insert(middle, round(units))
    return changed(base, {"architecture.hidden": widths, "regularization.keep_prob": 1.0})


@kind("no hidden layer", "too_few_units", "", (1, 1.01))
def no_hidden_layer(base: Base, severity: float, workshop: Workshop) -> Spec:
    overrides = {"architecture.hidden": [], "architecture.batch_norm": False, "regularization.keep_prob": 1.0}
    return changed(base, overrides)


@kind("activation: identity", "no_activation", "too_few_units", (1, 1.01))
def no_activation(base: Base, severity: float, workshop: Workshop) -> Spec:
    """Layers that are one linear function together."""
    return changed(base, {"architecture.activation": {"name": "identity"}})


# Regularization


@kind("l2: λ/m = {:g}", "penalty_too_strong", "", (0.05, 10))
def l2_too_strong(base: Base, strength: float, workshop: Workshop) -> Spec:
    return changed(base, {"regularization.l2": float(f"{strength * _batch(base.spec):.2g}")})


@kind("l1: λ/m = {:g}", "penalty_too_strong", "", (0.03, 3))
def l1_too_strong(base: Base, strength: float, workshop: Workshop) -> Spec:
    return changed(base, {"regularization.l1": float(f"{strength * _batch(base.spec):.2g}")})


@kind("weight_decay {:g}", "penalty_too_strong", "", (0.3, 30))
def weight_decay_too_strong(base: Base, strength: float, workshop: Workshop) -> Spec:
    return changed(base, {"optimizer.weight_decay": strength})


def _batch(spec: Spec) -> int:
    m = int(load(spec).parts["train"].m)
    return m if spec.training.batch_size == "full" else min(spec.training.batch_size, m)


@kind("keep_prob {:g}", "dropout_too_strong", "", (0.03, 0.4))
def dropout_too_strong(base: Base, keep_prob: float, workshop: Workshop) -> Spec:
    return changed(base, {"regularization.keep_prob": keep_prob})


@kind("images turned by up to {:.0f} degrees and shifted", "augmentation_too_strong", "", (45, 180))
def beyond_recognition(base: Base, degrees: float, workshop: Workshop) -> Spec | None:
    source = base.spec.data.source
    if getattr(source, "image_shape", None) is None and getattr(source, "name", "") != "digits":
        return None
    augment = [{"name": "rotate", "degrees": degrees}, {"name": "shift", "pixels": 3}]
    return changed(base, {"data.augment": augment})
