"""Inference: what the trained network of a run says of the examples in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import PydanticCustomError

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset, Part
from dlx.data.examples import Examples
from dlx.data.loading import read_like
from dlx.data.targets.labels import Labels
from dlx.data.targets.target_names import names_of_targets
from dlx.data.targets.target_scaling import check_positive
from dlx.data.targets.weights import combined
from dlx.errors import DataError, Diverged, remark
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import MODEL, REFIT
from dlx.runs.objective import no_network
from dlx.runs.predictions.answers import RowAnswers, rows_of_answers
from dlx.runs.predictions.seen_examples import seen_in_training
from dlx.runs.reading.references import open_run
from dlx.spec.trust import load_of
from dlx.stats.calibration import at_threshold, tempered
from dlx.stats.intervals import error_rate
from dlx.stats.metrics.metric import measure
from dlx.stats.metrics.probabilities import LogLoss
from dlx.text import option
from dlx.training.error_unit import unit_of_errors
from dlx.training.evaluation import Evaluation, measured
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task

BEYOND = "its numbers are beyond what the network can take"


@dataclass(frozen=True)
class PredictionTable:
    """A header and m rows, one for each example in the order of the file, and why some of them have no answer."""

    header: list[str]
    rows: Iterator[list[Any]]
    m: int
    unanswered: Mapping[int, str]


def predictions(run: str, path: Path, strict: bool = False) -> PredictionTable:
    """What the network of a run says of each example in a file.

    Classes are named as the user's labels: ``class``, then ``p(label)`` for each of them; of several labels a column of
    0 and 1 under the name of each comes first. A regression gives ``value``, of several targets each under its name. Of
    images, ``file`` comes first. Where some rows cannot be answered, a last column ``unanswered`` says
    why, and their other cells are empty; where none can, or where that is to be ``strict``, the file is refused.
    """
    answers = row_answers(run, path, strict)
    model, unanswered, m = answers.model, answers.unanswered, answers.m
    header, answered_rows = rows_of_answers(model, answers.A)
    if not unanswered:
        return _with_names(PredictionTable(header, answered_rows, m, {}), answers.names)
    empty = [None] * len(header)
    rows = ([*empty, unanswered[row]] if row in unanswered else [*next(answered_rows), None] for row in range(m))
    return _with_names(PredictionTable([*header, "unanswered"], rows, m, unanswered), answers.names)


def row_answers(run: str, path: Path, strict: bool = False, may_be_none: bool = False) -> RowAnswers:
    """The same before it is written down; ``may_be_none``: also where no row can be answered."""
    model = model_of(run)
    preprocessing = model.facts["preprocessing"]
    examples = read_like(preprocessing, path.resolve(), labelled=False, strict=strict, may_be_none=may_be_none)
    unanswered = {fault.row: fault.reason for fault in reversed(examples.faults)}
    A = model.outputs(examples.X)
    m = len(A) + len(unanswered)
    answered = np.setdiff1d(np.arange(m), list(unanswered))
    infinite = np.flatnonzero(~np.isfinite(A).all(axis=1))
    if len(infinite) and (strict or (len(infinite) == len(A) and not may_be_none)):
        raise _not_finite(infinite, len(A), run, path)
    unanswered |= {int(answered[row]): f"example {answered[row] + 1}: {BEYOND}" for row in infinite}
    return RowAnswers(model, np.delete(A, infinite, axis=0), m, dict(sorted(unanswered.items())), examples.names)


def _with_names(table: PredictionTable, names: Sequence[str]) -> PredictionTable:
    """The table with the file of each row in front of it, where each has one of its own."""
    if not names:
        return table
    rows = ([name, *row] for name, row in zip(names, table.rows, strict=True))
    return replace(table, header=["file", *table.header], rows=rows)


def evaluation(run: str, path: Path, target: str | None = None, strict: bool = False) -> dict[str, Any]:
    """Cost, error and metrics on the labelled examples of a file, with their 95 % intervals.

    The cost is weighted as that of dev: by train's weights of the classes, and where the file has the column by those
    of its examples. ``in_train`` counts the examples that training has seen, null where nobody can tell. Rows that
    cannot be answered, or whose label train lacks, are left out: ``left_out`` has how many, and ``reasons``. Where that
    is to be ``strict``, the file is refused.
    """
    model, directory = model_of(run), open_run(run)
    if directory.predicting_model == REFIT:
        note = directory.facts()["refit"]["note"]
        remark(f"{run}: {note}; what follows is of the network that predicts")
    facts = model.facts
    examples = read_like(facts["preprocessing"], path.resolve(), target, strict=strict)
    if examples.y is None:
        raise DataError(f"{path}: there are no labels to compare with; name them with {option('target', ..., 'y')}")
    _check_targets(model, examples.y, examples.origin)
    dataset = _dataset(model, examples)
    over = Evaluation(model.network, Reader(dataset, "data", facts["dtype"]))
    estimate, cost, answers = measured(over), over.run()[0], over.answers()
    if model.temperature != 1 or model.threshold != 0.5:  # as `dlx calibrate --apply` has it
        answers = at_threshold(tempered(answers, model.temperature), model.threshold)
        estimate = error_rate(float((answers.predicted != answers.y).mean()), answers.m)
        cost = LogLoss().value(answers)
    metrics = measure(answers, facts["classes"] or names_of_targets(facts["preprocessing"]))
    dataset.normalized.clear()  # so that this and train's examples need not be there at the same time
    del over, answers
    return {
        "run": run,
        "data": str(path),
        "m": len(examples.y),
        "in_train": seen_in_training(directory, examples),
        "cost": cost,
        "error": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        **({"target_errors": unit} if (unit := unit_of_errors(dataset)) else {}),
        **_left_out(examples),
        "metrics": metrics,
    }


def _check_targets(model: Model, y: Array, origin: str) -> None:
    """Raises `DataError` where a target is none that the network can have learned."""
    check_positive(model.target_scaling.name, y, origin)
    least = model.network.loss.least_target
    if least is not None and y.min() < least:
        what = f"the loss {model.network.loss.name} needs targets of {least:g} or more"
        raise DataError(f"{origin}: {what}; the least one is {y.min():g}")


def _left_out(examples: Examples) -> dict[str, Any]:
    """How many rows are, and why; nothing where all are there."""
    reasons = {fault.row: fault.reason for fault in reversed(examples.faults)}
    return {"left_out": len(reasons), "reasons": [reasons[row] for row in sorted(reasons)]} if reasons else {}


def _not_finite(rows: Array, m: int, run: str, path: Path) -> DataError | Diverged:
    """The error for outputs that are not finite in these rows of m."""
    if len(rows) == m:
        return Diverged(f"{run}: none of its predictions is finite: its training has diverged, or no input is in range")
    what = f"the prediction for example {rows[0] + 1} is not finite (so for {len(rows)} of {m} examples)"
    return DataError(f"{path}: {what}: {BEYOND}")


def model_of(run: str) -> Model:
    """The network of a run that predicts, its plugins loaded.

    Raises:
        UsageError: an objective was minimized, or a plugin is not trusted.
        DataError: its file is damaged.
    """
    directory = open_run(run)
    name = directory.predicting_model
    _, facts = directory.model(name)
    if name == MODEL and (refit := directory.facts().get("refit")):
        what = f"the network has not been trained again on all {refit['examples']:,} examples yet"
        remark(f"{run}: {what}; this is the one that was trained on train alone")
    if "objective" in facts:
        raise no_network(run, facts["objective"]["name"], "there is no network in it")
    load_of(directory.path / name, facts["plugins"])
    model, calibration = trained(directory, name), directory.calibration()
    model.temperature = calibration.get("temperature", 1.0)
    model.threshold = calibration.get("threshold", 0.5)
    return model


def trained(run: RunDirectory, name: str = MODEL) -> Model:
    """The network in the directory of a run whose errors it tells; raises `DataError` where its file is damaged."""
    arrays, facts = run.model(name)
    try:
        return Model(arrays, facts)
    except PydanticCustomError as error:  # it names a component that nobody has defined
        raise DataError(f"{run.path / name}: {error}") from error
    except (KeyError, ValueError, TypeError, IndexError) as error:  # what is in it does not make a network
        raise DataError(f"{run.path / name}: is damaged: {type(error).__name__}: {error}") from error


def _dataset(model: Model, examples: Examples) -> Dataset:
    preprocessing, y = model.facts["preprocessing"], examples.y
    labels = Labels(Task(preprocessing["task"]), tuple(preprocessing["classes"]), preprocessing["targets"])
    per_class = preprocessing.get("class_weights")
    parts: dict[str, Part] = {}
    if y is not None:
        weights = combined(None if per_class is None else np.array(per_class), y, examples.weights, examples.origin)
        parts["data"] = Part(examples.X, y, weights=weights)
    unit = preprocessing.get("error_unit")
    fitted = model.shift, model.scale, preprocessing, model.target_scaling, None if unit is None else np.array(unit)
    return Dataset(parts, labels, examples.features, examples.image_shape, *fitted)
