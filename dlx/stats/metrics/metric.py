"""What a metric is: a number that is computed from a network's answers, with the interval that fits it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from math import hypot, isnan, nan
from typing import ClassVar

import numpy as np

from dlx.component import Component
from dlx.stats.intervals import Estimate, unbounded
from dlx.stats.measured import LabelValue, MeasuredMetric
from dlx.stats.metrics.answers import Answers
from dlx.words import Task

CLASSIFICATION = (Task.BINARY, Task.MULTICLASS)
CLASSES_AND_LABELS = (*CLASSIFICATION, Task.MULTILABEL)
REGRESSION = (Task.REGRESSION,)
MOST_CLASSES = 100  # for each of which documents have a value

ByClass = Sequence[Estimate | None]  # None of a class that has no value


class Metric(Component):
    """A measure of a network's answers on m examples; NaN where it is not defined on them.

    title: what tables call it; its name in words where it has none.
    tasks: that it is for.
    higher_is_better: whether more is better, as with an area or a recall; the best is then 1.
    """

    kind = "metric"
    title: ClassVar[str] = ""
    tasks: ClassVar[tuple[Task, ...]] = CLASSIFICATION
    higher_is_better: ClassVar[bool] = False

    @classmethod
    def in_words(cls) -> str:
        """What tables call it."""
        return cls.title or cls.name.replace("_", " ")

    @classmethod
    def facts(cls) -> dict[str, str]:
        """Which tasks it is for, and which way is better."""
        return {"tasks": ", ".join(cls.tasks), "better": "higher" if cls.higher_is_better else "lower"}

    @abstractmethod
    def value(self, answers: Answers) -> float:
        """The measure itself; the answers are finite."""

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """The measure with its 95 % interval; without one unless a metric has its own."""
        return unbounded(self.value(answers))

    def by_class(self, answers: Answers) -> ByClass | None:
        """The same for each class, or each of several labels, by itself; None of a metric that has no such values."""
        return None

    def of_label(self, label: Answers) -> Estimate | None:
        """The same of one of several labels, for the answers to whether an example has it; None where it has no value.

        Of several labels a metric is the mean over them, as scikit-learn's macro average, each label counting alike.
        """
        return replace(self.estimate(label, np.random.default_rng(0)), m=label.m)

    def by_label(self, answers: Answers) -> ByClass:
        """That of each label."""
        return [self.of_label(label) for label in answers.by_output]

    def loss(self, value: float) -> float:
        """What is to be small: the value, or 1 − value where more is better."""
        return 1 - value if self.higher_is_better else value


def measure(answers: Answers, labels: Sequence[object] = ()) -> dict[str, MeasuredMetric]:
    """All metrics of the task, by name.

    Of several targets, which ``labels`` name, each has its own under ``targets``.
    What is not defined is None, as all is where an answer is not finite. Intervals are the same whenever they are
    computed: what they draw is drawn from a fixed seed.
    """
    return {
        name: _measured(member.model_validate({}), answers, labels)
        for name, member in Metric.members().items()
        if answers.task in member.tasks
    }


def value_of(metric: Metric, answers: Answers) -> float:
    """The metric of these answers; NaN where one of them is not finite."""
    return metric.value(answers) if answers.is_finite else nan


def _measured(metric: Metric, answers: Answers, labels: Sequence[object]) -> MeasuredMetric:
    if not answers.is_finite:
        return MeasuredMetric(None, None, None, answers.m)
    ends = metric.estimate(answers, np.random.default_rng(0)).interval()
    by_class = metric.by_class(answers) if 0 < len(labels) <= MOST_CLASSES else None
    classes = targets = None
    if by_class is not None:
        none = Estimate(nan, nan, nan, 0)
        classes = _of_each(labels, [none if estimate is None else estimate for estimate in by_class])
    if answers.task.is_regression and 1 < len(labels) <= MOST_CLASSES:
        alone = [metric.estimate(of_one, np.random.default_rng(0)) for of_one in answers.by_output]
        targets = _of_each(labels, [replace(estimate, m=answers.m) for estimate in alone])
    return MeasuredMetric(**ends, m=answers.m, classes=classes, targets=targets)


def _of_each(labels: Sequence[object], estimates: Sequence[Estimate]) -> list[LabelValue]:
    return [
        LabelValue(label, **estimate.interval(), m=estimate.m)
        for label, estimate in zip(labels, estimates, strict=True)
    ]


def mean_of_independent(estimates: ByClass) -> Estimate:
    """The mean over those classes that have a value, each measured on examples of its own.

    v ± √Σ(v_c − end_c)²/C, the ends of independent estimates put together (Zou & Donner, Statistics in Medicine 27
    (2008)): sound also where a class has no mistake at all.
    """
    present = [estimate for estimate in estimates if estimate is not None]
    if not present:
        return unbounded(nan)
    value = sum(estimate.value for estimate in present) / len(present)
    below = hypot(*(estimate.value - estimate.low for estimate in present)) / len(present)
    above = hypot(*(estimate.high - estimate.value for estimate in present)) / len(present)
    return Estimate(value, value - below, value + above)


def mean_of_dependent(estimates: ByClass) -> Estimate:
    """The mean over those classes that have a value, where all are measured on the same examples.

    Its ends are the means of theirs: the widest that there can be, reached where all are off to the same side.
    """
    present = [estimate for estimate in estimates if estimate is not None and not isnan(estimate.value)]
    if not present:
        return unbounded(nan)
    value, low, high = (
        sum(getattr(estimate, end) for estimate in present) / len(present) for end in ("value", "low", "high")
    )
    return Estimate(value, low, high)
