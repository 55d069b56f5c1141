"""Pooling: what the networks of all folds say of the examples that they were not given, and of those they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.data.targets.target_names import columns_of, names_of_targets
from dlx.diagnose.models.fold_baselines import FoldBaseline, fold_baselines, pooled_baselines
from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.documents.diagnosis import JudgedMetric
from dlx.errors import DataError
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.answers import rows_of_answers
from dlx.runs.predictions.performance import Performance, tails_of
from dlx.runs.predictions.predict import trained
from dlx.search.trials.outcome import Outcome
from dlx.stats.intervals import Estimate, error_rate, mean_share
from dlx.stats.mean_loss import root_mean_square
from dlx.stats.measured import MeasuredMetric
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.classes import balanced_error
from dlx.stats.metrics.metric import measure
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
        missing = int(rows.max()) + 1 - len(self.total)  # of a file of which some rows are no examples
        if missing > 0:
            self.total, self.times = np.pad(self.total, (0, missing)), np.pad(self.times, (0, missing))
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
class JudgedPool:
    """What `balanced_error` needs of the answers to a part, over the folds in which an example is in it."""

    rows: list[Array] = field(default_factory=list)
    wrong: list[Array] = field(default_factory=list)
    y: list[Array] = field(default_factory=list)

    def add(self, rows: Array, answers: Answers) -> None:
        """Add those of one fold; examples of another source, which have a row of −1, do not count."""
        own = rows >= 0
        self.rows.append(rows[own])
        self.wrong.append(answers.wrong[own])
        self.y.append(answers.y[own].reshape(own.sum(), -1))

    def estimate(self, task: Task) -> Estimate:
        """The balanced error over all that were in the part, each counted once."""
        rows, first, place = np.unique(np.concatenate(self.rows), return_index=True, return_inverse=True)
        wrong, y = np.concatenate(self.wrong), np.concatenate(self.y)[first]
        total = np.zeros((len(rows), wrong.shape[1]))
        np.add.at(total, place, wrong)
        means = total / np.bincount(place)[:, np.newaxis]
        return balanced_error(means, y, of_labels=task is Task.MULTILABEL)


@dataclass
class Pool:
    """The networks of all folds, as they come: errors of parts, and an answer for every example out of its fold.

    m, task, labels: of the data: its examples, what is learned, and of several labels how many.
    metric: what is judged in place of the error, if anything.
    answered, answered_rows: of each fold, what its network says of it, and its examples.
    baselines: of each fold, what simple models make of it.
    """

    m: int
    task: Task
    labels: int = 1
    metric: str | None = None
    parts: dict[str, PartPool] = field(default_factory=dict)
    judged: dict[str, JudgedPool] = field(default_factory=dict)
    answered: list[Answers] = field(default_factory=list)
    answered_rows: list[Array] = field(default_factory=list)
    baselines: list[dict[str, FoldBaseline]] = field(default_factory=list)
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
                over = Evaluation(model.network, Reader(dataset, part, model.facts["dtype"]))
                self._add_part(name, _rows(dataset, part), over)
                if part == "test":
                    self.answered.append(over.answers())
                    self.answered_rows.append(_rows(dataset, part))
                    is_whole = over.has_all_answers
        self.baselines.append(fold_baselines(dataset, self.answered[-1]) if is_whole else {})
        self.rows += self._answers(fold, model, dataset)

    def _add_part(self, name: str, rows: Array, over: Evaluation) -> None:
        pool = self.parts.setdefault(name, PartPool(np.zeros(self.m), np.zeros(self.m, np.int64)))
        pool.add(rows, over.mistakes())
        if self.metric is not None:
            answers = over.answers()
            looked_at = np.linspace(0, len(rows) - 1, answers.m).astype(np.intp)  # all, unless there are very many
            self.judged.setdefault(name, JudgedPool()).add(rows[looked_at], answers)

    def _answers(self, fold: int, model: Model, dataset: Dataset) -> Iterator[list[Any]]:
        test, rows = dataset.parts["test"], _rows(dataset, "test").tolist()
        names, answer_rows = rows_of_answers(model, model.outputs(test.X))
        if dataset.task.is_regression:
            labels = test.y.reshape(len(rows), -1).tolist()
            self.header = ["row", "fold", *columns_of("label", names_of_targets(dataset.preprocessing)), *names]
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

    def measured(self) -> JudgedMetric | None:
        """The metric that is judged in place of the error, of each part that has one; None where the errors are."""
        if self.metric is None:
            return None
        return JudgedMetric(
            self.metric, {name: self.judged[name].estimate(self.task) for name in ("train", OUT_OF_FOLD)}
        )

    def performance(self, dataset: Dataset) -> Performance:
        """All metrics of the answers to all examples out of their fold, and what each fold's simple models reach."""
        outputs, y = (
            np.concatenate([getattr(answers, name) for answers in self.answered]) for name in ("outputs", "y")
        )
        rows = np.concatenate(self.answered_rows)
        if len(outputs) == self.m:  # in the order in which the errors are drawn from again
            order = rows.argsort()
            outputs, y, rows = outputs[order], y[order], rows[order]
        together = Answers(self.task, y, outputs)
        metrics = {OUT_OF_FOLD: measure(together, dataset.output_names)}
        tails = tails_of({OUT_OF_FOLD: together}, {OUT_OF_FOLD: 1 + rows}) if dataset.task.is_regression else {}
        return Performance(metrics, pooled_baselines(self.baselines, dataset, OUT_OF_FOLD), tails)

    def metrics_of_folds(self) -> list[dict[str, MeasuredMetric]]:
        """The metrics of each fold by itself."""
        return [measure(answers) for answers in self.answered]

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
