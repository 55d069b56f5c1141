"""The errors of a run's network with their uncertainty, measured anew, or recalled from its diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.data.examples import select
from dlx.data.sources import File
from dlx.diagnose.confusion import Classes, classes_of
from dlx.documents.classes import ClassesDocument
from dlx.documents.diagnosis import JudgedMetric
from dlx.runs.files.data_facts import data_facts, refuse_other_data
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.performance import Performance, measure_of, needs_bound
from dlx.runs.predictions.predict import trained
from dlx.runs.predictions.table_cells import table_cells
from dlx.runs.reading.result import Result
from dlx.spec.sections import Spec
from dlx.stats.intervals import Estimate
from dlx.training.evaluation import Evaluation, measured
from dlx.training.supervised import Supervised
from dlx.types import Array
from dlx.words import Task

PICKED = ("dev", "train_dev", "train")  # where mistakes are looked at one by one: that would spoil test


@dataclass(frozen=True)
class MeasuredErrors:
    """The errors of a run's network, what else is measured of it, and of classes what it takes for what."""

    errors: Mapping[str, Estimate]
    task: Task
    tolerance: float
    performance: Performance
    measure: JudgedMetric | None = None
    classes: ClassesDocument | None = None
    images: Array | None = None
    cells: Mapping[str, Sequence[Any]] | None = None  # of the worst examples, by column

    @property
    def worst(self) -> tuple[Array | None, Mapping[str, Sequence[Any]] | None]:
        """The worst examples as images, or as cells of a table."""
        return self.images, self.cells


def measure(run: RunDirectory, experiment: Supervised) -> MeasuredErrors:
    """What the kept network does on the run's own data; raises DataError where either is no longer there."""
    dataset, options = experiment.dataset, experiment.spec.diagnosis
    network = trained(run).network
    refuse_other_data(run, data_facts(experiment))
    over = {part: Evaluation(network, Reader(dataset, part, experiment.spec.dtype)) for part in dataset.parts}
    errors = {part: measured(evaluation) for part, evaluation in over.items()}
    performance = Performance.of(dataset, over, needs_bound(errors, options))
    judged = measure_of(options.metric, over)
    assert options.tolerance is not None
    if not dataset.task.has_one_class:
        return MeasuredErrors(errors, dataset.task, options.tolerance, performance)
    part = next(part for part in PICKED if part in over)
    classes = classes_of(over[part], len(dataset.classes))
    images = _images(dataset, part, classes)
    is_file = isinstance(experiment.spec.data.source, File)
    documents = classes.document(part, dataset.classes, dataset.parts[part].rows if is_file else None)
    cells = table_cells(dataset, part, classes.worst.index) if is_file and images is None else None
    return MeasuredErrors(errors, dataset.task, options.tolerance, performance, judged, documents, images, cells)


def _images(dataset: Dataset, part: str, classes: Classes) -> Array | None:
    """The worst examples as they were before normalization, (k, h, w) or (k, h, w, c)."""
    if dataset.image_shape is None:
        return None
    return select(dataset.parts[part].X, classes.worst.index)[:].reshape(-1, *dataset.image_shape)


def recall(result: Result, spec: Spec) -> MeasuredErrors:
    """What the run's ``diagnosis.json`` says."""
    assert result.task is not None, "an objective has no diagnosis"
    diagnosis = result.diagnosis
    tolerance, performance = spec.diagnosis.tolerance or diagnosis.tolerance, Performance.recalled(diagnosis)
    return MeasuredErrors(result.errors, result.task, tolerance, performance, diagnosis.measure, diagnosis.classes)
