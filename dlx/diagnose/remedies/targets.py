"""What may help through the targets: the scale on which they are learned, and how much each class counts."""

from __future__ import annotations

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.remedies.changes import Overrides, SpecContext, change
from dlx.spec.sections import Spec
from dlx.stats.skewness import grow_by_factors
from dlx.training.build import takes_weights


def are_of_factors(dataset: Dataset) -> bool:
    """Whether all targets of a regression seem to grow by factors, in train, and are positive in all parts."""
    if not dataset.task.is_regression or any(part.y.min() <= 0 for part in dataset.parts.values()):
        return False
    return all(map(grow_by_factors, dataset.parts["train"].y.T))


def are_unequal(dataset: Dataset) -> bool:
    """Whether a class has less than half of the examples in train that the most frequent one has."""
    if not dataset.task.has_one_class:
        return False
    counts = np.bincount(dataset.parts["train"].y, minlength=len(dataset.classes))
    return bool(2 * counts.min() < counts.max())


@change("targets that grow by factors, as prices do, lie evenly on a scale of logarithms", "Normalizing inputs")
def log_targets(now: SpecContext) -> Overrides:
    """Of 300 such targets it brought the median absolute error on dev from 47,000 to 18,000, the RMSE from 104,000 to
    93,000.
    """
    has_log_link = now.spec.loss is not None and now.spec.loss.has_log_link
    is_log = now.spec.data.normalize_targets == "log"
    return {"data.normalize_targets": "log"} if now.facts.by_factors and not (is_log or has_log_link) else {}


def may_be_weighed(spec: Spec) -> bool:
    """Whether no weights of classes are stated, and the loss can take them, as that of a plugin may not."""
    return spec.data.class_weight is None and (spec.loss is None or takes_weights(spec.loss))


@change("the balanced error counts all classes alike, and so should the cost", "Bias and variance")
def weighed_classes(now: SpecContext) -> Overrides:
    is_asked_for = now.spec.diagnosis.metric is not None and may_be_weighed(now.spec)
    return {"data.class_weight": "balanced"} if is_asked_for and now.facts.unequal else {}
