"""The preparation of a training: an experiment with all that its spec leaves to the data and to the machine."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from dlx.diagnose.verdict import default_tolerance
from dlx.errors import Remark
from dlx.training import threads
from dlx.training.build import Origins, build
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset
    from dlx.spec.sections import Spec


def prepare(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Supervised | Minimization:
    """Build the experiment, fill in what only the data tell, and give the matrix products their threads."""
    experiment = build(spec, origins, initialize, dataset)
    count = spec.training.threads
    if count == "auto":
        count = threads.decide(experiment.parameters.weights.size, experiment.batch_size)
    if (granted := threads.limit(count)) < count:
        warnings.warn(Remark(f"training.threads: the BLAS here has {granted} at most, not {count:,}"), stacklevel=2)
    training = spec.training.model_copy(update={"threads": granted})
    experiment.spec = spec.model_copy(update={"training": training})
    if isinstance(experiment, Supervised):
        experiment.spec = experiment.spec.model_copy(update=_from_data(experiment))
    return experiment


def _from_data(experiment: Supervised) -> dict[str, Any]:
    """The sections of the spec that follow from the data where they are left out."""
    dataset, diagnosis = experiment.dataset, experiment.spec.diagnosis
    tolerance = diagnosis.tolerance or default_tolerance(dataset.task, dataset.parts["train"].y)
    return {
        "task": dataset.task,
        "loss": experiment.network.loss,
        "diagnosis": diagnosis.model_copy(update={"tolerance": tolerance}),
    }
