"""The preparation of a training: an experiment with all that its spec leaves to the data and to the machine."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from dlx.diagnose.verdict import default_tolerance
from dlx.errors import Remark
from dlx.training import threads
from dlx.training.build import Origins, build
from dlx.training.experiment import Experiment

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset
    from dlx.spec.sections import Spec


def prepare(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Experiment:
    """Build the experiment, fill in what only the data tell, and give the matrix products their threads."""
    experiment = build(spec, origins, initialize, dataset)
    count = spec.training.threads
    if count == "auto":
        count = threads.decide(experiment.network.parameters.weights.size, experiment.batch_size)
    if (granted := threads.limit(count)) < count:
        warnings.warn(Remark(f"training.threads: the BLAS here has {granted} at most, not {count:,}"), stacklevel=2)
    training = spec.training.model_copy(update={"threads": granted})
    if spec.objective is not None:
        experiment.spec = spec.model_copy(update={"training": training})
        return experiment
    dataset = experiment.dataset
    tolerance = spec.diagnosis.tolerance or default_tolerance(dataset.task, dataset.parts["train"].y)
    experiment.spec = spec.model_copy(
        update={
            "task": dataset.task,
            "loss": experiment.network.loss,
            "training": training,
            "diagnosis": spec.diagnosis.model_copy(update={"tolerance": tolerance}),
        }
    )
    return experiment
