"""``dlx train`` of a spec with folds: a training for each of them, and what they come to together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dlx.diagnose.steps import using
from dlx.errors import DataError, Diverged
from dlx.events import finish
from dlx.runs.files import fold_directories, latest, manifest
from dlx.runs.files.fold_directories import refit_command
from dlx.search.folds import directory
from dlx.show import terminal
from dlx.text import command
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.documents.earlier_run import EarlierRun
    from dlx.documents.folds import FoldsDocument
    from dlx.search.folds.training import FoldsRun
    from dlx.spec.loader import Resolved


def of_folds(reference: str | None) -> Path | None:
    """The directory of a training in folds that a reference means; None where it means another thing."""
    if reference is None:
        return None
    path = latest.ROOT / latest.LATEST if reference == latest.LATEST else Path(reference)
    path = latest.followed(path)
    return path if fold_directories.is_of_folds(path) else None


def is_in_folds(reference: str) -> bool:
    """Whether what is to be resumed is a training in folds."""
    path = Path(reference)
    if not fold_directories.is_of_folds(path):
        return False
    if manifest.Manifest.read(path) is None:
        fold_directories.refuse_lost_folds(path, reference)
    return True


def train_folds(
    resolved: Resolved | None,
    resume: str | None,
    out: Path | None,
    workers: int,
    *,
    json: bool,
    quiet: bool,
    earlier: EarlierRun | None = None,
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
    with directory.new_folds(resolved, out=out, workers=workers, earlier=earlier) as run:
        _train(run, json, quiet)


def diagnose_folds(path: Path, json: bool, quiet: bool) -> None:
    """Print what a training in folds has come to, and what to do first."""
    fold_directories.refuse_lost_folds(path, path)
    with directory.trained_folds(str(path)) as run:
        _show(run, run.directory.outcome(), json, quiet)


def _show(run: FoldsRun, document: FoldsDocument, json: bool, quiet: bool) -> None:
    path = run.directory.path
    if json:
        terminal.document({**document.to_document(), "directory": str(path)})
    elif quiet:
        terminal.path(path)
    else:
        _say_what_came_of_them(run, document)


def _say_what_came_of_them(run: FoldsRun, document: FoldsDocument) -> None:
    path, step = run.directory.path, run.first_step(document)
    commands = [command("compare", path)]
    if not using.no_better(document):
        commands.append(refit_command(run.directory.plan))
    if document.status is not Status.COMPLETED:
        commands.insert(0, command("train", "--resume", path))
    terminal.folds(document, path, step, [line for line in commands if step is None or line != step.command])


def _train(run: FoldsRun, json: bool, quiet: bool) -> None:
    with terminal.progress(terminal.CountProgress("folds"), quiet=quiet or json) as display:
        document = finish(run.run(), display.update)
    _show(run, document, json, quiet)
    judge(run.directory.path, document)


def judge(path: Path, document: FoldsDocument) -> None:
    """Raise where a fold did not come to a good end: `DataError` where it failed, `Diverged` where it did that."""
    if not document.status.is_bad:
        return
    broken = [record for record in document.trainings if record.status is document.status]
    message = f"{path}: fold {broken[0].fold} {document.status}: {broken[0].message}"
    raise DataError(message) if document.status is Status.FAILED else Diverged(message)
