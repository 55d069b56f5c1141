"""What each dev example adds to the error of a run, and whether two runs were measured on the same dev examples."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.data.examples import chunks
from dlx.errors import DataError
from dlx.files import unless_damaged
from dlx.runs.compare.run import ComparedRun
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.predict import trained
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.stats.effects import contributions
from dlx.training.build import dataset_of
from dlx.training.evaluation import Evaluation
from dlx.types import Array

MOST_LOADED = 2  # data sets that are held in memory at a time


class DevMistakes(NamedTuple):
    """What each of the dev examples adds to the error, (m,), and which examples they are."""

    examples: str
    added: Array


class Measuring:
    """Reads the mistakes of runs, or makes the kept networks make them again; what was loaded last is kept."""

    def __init__(self) -> None:
        self._loaded: dict[str, _Loaded] = {}

    def all(self, runs: Sequence[ComparedRun]) -> list[DevMistakes]:
        """Those of all runs.

        Where all have the same data, what searches keep of their trials is taken; else each network answers anew.

        Raises:
            DlxError: the network, the data or a plugin of one of them is no longer what it was.
        """
        if len({run.fingerprint for run in runs}) == 1:
            pairs = [(run, mistakes) for run in runs if (mistakes := _stored_mistakes(run.run)) is not None]
            if len(pairs) == len(runs):
                return [self._of(run, str(run.fingerprint), mistakes) for run, mistakes in pairs]
        return [self._measured(run) for run in runs]

    def _of(self, run: ComparedRun, examples: str, mistakes: Array) -> DevMistakes:
        return DevMistakes(examples, contributions(mistakes, run.is_regression))

    def _measured(self, run: ComparedRun) -> DevMistakes:
        spec = load_spec(run.run.config).spec
        dataset, examples = self._data(spec, run)
        network = trained(run.run).network
        return self._of(run, examples, Evaluation(network, Reader(dataset, "dev", spec.dtype)).mistakes())

    def _data(self, spec: Spec, run: ComparedRun) -> tuple[Dataset, str]:
        """The data of a run, and by what its dev examples are known."""
        deciding = {key: spec.dump().get(key) for key in ("data", "task", "seed", "randomness", "diagnosis")}
        key = json.dumps(deciding, sort_keys=True)
        if key not in self._loaded:
            dataset = dataset_of(spec)
            self._loaded = dict([*self._loaded.items()][1 - MOST_LOADED :])
            self._loaded[key] = _Loaded(dataset, dataset.fingerprint, _dev_print(dataset))
        loaded = self._loaded[key]
        if loaded.fingerprint != run.fingerprint:
            raise DataError(f"{run.run.path}: the data have changed since the run")
        return loaded.dataset, loaded.examples


class _Loaded(NamedTuple):
    dataset: Dataset
    fingerprint: str
    examples: str


def _dev_print(dataset: Dataset) -> str:
    """SHA-256 over the dev examples as they are before normalization, and over what their labels are called."""
    dev = dataset.parts["dev"]
    digest = sha256(repr((dataset.classes, dev.X.shape)).encode())
    for chunk in chunks(dev.X):
        digest.update(np.ascontiguousarray(chunk).data)
    digest.update(np.ascontiguousarray(dev.y).data)
    return digest.hexdigest()


def _stored_mistakes(run: RunDirectory) -> Array | None:
    """What a trial of a search keeps of its mistakes; None of other runs."""
    return unless_damaged(lambda: run.mistakes().get("dev"), None)
