"""The kind of a target: whether what is fitted as a quantity are numbers of classes that have no order."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.halves import halves_of, linear, neighbours
from dlx.diagnose.findings import Cause, Finding
from dlx.types import Array
from dlx.words import percent

FEWEST_VALUES, MOST_VALUES = 2, 50  # that numbers of classes have
EXAMPLES_OF_A_VALUE = 8  # on average
FEWEST = 40  # examples that are judged
# A vote for a class has to be right so much more often than the nearest class to a mean, also in standard errors: where
# classes have an order, as grades have, the mean is nearly as often right.
BETTER, CERTAIN = 0.05, 4.0


CLASSES_AS_NUMBERS = Cause(
    "classes_as_numbers",
    "say that they are classes (task=multiclass, or task=binary of two)",
    "Bias and variance",
)


def target_kind_findings(dataset: Dataset) -> Iterator[Finding]:
    """A finding where the whole numbers that a regression learns are better told as classes."""
    y = dataset.parts["train"].y
    if not dataset.task.is_regression or y.shape[1] != 1:
        return
    values = np.unique(y)
    is_coded = np.isfinite(values).all() and (values == np.floor(values)).all()
    if not is_coded or not FEWEST_VALUES < len(values) <= MOST_VALUES or len(y) < EXAMPLES_OF_A_VALUE * len(values):
        return
    halves = halves_of(dataset)
    if halves is None or len(halves.own.y) < FEWEST:
        return
    A, B, codes = halves.X, halves.own.X, np.searchsorted(values, halves.y[:, 0])
    labels = halves.own.y[:, 0]
    voted = min((_wrong(values[model(A, codes, B, len(values))], labels) for model in (neighbours, linear)), key=_mean)
    rounded = min(
        (_wrong(_nearest(values, model(A, halves.y, B, 0)[:, 0]), labels) for model in (neighbours, linear)), key=_mean
    )
    lead = _mean(rounded) - _mean(voted)
    if lead > BETTER and lead * len(labels) > CERTAIN * sqrt(float(np.abs(rounded - voted).sum())):
        taken = "a simple model that takes them for classes is wrong about"
        evidence = (
            f"the target has {len(values)} values, all whole; {taken} {percent(_mean(voted))} of train's other half"
        )
        evidence = f"{evidence}, rounding what it takes for a quantity"
        yield CLASSES_AS_NUMBERS.finding(f"{evidence} {percent(_mean(rounded))}", _mean(rounded), _mean(voted) + BETTER)


def _wrong(answers: Array, labels: Array) -> Array:
    return np.asarray(answers != labels, np.float64)


def _mean(values: Array) -> float:
    return float(values.mean())


def _nearest(values: Array, answers: Array) -> Array:
    return np.asarray(values[np.abs(answers[:, np.newaxis] - values).argmin(axis=1)])
