"""Pooling: what the networks of all folds say of the examples that they were not given, and of those they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.errors import DataError
from dlx.runs.directory import RunDirectory
from dlx.runs.predict import answers, shortest, trained
from dlx.search.trials.outcome import Outcome
from dlx.stats.intervals import Estimate, error_rate, mean_share
from dlx.stats.mean_loss import root_mean_square
from dlx.training.evaluation import Evaluation
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task

POOLED = {"train": "train", "dev": "dev", "test": OUT_OF_FOLD}  # what the errors of a part are called together


@dataclass
class PartPool:
    """What examples of a part add to the error, over the folds in which they are in it."""

    total: Array
    times: Array

    def add(self, rows: Array, mistakes: Array) -> None:
        """Add what came of one fold; those of another source have a row of −1, and do not count."""
        own = rows >= 0
        self.total[rows[own]] += mistakes[own]
        self.times[rows[own]] += 1

    def estimate(self, task: Task, labels: int) -> Estimate:
        """The error over all that were in the part, each counted once, with the interval of so many examples.

        Args:
            task: what is learned.
            labels: how many labels an example has, where it has several.
        """
        present = self.times > 0
        means = self.total[present] / self.times[present]
        if task.is_regression:
            return root_mean_square(means, np.random.default_rng(0))
        if task is Task.MULTILABEL:
            return mean_share(means, labels)
        return error_rate(float(means.mean()), len(means))


@dataclass
class Pool:
    """The networks of all folds, as they come: errors of parts, and an answer for every example out of its fold."""

    m: int
    task: Task
    labels: int = 1
    parts: dict[str, PartPool] = field(default_factory=dict)
    header: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)

    def add(self, fold: int, outcome: Outcome, dataset: Dataset) -> None:
        """Ask the network of a fold.

        Raises:
            DataError: its files are damaged, or the data have changed since it was trained.
        """
        run = RunDirectory.open(outcome.run)
        if run.facts()["data"]["fingerprint"] != dataset.fingerprint:
            raise DataError(f"{run.path}: the data have changed since fold {fold} was trained")
        model = trained(run)
        for part, name in POOLED.items():
            if part in dataset.parts:
                pool = self.parts.setdefault(name, PartPool(np.zeros(self.m), np.zeros(self.m, np.int64)))
                over = Evaluation(model.network, Reader(dataset, part, model.facts["dtype"]))
                pool.add(_rows(dataset, part), over.mistakes())
        self.rows += self._answers(fold, model, dataset)

    def _answers(self, fold: int, model: Model, dataset: Dataset) -> Iterator[list[Any]]:
        test, rows = dataset.parts["test"], _rows(dataset, "test").tolist()
        names, answer_rows = answers(model, shortest(model.outputs(test.X), model.facts["dtype"]))
        if dataset.task.is_regression:
            labels = test.y.reshape(len(rows), -1).tolist()
            self.header = ["row", "fold", *(name.replace("value", "label") for name in names), *names]
        elif dataset.task is Task.MULTILABEL:
            labels = test.y.astype(int).tolist()
            self.header = ["row", "fold", *(f"label({name})" for name in dataset.classes), *names]
        else:
            labels = [[dataset.classes[code]] for code in test.y.tolist()]
            self.header = ["row", "fold", "label", "answer", *names[1:]]
            answer_rows = ([answer, *map(_short, probabilities)] for answer, *probabilities in answer_rows)
        for row, label, answer in zip(rows, labels, answer_rows, strict=True):
            yield [row, fold, *label, *answer]

    def errors(self) -> dict[str, Estimate]:
        """By part, in the order in which parts are spoken of."""
        return {
            name: self.parts[name].estimate(self.task, self.labels) for name in POOLED.values() if name in self.parts
        }

    def table(self) -> list[list[Any]]:
        """The header, and a row for each example, in the order of the source."""
        return [self.header, *sorted(self.rows, key=lambda row: int(row[0]))]


def _short(probability: float) -> float:
    """Of two classes one has 1 − p: with no more digits than p has."""
    return float(f"{probability:.12g}")


def _rows(dataset: Dataset, part: str) -> Array:
    rows = dataset.parts[part].rows
    assert rows is not None, "folds are cut out of one source"
    return rows
