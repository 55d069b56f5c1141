"""Faults that are put into the data: their scale, their labels, their number, and what dev has to do with train."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dlx.spec.sections import Spec

from .bases import Base
from .files import Array, Parts, Workshop, parts_of
from .kinds import changed, kind, lasting

WITHOUT_UNIT = 3.0  # root mean square of inputs that need no normalization
LEAST_LEFT = 4  # examples of train in its rarest class


def _rng(base: Base) -> np.random.Generator:
    return np.random.default_rng(base.spec.seed)


# Scale


@kind(
    "data.normalize: none",
    "inputs_not_normalized",
    "initial_cost exploding_signal saturated_units dead_units diverged",
    (1, 1.01),
)
def not_normalized(base: Base, severity: float, workshop: Workshop) -> Spec | None:
    """The data in the units in which they come; the toy sets come in good ones."""
    if np.sqrt((parts_of(base.spec)["train"][0] ** 2).mean()) < WITHOUT_UNIT:
        return None
    return changed(base, {"data.normalize": "none"})


@kind(
    "other units up to 1 : {:g}, not normalized",
    "inputs_not_normalized",
    "initial_cost exploding_signal saturated_units dead_units diverged",
    (30, 3000),
)
def raw_units(base: Base, spread: float, workshop: Workshop) -> Spec:
    """Each feature in a unit of its own, such as millimetres and grams."""
    parts, rng = parts_of(base.spec), _rng(base)
    n_x = parts["train"][0].shape[1]
    units = np.exp(rng.uniform(0, np.log(spread), n_x))
    units[rng.integers(n_x)] = spread
    return workshop.with_parts(base.spec, {part: (X * units, y) for part, (X, y) in parts.items()}, "none")


@kind(
    "an offset of {:g} deviations, not normalized",
    "inputs_not_normalized",
    "initial_cost exploding_signal saturated_units dead_units diverged",
    (30, 300),
)
def offset(base: Base, deviations: float, workshop: Workshop) -> Spec:
    """Every feature far from 0, such as years or kelvins."""
    parts = parts_of(base.spec)
    far = deviations * parts["train"][0].std(axis=0)
    return workshop.with_parts(base.spec, {part: (X + far, y) for part, (X, y) in parts.items()}, "none")


@kind(
    "inputs / {:g}, not normalized",
    "inputs_not_normalized",
    "vanishing_signal vanishing_gradient",
    (300, 30_000),
)
def tiny_inputs(base: Base, factor: float, workshop: Workshop) -> Spec:
    """Kilometres where metres would do."""
    parts = parts_of(base.spec)
    size = factor * np.sqrt((parts["train"][0] ** 2).mean())
    return workshop.with_parts(base.spec, {part: (X / size, y) for part, (X, y) in parts.items()}, "none")


@kind(
    "targets × {:g}",
    "targets_not_normalized",
    "learning_rate_too_low learning_rate_too_high too_few_epochs initial_cost diverged",
    (30, 10_000),
)
def large_targets(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    """Grams where kilograms would do: the output has far to go."""
    parts = parts_of(base.spec)
    if parts["train"][1].ndim == 1:
        return None
    best = {"diagnosis.optimal_error": base.spec.diagnosis.optimal_error * factor}
    scaled = {part: (X, y * factor) for part, (X, y) in parts.items()}
    return changed(replace(base, spec=workshop.with_parts(base.spec, scaled)), best)


# Labels and number


@kind("{:.0%} of the labels wrong", "label_noise", "overtraining", (0.15, 0.4), repairable=False)
def wrong_labels(base: Base, share: float, workshop: Workshop) -> Spec | None:
    """In train: so large a share of the labels is another class, drawn by chance."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["train"]
    if y.ndim > 1:
        return None
    classes, wrong = int(y.max()) + 1, rng.random(len(y)) < share
    others = (y.astype(np.int64) + rng.integers(1, classes, len(y))) % classes
    return workshop.with_parts(base.spec, parts | {"train": (X, np.where(wrong, others, y))})


@kind("{:.0f} examples to train on", "few_examples", "overtraining", (6, 80))
def few_examples(base: Base, count: float, workshop: Workshop) -> Spec | None:
    spec = base.spec
    y = parts_of(spec)["train"][1]
    classes = 1 if y.ndim > 1 else int(y.max()) + 1
    if count < 2 * classes or spec.architecture.batch_norm:
        return None
    size = spec.training.batch_size
    before = spec.training.epochs * -(-len(y) // (len(y) if size == "full" else size))
    per_epoch = 1 if size == "full" else -(-round(count) // size)
    return changed(base, {"data.train_examples": round(count), **lasting(spec, before // per_epoch)})


@kind("{:.0f} examples of each class to train on", "few_examples", "overtraining", (21, 45))
def starved(base: Base, count: float, workshop: Workshop) -> Spec | None:
    """More of each class than are few in any case, and still too few for what there is to learn."""
    y = parts_of(base.spec)["train"][1]
    return None if y.ndim > 1 else few_examples(base, round(count) * (int(y.max()) + 1), workshop)


# Dev and train


@kind("dev moved by {:g} deviations", "parts_differ", "", (0.3, 3), repairable=False)
def dev_moved(base: Base, deviations: float, workshop: Workshop) -> Spec:
    """As if another instrument had measured it: every feature of dev is off, in a direction of its own."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["dev"]
    off = deviations * X.std(axis=0) * rng.choice([-1, 1], X.shape[1])
    return workshop.with_parts(base.spec, parts | {"dev": (X + off, y)})


@kind("dev with noise of {:g} deviations", "parts_differ", "", (0.3, 3), repairable=False)
def dev_noisy(base: Base, deviations: float, workshop: Workshop) -> Spec:
    """As if dev had been measured in a worse light."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["dev"]
    noise = deviations * X.std(axis=0) * rng.standard_normal(X.shape)
    return workshop.with_parts(base.spec, parts | {"dev": (X + noise, y)})


@kind("train has 1/{:g} of a class, dev all", "parts_differ", "class_imbalance", (20, 200), repairable=False)
def class_left_out(base: Base, factor: float, workshop: Workshop) -> Spec | None:
    """A file in the order of its classes, cut without shuffling: train has hardly any of the last one."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["train"]
    if y.ndim > 1:
        return None
    of_class = np.flatnonzero(y == y.max())
    sample = rng.choice(of_class, max(LEAST_LEFT, round(len(of_class) / factor)), replace=False)
    rows = np.sort(np.concatenate([np.flatnonzero(y != y.max()), sample]))
    rows = rows[: len(rows) // 2 * 2]  # batch norm refuses some odd numbers
    return workshop.with_parts(base.spec, parts | {"train": (X[rows], y[rows])})


@kind(
    "each part normalized by itself, a hundredth of train × {:g}",
    "parts_differ",
    "inputs_not_normalized",
    (30, 300),
    repairable=False,
)
def normalized_apart(base: Base, factor: float, workshop: Workshop) -> Spec:
    """Wild rows in train make its deviation large, so that dev, by its own statistics, comes out on another scale."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["train"]
    wild = np.where(rng.random((len(X), 1)) < 0.01, factor, 1.0)
    altered: Parts = parts | {"train": (X * wild, y)}
    return workshop.with_parts(
        base.spec, {part: (_standardized(inputs), labels) for part, (inputs, labels) in altered.items()}, "none"
    )


@kind("train normalized, dev divided by {:g}", "parts_differ", "inputs_not_normalized", (3, 30), repairable=False)
def dev_on_another_scale(base: Base, factor: float, workshop: Workshop) -> Spec:
    parts = parts_of(base.spec)
    (X, y), (X_dev, y_dev) = parts["train"], parts["dev"]
    return workshop.with_parts(
        base.spec, {"train": (_standardized(X), y), "dev": (_standardized(X_dev) / factor, y_dev)}, "none"
    )


def _standardized(X: Array) -> Array:
    deviation = X.std(axis=0)
    return np.asarray((X - X.mean(axis=0)) / np.where(deviation > 0, deviation, 1))


@kind(
    "{:.0%} of dev copied from train, which is learned by heart",
    "duplicates_across_parts",
    "",
    (0.3, 0.8),
    repairable=False,
    hides=True,
    in_drawn_half=False,
)
def copies_in_dev(base: Base, share: float, workshop: Workshop) -> Spec:
    """The dev error then measures memory; test has the examples that dev had."""
    parts, rng = parts_of(base.spec), _rng(base)
    (X, y), (X_dev, y_dev) = parts["train"], parts["dev"]
    copied = np.flatnonzero(rng.random(len(X_dev)) < share)
    rows = rng.integers(len(X), size=len(copied))
    X_new, y_new = X_dev.copy(), y_dev.copy()
    X_new[copied], y_new[copied] = X[rows], y[rows]
    long = changed(base, {**lasting(base.spec, 10 * base.spec.training.epochs), "training.early_stopping": False})
    return workshop.with_parts(long, parts | {"dev": (X_new, y_new), "test": (X_dev, y_dev)})
