"""The directory of a training in folds, new or gone on with, with its workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dlx.documents.earlier_run import EarlierRun
from dlx.files import unless_damaged
from dlx.runs.files.collection import FoldsDirectory
from dlx.search.folds.training import FoldsRun, with_stated_unit
from dlx.search.trials.executors import executor_for
from dlx.spec.loader import Resolved, dump_yaml, load_spec


@contextmanager
def new_folds(
    resolved: Resolved, *, out: Path | None = None, workers: int = 1, earlier: EarlierRun | None = None
) -> Iterator[FoldsRun]:
    """The training of each fold of a spec, in a directory of its own."""
    spec = with_stated_unit(resolved.spec)
    with executor_for(workers) as executor, FoldsDirectory.create(spec.name, out=out) as directory:
        directory.write_plan(dump_yaml(spec))
        yield FoldsRun(spec, directory, executor, earlier)


@contextmanager
def resumed_folds(reference: str, *, workers: int = 1) -> Iterator[FoldsRun]:
    """The trainings in a directory, where they stopped."""
    with FoldsDirectory.open(reference, writing=True) as directory, executor_for(workers) as executor:
        earlier = unless_damaged(lambda: directory.outcome().earlier, None)
        yield FoldsRun(load_spec(directory.plan).spec, directory, executor, earlier)


@contextmanager
def trained_folds(reference: str) -> Iterator[FoldsRun]:
    """The trainings in a directory, of which nothing is trained or written."""
    with executor_for(1) as executor:
        directory = FoldsDirectory.open(reference)
        yield FoldsRun(load_spec(directory.plan).spec, directory, executor)
