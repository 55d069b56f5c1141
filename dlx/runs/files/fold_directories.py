"""The directories of trainings in folds: how they are told from those of runs, also where their document is gone."""

from __future__ import annotations

import re
from pathlib import Path

from dlx.calls import instruction
from dlx.errors import DataError
from dlx.files import read, unless_damaged
from dlx.runs.files.file_names import CONFIG, FOLDS, PLAN, TRIALS
from dlx.runs.files.manifest import MANIFEST, Manifest
from dlx.text import command

FOLDS_STATED = re.compile(rb"^  folds: [0-9]", re.MULTILINE)  # in a complete spec
REFIT = ("data.folds=null", "training.refit=true")  # settings that train one network on what the folds have judged


def is_of_folds(path: Path) -> bool:
    """Whether a training in folds made a directory, also where its document is gone."""
    if (path / FOLDS).is_file():
        return True
    if not (path / PLAN).is_file() or (path / CONFIG).exists():
        return False
    manifest = unless_damaged(lambda: Manifest.read(path), None)
    is_listed = manifest is not None and FOLDS in manifest.contents
    return is_listed or ((path / TRIALS).is_dir() and bool(FOLDS_STATED.search(read(path / PLAN))))


def refit_command(plan: Path) -> str:
    """What trains one network on all that the folds have judged."""
    return command("train", plan, *REFIT)


def refuse_lost_folds(path: Path, name: Path | str) -> None:
    """Raise DataError where the document of a training in folds is gone."""
    if (path / FOLDS).is_file():
        return
    what = f"is the directory of a training in folds, and its {FOLDS} is gone"
    if unless_damaged(lambda: Manifest.read(path), None) is None:
        again = instruction("train", path / PLAN, "--out", "DIR", verb="folds")
        raise DataError(f"{name}: {what}, as is a sound {MANIFEST}: {again} trains all folds anew")
    again = instruction("train", "--resume", path, verb="folds")
    raise DataError(f"{name}: {what}: {again} makes it again from the trainings")
