"""The pictures of a study: curves over each other, decision regions and activations side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from dlx.documents.study import StudyDocument
from dlx.nn.landscape import Landscape
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.predict import model_of
from dlx.search.study.file import Variant
from dlx.search.study.study import StudyRun
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.shared_data import data_of
from dlx.show.charts.groups import Group
from dlx.show.drawing_process import DrawingProcess
from dlx.show.numbers import error
from dlx.show.pictures import DescentPath, Panel, activations, boundaries, overlay, paths, sweep
from dlx.stats.intervals import Estimate
from dlx.training.model import Model
from dlx.types import Array
from dlx.words import Task

KINDS = ("curves", "boundaries", "activations", "paths", "sweep")
MOST_PANELS = 24  # networks that one picture holds
EXAMPLES = 1024  # of train that the layers are shown
MOST_POINTS = 400  # of train beside the decision regions


def draw(
    run: StudyRun,
    document: StudyDocument,
    titles: Mapping[str, str] | None = None,
    process: DrawingProcess | None = None,
) -> list[Path]:
    """Draw and keep what there is to draw of a study that has been trained; returns where it lies.

    Args:
        run, document: of the study.
        titles: of pictures by their names, where they are not that of the study.
        process: which may draw.
    """
    picture_of = (process or DrawingProcess(is_wanted=False)).draw
    task, title_of = document.task, {**dict.fromkeys(KINDS, document.name), **(titles or {})}
    usable = _usable(run)
    if not usable:
        return []
    groups = [
        Group(name, [RunDirectory.open(outcome.run).metrics() for outcome in outcomes])
        for name, outcomes in usable.items()
    ]
    pictures = {"curves": picture_of(overlay, groups, title=title_of["curves"], task=task)}
    variants = [variant for variant in run.study.variants if variant.name in usable]
    trained = [variant for variant in variants if variant.spec.objective is None]
    networks = [_network(variant, usable[variant.name][0]) for variant in trained[:MOST_PANELS]]
    if panels := [network.panel(task) for network in networks if network.task == task and network.has_regions]:
        pictures["boundaries"] = picture_of(boundaries, panels, title=title_of["boundaries"], task=task)
    if layers := {network.name: hidden for network in networks if (hidden := network.model.hidden(network.X))}:
        pictures["activations"] = picture_of(activations, layers, title=title_of["activations"])
    if ways := [way for variant in variants if (way := _way(variant, usable[variant.name][0]))]:
        pictures["paths"] = picture_of(paths, ways[:MOST_PANELS], title=title_of["paths"])
    if swept := _swept(run, document):
        key, values, errors = swept
        pictures["sweep"] = picture_of(sweep, values, errors, key=key, title=title_of["sweep"], task=task)
    return [run.directory.write_picture(name, png) for name, png in pictures.items()]


def _usable(run: StudyRun) -> dict[str, list[Outcome]]:
    """The trainings that came to an end, by their variants, but for variants without any."""
    outcomes = {
        variant.name: [outcome for outcome in run.of(variant.name) if outcome.usable] for variant in run.study.variants
    }
    return {name: of_variant for name, of_variant in outcomes.items() if of_variant}


def _swept(run: StudyRun, document: StudyDocument) -> tuple[str, Sequence[Any], list[dict[str, Estimate]]] | None:
    """The one key of a sweep, its values, and the errors of the variants that have them."""
    swept, errors = run.study.plan.options.sweep, [variant.errors for variant in document.variants]
    if swept is None or len(swept) != 1 or not any(errors):
        return None
    key, values = next(iter(swept.items()))
    return key, values, errors


class VariantNetwork(NamedTuple):
    """A trained network beside some examples of its train."""

    name: str
    outcome: Outcome
    model: Model
    task: str
    X: Array
    y: Array

    @property
    def has_regions(self) -> bool:
        """Whether what it answers to its inputs can be drawn on a plane."""
        return self.X.shape[1] == 2 and self.task != Task.MULTILABEL

    def panel(self, task: str) -> Panel:
        """Its decision regions, with the error on dev above them."""
        part = "dev" if "dev" in self.outcome.errors else "train"
        label = f"{self.name}: {part} {error(self.outcome.errors[part].value, task)}"
        every = -(-len(self.X) // MOST_POINTS)
        return Panel(label, self.model.outputs, self.X[::every], self.y[::every])


def _network(variant: Variant, outcome: Outcome) -> VariantNetwork:
    dataset = data_of(variant.spec)
    train = dataset.parts["train"]
    index = np.linspace(0, train.m - 1, min(train.m, EXAMPLES)).astype(np.intp)
    X, y = _rows(train.X, index), np.asarray(train.y)[index]
    return VariantNetwork(variant.name, outcome, model_of(outcome.run), dataset.task, X, y)


def _way(variant: Variant, outcome: Outcome) -> DescentPath | None:
    """The trail of an objective of one or two variables."""
    spec = variant.spec
    if spec.objective is None or spec.objective.dimension() > 2:
        return None
    steps, points = RunDirectory.open(outcome.run).trail()
    return DescentPath(variant.name, steps, points, Landscape(spec.objective, spec.dtype).costs)


def _rows(X: Any, index: Array) -> Array:
    """Some examples; of those that lie in a file only they are read."""
    rows: Array = X[index] if isinstance(X, np.ndarray) else X.take(index)
    return rows
