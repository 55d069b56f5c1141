"""References: the short names by which a user means a run, and the directories that they stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from dlx.calls import instruction
from dlx.errors import DlxError, UsageError, allowed, nearest
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.files.directory import RunDirectory, existing
from dlx.runs.files.file_names import SPECS
from dlx.runs.files.fold_directories import is_of_folds, refuse_lost_folds
from dlx.runs.files.latest import LATEST, ROOT, followed
from dlx.runs.reading.listing import COLUMNS, PastRun, each, past_runs

MOST_NAMED = 5  # of the runs that a short name could mean


def open_run(reference: Path | str, root: Path = ROOT, *, writing: bool = False) -> RunDirectory:
    """The run that a reference means; raises as `locate` and `RunDirectory.open`."""
    return RunDirectory.open(locate(reference, root), writing=writing)


def locate(reference: Path | str, root: Path = ROOT) -> Path:
    """The directory of an existing run: a path is itself, a text the directory of that name, or what `find` takes.

    Raises:
        UsageError: no run is meant, or several are.
        DataError: the run has lost its spec.
    """
    return existing(_directory(reference, root), reference)


def _directory(reference: Path | str, root: Path) -> Path:
    if str(reference) == LATEST and (root / LATEST).exists():
        return followed(root / LATEST)
    if str(reference) == LATEST and not Path(LATEST).exists() and not any(each(root)):
        raise UsageError(f"{LATEST}: there are no runs here yet ({instruction('train', 'SPEC')} makes one)")
    if Path(reference).exists() or not root.is_dir() or isinstance(reference, Path):
        return followed(Path(reference))
    return find(reference, root)


def is_run(reference: str) -> bool:
    """Whether a text names an existing run."""
    try:
        locate(reference)
    except DlxError:
        return False
    return True


def means_run(reference: Path | str) -> bool:
    """Whether a command that takes a run or a spec is given a run: a directory, or what is no file and not named so."""
    path = Path(reference)
    return path.is_dir() or not (path.exists() or path.suffix in SPECS)


def find(reference: str, root: Path = ROOT) -> Path:
    """The directory of the run that a reference means.

    ``latest`` is the newest, ``~1`` the one before it, ``~2`` … (``latest~1`` in a shell that has a meaning of its own
    for ``~1``); ``best:COLUMN`` has the lowest value there, such as
    ``best:dev_error``; anything else is the beginning of one run's directory name or of the short id at its end.
    ``NAME/`` in front looks among the runs of that name only.

    Raises:
        UsageError: no run is meant, or several are.
    """
    name, slash, rest = reference.rpartition("/")
    runs = [run for run in past_runs(root) if not slash or run["name"] == name]
    if not runs:
        question = _similar(reference, past_runs(root))
        raise UsageError(f"{reference}: is no run directory, and there are no runs {_where(name, root)}{question}")
    if newest := re.fullmatch(rf"(?:{LATEST}|(?:{LATEST})?~(\d+))", rest):
        return _before_the_newest(reference, int(newest[1] or 0), runs)
    if rest.startswith("best:"):
        return _best(reference, rest.removeprefix("best:"), runs)
    return _beginning_with(reference, rest, runs)


def find_all(reference: str, root: Path = ROOT) -> list[Path]:
    """The directories of all runs that a reference means, the oldest first.

    A folder that is no run means those in it or in its ``trials``, ``NAME/`` or the mere name all runs of that name, a
    tag all that have it; everything else is the one run that `find` gives.

    Raises:
        UsageError: there is none, or the beginning of an id is that of several.
    """
    if Path(reference).exists():
        return _inside(Path(reference))
    runs = past_runs(root)
    if not any(run.path.name.startswith(reference) for run in runs):
        named = [run.path for run in runs if run["name"] == reference.removesuffix("/")]
        if paths := [run.path for run in runs if reference in run.tags] or named:
            return paths
    return [locate(reference, root)]


def _inside(path: Path) -> list[Path]:
    """The run itself, or the runs in a folder; `DataError` where a training in folds is not as it was written."""
    if not path.is_dir() or RunDirectory(path).config.is_file():
        return [RunDirectory.open(path).path]
    if is_of_folds(path):
        refuse_lost_folds(path, path)
        FoldsDirectory(path).verify()
    children = [child for folder in (path, RunDirectory(path).trials) if folder.is_dir() for child in folder.iterdir()]
    children = [child for child in children if not child.is_symlink()]
    runs = [child for child in children if RunDirectory(child).config.is_file()]
    if not runs:  # it may hold folders of runs, as `runs` does
        below = [run for child in children if child.is_dir() for run in child.iterdir() if not run.is_symlink()]
        runs = [run for run in below if RunDirectory(run).config.is_file()]
    if not runs:
        raise UsageError(f"{path}: is no run directory, and there are none in it")
    return sorted(runs)


def _where(name: str, root: Path) -> str:
    return f"named {name} under {root}" if name else f"under {root}"


def _before_the_newest(reference: str, number: int, runs: list[PastRun]) -> Path:
    if number >= len(runs):
        only = f"there are only {len(runs)} runs (~{len(runs) - 1} is the oldest)"
        raise UsageError(f"{reference}: {only if len(runs) > 1 else 'there is only one run'}")
    return runs[-1 - number].path


def _best(reference: str, column: str, runs: list[PastRun]) -> Path:
    columns = [name for name in COLUMNS if name.endswith(("cost", "error"))]
    if column not in columns:
        raise UsageError(f"{reference}: there is no such column {allowed(column, columns)}")
    measured = [(value, run) for run in runs if isinstance(value := run[column], int | float)]
    if not measured:
        raise UsageError(f"{reference}: no run has a {column}")
    return min(measured, key=lambda pair: pair[0])[1].path


def _beginning_with(reference: str, beginning: str, runs: list[PastRun]) -> Path:
    ids = {run.path.name: run.path for run in runs}
    names = [name for name in ids if name.startswith(beginning) or name.rpartition("-")[2].startswith(beginning)] or [
        run.path.name for run in runs if beginning in run.tags
    ]
    if beginning and len(names) == 1:
        return ids[names[0]]
    if beginning and names:
        listed = ", ".join(names[-MOST_NAMED:]) + (" …" if len(names) > MOST_NAMED else "")
        raise UsageError(f"{reference}: {len(names)} runs are meant by that ({listed})")
    what = "a run's directory, the beginning of its id, a tag of it, latest, ~1, best:dev_error"
    raise UsageError(f"{reference}: is no run (allowed: {what}{_similar(reference, runs)})")


def _similar(reference: str, runs: Sequence[PastRun]) -> str:
    """A hint at the run, the tag or the newest run of a name that may be meant."""
    newest = {str(run["name"]): run.path for run in runs}
    names = {LATEST: LATEST}
    for run in runs:
        names |= {run.path.name: run.path.name, str(run.path): str(run.path), **{tag: tag for tag in run.tags}}
    names |= {name: str(path) for name, path in newest.items()}
    names |= {str(path.parent): str(path) for path in newest.values()}
    near = nearest(reference.rstrip("/"), names)
    return f"; did you mean {names[near]}?" if near is not None else ""
