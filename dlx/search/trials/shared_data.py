"""The data sets of trials, each loaded once in a process: what decides one is the same for most of a search."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dlx.data.dataset import Dataset
from dlx.data.remembered_tables import remembering_tables
from dlx.files import identity
from dlx.spec.sections import Spec
from dlx.training.build import dataset_of
from dlx.training.error_unit import POOLED, states_a_unit
from dlx.training.minimization import Minimization
from dlx.words import Task

FEWEST = 2  # data sets that are in memory at a time, however large they are
MOST_BYTES = 2**26  # of the features of all together, where they are more
BYTES = 8  # of a number, at most

Identities = tuple[tuple[int, ...], ...]  # of the files of a data set, in their order


def data_of(spec: Spec) -> Dataset:
    """The data set of a complete spec, the one object for those that share it; raises as `dataset_of`."""
    return _shared(spec.dump()).dataset


def shared_dataset(spec: Mapping[str, Any]) -> Dataset | None:
    """The same of a complete spec as plain data; None of one that minimizes an objective, which has none."""
    return None if "objective" in spec else _shared(spec).dataset


def current_dataset(spec: Mapping[str, Any]) -> Dataset | None:
    """The same, as its files are now; None where nobody knows which these are."""
    if "objective" in spec:
        return None
    shared = _shared(spec, as_now=True)
    return None if shared.files is None else shared.dataset


def task_of(spec: Spec) -> Task:
    """The task of its data; that of an objective, which has none, is what a `Minimization` says."""
    return Minimization.task if spec.objective is not None else data_of(spec).task


@dataclass(frozen=True)
class SharedDataset:
    """A data set in memory, the files that it is of, and what these were before they were read.

    ``files`` is None where nobody knows which they are, ``identities`` where they were written to only then.
    """

    dataset: Dataset
    files: tuple[str, ...] | None
    identities: Identities | None

    @classmethod
    def of(cls, spec: Spec) -> SharedDataset:
        """That of a spec, which says no more than what decides it."""
        files = spec.data.files()
        before = _identities(files)
        with remembering_tables():  # other draws of a split or a subset are of the same tables
            return cls(dataset_of(spec), files, before)

    def is_current(self) -> bool:
        """Whether reading the files again would surely give the same."""
        return self.identities is not None and self.identities == _identities(self.files)

    def is_outdated(self) -> bool:
        """Whether the files are surely not as they were."""
        return self.identities is not None and _identities(self.files) not in (None, self.identities)

    @cached_property
    def bytes(self) -> int:
        """Of its features in a matrix; what stays in its file counts too."""
        return sum(BYTES * part.m * self.dataset.n_x for part in self.dataset.parts.values())


_in_memory: dict[str, SharedDataset] = {}  # by what decides them; what was used last comes last


def _shared(spec: Mapping[str, Any], as_now: bool = False) -> SharedDataset:
    """The data set that a complete spec has, loaded where it is not in memory, or no longer ``as_now`` it would be."""
    decided = json.dumps(_what_decides(spec), sort_keys=True)
    shared = _in_memory.pop(decided, None)
    if shared is None or (not shared.is_current() if as_now else shared.is_outdated()):
        shared = SharedDataset.of(Spec.model_validate(json.loads(decided)))
    _in_memory[decided] = shared
    while len(_in_memory) > FEWEST and sum(entry.bytes for entry in _in_memory.values()) > MOST_BYTES:
        del _in_memory[next(iter(_in_memory))]
    return shared


def _what_decides(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What a data set follows from, in the fewest different ways: draws that nothing makes are no part of it."""
    draws = (
        ("generator", "split", "subset") if spec["data"].get("train_examples") is not None else ("generator", "split")
    )
    streams = {key: spec["randomness"].get(key) for key in draws}
    sections = {key: spec[key] for key in ("data", "task") if key in spec}
    return sections | {"seed": spec["seed"], "randomness": streams} | _unit_of_errors(spec.get("diagnosis") or {})


def _unit_of_errors(diagnosis: Mapping[str, Any]) -> dict[str, Any]:
    """What decides in which unit errors are counted, in the fewest different ways."""
    stated = diagnosis.get("target_errors")
    if stated is None and states_a_unit(diagnosis.get("tolerance"), diagnosis.get("optimal_error", 0.0)):
        stated = POOLED
    return {} if stated is None else {"diagnosis": {"target_errors": stated}}


def _identities(files: tuple[str, ...] | None) -> Identities | None:
    """What the files are now; None where that cannot be said of one of them."""
    if files is None:
        return None
    identities = tuple(present for path in files if (present := identity(path)) is not None)
    return identities if len(identities) == len(files) else None
