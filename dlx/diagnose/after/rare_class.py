"""Rare classes: a class with few examples in train, learned by heart, that carries much of the error on dev."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.after.ending import BALANCED, WEIGH
from dlx.diagnose.findings import Cause, Finding
from dlx.diagnose.remedies.targets import may_be_weighed
from dlx.spec.sections import Spec
from dlx.stats.measured import PartMetrics
from dlx.words import percent

RARE = 0.25  # of the examples that the most frequent class has in train
FEWEST = 10  # examples of the class in dev
# By so much more often the class is missed on dev than on train, and so much of all mistakes on dev is of it, from
# a share of its examples that is less than half of that.
GAP, CARRIED = 0.2, 0.4


# A class of less than this share of the examples hardly counts in the error; more than so many of its are missed, by a
# network that tells it apart by ROC AUC.
HARDLY, MOSTLY, TOLD_APART = 0.1, 0.5, 0.7


RARE_CLASS_MISSED = Cause(
    "rare_class_missed",
    f"{WEIGH}; or keep the network and move its threshold (dlx calibrate RUN --threshold balanced_error)",
    "Bias and variance",
    explains_training=False,
)
FEW_EXAMPLES_OF_A_CLASS = Cause(
    "few_examples_of_a_class",
    "collect examples of that class, or augment it: on its few examples the network does well, on new ones not",
    "Bias and variance",
    explains_training=False,
)


def rare_class_findings(dataset: Dataset, metrics: PartMetrics, spec: Spec) -> Iterator[Finding]:
    """A finding for the class that is rare, fits train, and carries the error on dev; or for one that hardly counts.

    Args:
        dataset: that was trained on.
        metrics: of the network, by part, as `Performance` has them.
        spec: that it was trained by.
    """
    of_train, of_dev = (_missed(metrics, part) for part in ("train", "dev"))
    if not of_train or of_train.keys() != of_dev.keys() or not dataset.task.has_one_class:
        return
    if may_be_weighed(spec) and spec.diagnosis.metric is None and _tells_classes_apart(metrics):
        yield from _hardly_counting(of_train, of_dev)
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
            evidence = f"class {label} has {counts[code]:,} examples in train, of which {percent(own)} are missed, and"
            evidence = f"{evidence} {percent(there.share)} of {there.m} on dev"
            evidence = f"{evidence}, {percent(carried)} of all mistakes there by {percent(share)} of the examples"
            yield FEW_EXAMPLES_OF_A_CLASS.finding(evidence, there.share, own + GAP)


def _tells_classes_apart(metrics: PartMetrics) -> bool:
    """Whether the outputs for rare examples are others, though the class is not answered; unknown of many classes."""
    area = metrics["dev"].get("roc_auc")
    return area is None or area.value is None or area.value > TOLD_APART


def _hardly_counting(of_train: dict[Any, MissedClass], of_dev: dict[Any, MissedClass]) -> Iterator[Finding]:
    """A class so rare that missing most of it hardly counts in the error; where all is missed, another cause says so.

    Of their examples more are missed than found on train already, so that it is not that there are few of them.
    """
    m = sum(missed.m for missed in of_dev.values())
    for label, there in of_dev.items():
        own, share = of_train[label], there.m / m
        is_missed = there.share > MOSTLY and own.share > MOSTLY and there.low > GAP
        if _is_rare(there, of_dev) and there.m >= FEWEST and is_missed and min(there.share, own.share) < 1:
            evidence = f"class {label} has {percent(share, 1)} of the examples; the network misses"
            evidence = f"{evidence} {percent(there.share)} of its {there.m} on dev, which adds"
            evidence = f"{evidence} {percent(share * there.share, 1)} to the error"
            yield RARE_CLASS_MISSED.finding(evidence, there.share, MOSTLY, overrides=BALANCED)
            return


def never_answered(metrics: PartMetrics, part: str, spec: Spec) -> Iterator[Finding]:
    """A class so rare that missing most of it hardly counts, where only the answers to one part are known."""
    missed = _missed(metrics, part)
    if not may_be_weighed(spec) or spec.diagnosis.metric is not None:
        return
    m = sum(of_class.m for of_class in missed.values())
    for label, there in missed.items():
        share = there.m / m
        if _is_rare(there, missed) and there.m >= FEWEST and there.share > MOSTLY and there.low > GAP:
            evidence = f"class {label} has {percent(share, 1)} of the examples, of which the networks miss"
            evidence = f"{evidence} {percent(there.share)}; that adds {percent(share * there.share, 1)} to the error"
            yield RARE_CLASS_MISSED.finding(evidence, there.share, MOSTLY, remedy=WEIGH, overrides=BALANCED)
            return


def _is_rare(of_class: MissedClass, classes: dict[Any, MissedClass]) -> bool:
    """Whether a class hardly counts, and others do: of ten that are as frequent as each other none is rare."""
    counts = [other.m for other in classes.values()]
    return of_class.m < HARDLY * sum(counts) and of_class.m <= RARE * max(counts)


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
