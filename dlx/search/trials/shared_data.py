"""The data sets of trials, each loaded once in a process: what decides one is the same for most of a search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from dlx.data.dataset import Dataset
from dlx.spec.sections import Spec
from dlx.training.build import dataset_of
from dlx.training.error_unit import POOLED, states_a_unit
from dlx.training.minimization import Minimization
from dlx.words import Task


def data_of(spec: Spec) -> Dataset:
    """The data set of a complete spec, the one object for those that share it; raises as `dataset_of`."""
    return _dataset(spec.dump())


def shared_dataset(spec: Mapping[str, Any]) -> Dataset | None:
    """The same of a complete spec as plain data; None of one that minimizes an objective, which has none."""
    return None if "objective" in spec else _dataset(spec)


def task_of(spec: Spec) -> Task:
    """The task of its data; that of an objective, which has none, is what a `Minimization` says."""
    return Minimization.task if spec.objective is not None else data_of(spec).task


def _dataset(spec: Mapping[str, Any]) -> Dataset:
    streams = {key: spec["randomness"].get(key) for key in ("generator", "split", "subset")}
    sections = {key: spec[key] for key in ("data", "task") if key in spec}
    decided = sections | {"seed": spec["seed"], "randomness": streams} | _unit_of_errors(spec.get("diagnosis") or {})
    return _loaded(json.dumps(decided, sort_keys=True))


def _unit_of_errors(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    """What decides in which unit errors are counted, in the fewest different ways."""
    stated = diagnosis.get("target_errors")
    if stated is None and states_a_unit(diagnosis.get("tolerance"), diagnosis.get("optimal_error", 0.0)):
        stated = POOLED
    return {} if stated is None else {"diagnosis": {"target_errors": stated}}


@lru_cache(maxsize=2)
def _loaded(decided: str) -> Dataset:
    return dataset_of(Spec.model_validate(json.loads(decided)))
