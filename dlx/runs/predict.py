"""Inference: what the trained network of a run says of the examples in a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset, Part
from dlx.data.labels import Labels
from dlx.data.loading import read_like
from dlx.data.target_scaling import check_positive
from dlx.errors import DataError, Diverged
from dlx.runs.directory import RunDirectory
from dlx.runs.file_names import MODEL
from dlx.runs.objective import no_network
from dlx.runs.references import open_run
from dlx.spec.trust import load_of
from dlx.training.evaluation import Evaluation, measured
from dlx.training.model import Model
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.data.examples import Examples
    from dlx.types import Array


def predictions(run: str, path: Path) -> tuple[list[str], Iterator[list[Any]]]:
    """A header and one row for each example, in the order of the file.

    Classes are named as the user's labels: ``class``, then ``p(label)`` for each of them; a regression gives ``value``
    (``value1``, ``value2`` … where there are several).
    """
    model = model_of(run)
    A = _finite(model.outputs(_examples(model, path, labelled=False).X), run, path)
    A = _shortest(A, model.facts["dtype"])
    classes = model.facts["classes"]
    if not classes:
        names = ["value"] if A.shape[1] == 1 else [f"value{k + 1}" for k in range(A.shape[1])]
        return names, iter(A.tolist())
    P = np.column_stack([1 - A, A]) if A.shape[1] == 1 else A
    rows = ([classes[p.argmax()], *p.tolist()] for p in P)
    return ["class", *(f"p({label})" for label in classes)], rows


def evaluation(run: str, path: Path, target: str | None = None) -> dict[str, Any]:
    """Cost and error on the labelled examples of a file, with the error's 95 % interval."""
    model = model_of(run)
    facts, examples = model.facts, _examples(model, path, target)
    if examples.y is None:
        raise DataError(f"{path}: there are no labels to compare with; name their column or file with --target")
    check_positive(model.target_scaling.name, examples.y, examples.origin)
    over = Evaluation(model.network, Reader(_dataset(model, examples), "data", facts["dtype"]))
    estimate = measured(over)
    return {
        "run": run,
        "data": str(path),
        "m": len(examples.y),
        "cost": over.run()[0],
        "error": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
    }


def _finite(A: Array, run: str, path: Path) -> Array:
    """The outputs (m, n_y); raises where one is not finite."""
    rows = np.flatnonzero(~np.isfinite(A).all(axis=1))
    if len(rows) == len(A) > 0:
        raise Diverged(f"{run}: none of its predictions is finite: its training has diverged, or no input is in range")
    if len(rows):
        what = f"the prediction for example {rows[0] + 1} is not finite (so for {len(rows)} of {len(A)} examples)"
        raise DataError(f"{path}: {what}: its numbers are beyond what the network can take")
    return A


def _shortest(A: Array, dtype: str) -> Array:
    """Numbers whose float64 is written with no more digits than the network's type has.

    Of float32 they are 12 digits where targets were scaled: large targets may lie close to each other.
    """
    if dtype != "float32":
        return A
    digits = A.astype(str) if A.dtype == np.float32 else np.array([f"{value:.12g}" for value in A.flat])
    return digits.astype(np.float64).reshape(A.shape)


def model_of(run: str) -> Model:
    """The trained network of a run, its plugins loaded.

    Raises:
        UsageError: an objective was minimized, or a plugin is not trusted.
        DataError: its file is damaged.
    """
    directory = open_run(run)
    _, facts = directory.model()
    if "objective" in facts:
        raise no_network(run, facts["objective"]["name"], "there is no network in it")
    load_of(directory.path / MODEL, facts["plugins"])
    return trained(directory)


def trained(run: RunDirectory) -> Model:
    """The trained network in the directory of a run; raises `DataError` where its file is damaged."""
    arrays, facts = run.model()
    try:
        return Model(arrays, facts)
    except (KeyError, ValueError, TypeError, IndexError) as error:  # what is in it does not make a network
        raise DataError(f"{run.path / MODEL}: is damaged: {type(error).__name__}: {error}") from error


def _examples(model: Model, path: Path, target: str | None = None, labelled: bool = True) -> Examples:
    return read_like(model.facts["preprocessing"], path.resolve(), target, labelled)


def _dataset(model: Model, examples: Examples) -> Dataset:
    preprocessing, y = model.facts["preprocessing"], examples.y
    labels = Labels(Task(preprocessing["task"]), tuple(preprocessing["classes"]), preprocessing["targets"])
    parts: dict[str, Part] = {} if y is None else {"data": Part(examples.X, y)}
    fitted = model.shift, model.scale, preprocessing, model.target_scaling
    return Dataset(parts, labels, examples.features, examples.image_shape, *fitted)
