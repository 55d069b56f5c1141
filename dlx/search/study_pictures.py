"""The pictures of a study: curves over each other, decision regions and activations side by side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.experiment import dataset_of
from dlx.inference import model_of
from dlx.plots import Group, Panel, activations, boundaries, overlay, sweep
from dlx.render.numbers import error
from dlx.runs import RunDirectory

if TYPE_CHECKING:
    from dlx.nn.tape import Array
    from dlx.search.study import StudyRun
    from dlx.search.trials import Outcome

MOST_PANELS = 24  # networks that one picture holds
EXAMPLES = 1024  # of train that the layers are shown
MOST_POINTS = 400  # of train beside the decision regions


def draw(run: StudyRun, document: Mapping[str, Any]) -> list[Path]:
    """Draw and keep what there is to draw of a study that has been trained; returns where it lies."""
    title, task = document["name"], document["task"]
    usable = {one.name: [outcome for outcome in run.of(one.name) if outcome.usable] for one in run.study.variants}
    usable = {name: outcomes for name, outcomes in usable.items() if outcomes}
    if not usable:
        return []
    groups = [Group(name, [_metrics(outcome) for outcome in outcomes]) for name, outcomes in usable.items()]
    drawn = {"curves": overlay(groups, title=title, task=task)}
    networks = {one.name for one in run.study.variants if one.spec.objective is None}
    shown = [name for name in usable if name in networks][:MOST_PANELS]
    models = {name: model_of(usable[name][0].run) for name in shown}
    datasets = {one.name: dataset_of(one.spec) for one in run.study.variants if one.name in models}
    train = {name: dataset.parts["train"] for name, dataset in datasets.items()}
    if datasets and all(dataset.n_x == 2 for dataset in datasets.values()):
        first = next(iter(train.values()))
        panels = [Panel(_label(name, usable[name][0], task), models[name].outputs) for name in models]
        every = -(-first.m // MOST_POINTS)
        parts = {"train": (np.asarray(first.X[::every]), np.asarray(first.y[::every]))}
        drawn["boundaries"] = boundaries(panels, parts, title=title, task=task)
    layers = {name: model.hidden(_some(train[name].X)) for name, model in models.items()}
    if any(layers.values()):
        drawn["activations"] = activations(
            {name: some for name, some in layers.items() if some}, title=f"{title}: A of the hidden layers on train"
        )
    swept = run.study.plan.told.sweep
    if swept is not None and len(swept) == 1:
        key, values = next(iter(swept.items()))
        errors = [one["errors"] for one in document["variants"]]
        if any(errors):
            drawn["sweep"] = sweep(values, errors, key=key, title=title, task=task)
    return [run.directory.write_picture(name, png) for name, png in drawn.items()]


def _metrics(outcome: Outcome) -> dict[str, list[float]]:
    return RunDirectory.open(outcome.run).metrics()


def _label(name: str, outcome: Outcome, task: str) -> str:
    part = "dev" if "dev" in outcome.errors else "train"
    return f"{name}: {part} {error(outcome.errors[part].value, task)}"


def _some(X: Any) -> Array:
    """Examples that lie evenly over a part; one in a file is read."""
    index = np.linspace(0, len(X) - 1, min(len(X), EXAMPLES)).astype(np.intp)
    rows: Array = X.take(index) if hasattr(X, "take") and not isinstance(X, np.ndarray) else X[index]
    return rows
