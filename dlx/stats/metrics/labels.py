"""Metrics of several labels together, any number of which an example may have."""

from __future__ import annotations

from typing import final

import numpy as np

from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import Metric
from dlx.words import Task


@final
class SubsetError(Metric):
    """The share of examples of which any label is wrong: 1 − subset accuracy; the error is the share of wrong labels.

    Interval: Wilson's (1927) of a share.
    Source: scikit-learn's accuracy_score of several labels.
    """

    name = "subset_error"
    tasks = (Task.MULTILABEL,)

    def value(self, answers: Answers) -> float:
        """The share."""
        return float(answers.wrong.any(axis=1).mean())

    def estimate(self, answers: Answers, rng: np.random.Generator) -> Estimate:
        """With the interval of a share."""
        return error_rate(self.value(answers), answers.m)
