"""The labels before training: do they vary, are there enough examples, are the classes of similar size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.constant_labels import CONSTANT_LABELS
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_variance import (
    all_the_examples,
    balanced_classes,
    more_examples,
    rest_of_the_examples,
    rotate_images,
    shift_images,
)
from dlx.types import Array
from dlx.words import Task, percent

# Fewer examples of a class, on average, are memorized before they say much: a network of 64 units errs on 17 %
# of new digits with 5 examples of each, on 6.7 % with 20, on 2.4 % with 130 (measured on `digits`, three seeds).
FEW_IN_A_CLASS = 20
FEW_TARGETS = 40  # of a regression, where there are no classes
# He & Garcia 2009, "Learning from imbalanced data", §2: imbalances from 10 : 1 on are where accuracy misleads.
IMBALANCE = 10.0
# A network that answers one class only is right in this share of all that counts in the cost, and wrong about as many
# examples or more than this.
MOST_WEIGHT, LEAST_OTHERS = 0.97, 0.1
INVERTED = 4.0  # times by which rare classes may weigh less than their examples: weights are meant to do the opposite


CLASS_IMBALANCE = Cause(
    "class_imbalance",
    "judge by the per-class errors; collect or augment the rare classes, or weigh them (data.class_weight: balanced)",
    "Train, dev and test sets",
    severity="note",
    explains_training=False,
)
ONE_CLASS_WEIGHS_ALL = Cause(
    "one_class_weighs_all",
    "weigh the classes so that all count alike (data.class_weight: balanced), or leave the weights out",
    "Bias and variance",
    (balanced_classes,),
    refuted_if=End.NEAR_THE_BEST,
)
FEW_EXAMPLES = Cause(
    "few_examples",
    "collect more examples",
    "Bias and variance",
    (all_the_examples, rest_of_the_examples, more_examples, shift_images, rotate_images),
    explains_training=False,
    refuted_if=End.NEAR_THE_BEST,
)


def label_findings(dataset: Dataset) -> Iterator[Finding]:
    """What is wrong with the labels of train."""
    y = dataset.parts["train"].y
    if dataset.task.is_regression:
        yield from _of_targets(y)
    elif dataset.task is Task.MULTILABEL:
        yield from _of_several_labels(y, [str(label) for label in dataset.classes])
    else:
        yield from _of_classes(y, dataset.parts["train"].weights, [str(label) for label in dataset.classes])
    yield from _of_number(dataset)


def _of_number(dataset: Dataset) -> Iterator[Finding]:
    """Too few examples, and how many there should be; of what does not vary no number would do."""
    y, evidence = dataset.parts["train"].y, f"train has {dataset.parts['train'].m} examples"
    m, enough = len(y), FEW_TARGETS
    value, least = float(m), float(FEW_TARGETS)
    if dataset.task.has_one_class:
        count, enough = len(dataset.classes), FEW_IN_A_CLASS * len(dataset.classes)
        value, least = m / count, float(FEW_IN_A_CLASS)
        evidence = f"{evidence} of {count} classes, {value:.3g} of each on average"
    if m < enough and (y != y[0]).any():
        images = ", or augment images (data.augment)" if dataset.image_shape is not None else ""
        remedy = f"{FEW_EXAMPLES.remedy}, at least {enough:,} for train{images}"
        yield FEW_EXAMPLES.finding(evidence, value, least, remedy=remedy)


def _of_targets(y: Array) -> Iterator[Finding]:
    constant = np.flatnonzero(np.ptp(y, axis=0) == 0)
    if len(constant):
        which = f"target {constant[0] + 1}" if y.shape[1] > 1 else "the target"
        yield CONSTANT_LABELS.finding(f"{which} is {y[0, constant[0]]:g} in every example of train", 0.0, 0.0)


def _of_several_labels(y: Array, names: list[str]) -> Iterator[Finding]:
    counts, m = y.sum(axis=0, dtype=np.int64), len(y)
    constant = np.flatnonzero((counts == 0) | (counts == m))
    if len(constant) == len(names):
        yield CONSTANT_LABELS.finding("every example of train has the same labels", 1.0, 2.0)
        return
    if len(constant):
        first = int(constant[0])
        evidence = f"{'every' if counts[first] else 'no'} example of train has the label {names[first]}"
        yield CLASS_IMBALANCE.finding(evidence, None, IMBALANCE, severity="warning")


def _of_classes(y: Array, weights: Array | None, names: list[str]) -> Iterator[Finding]:
    counts = np.bincount(y, minlength=len(names))
    if np.count_nonzero(counts) < 2:
        only = names[int(counts.argmax())]
        yield CONSTANT_LABELS.finding(f"every example of train is of class {only}", 1.0, 2.0)
        return
    yield from _imbalance(counts, names)
    if weights is not None:
        yield from _weighed(np.bincount(y, weights, minlength=len(names)) / weights.sum(), counts / len(y), names)


def _weighed(of_weight: Array, of_examples: Array, names: list[str]) -> Iterator[Finding]:
    heavy = int(of_weight.argmax())
    share, others = float(of_weight[heavy]), 1 - float(of_examples[heavy])
    if share > MOST_WEIGHT and (others > LEAST_OTHERS or 1 - share < others / INVERTED):
        evidence = (
            f"class {names[heavy]} has {percent(share, 2)} of the weight in the cost and {percent(1 - others)} of the"
        )
        evidence = f"{evidence} examples: to answer it always costs next to nothing, and errs on {percent(others)}"
        yield ONE_CLASS_WEIGHS_ALL.finding(evidence, share, MOST_WEIGHT)


def _imbalance(counts: Array, names: list[str]) -> Iterator[Finding]:
    rare, common = int(counts.argmin()), int(counts.argmax())
    evidence = f"train has {counts[common]:,} examples of class {names[common]}"
    evidence = f"{evidence} and {counts[rare]:,} of class {names[rare]}"
    if counts[rare] == 0:
        yield CLASS_IMBALANCE.finding(evidence, None, IMBALANCE, severity="warning")
    elif counts[common] > IMBALANCE * counts[rare]:
        yield CLASS_IMBALANCE.finding(evidence, float(counts[common] / counts[rare]), IMBALANCE)
