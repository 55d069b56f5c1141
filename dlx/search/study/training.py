"""A study from its plan to its end: its directory and its workers, what it comes to, and the pictures of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from dlx.documents.study import StudyDocument
from dlx.events import Count, finish
from dlx.runs.files.collection import StudyDirectory
from dlx.search.study.file import Study, load_study
from dlx.search.study.pictures import draw
from dlx.search.study.study import StudyRun
from dlx.search.trials.executors import executor_for
from dlx.show.drawing_process import DrawingProcess


@contextmanager
def new_study(
    study: Study, *, out: Path | None = None, workers: int = 1, cluster: str | None = None
) -> Iterator[StudyRun]:
    """A study that has been checked, in a directory of its own."""
    with executor_for(workers, cluster) as executor, StudyDirectory.create(study.plan.name, out=out) as directory:
        directory.write_plan(study.plan.text())
        yield StudyRun(study, directory, executor)


@contextmanager
def resumed_study(reference: str, *, workers: int = 1, cluster: str | None = None) -> Iterator[StudyRun]:
    """The study in a directory, or in the newest one (``latest``), where it stopped."""
    with StudyDirectory.open(reference, writing=True) as directory, executor_for(workers, cluster) as executor:
        yield StudyRun(load_study(directory.plan), directory, executor)


def studied(run: StudyRun, on_event: Callable[[Count], object]) -> tuple[StudyDocument, list[Path]]:
    """What a study comes to, and its pictures."""
    with DrawingProcess() as process:
        process.begin()
        document = finish(run.run(), on_event)
        paths = draw(run, document, process=process)
    document = replace(document, pictures=[path.name for path in paths])
    run.directory.write_results(document.to_document())
    return document, paths
