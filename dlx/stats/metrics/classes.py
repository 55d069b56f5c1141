"""Metrics of what is taken for what: balanced error, precision, recall and F1, of each class and averaged."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import final

import numpy as np

from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import (
    CLASSES_AND_LABELS,
    ByClass,
    Metric,
    mean_of_dependent,
    mean_of_independent,
)
from dlx.types import Array
from dlx.words import Task


class OfClasses(Metric):
    """The mean of a share over the classes, each of which counts alike however rare it is.

    Of several labels it is the mean over them; one that no example has, and none is said to have, does not count.
    """

    tasks = CLASSES_AND_LABELS

    @abstractmethod
    def shares(self, answers: Answers) -> tuple[Array, Array, Array]:
        """Of each class (C,): the count in question, of how many, and whether the class counts in the mean."""

    def of_share(self, share: Estimate) -> Estimate:
        """What is measured, where it is not the share itself."""
        return share

    def value(self, answers: Answers) -> float:
        """The mean over the classes that count."""
        return self.estimate(answers, np.random.default_rng(0)).value

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """The mean over the classes that count, each measured on its own examples, or over labels, which share them."""
        if answers.task is Task.MULTILABEL:
            return mean_of_dependent(self.by_label(answers))
        return mean_of_independent(self.by_class(answers))

    def of_label(self, label: Answers) -> Estimate | None:
        """That of the examples that have the label, or are said to."""
        return self.by_class(label)[1]

    def by_class(self, answers: Answers) -> ByClass:
        """Of each class with its interval; None where it does not count."""
        if answers.task is Task.MULTILABEL:
            return self.by_label(answers)
        counts, sizes, present = (array.tolist() for array in self.shares(answers))
        rows = zip(counts, sizes, present, strict=True)
        return [self._estimate(count, size) if counts_in else None for count, size, counts_in in rows]

    def _estimate(self, count: int, size: int) -> Estimate:
        share = error_rate(count / size, size) if size else Estimate(0.0, 0.0, 0.0, 0)
        return self.of_share(share)


@final
class BalancedError(OfClasses):
    """The mean over the classes of the share of each that is taken for another: 1 − balanced accuracy.

    A network that gives every example the same class has 1 − 1/C, however rare the others are. Interval: those of the
    classes (Wilson 1927), put together as independent. Classes without an example do not count. Of several labels it is
    the mean over them, for each of which having it and not having it are the classes.
    Source: K. Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010.
    """

    name = "balanced_error"

    def shares(self, answers: Answers) -> tuple[Array, Array, Array]:
        """The wrong ones of each class."""
        return answers.of_class - answers.hits, answers.of_class, answers.of_class > 0

    def of_label(self, label: Answers) -> Estimate:
        """The mean over the examples that have the label and those that have not."""
        return replace(mean_of_independent(self.by_class(label)), m=label.m)


def balanced_error(wrong: Array, y: Array, of_labels: bool) -> Estimate:
    """The same of examples that may have been answered several times.

    Args:
        wrong: how often each was answered wrongly, as a share, (m, 1), or for each of several labels, (m, k).
        y: class codes (m, 1), or 0 or 1 for each label (m, k).
        of_labels: whether it is of several labels.
    """
    columns = [_over_classes(mistakes, codes) for mistakes, codes in zip(wrong.T, y.T, strict=True)]
    return replace(mean_of_dependent(columns) if of_labels else columns[0], m=len(y))


def _over_classes(mistakes: Array, codes: Array) -> Estimate:
    of_each = [mistakes[codes == code] for code in np.unique(codes)]
    return mean_of_independent([error_rate(float(of_class.mean()), len(of_class)) for of_class in of_each])


@final
class Precision(OfClasses):
    """TP/(TP + FP): of those that are taken for a class, the share that is of it; averaged over the classes.

    Classes that no example has and none is taken for do not count; one that none is taken for has 0. Interval: those
    of the classes (Wilson 1927), put together as independent.
    Source: C. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7.
    """

    name = "precision"
    higher_is_better = True

    def shares(self, answers: Answers) -> tuple[Array, Array, Array]:
        """The right ones of those that are taken for each class."""
        return answers.hits, answers.as_class, (answers.of_class > 0) | (answers.as_class > 0)


@final
class Recall(OfClasses):
    """TP/(TP + FN): of those that are of a class, the share that is taken for it; averaged over the classes.

    Classes that no example has and none is taken for do not count; one that no example has, but some are taken for,
    has 0. Interval: those of the classes (Wilson 1927), put together as independent.
    Source: C. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7.
    """

    name = "recall"
    higher_is_better = True

    def shares(self, answers: Answers) -> tuple[Array, Array, Array]:
        """The right ones of each class."""
        return answers.hits, answers.of_class, (answers.of_class > 0) | (answers.as_class > 0)


@final
class F1(OfClasses):
    """2·TP/(2·TP + FP + FN), the harmonic mean of precision and recall; averaged over the classes.

    It is 2J/(1 + J) with J = TP/(TP + FP + FN), a share of the examples that are of the class or taken for it (Hand,
    Christen & Kirielle, "F*", Machine Learning 110 (2021)), whose Wilson interval gives that of F1. Classes share
    examples, so the ends of the average are the averages of the ends, the widest that there can be.
    Source: C. van Rijsbergen, Information Retrieval, 2nd ed., 1979, chapter 7.
    """

    name = "f1"
    title = "F1"
    higher_is_better = True

    def shares(self, answers: Answers) -> tuple[Array, Array, Array]:
        """The right ones of those that are of a class or taken for it."""
        either = answers.of_class + answers.as_class - answers.hits
        return answers.hits, either, either > 0

    def of_share(self, share: Estimate) -> Estimate:
        """F1 of J."""
        value, low, high = (2 * end / (1 + end) for end in (share.value, share.low, share.high))
        return Estimate(value, low, high, share.m)

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """The mean over the classes, or labels, which share examples."""
        return mean_of_dependent(self.by_class(answers))
