"""The health of a directory that dlx made: which of its files are as they were written, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dlx.errors import DataError, DlxError, ReadFailure
from dlx.files import unread
from dlx.runs.collection import PLAN, RunCollection
from dlx.runs.directory import RunDirectory
from dlx.runs.document import SCHEMA_VERSION
from dlx.runs.file_names import (
    ACT,
    CHECKPOINT,
    CONFIG,
    DAMAGED,
    DIAGNOSIS,
    ERRORS,
    FACTS,
    ITS_CHECKPOINT,
    LEARNING_CURVE,
    LEARNING_CURVE_PICTURE,
    REPORT,
    TRIALS,
    WORST,
)
from dlx.runs.locked_directory import LockedDirectory
from dlx.runs.manifest import MANIFEST, Manifest
from dlx.runs.references import locate
from dlx.spec.loader import load_spec
from dlx.text import command, quoted, without_advice

INTACT, FAULTY, UNVERIFIED, FOREIGN = "intact", "faulty", "not verified", "not written by dlx"
SET_ASIDE = "set aside, because it was damaged"
LINK = "is a link, which dlx does not follow"
# The commands that make files of a run anew, without training.
MADE_BY = {
    REPORT: ("report",),
    **dict.fromkeys((ERRORS, WORST, DIAGNOSIS), ("diagnose",)),
    **dict.fromkeys((LEARNING_CURVE, LEARNING_CURVE_PICTURE), ("diagnose", "--learning-curve")),
    ACT: ("diagnose", "--act"),
}


@dataclass(frozen=True)
class FileHealth:
    """The state of one file, and where it is not intact, what is wrong with it."""

    name: str
    state: str
    what: str = ""


@dataclass(frozen=True)
class Health:
    """The state of a directory.

    intact: whether every file that dlx wrote is as it was written.
    status: of a run, a search or a study, where that can be read.
    files: all of them, those in the checkpoint included.
    advice: what can be done, each a sentence with its command.
    """

    path: Path
    intact: bool
    status: str | None
    files: tuple[FileHealth, ...]
    advice: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As ``dlx doctor RUN --json`` prints it."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self), "path": str(self.path)}


def directory_of(reference: str) -> LockedDirectory:
    """The directory of a run, a search or a study, even where the file that makes it one is missing.

    Raises:
        UsageError: there is none.
    """
    path = Path(reference)
    try:
        if path.is_dir():
            next(path.iterdir(), None)
    except OSError as error:
        raise unread(path, error) from error
    for kind in RunCollection.__subclasses__():
        if _is_one(kind(path)):
            return kind(path)
    is_run = path.is_dir() and any((path / name).is_file() for name in (CONFIG, FACTS, MANIFEST))
    return RunDirectory(path if is_run else locate(reference))


def _is_one(directory: RunCollection) -> bool:
    try:
        return directory.path.is_dir() and directory.holds(directory.document_name)
    except ReadFailure:
        raise
    except DataError:
        return False


def health(directory: LockedDirectory) -> Health:
    """Verify every file of a directory, and of the trainings in it; nothing is changed."""
    files = tuple(_files(directory))
    intact = all(file.state not in (FAULTY, UNVERIFIED) for file in files)
    return Health(directory.path, intact, _status(directory), files, tuple(_advice(directory, files)))


def _files(directory: LockedDirectory) -> Iterator[FileHealth]:
    try:
        manifest = directory.manifest
    except ReadFailure:
        raise
    except DataError as error:
        yield FileHealth(MANIFEST, FAULTY, _what(error))
        for path in sorted(directory.path.iterdir()):
            if path.is_file() and path.name != MANIFEST:
                yield FileHealth(path.name, UNVERIFIED)
        return
    yield from (_file(directory, name, manifest) for name in sorted(manifest.contents) if name != ITS_CHECKPOINT)
    yield from _checkpoint(directory, manifest)
    yield from _others(directory, manifest)
    if not (directory.path / TRIALS).is_symlink():
        yield from _trials(directory.path / TRIALS)


def _others(directory: LockedDirectory, manifest: Manifest) -> Iterator[FileHealth]:
    """What dlx did not write; that of the trainings in the directory is theirs to tell."""
    own = {path.relative_to(directory.path).as_posix() for path in directory.own_files()}
    listed = {*manifest.contents, MANIFEST}
    for path in directory.foreign():
        name = path.relative_to(directory.path).as_posix()
        if path.is_symlink() and not name.startswith(f"{TRIALS}/"):
            yield FileHealth(name, FAULTY, LINK)
        elif name not in own | listed and not name.startswith((f"{CHECKPOINT}/", f"{TRIALS}/")):
            yield FileHealth(name, FOREIGN if manifest.complete else UNVERIFIED)


def _trials(folder: Path) -> Iterator[FileHealth]:
    """Each training in one line, and what is not intact of it."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        name = f"{TRIALS}/{path.name}"
        if path.is_symlink():
            yield FileHealth(name, FAULTY, LINK)
        elif path.name == DAMAGED:
            yield from (FileHealth(f"{name}/{run.name}", SET_ASIDE) for run in sorted(path.iterdir()))
        elif not path.is_dir():
            yield FileHealth(name, FOREIGN)
        else:
            others = [file for file in _files(RunDirectory(path)) if file.state != INTACT]
            if not any(file.state == FAULTY for file in others):
                yield FileHealth(name, INTACT)
            yield from (replace(file, name=f"{name}/{file.name}") for file in others)


def _file(directory: LockedDirectory, name: str, manifest: Manifest) -> FileHealth:
    try:
        directory.read(name)
    except DlxError as error:
        if manifest.may_be_missing(name) and not (directory.path / name).exists():
            return FileHealth(name, INTACT, "not there yet")
        return FileHealth(name, FAULTY, _what(error))
    return FileHealth(name, INTACT)


def _what(error: DlxError) -> str:
    """What is wrong, without the file."""
    return without_advice(error).partition(": ")[2]


def _checkpoint(directory: LockedDirectory, manifest: Manifest) -> Iterator[FileHealth]:
    if not isinstance(directory, RunDirectory) or (
        ITS_CHECKPOINT not in manifest.contents and not directory.has_checkpoint()
    ):
        return
    faults = list(directory.checkpoint_faults())
    for fault in faults:
        path, _, what = str(fault).partition(": ")
        yield FileHealth(f"{CHECKPOINT}/{Path(path).name}", FAULTY, what)
    if not faults:
        yield FileHealth(CHECKPOINT, INTACT)


def _status(directory: LockedDirectory) -> str | None:
    with suppress(DlxError, AttributeError):
        return str(directory.document(directory.document_name).get("status"))
    return None


def _advice(directory: LockedDirectory, files: tuple[FileHealth, ...]) -> Iterator[str]:
    faulty = {file.name for file in files if file.state == FAULTY}
    links = {file.name for file in files if file.what == LINK}
    path = directory.path
    if links:
        yield f"put what it points to in the place of a link, or remove it: {', '.join(sorted(links))}"
    if MANIFEST in faulty:
        yield f"if the other files are as they should be: {command('doctor', path, '--accept')} takes them as they are"
        return
    rest = faulty - links
    of_trials = {name for name in rest if name.startswith(f"{TRIALS}/")}
    if isinstance(directory, RunCollection):
        yield from _advice_for_many(directory, rest)
    elif isinstance(directory, RunDirectory):
        yield from _advice_for_trials(directory, of_trials)
        yield from _advice_for_run(directory, rest - of_trials)


def _advice_for_many(directory: RunCollection, faulty: set[str]) -> Iterator[str]:
    if PLAN in faulty:
        yield f"put {PLAN} back as it was, or begin anew: {command(directory.command, 'FILE')}"
    elif faulty:
        again = command(directory.command, "--resume", directory.path)
        yield f"what is faulty is made again, from the trainings or by training again, by: {again}"


def _advice_for_trials(directory: RunDirectory, faulty: set[str]) -> Iterator[str]:
    """They are trained again by the commands that made them, as those of them tell that are intact."""
    if not faulty:
        return
    for line in dict.fromkeys(filter(None, map(_command_of, sorted(directory.trials.iterdir())))):
        yield f"what is faulty in its trainings is trained again by: {line}"


def _command_of(path: Path) -> str | None:
    """The command that made a run; None where that cannot be read."""
    with suppress(DlxError):
        return str(RunDirectory(path).facts()["command"])
    return None


def _advice_for_run(directory: RunDirectory, faulty: set[str]) -> Iterator[str]:
    path, config = directory.path, directory.path / CONFIG
    if not directory.has_begun():
        yield f"its start died; it is begun anew by: {command('train', 'FILE', '--out', path)}"
    if CONFIG in faulty:
        yield from _advice_without_config(directory)
        return
    derived = {file for file in faulty if file in MADE_BY}
    yield from dict.fromkeys(f"{file} is made again by: {command(*MADE_BY[file], path)}" for file in sorted(derived))
    if not (lost := faulty - derived):
        return
    is_resumable = directory.has_checkpoint() and FACTS not in lost
    if is_resumable and not any(name.startswith(CHECKPOINT) for name in lost):
        again = command("train", "--resume", path)
        yield f"the checkpoint is intact, and what is faulty is written again from it by: {again}"
    else:
        yield f"the same is trained once more, while this run stays as it is, by: {command('train', config)}"


def _advice_without_config(directory: RunDirectory) -> Iterator[str]:
    """A run without its spec cannot go on; what can be done depends on what is there in its place."""
    config = directory.path / CONFIG
    yield f"put {CONFIG} back as it was"
    with suppress(DlxError):
        if config.is_file():
            load_spec(config)
            yield f"or train {CONFIG} as it is now, as a new run, by: {command('train', config)}"
    if line := _command_of(directory.path):
        yield f"or move {quoted(directory.path)} away, and train it again by: {line}"
