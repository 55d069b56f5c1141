"""Trainings in folds beside each other: what each example adds to the error of the network that was not given it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dlx.errors import DataError
from dlx.runs.compare.run import FOLD, ComparedRun
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.files.fold_directories import is_of_folds
from dlx.stats.effects import contributions
from dlx.types import Array
from dlx.words import Task

MISSING = "its answers out of fold are not there, or not whole"


class OutOfFold(NamedTuple):
    """The examples, by their rows and labels, and what each of them adds to the error, (m,)."""

    examples: tuple[tuple[str, ...], ...]
    added: Array


def folds_of(run: ComparedRun) -> Path | None:
    """The directory of the training in folds that a run is one of; None of any other run."""
    folder = run.path.resolve().parent.parent
    return folder if run.settings.get(FOLD) is not None and is_of_folds(folder) else None


def trainings_in_folds(runs: Sequence[ComparedRun]) -> list[list[ComparedRun]] | None:
    """The runs by the training in folds that they are of; None where any is of none, or not all folds are there."""
    by_folder: dict[Path | None, list[ComparedRun]] = {}
    for run in runs:
        by_folder.setdefault(folds_of(run), []).append(run)
    whole = all(len(group) == group[0].settings["data.folds"] for folder, group in by_folder.items() if folder)
    return None if None in by_folder or not whole else [*by_folder.values()]


def answers_out_of_fold(runs: Sequence[ComparedRun]) -> OutOfFold:
    """What the networks of a training in folds, whose runs these are, add to its error, in the order of the rows.

    Raises:
        DataError: the table of the answers is gone or damaged.
    """
    folder = folds_of(runs[0])
    assert folder is not None, "these are runs of a training in folds"
    rows = [*csv.reader(io.StringIO(FoldsDirectory(folder).read(FoldsDirectory.predictions).decode()))]
    try:
        task, units = runs[0].task, {run.settings[FOLD]: _unit(run) for run in runs}
        labels = sum(name.startswith("label") for name in rows[0])
        mistakes = np.array([_mistake(row[1:], labels, task, units) for row in rows[1:]])
        examples = tuple((row[0], *row[2 : 2 + labels]) for row in rows[1:])
    except (IndexError, ValueError, KeyError) as error:
        raise DataError(f"{folder}: {MISSING}: {FoldsDirectory.predictions} ({error})") from None
    return OutOfFold(examples, contributions(mistakes, runs[0].is_regression))


def _unit(run: ComparedRun) -> Array | float:
    """What the residuals of a regression are divided by in a fold."""
    unit = run.run.model()[1]["preprocessing"].get("error_unit") if run.is_regression else None
    return 1.0 if unit is None else np.array(unit)


def _mistake(row: Sequence[str], labels: int, task: Task | None, units: Mapping[int, Array | float]) -> float:
    """Of a row of the answers without its number: fold, labels, answers, and of classes probabilities."""
    fold, own, answered = row[0], row[1 : 1 + labels], row[1 + labels : 1 + 2 * labels]
    if task is Task.REGRESSION:
        residuals = (np.array(own, np.float64) - np.array(answered, np.float64)) / units[int(fold)]
        return float(np.square(residuals).mean())
    return float(np.mean([label != answer for label, answer in zip(own, answered, strict=True)]))
