"""The source of a lab: the spec that its page begins with, and the folder of the runs that it lists."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from dlx.lab.lessons import lesson
from dlx.runs.files.file_names import CONFIG, FACTS
from dlx.runs.files.latest import ROOT
from dlx.runs.reading.mistaken import refuse_as_spec
from dlx.runs.reading.references import means_run, open_run

STARTER = "circles.yaml"


class LabSource(NamedTuple):
    """A spec, a folder of runs, and which of them is to be seen first."""

    path: Path
    root: Path = ROOT
    view: str = ""


def starter() -> Path:
    """The spec that ships with the lab."""
    return Path(str(files("dlx.lab").joinpath("specs", STARTER)))


def source_of(text: str | None, name: str | None = None) -> LabSource:
    """What a user means by the spec of an experiment, a run or a folder of runs; without one there is a spec here.

    With the ``name`` of a lesson that is seen first.

    Raises:
        UsageError: no spec, no run and no folder is meant, or there is no such lesson.
        DataError: the run has lost its spec.
    """
    if name is not None:
        lesson(name)
        return source_of(text)._replace(view=f"lesson={name}")
    if text is None:
        return LabSource(starter())
    path = Path(text)
    if path.is_dir() and not (path / CONFIG).exists() and any(path.glob(f"*/*/{FACTS}")):
        return LabSource(starter(), path, "runs")
    if not means_run(text):
        refuse_as_spec(path, "lab")
        return LabSource(path)
    return LabSource(open_run(text).config)
