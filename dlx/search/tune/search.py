"""A search from its plan to its end: its directory and its workers, what it comes to, and the pictures of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dlx.documents.tuning import TuningDocument
from dlx.events import TuningEvent, finish
from dlx.runs.files.collection import TuneDirectory
from dlx.search.budget import seconds_of
from dlx.search.plan import Plan
from dlx.search.trials.executors import executor_for
from dlx.search.tune.file import load_tune
from dlx.search.tune.forecast import check
from dlx.search.tune.section import TuneFile
from dlx.search.tune.space import Space
from dlx.search.tune.tuner import Tuning
from dlx.show import pictures
from dlx.show.drawing_process import DrawingProcess
from dlx.words import Status


@contextmanager
def new_search(
    plan: Plan[TuneFile],
    space: Space,
    *,
    out: Path | None = None,
    workers: int = 1,
    cluster: str | None = None,
    budget: str | float | None = None,
) -> Iterator[Tuning]:
    """A search in a directory of its own; raises as `check` where the data do not allow it."""
    seconds = None if budget is None else seconds_of(budget)
    task = check(plan, space)
    with executor_for(workers, cluster) as executor, TuneDirectory.create(plan.name, out=out) as directory:
        directory.write_plan(plan.text())
        yield Tuning(plan, space, directory, executor, task, seconds)


@contextmanager
def resumed_search(
    reference: str, *, workers: int = 1, cluster: str | None = None, budget: str | float | None = None
) -> Iterator[Tuning]:
    """The search in a directory, or in the newest one (``latest``), where it stopped."""
    seconds = None if budget is None else seconds_of(budget)
    with TuneDirectory.open(reference, writing=True) as directory, executor_for(workers, cluster) as executor:
        plan, space = load_tune(directory.plan)
        yield Tuning(plan, space, directory, executor, check(plan, space, resumed=True), seconds)


def searched(tuning: Tuning, on_event: Callable[[TuningEvent], object]) -> tuple[TuningDocument, list[Path]]:
    """What a search comes to, and its pictures."""
    with DrawingProcess() as process:
        process.begin()
        document = finish(tuning.run(), on_event)
        return document, _draw(document, tuning.directory, process)


def _draw(document: TuningDocument, directory: TuneDirectory, process: DrawingProcess) -> list[Path]:
    """One for each hyperparameter, how much each mattered, and why not a grid."""
    trials = [trial for trial in document.trials if trial.value is not None or trial.status != Status.UNFINISHED]
    if not any(trial.value is not None for trial in trials):
        return []
    ended = replace(document, trials=trials)
    draw, drawing = process.draw, pictures.hyperparameter
    images = {dimension.key: draw(drawing, ended, dimension.key) for dimension in document.space}
    images["settings"] = draw(pictures.settings, ended)
    if document.importance:
        images["importance"] = draw(pictures.importance, document.name, document.importance)
    return [directory.write_picture(name, png) for name, png in images.items()]
