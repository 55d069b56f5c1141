"""Metrics of the order in which a network ranks examples: the area under the ROC curve, and average precision."""

from __future__ import annotations

from abc import abstractmethod
from math import isnan, nan
from statistics import NormalDist
from typing import final

import numpy as np

from dlx.stats.intervals import CONFIDENCE, Estimate, error_rate
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import CLASSES_AND_LABELS, ByClass, Metric, mean_of_dependent
from dlx.types import Array
from dlx.words import Task

STEPS = 60  # of bisection


class Ranking(Metric):
    """A measure of the second class against the first; of more classes, of each against the rest, averaged.

    Of several labels it is that of those who have a label against those who have not, averaged over the labels.
    """

    tasks = CLASSES_AND_LABELS
    higher_is_better = True

    @abstractmethod
    def of_scores(self, scores: Array, positive: Array) -> float:
        """The measure of scores (m,), the positive examples (m,) among which should be high; both kinds are there."""

    @abstractmethod
    def with_interval(self, value: float, positives: int, negatives: int) -> Estimate:
        """The value with its interval, measured on so many examples of both kinds."""

    def value(self, answers: Answers) -> float:
        """Of the second class, or the mean over all that some examples have, and some have not."""
        return self.estimate(answers, np.random.default_rng(0)).value

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """Of the second class; of more classes the mean, whose ends are the means of theirs."""
        if answers.task is Task.BINARY:
            return self._against_the_rest(answers, 1) or Estimate(nan, nan, nan)
        if answers.task is Task.MULTILABEL:
            return mean_of_dependent(self.by_label(answers))
        return mean_of_dependent([self._against_the_rest(answers, code) for code in range(answers.class_count)])

    def by_class(self, answers: Answers) -> ByClass | None:
        """Of each of three or more classes, or of several labels; of two classes the value says all."""
        if answers.task is Task.BINARY:
            return None
        if answers.task is Task.MULTILABEL:
            return self.by_label(answers)
        return [self._against_the_rest(answers, code) for code in range(answers.class_count)]

    def of_label(self, label: Answers) -> Estimate | None:
        """Of those who have it against those who have not."""
        return self._against_the_rest(label, 1)

    def _against_the_rest(self, answers: Answers, code: int) -> Estimate | None:
        positive = answers.y == code
        positives = int(positive.sum())
        if positives in (0, len(positive)):
            return None
        scores = answers.outputs[:, 1] if answers.task is Task.BINARY else answers.log_probabilities[:, code]
        return self.with_interval(self.of_scores(scores, positive), positives, len(positive) - positives)


@final
class RocAuc(Ranking):
    """The area under the ROC curve: the probability that an example of the class is ranked above one of another class.

    Ties count one half; 0.5 is chance. Of more than two classes each is ranked against the rest, and the mean counts.
    Interval: the score interval of R. Newcombe, Statistics in Medicine 25 (2006), method 5, which has an extent where
    the ranking is perfect, too.
    Source: J. Hanley & B. McNeil, Radiology 143 (1982).
    """

    name = "roc_auc"
    title = "ROC AUC"

    def of_scores(self, scores: Array, positive: Array) -> float:
        """The share of pairs in the right order."""
        negatives = np.sort(scores[~positive])
        ranked = scores[positive]
        below = np.searchsorted(negatives, ranked, "left") + np.searchsorted(negatives, ranked, "right")
        return float(below.sum() / (2 * len(ranked) * len(negatives)))

    def with_interval(self, value: float, positives: int, negatives: int) -> Estimate:
        """The θ for which the value lies no more than z standard errors away, their variance that of θ."""
        return Estimate(
            value,
            _farthest(value, 0.0, positives, negatives),
            _farthest(value, 1.0, positives, negatives),
            positives + negatives,
        )


def _farthest(value: float, end: float, positives: int, negatives: int) -> float:
    """The θ farthest towards an end that the value does not contradict, by bisection."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    inside, outside = value, end
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if (middle - value) ** 2 <= z * z * _variance(middle, positives, negatives):
            inside = middle
        else:
            outside = middle
    return inside


def _variance(theta: float, positives: int, negatives: int) -> float:
    """θ(1 − θ)/(mn)·(1 + (N − 1)·((1 − θ)/(2 − θ) + θ/(1 + θ))), N = (m + n)/2."""
    spread = (1 - theta) / (2 - theta) + theta / (1 + theta)
    return theta * (1 - theta) / (positives * negatives) * (1 + ((positives + negatives) / 2 - 1) * spread)


@final
class AveragePrecision(Ranking):
    """Σ (R_k − R_{k−1})·P_k over the thresholds: precision, averaged over the recall that each threshold adds.

    Chance has the share of the class. Of more than two classes each is ranked against the rest, and the mean counts.
    Interval: that of a share of the positive examples, the binomial model of K. Boyd, K. Eng & D. Page, "Area under the
    precision-recall curve", ECML 2013, with Wilson's ends.
    Source: M. Zhu, "Recall, precision and average precision", Waterloo 2004; no interpolation, as in scikit-learn.
    """

    name = "average_precision"

    def of_scores(self, scores: Array, positive: Array) -> float:
        """The sum over the distinct scores, the highest first."""
        order = np.argsort(-scores, kind="stable")
        ranked = scores[order]
        last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of the examples with the same score
        hits = np.cumsum(positive[order])[last]
        precision, added = hits / (last + 1), np.diff(hits, prepend=0)
        return float((precision * added).sum() / hits[-1])

    def with_interval(self, value: float, positives: int, negatives: int) -> Estimate:
        """That of a share of the positive examples."""
        return error_rate(min(value, 1.0), positives) if not isnan(value) else Estimate(nan, nan, nan)
