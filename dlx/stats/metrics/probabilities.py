"""Metrics of the probabilities that a network gives: log loss and Brier score."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from math import inf
from typing import final

import numpy as np

from dlx.stats.intervals import Estimate
from dlx.stats.mean_loss import mean_loss
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import CLASSES_AND_LABELS, ByClass, Metric
from dlx.types import Array
from dlx.words import Task


class MeanLoss(Metric):
    """The mean of what each example adds; its interval is the studentized bootstrap of `mean_loss`.

    Of several labels an example adds the mean over them.
    """

    tasks = CLASSES_AND_LABELS

    def added(self, answers: Answers) -> Array:
        """What each example adds, (m,), also of several labels."""
        if answers.task is Task.MULTILABEL:
            return np.asarray(np.mean([self.losses(label) for label in answers.by_output], axis=0))
        return self.losses(answers)

    def by_class(self, answers: Answers) -> ByClass | None:
        """Of each of several labels."""
        return self.by_label(answers) if answers.task is Task.MULTILABEL else None

    @abstractmethod
    def losses(self, answers: Answers) -> Array:
        """What each example of one class adds, (m,), not below 0."""

    @abstractmethod
    def most(self, answers: Answers) -> float:
        """The most that an example can add."""

    def value(self, answers: Answers) -> float:
        """The mean."""
        return float(self.added(answers).mean())

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """The mean with its interval, whose end a few large losses put beyond what there can be."""
        estimate = mean_loss(self.added(answers), rng, may_be_heavy=False)
        return replace(estimate, high=min(estimate.high, self.most(answers)))


@final
class LogLoss(MeanLoss):
    """−(1/m)·Σ ln p(the true class): the cross-entropy cost, without any penalty or weights.

    It is computed from the logits, so no probability is clipped.
    Source: I. J. Good, "Rational decisions", JRSS B 14 (1952).
    """

    name = "log_loss"

    def most(self, answers: Answers) -> float:
        """A true class may be given any small probability."""
        return inf

    def losses(self, answers: Answers) -> Array:
        """−ln p of the true class."""
        return -answers.log_probabilities[np.arange(answers.m), answers.y]


@final
class Brier(MeanLoss):
    """(1/m)·Σ (p − y)², p the probability of the second class; of more classes summed over all of them.

    Two classes, and labels, are from 0 to 1, more from 0 to 2, as in scikit-learn.
    Source: G. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
    """

    name = "brier"
    title = "Brier score"

    def most(self, answers: Answers) -> float:
        """1 of two classes, and of labels, 2 of more."""
        return 2.0 if answers.task is Task.MULTICLASS else 1.0

    def losses(self, answers: Answers) -> Array:
        """The squared differences of the probabilities from 0 and 1."""
        differences = answers.probabilities.copy()
        differences[np.arange(answers.m), answers.y] -= 1
        squares: Array = (differences**2).sum(axis=1)
        return squares / 2 if answers.task is Task.BINARY else squares
