"""A network that is trained in memory, without a run directory, and pickled as its arrays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.examples import Examples, tidy
from dlx.data.loading import dataset_of
from dlx.data.normalization import Standard
from dlx.runs.predictions.predict import trained as network_of_run
from dlx.runs.preparation import prepare_supervised
from dlx.runs.reading.references import open_run
from dlx.spec.loader import Resolved
from dlx.spec.sections import Spec
from dlx.training.error_unit import in_error_unit
from dlx.training.fit import fit
from dlx.training.model import Model, describe
from dlx.training.records import EpochRecord
from dlx.training.streams import Streams
from dlx.training.threads import restored
from dlx.types import Array


class NetworkInMemory:
    """A trained network; a pickle holds its arrays and facts, of which it is made again."""

    def __init__(self, arrays: dict[str, Array], facts: dict[str, Any]) -> None:
        self.arrays = {name: np.array(array) for name, array in arrays.items()}
        self.facts, self.model = facts, Model(self.arrays, facts)

    @classmethod
    def of_run(cls, path: Path) -> Self:
        """The network of a run."""
        run = open_run(path)
        network_of_run(run)  # which tells what is wrong with a file that is damaged
        arrays, facts = run.model()
        return cls(dict(arrays), dict(facts))

    def __reduce__(self) -> tuple[type[NetworkInMemory], tuple[dict[str, Array], dict[str, Any]]]:
        """How it is pickled and copied."""
        return type(self), (self.arrays, self.facts)


def trained(resolved: Resolved, X: Array, y: Array, weights: Array | None) -> tuple[NetworkInMemory, int]:
    """The network that a spec makes of rows X (m, n_x) with y, and the epochs it took; raises as `dlx.train`."""
    spec = resolved.spec
    with restored():
        experiment = prepare_supervised(spec, resolved.origins, dataset=_dataset(spec, X, y, weights))
        epochs = [record.epoch for record in fit(experiment) if isinstance(record, EpochRecord)]
        experiment.restore_best()
        return NetworkInMemory(*describe(experiment)), epochs[-1]


def _dataset(spec: Spec, X: Array, y: Array, weights: Array | None) -> Dataset:
    streams = Streams(spec.seed, spec.randomness)
    examples = tidy(Examples(X, y, origin="X", weights=weights))
    dataset = dataset_of({"all": examples}, spec.data, spec.task, streams["split"], streams["subset"])
    return in_error_unit(_weighted(spec, dataset), spec.diagnosis)


def _weighted(spec: Spec, dataset: Dataset) -> Dataset:
    """The data set in which μ and σ of the standard scaling, too, count an example by its weight.

    So a weight of 2 is as good as the example twice, which is what scikit-learn asks of weights.
    """
    train = dataset.parts["train"]
    if train.weights is None or not isinstance(train.X, np.ndarray):
        return dataset
    if spec.data.normalize.name == Standard.name:
        shift, scale = _standard(train.X, train.weights)
        dataset = replace(dataset, shift=shift, scale=scale)
    if dataset.target_scaling.name == Standard.name:
        shift, scale = _standard(train.y, train.weights)
        scaling = replace(dataset.target_scaling, shift=shift, scale=scale)
        preprocessing = dataset.preprocessing | {"target_scaling": scaling.to_data()}
        dataset = replace(dataset, target_scaling=scaling, preprocessing=preprocessing)
    return dataset


def _standard(X: Array, weights: Array) -> tuple[Array, Array]:
    """μ = Σ w·x / Σ w and 1/σ, with σ² = Σ w·(x − μ)² / Σ w, of each column; 1 where σ = 0."""
    first = X[:1].astype(np.float64)
    difference = X - first  # so that a constant column has σ = 0
    mean = np.average(difference, axis=0, weights=weights)
    sigma = np.sqrt(np.average((difference - mean) ** 2, axis=0, weights=weights))
    return first[0] + mean, np.divide(1, sigma, where=sigma != 0, out=np.ones_like(sigma))
