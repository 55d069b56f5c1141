"""The worst examples of a run as a table: what was answered, how wrong it is, where the row stands, and its columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset, Part
from dlx.data.examples import select
from dlx.data.targets.target_names import columns_of, names_of_targets
from dlx.data.values.columns import Column
from dlx.errors import UsageError
from dlx.files import to_csv
from dlx.runs.files.data_facts import data_facts, refuse_other_data
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.measured_errors import PICKED
from dlx.runs.predictions.predict import trained
from dlx.runs.predictions.table_cells import cells, columns_of_table
from dlx.runs.preparation import prepare_supervised
from dlx.spec.loader import load_spec
from dlx.stats.metrics.answers import Answers
from dlx.training.evaluation import Evaluation
from dlx.types import Array
from dlx.words import Task

MOST_ROWS = 100  # of a part
HEADER = "part,row,"  # by which such a table is known


def worst_rows(run: RunDirectory) -> bytes:
    """The worst 100 examples of dev, train_dev and train, as far as there are such parts, as CSV, the worst first.

    ``row`` counts the examples of the source that was split, or of the part itself, from 1, without a header. Of
    classes ``loss`` is −ln of the probability of the label, ``p`` the probability of the answer; of several labels
    ``loss`` is the sum over them, and each has a label, an answer and a ``p`` of its own; of a regression it is the
    mean squared residual, in the unit of errors. Then follow the columns of the data, missing values as they were
    filled in. Test is not looked at: that would spoil it.

    Raises:
        DataError: the network or the data are gone, or have changed.
    """
    experiment = prepare_supervised(load_spec(run.config).spec)
    dataset, network = experiment.dataset, trained(run).network
    refuse_other_data(run, data_facts(experiment))
    columns = columns_of_table(dataset)
    table: list[Iterable[object]] = [["part", "row", *_titles(dataset), "loss", *(column.name for column in columns)]]
    for name in PICKED:
        if name in dataset.parts:
            over = Evaluation(network, Reader(dataset, name, experiment.spec.dtype))
            if not over.has_all_answers:
                raise UsageError(f"{run.path}: --worst: {name} has too many examples to look at each")
            answers = over.answers()
            losses = _losses(answers, dataset)
            table.extend(_rows(name, dataset, answers, losses, columns))
    return to_csv(table)


def is_ours(content: bytes) -> bool:
    """Whether a file is a table that was made here."""
    return content.startswith(HEADER.encode())


def _titles(dataset: Dataset) -> list[str]:
    if dataset.task is Task.MULTILABEL:
        return [f"{what}({name})" for what in ("label", "answer", "p") for name in dataset.classes]
    if not dataset.task.is_regression:
        return ["label", "answer", "p"]
    names = names_of_targets(dataset.preprocessing)
    return [column for what in ("label", "answer") for column in columns_of(what, names)]


def _rows(
    name: str, dataset: Dataset, answers: Answers, losses: Array, columns: Sequence[Column]
) -> Iterator[list[Any]]:
    part = dataset.parts[name]
    worst = np.argsort(-losses, kind="stable")[:MOST_ROWS]
    X = np.asarray(select(part.X, worst)[:], np.float64)
    for at, index in enumerate(worst.tolist()):
        yield [
            name,
            row_number(part, index),
            *_answer(dataset, answers, index),
            float(losses[index]),
            *cells(X[at], columns),
        ]


def row_number(part: Part, index: int) -> int:
    """Where an example of a part stands in its source, from 1."""
    return 1 + (index if part.rows is None else int(part.rows[index]))


def _answer(dataset: Dataset, answers: Answers, index: int) -> list[Any]:
    if dataset.task.is_regression:
        return [*answers.y[index].tolist(), *answers.outputs[index].tolist()]
    if dataset.task is Task.MULTILABEL:
        Z = answers.outputs[index]
        return [
            *answers.y[index].astype(int).tolist(),
            *(Z > 0).astype(int).tolist(),
            *np.exp(_log_sigmoid(Z)).tolist(),
        ]
    code = int(answers.predicted[index])
    return [dataset.classes[int(answers.y[index])], dataset.classes[code], float(answers.probabilities[index, code])]


def _losses(answers: Answers, dataset: Dataset) -> Array:
    if answers.task.is_regression:
        return np.asarray((dataset.in_error_unit(answers.residuals) ** 2).mean(axis=1))
    if answers.task is Task.MULTILABEL:
        signs = 2 * answers.y - 1
        return np.asarray(-_log_sigmoid(signs * answers.outputs).sum(axis=1))
    return np.asarray(-answers.log_probabilities[np.arange(answers.m), answers.y])


def _log_sigmoid(Z: Array) -> Array:
    """ln of the sigmoid, which neither overflows nor loses what is far below 0."""
    return np.asarray(-np.logaddexp(0, -Z))
