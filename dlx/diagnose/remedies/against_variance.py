"""What may help against high variance: more examples, early stopping, stronger penalties, dropout, augmentation."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from dlx.data.sources import Blobs, NoisyPoints, Source, Xor
from dlx.data.splitting.splits import part_sizes
from dlx.diagnose.remedies.against_bias import (
    batch_norm,
    batch_norm_defaults,
    fitting_initializer,
    keeping,
    no_batch_norm,
    normalize_inputs,
    scaled,
    start_from_defaults,
    wider,
)
from dlx.diagnose.remedies.changes import Change, Overrides, SpecContext, change, fits_batches, rounded
from dlx.diagnose.remedies.optimization import (
    decaying_learning_rate,
    learning_rate_tenth,
    mini_batches,
    optimizer_defaults,
)
from dlx.diagnose.remedies.targets import weighed_classes
from dlx.errors import DataError
from dlx.spec.sections import Spec
from dlx.words import Task

ROWS = 50  # evaluations among which early stopping can choose
LEAST_SIDE = 16  # pixels: on the 8 of the digits a shift by one, an eighth of the image, doubled the dev error
FEWEST_FOR_CLASSES = 16  # units of a layer behind which several classes are told apart
FEWEST_OF_A_LAYER = 8  # of 2,000 inputs 4 units in place of 16 brought the error on fresh examples from 17 to 29 %
WEAK, STRONG = 0.002, 0.02  # λ/m: what α·λ/m·W takes off W in a step, as a multiple of α


@change("more examples of the same kind are there already", "Basic recipe")
def all_the_examples(now: SpecContext) -> Overrides:
    if now.spec.data.train_examples is None or not _all_fit_batches(now):
        return {}
    return {"data.train_examples": None}


def _all_fit_batches(now: SpecContext) -> bool:
    """Whether no last batch of all the examples is too small for a norm, as far as their number is known."""
    split = now.spec.data.split
    if split is None or not now.facts.rows:
        return True
    try:
        return fits_batches(now.spec, part_sizes(split, now.facts.rows)["train"])
    except DataError:  # of a split into counts there may be more rows than are known
        return True


@change("the split leaves examples over that train can have", "Basic recipe")
def rest_of_the_examples(now: SpecContext) -> Overrides:
    data, spare = now.spec.data, now.facts.spare
    can = spare > 0 and data.split and not data.train_examples and fits_batches(now.spec, now.facts.m + spare)
    return {"data.split.rest": "train"} if can else {}


@change("more examples leave less room to memorize noise", "Basic recipe")
def more_examples(now: SpecContext) -> Overrides:
    data, m = now.spec.data, now.facts.m
    source = data.source or data.train
    if source is None or data.more is not None or data.train_examples is not None:
        return {}
    more = min(9 * m, max(1000, 3 * m))
    while not fits_batches(now.spec, m + more):
        more += 1
    fresh_source = _made_anew(source, more, _unused_seed(now.spec))
    return {"data.more": fresh_source.model_dump(mode="json")} if fresh_source else {}


def _made_anew(source: Source, m: int, seed: int) -> Source | None:
    """Other examples of the same distribution; None where a source has only those it has.

    Without noise the toy sets but `xor` are the same points again.
    """
    if isinstance(source, Blobs):
        option, first = source.centers, np.random.RandomState(source.seed)
        centers = tuple(map(tuple, first.uniform(-10, 10, (option, 2)).tolist())) if isinstance(option, int) else option
        return source.model_copy(update={"m": max(m, len(centers)), "seed": seed, "centers": centers})
    if isinstance(source, NoisyPoints) and (source.noise or isinstance(source, Xor)):
        return source.model_copy(update={"m": m, "seed": seed})
    return None


def _unused_seed(spec: Spec) -> int:
    sources = (spec.data.source, spec.data.train, spec.data.train_dev, spec.data.dev, spec.data.test)
    return (max(getattr(source, "seed", 0) for source in sources) + 1) % 2**32


@change("the epoch is kept after which dev only got worse", "Early stopping")
def early_stopping(now: SpecContext) -> Overrides:
    training = now.spec.training
    if not now.facts.has_dev or training.early_stopping is not None:
        return {}
    rows = training.epochs // training.evaluate_every
    often = {"training.evaluate_every": max(1, training.epochs // ROWS)} if rows < ROWS <= training.epochs else {}
    patience = max(8, (ROWS if often else rows) // 4)
    return {"training.early_stopping": {"patience": patience, "monitor": "dev_cost"}} | often


def _l2(now: SpecContext, strength: float) -> Overrides:
    """λ so that λ/m, m the examples in a batch, is the strength; where there is more already, nothing."""
    penalty = rounded(strength * now.batch)
    return {"regularization.l2": penalty} if penalty >= 2 * now.spec.regularization.l2 else {}


@change("small weights make a smoother function", "L2 regularization")
def weak_l2(now: SpecContext) -> Overrides:
    return _l2(now, WEAK)


@change("smaller weights make a still smoother function", "L2 regularization")
def strong_l2(now: SpecContext) -> Overrides:
    return _l2(now, STRONG)


@change("stopping alone may come before the network has learned; a penalty lets it go on", "Early stopping")
def early_stopping_and_l2(now: SpecContext) -> Overrides:
    """Of moons whose noise was learned by heart it brought the error on fresh examples from 14.2 to 8.7 %; stopping
    alone to 9.4 %, and with ten times the penalty to 13.1 %.
    """
    stopping, penalty = early_stopping(now), weak_l2(now)
    return {**stopping, **penalty} if stopping and penalty else {}


@change("ten times the present penalty", "L2 regularization")
def stronger_l2(now: SpecContext) -> Overrides:
    present = now.spec.regularization.l2
    return {"regularization.l2": rounded(10 * present)} if present > 0 else {}


@change("no unit can rely on its neighbours", "Dropout")
def dropout(now: SpecContext) -> Overrides:
    return keeping(now, 0.8) if now.layers and now.keep_prob > 0.8 else {}


@change("half of the units in each step: a strong regularizer", "Dropout")
def strong_dropout(now: SpecContext) -> Overrides:
    return keeping(now, 0.5) if now.layers and now.keep_prob > 0.5 else {}


@change("so little of a network teaches it less than half of it does", "Dropout")
def usual_dropout(now: SpecContext) -> Overrides:
    return keeping(now, 0.5) if now.keep_prob < 0.5 else {}


def _augmented(name: str, least_side: int = 0, **options: Any) -> Change:
    def rule(now: SpecContext) -> Overrides:
        present = now.spec.data.augment
        if not now.facts.images or any(augmentation.name == name for augmentation in present):
            return {}
        if 0 < now.facts.side < least_side:
            return {}
        documents = [augmentation.model_dump(mode="json") for augmentation in present]
        return {"data.augment": [*documents, {"name": name} | options]}

    return Change(f"{name}_images", "images slightly changed are more images", "Data augmentation", rule)


shift_images, rotate_images = _augmented("shift", LEAST_SIDE, pixels=1), _augmented("rotate", degrees=10.0)


@change("fewer units cannot memorize the examples", "Basic recipe")
def narrower(now: SpecContext) -> Overrides:
    """Of several classes not to so few units that these cannot be told apart by them: on digits, whose five layers
    went from 32 units to 8, the dev error went from 7.5 to 58 %.
    """
    least = FEWEST_FOR_CLASSES if now.spec.task is Task.MULTICLASS else FEWEST_OF_A_LAYER
    least = ceil(least / now.keep_prob)  # so many stay under dropout
    is_narrow = min((layer.units for layer in now.layers), default=0) < least
    return {} if is_narrow else scaled(now, 0.25, least)


@change("classes that count alike are all worth being told apart", "Bias and variance")
def balanced_classes(now: SpecContext) -> Overrides:
    return {"data.class_weight": "balanced"} if isinstance(now.spec.data.class_weight, dict) else {}


# First what the notes name; then what changes the training, for weights that begin too large overfit as well.
AGAINST_VARIANCE = (
    weighed_classes,
    all_the_examples,
    rest_of_the_examples,
    more_examples,
    early_stopping,
    weak_l2,
    strong_l2,
    stronger_l2,
    dropout,
    strong_dropout,
    usual_dropout,
    shift_images,
    rotate_images,
    normalize_inputs,
    fitting_initializer,
    batch_norm,
    batch_norm_defaults,
    no_batch_norm,
    mini_batches,
    start_from_defaults,
    learning_rate_tenth,
    optimizer_defaults,
    decaying_learning_rate,
    narrower,
    wider,
)
REGULARIZING = (early_stopping, weak_l2, strong_l2, stronger_l2, dropout, strong_dropout, narrower)
