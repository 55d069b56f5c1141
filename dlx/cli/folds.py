"""``dlx train`` of a spec with folds: a training for each of them, and what they come to together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlx.errors import DataError, Diverged
from dlx.events import finish
from dlx.runs import fold_directories, manifest
from dlx.search.folds import directory
from dlx.show import terminal
from dlx.text import command
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.search.folds.training import FoldsRun
    from dlx.spec.loader import Resolved


def is_in_folds(reference: str) -> bool:
    """Whether what is to be resumed is a training in folds."""
    path = Path(reference)
    if not fold_directories.is_of_folds(path):
        return False
    if manifest.Manifest.read(path) is None:
        fold_directories.refuse_lost_folds(path, reference)
    return True


def train_folds(
    resolved: Resolved | None, resume: str | None, out: Path | None, workers: int, *, json: bool, quiet: bool
) -> None:
    """Train what a spec describes, or go on; then print what it has come to.

    Raises:
        DataError: a fold failed.
        Diverged: a fold diverged, and none failed.
    """
    if resolved is None:
        with directory.resumed_folds(resume or "", workers=workers) as run:
            _train(run, json, quiet)
        return
    with directory.new_folds(resolved, out=out, workers=workers) as run:
        _train(run, json, quiet)


def _train(run: FoldsRun, json: bool, quiet: bool) -> None:
    with terminal.progress(terminal.CountProgress("folds"), quiet=quiet or json) as display:
        document = finish(run.run(), display.update)
    path = run.directory.path
    if json:
        terminal.document({**document.to_document(), "directory": str(path)})
    elif quiet:
        terminal.path(path)
    else:
        refit = command("train", run.directory.plan, "data.folds=null", "training.refit=true")
        terminal.folds(document, path, run.first_step(document), [command("compare", path), refit])
    if document.status is Status.COMPLETED:
        return
    broken = [record for record in document.trainings if record.status is document.status]
    message = f"{path}: fold {broken[0].fold} {document.status}: {broken[0].message}"
    raise DataError(message) if document.status is Status.FAILED else Diverged(message)
