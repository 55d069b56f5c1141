"""Rare classes: a class with few examples in train, learned by heart, that carries much of the error on dev."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.findings import Cause, Finding
from dlx.stats.measured import PartMetrics

RARE = 0.25  # of the examples that the most frequent class has in train
FEWEST = 10  # examples of the class in dev
# By so much more often the class is missed on dev than on train, and so much of all mistakes on dev is of it, from
# a share of its examples that is less than half of that.
GAP, CARRIED = 0.2, 0.4


FEW_EXAMPLES_OF_A_CLASS = Cause(
    "few_examples_of_a_class",
    "collect examples of that class, or augment it: on its few examples the network does well, on new ones not",
    "Bias and variance",
    explains_training=False,
)


def rare_class_findings(dataset: Dataset, metrics: PartMetrics) -> Iterator[Finding]:
    """A finding for the class that is rare, fits train, and carries the error on dev.

    Args:
        dataset: that was trained on.
        metrics: of the network, by part, as `Performance` has them.
    """
    of_train, of_dev = (_missed(metrics, part) for part in ("train", "dev"))
    if not of_train or of_train.keys() != of_dev.keys() or not dataset.task.has_one_class:
        return
    counts = np.bincount(dataset.parts["train"].y, minlength=len(dataset.classes))
    mistakes = {label: missed.share * missed.m for label, missed in of_dev.items()}
    total, m = sum(mistakes.values()), sum(missed.m for missed in of_dev.values())
    for code, label in enumerate(dataset.classes):
        there = of_dev.get(label)
        if there is None or label not in of_train or counts[code] > RARE * counts.max() or there.m < FEWEST:
            continue
        share, carried = there.m / m, mistakes[label] / total if total else 0.0
        own = of_train[label].share
        if there.low > own + GAP and carried > CARRIED and share < carried / 2:
            evidence = f"class {label} has {counts[code]:,} examples in train, of which {own:.0%} are missed, and"
            evidence = f"{evidence} {there.share:.0%} of {there.m} on dev, {carried:.0%} of all mistakes there"
            yield FEW_EXAMPLES_OF_A_CLASS.finding(f"{evidence} by {share:.0%} of the examples", there.share, own + GAP)


@dataclass(frozen=True)
class MissedClass:
    """The share of a class's m examples that are missed, and the lower end of its interval."""

    share: float
    low: float
    m: int


def _missed(metrics: PartMetrics, part: str) -> dict[Any, MissedClass]:
    """How often each class is missed on a part, by its label; of classes of which there is any."""
    recall = metrics.get(part, {}).get("recall")
    missed = {}
    for entry in (recall.classes if recall else None) or ():
        if entry.m and entry.value is not None and entry.high is not None:
            missed[entry.label] = MissedClass(1 - entry.value, 1 - entry.high, entry.m)
    return missed
