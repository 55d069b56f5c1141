"""What training a network leaves behind beside the model: its errors, the verdict on them, and the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlx.data.loading import PARTS
from dlx.diagnose.after.checks import after, data_findings
from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.baseline import reference
from dlx.diagnose.verdict import diagnose
from dlx.show import pictures
from dlx.show.charts.curves import training_curves
from dlx.training.evaluation import measured

if TYPE_CHECKING:
    from dlx.runs.directory import RunDirectory
    from dlx.stats.intervals import Estimate
    from dlx.training.experiment import Experiment
    from dlx.training.model import Model

MOST_POINTS = 100_000  # of a part that are looked at for a picture: a part may be larger than memory


def errors_of_parts(experiment: Experiment) -> dict[str, Estimate]:
    """The errors of the network on all parts of its data."""
    return {part: measured(experiment.evaluation(part)) for part in PARTS if part in experiment.dataset.parts}


def judge(
    experiment: Experiment, run: RunDirectory, facts: Mapping[str, Any], errors: Mapping[str, Estimate], thorough: bool
) -> dict[str, Any]:
    """The diagnosis of a training that has ended, from its errors, its data and its course.

    What takes longer is left to `dlx diagnose`; of the data more is looked at where that is to be ``thorough``.
    """
    spec, dataset = experiment.spec, experiment.dataset
    findings = data_findings(dataset, thorough)
    course = TrainingHistory.read(run.metrics(), run.layers(), facts, spec, errors, reference(dataset))
    options = spec.diagnosis
    assert options.tolerance is not None
    causes = [*findings, *after(course, findings)]
    return diagnose(errors, options.optimal_error, options.tolerance, dataset.task, causes)


def draw_network(experiment: Experiment, run: RunDirectory, model: Model) -> None:
    """The curves of costs and errors, and of two inputs the regions that the network tells apart."""
    name, dataset, best = experiment.spec.name, experiment.dataset, experiment.position.best
    if best is not None:
        run.write_curves(pictures.curves(training_curves(run.metrics(), dataset.task, best.epoch), title=name))
    if dataset.n_x == 2:
        parts = {key: (part.X[:MOST_POINTS], part.y[:MOST_POINTS]) for key, part in dataset.parts.items()}
        picture = pictures.boundary(
            model.outputs,
            parts,
            title=name,
            task=dataset.task,
            classes=dataset.classes,
            features=dataset.features,
        )
        run.write_boundary(picture)
