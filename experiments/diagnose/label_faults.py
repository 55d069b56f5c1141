"""Faults that lie in labels and columns: slipped, shuffled, coded otherwise, leaked, marked, or of another kind."""

from __future__ import annotations

from typing import Any

import numpy as np

from dlx.spec.loader import derive
from dlx.spec.sections import Spec

from .bases import Base
from .files import Array, Parts, Workshop, load, parts_of
from .kinds import changed, kind, lasting

FAMILY = 4  # examples that an augmentation before the split makes of each


def _rng(base: Base) -> np.random.Generator:
    return np.random.default_rng(base.spec.seed)


def _is_regression(parts: Parts) -> bool:
    return parts["train"][1].ndim > 1


def _in_a_circle(y: Array) -> Array:
    """Another class for each, or targets mirrored at their mean."""
    return 2 * y.mean(axis=0) - y if y.ndim > 1 else (y.astype(np.int64) + 1) % (int(y.max()) + 1)


# Labels


@kind("labels {:.0f} rows too low", "labels_shifted", "", (1, 3.4), repairable=False)
def labels_slipped(base: Base, rows: float, workshop: Workshop) -> Spec:
    """As where a header was counted in one of two files: the labels of every part have slipped."""
    rng, parts = _rng(base), parts_of(base.spec)
    moved = round(rows) * int(rng.choice([-1, 1]))
    # In random order, since the labels of a sorted file would remain right but for a few.
    orders = {name: rng.permutation(len(y)) for name, (_, y) in parts.items()}
    slipped = {name: (X[orders[name]], np.roll(y[orders[name]], moved, axis=0)) for name, (X, y) in parts.items()}
    return workshop.with_parts(base.spec, slipped)


@kind("labels shuffled", "labels_unrelated", "", (1, 1.01), repairable=False)
def labels_shuffled(base: Base, severity: float, workshop: Workshop) -> Spec:
    """As where the labels were sorted by themselves, or joined by the wrong key."""
    rng = _rng(base)
    parts = {name: (X, y[rng.permutation(len(y))]) for name, (X, y) in parts_of(base.spec).items()}
    return workshop.with_parts(base.spec, parts)


@kind("{:.0%} of the classes have other names in dev", "labels_coded_otherwise", "", (0.3, 1), repairable=False)
def dev_coded_otherwise(base: Base, share: float, workshop: Workshop) -> Spec | None:
    """As where each file was given numbers of its own."""
    parts, rng = parts_of(base.spec), _rng(base)
    if _is_regression(parts):
        return None
    X, y = parts["dev"]
    classes = int(parts["train"][1].max()) + 1
    moved = rng.permutation(classes)[: max(2, round(share * classes))]
    names = np.arange(classes)
    names[moved] = np.roll(moved, 1)
    return workshop.with_parts(base.spec, parts | {"dev": (X, names[y])})


@kind("another rule in {:.0%} of dev", "other_rule_in_a_part", "", (0.1, 0.5), repairable=False)
def other_rule_in_dev(base: Base, share: float, workshop: Workshop) -> Spec:
    """Where a feature is high, or from a row on, dev was labelled by another rule."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["dev"]
    order = X[:, int(rng.choice(np.flatnonzero(X.std(axis=0) > 0)))] if rng.random() < 0.5 else np.arange(len(X))
    elsewhere = np.argsort(order, kind="stable")[len(X) - round(share * len(X)) :]
    labels = y.astype(np.float64 if y.ndim > 1 else np.int64)
    labels[elsewhere] = _in_a_circle(y)[elsewhere]
    return workshop.with_parts(base.spec, parts | {"dev": (X, labels)})


@kind("{:.0%} of dev's labels wrong", "other_rule_in_a_part", "", (0.15, 0.4), repairable=False)
def wrong_labels_in_dev(base: Base, share: float, workshop: Workshop) -> Spec | None:
    """Dev was labelled in haste."""
    parts, rng = parts_of(base.spec), _rng(base)
    X, y = parts["dev"]
    if y.ndim > 1:
        return None
    labels = np.where(rng.random(len(y)) < share, _in_a_circle(y), y)
    return workshop.with_parts(base.spec, parts | {"dev": (X, labels)})


@kind("classes as quantities, {:.0f} of them or more", "classes_as_numbers", "", (3, 3.01), repairable=False)
def classes_as_quantities(base: Base, least: float, workshop: Workshop) -> Spec | None:
    """The numbers of classes, which have no order, are fitted by least squares."""
    parts, rng = parts_of(base.spec), _rng(base)
    classes = 0 if _is_regression(parts) else int(parts["train"][1].max()) + 1
    if classes < least:
        return None
    numbers = rng.permutation(classes).astype(np.float64)
    while (np.diff(numbers) > 0).all() or (np.diff(numbers) < 0).all():  # in an order that they do not have
        numbers = rng.permutation(classes).astype(np.float64)
    spec = workshop.with_parts(base.spec, {name: (X, numbers[y]) for name, (X, y) in parts.items()})
    plain = spec.dump()
    plain["task"] = "regression"
    for section, key in (("diagnosis", "optimal_error"), ("diagnosis", "tolerance"), ("data", "class_weight")):
        plain.get(section, {}).pop(key, None)
    return Spec.model_validate(plain).complete()


# Columns


def _without_test(base: Base) -> Parts:
    return {name: part for name, part in parts_of(base.spec).items() if name in ("train", "dev")}


@kind(
    "a column that follows from the label but for {:g} deviations",
    "target_leak",
    "",
    (0.001, 0.04),
    repairable=False,
    hides=True,
)
def leak(base: Base, noise: float, workshop: Workshop) -> Spec | None:
    """In use, and in test, nobody knows that column yet: it is then that of any example."""
    parts, rng = _without_test(base), _rng(base)
    X_dev, y_dev = parts["dev"]
    if X_dev.shape[1] < 3:
        return None
    first = {name: y[:, 0] if y.ndim > 1 else y.astype(np.float64) for name, (_, y) in parts.items()}
    unit = first["train"].std() if _is_regression(parts) else 1.0
    columns = {name: y + noise * unit * rng.standard_normal(len(y)) for name, y in first.items()}
    altered = {name: (np.column_stack([X, columns[name]]), y) for name, (X, y) in parts.items()}
    altered["test"] = (np.column_stack([X_dev, rng.permutation(columns["dev"])]), y_dev)
    return _as_table(base, altered, workshop)


@kind(
    "rows sorted by label, and their number among the features",
    "target_leak",
    "",
    (1, 1.01),
    repairable=False,
    hides=True,
)
def sorted_row_number(base: Base, severity: float, workshop: Workshop) -> Spec | None:
    parts, rng = _without_test(base), _rng(base)
    X, y = (np.concatenate([part[place] for part in parts.values()]) for place in (0, 1))
    if X.shape[1] < 2:
        return None
    shuffled = rng.permutation(len(X))
    order = shuffled[np.argsort((y[:, 0] if y.ndim > 1 else y)[shuffled], kind="stable")]
    number = np.empty(len(X))
    number[order] = np.arange(len(X))
    m = len(parts["train"][0])
    rows = {"train": np.arange(m), "dev": np.arange(m, len(X))}
    altered: Parts = {}
    for name, of_part in rows.items():
        in_order = of_part[np.argsort(number[of_part])]
        altered[name] = (np.column_stack([X[in_order], number[in_order]]), y[in_order])
    altered["test"] = (np.column_stack([parts["dev"][0], rng.permutation(len(X))[: len(rows["dev"])]]), parts["dev"][1])
    return _as_table(base, altered, workshop)


def _as_table(base: Base, parts: Parts, workshop: Workshop) -> Spec:
    """The spec with these examples, whose further column makes images of them no longer."""
    data = base.spec.data.model_copy(update={"augment": ()})
    return workshop.with_parts(base.spec.model_copy(update={"data": data}), parts, "standard")


@kind(
    "−99, −999 or such, of at least {:.0f}, for one in four values of each column",
    "missing_as_numbers",
    "inputs_not_normalized cannot_overfit_a_batch",
    (11, 9999),
    repairable=False,
)
def missing_as_numbers(base: Base, severity: float, workshop: Workshop) -> Spec | None:
    parts, rng = parts_of(base.spec), _rng(base)
    if load(base.spec).image_shape is not None or parts["train"][0].shape[1] > 64:
        return None
    mark = 1 - 10.0 ** np.ceil(np.log10(severity))
    if any(np.abs(X).max() > abs(mark) for X, _ in parts.values()):
        return None
    lacking = {name: (np.where(rng.random(X.shape) < 0.25, mark, X), y) for name, (X, y) in parts.items()}
    return workshop.with_parts(base.spec, lacking)


# Parts


@kind(
    "four of each example, {:.1%} of a deviation apart, before the split",
    "near_copies_across_parts",
    "duplicates_across_parts",
    (0.001, 0.03),
    repairable=False,
    hides=True,
)
def augmented_before_the_split(base: Base, noise: float, workshop: Workshop) -> Spec | None:
    """Few examples, each several times with a little noise, are cut by chance: dev is learned by heart."""
    parts, rng = _without_test(base), _rng(base)
    (X, y), (X_dev, y_dev) = parts["train"], parts["dev"]
    if X.shape[1] < 2:
        return None
    m, of_dev = len(X), min(len(X), len(X_dev) // 2) // FAMILY * FAMILY
    originals = (m + of_dev) // FAMILY
    X_few, y_few = X[:originals], y[:originals]
    deviation = X.std(axis=0)
    copies = [X_few + noise * deviation * rng.standard_normal(X_few.shape) for _ in range(FAMILY)]
    order = rng.permutation(FAMILY * originals)
    X_all, y_all = np.concatenate(copies)[order], np.concatenate([y_few] * FAMILY)[order]
    cut = len(X_all) - of_dev
    cut -= cut % 2  # batch norm refuses some odd numbers
    long = changed(base, {**lasting(base.spec, 3 * base.spec.training.epochs), "training.early_stopping": False})
    altered = {"train": (X_all[:cut], y_all[:cut]), "dev": (X_all[cut:], y_all[cut:]), "test": (X_dev, y_dev)}
    return workshop.with_parts(long, altered)


@kind("class_weight of {:.0f} for one class", "one_class_weighs_all", "no_better_than_constant", (1000, 100_000))
def one_class_only(base: Base, weight: float, workshop: Workshop) -> Spec | None:
    """The rarest class counts so much that it alone is answered."""
    dataset = load(base.spec)
    if dataset.task.is_regression:
        return None
    rare = dataset.classes[int(np.bincount(dataset.parts["train"].y).argmin())]
    weights: dict[str, Any] = {"data.class_weight": {str(rare): weight}}
    return derive(base.spec, weights)
