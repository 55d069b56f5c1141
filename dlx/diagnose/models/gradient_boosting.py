"""Gradient boosting: a strong model that needs no tuning, as a bound of what the inputs let any model reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.samples import sample
from dlx.diagnose.models.simple_models import MOST_LABELED, Labeled, SimpleModel, outputs_of
from dlx.stats.boosted_trees import DEPTH, BoostedTrees, Kind
from dlx.types import Array
from dlx.words import Task

MOST_WORK = 2 * 10**7  # examples · columns · outputs · levels · trees: a third of a second
MOST_ROUNDS, FEWEST_ROUNDS, RATE = 60, 20, 0.15
MOST_COLUMNS, OF_A_TREE = 256, 32
FEWEST_LABELED, MOST_ANSWERED = 500, 20_000
MOST_OUTPUTS = 50


@final
@dataclass(frozen=True)
class GradientBoosting(SimpleModel):
    """Trees of depth 3, each fitted to what those before it leave: 60 of them, of many classes or columns fewer.

    Its work is bounded by counts and not by a clock, so that it is the same model everywhere.
    """

    name = "boosting"
    trees: BoostedTrees
    columns: Array
    classes: int

    @staticmethod
    def is_for(dataset: Dataset) -> bool:
        """Whether there is one label or number each, or few numbers, and few enough classes."""
        return dataset.task is not Task.MULTILABEL and outputs_of(dataset) <= MOST_OUTPUTS

    @staticmethod
    def most_labeled(n_x: int, outputs: int) -> int:
        """So many that half of the trees can be afforded."""
        of_each = MOST_ROUNDS // 2 * DEPTH * min(n_x, OF_A_TREE) * (outputs + 1)
        return int(np.clip(MOST_WORK / of_each, FEWEST_LABELED, MOST_LABELED))

    @classmethod
    def fit(cls, train: Labeled) -> Self:
        """Of many columns on some that are drawn once."""
        columns = sample(train.X.shape[1], MOST_COLUMNS, seed=3)
        X = train.X[:, columns]
        kind, Y = _targets(train)
        of_each = len(X) * DEPTH * min(X.shape[1], OF_A_TREE) * (Y.shape[1] + 1)
        rounds = int(np.clip(MOST_WORK / of_each, FEWEST_ROUNDS, MOST_ROUNDS))
        rate = RATE * min(MOST_ROUNDS / rounds, 2)
        return cls(BoostedTrees.fit(X, Y, kind, rounds, rate, OF_A_TREE), columns, train.classes)

    def title(self, dataset: Dataset) -> str:
        """What it is."""
        return "gradient boosting"

    def predict(self, X: Array) -> Array:
        """The class of the largest output, or the outputs."""
        outputs = self.trees.outputs(X[:, self.columns])
        if self.classes == 2:
            return np.asarray(outputs[:, 0] > 0, np.intp)
        return outputs.argmax(axis=1) if self.classes else outputs

    def most_queries(self) -> int:
        """Some ten thousand."""
        return MOST_ANSWERED


def _targets(train: Labeled) -> tuple[Kind, Array]:
    """What the trees are to give, (m, k): of two classes the second one is a label."""
    if not train.classes:
        return "values", train.y.astype(np.float64)
    if train.classes == 2:
        return "labels", train.y[:, np.newaxis].astype(np.float64)
    return "class", np.eye(train.classes)[train.y]
