"""The preparation of a training: an experiment with all that its spec leaves to the data and to the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlx.data.dataset import Dataset
from dlx.diagnose.tolerance import TOLERANCE, default_tolerance
from dlx.errors import remark
from dlx.files import read
from dlx.spec.loader import dump_yaml, load_spec
from dlx.spec.sections import Spec
from dlx.training import threads
from dlx.training.build import Origins, build, build_supervised
from dlx.training.engine import chosen
from dlx.training.experiment import Experiment
from dlx.training.minimization import Minimization
from dlx.training.supervised import Supervised
from dlx.words import RELATIVE

InMemory = tuple[Spec, Dataset | None]  # what an experiment was prepared from


def prepare(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Supervised | Minimization:
    """Build the experiment, fill in what only the data tell, and give the matrix products their threads."""
    if spec.objective is None:
        return prepare_supervised(spec, origins, initialize, dataset)
    experiment = build(spec, origins, initialize)
    _give_threads(experiment)
    return experiment


def prepare_supervised(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Supervised:
    """The same of a spec that has data."""
    experiment = build_supervised(spec, origins, initialize, dataset)
    _give_threads(experiment)
    dataset = experiment.dataset
    judged_by = spec.diagnosis
    targets = dataset.in_error_unit(dataset.parts["train"].y)
    default = TOLERANCE if judged_by.metric else default_tolerance(dataset.task, targets)
    filled_in: dict[str, Any] = {"tolerance": judged_by.tolerance or default}
    if dataset.error_unit is not None:
        filled_in["target_errors"] = RELATIVE
    diagnosis = spec.diagnosis.model_copy(update=filled_in)
    from_data = {"task": dataset.task, "loss": experiment.network.loss, "diagnosis": diagnosis}
    experiment.spec = experiment.spec.model_copy(update=from_data)
    return experiment


def prepare_again(config: Path, initialize: bool, in_memory: InMemory | None = None) -> Supervised | Minimization:
    """The same of a run that has begun, whose spec is in the file ``config``.

    in_memory: what it was prepared from, and the data set of that, where they are there without reading. That the file
    holds, byte for byte, the spec that they come to shows that they are of this run; else it is read.
    """
    if in_memory is not None:
        experiment = prepare(in_memory[0], None, initialize, in_memory[1])
        if dump_yaml(experiment.spec).encode() == read(config):
            return experiment
    return prepare(load_spec(config).spec, initialize=initialize)


def _give_threads(experiment: Experiment) -> None:
    count = experiment.spec.training.threads
    if count == "auto":
        count = threads.decide(experiment.parameters.weights.size, experiment.batch_size)
    if (granted := threads.limit(count)) < count:
        remark(f"training.threads: the BLAS here has {granted} at most, not {count:,}")
    training = experiment.spec.training.model_copy(
        update={"threads": granted, "engine": chosen(experiment.spec.training.engine)}
    )
    experiment.spec = experiment.spec.model_copy(update={"training": training})
