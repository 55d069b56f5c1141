"""The health of the files in a directory that dlx made: whether each is as it was written, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dlx.errors import DataError, DlxError, ReadFailure
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CHECKPOINT, DAMAGED, ITS_CHECKPOINT, TRIALS
from dlx.runs.files.locked_directory import LockedDirectory
from dlx.runs.files.manifest import MANIFEST, Manifest
from dlx.text import without_advice

INTACT, FAULTY, UNVERIFIED, FOREIGN = "intact", "faulty", "not verified", "not written by dlx"
SET_ASIDE = "set aside, because it was damaged"
LINK = "is a link, which dlx does not follow"


@dataclass(frozen=True)
class FileHealth:
    """The state of one file, and where it is not intact, what is wrong with it."""

    name: str
    state: str
    what: str = ""


def files_of(directory: LockedDirectory) -> Iterator[FileHealth]:
    """The state of every file of a directory, and of the trainings in it."""
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
            others = [file for file in files_of(RunDirectory(path)) if file.state != INTACT]
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
