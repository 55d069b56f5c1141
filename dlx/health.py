"""The health of a directory that dlx made: which of its files are as they were written, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dlx.errors import DataError, DlxError
from dlx.locked_directory import SCHEMA_VERSION, LockedDirectory
from dlx.manifest import MANIFEST, Manifest
from dlx.runs import CHECKPOINT, CONFIG, FACTS, ITS_CHECKPOINT, RunDirectory
from dlx.search.directory import PLAN, ManyRuns
from dlx.shell import command

INTACT, FAULTY, UNVERIFIED, FOREIGN = "intact", "faulty", "not verified", "not written by dlx"


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
    for kind in ManyRuns.__subclasses__():
        if (path / PLAN).is_file() and (path / kind.document_name).is_file():
            return kind(path)
    is_run = path.is_dir() and any((path / name).is_file() for name in (CONFIG, FACTS, MANIFEST))
    return RunDirectory(path if is_run else RunDirectory.find(reference))


def health(directory: LockedDirectory) -> Health:
    """Verify every file of a directory; nothing in it is changed."""
    files = tuple(_files(directory))
    intact = all(file.state not in (FAULTY, UNVERIFIED) for file in files)
    return Health(directory.path, intact, _status(directory), files, tuple(_advice(directory, files)))


def _files(directory: LockedDirectory) -> Iterator[FileHealth]:
    try:
        manifest = directory.manifest
    except DataError as error:
        yield FileHealth(MANIFEST, FAULTY, str(error).partition(": ")[2])
        for path in sorted(directory.path.iterdir()):
            if path.is_file() and path.name != MANIFEST:
                yield FileHealth(path.name, UNVERIFIED)
        return
    yield from (_file(directory, name, manifest) for name in sorted(manifest.contents) if name != ITS_CHECKPOINT)
    yield from _checkpoint(directory, manifest)
    own = {path.relative_to(directory.path).as_posix() for path in directory.own_files()}
    listed = {*manifest.contents, MANIFEST}
    for path in directory.foreign():
        name = path.relative_to(directory.path).as_posix()
        if name not in own | listed and not name.startswith(f"{CHECKPOINT}/"):
            yield FileHealth(name, FOREIGN if manifest.complete else UNVERIFIED)


def _file(directory: LockedDirectory, name: str, manifest: Manifest) -> FileHealth:
    try:
        directory.read(name)
    except DlxError as error:
        if manifest.may_be_missing(name) and not (directory.path / name).exists():
            return FileHealth(name, INTACT, "not there yet")
        return FileHealth(name, FAULTY, str(error).partition(": ")[2].partition(" (dlx doctor")[0])
    return FileHealth(name, INTACT)


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
    path = directory.path
    if not faulty:
        return
    if MANIFEST in faulty:
        yield f"if the other files are as they should be: {command('doctor', path, '--accept')} takes them as they are"
        return
    if isinstance(directory, ManyRuns):
        if PLAN not in faulty:
            yield f"what came of it is made again from its trials: {command(directory.command, '--resume', path)}"
        return
    config = directory.path / CONFIG
    if CONFIG in faulty:
        if (directory.path / CONFIG).is_file():
            yield f"{CONFIG} as it is now is trained as a new run by: {command('train', config)}"
        return
    is_resumable = isinstance(directory, RunDirectory) and directory.has_checkpoint() and FACTS not in faulty
    if is_resumable and not any(name.startswith(CHECKPOINT) for name in faulty):
        again = command("train", "--resume", path)
        yield f"the checkpoint is intact, and what is faulty is written again from it by: {again}"
    else:
        yield f"the same is trained once more by: {command('train', config)}"
