"""The health of a directory that dlx made: whether its files are as they were written, and what can be done."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dlx.errors import DlxError
from dlx.files import unless_damaged, unread
from dlx.runs.files.collection import RunCollection
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import CONFIG, FACTS
from dlx.runs.files.locked_directory import LockedDirectory
from dlx.runs.files.manifest import MANIFEST
from dlx.runs.integrity.file_health import FAULTY, UNVERIFIED, FileHealth, files_of
from dlx.runs.integrity.recovery import advice
from dlx.runs.reading.references import locate


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
        return {**asdict(self), "path": str(self.path)}


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
    for directory in (kind(path) for kind in RunCollection.__subclasses__()):
        if path.is_dir() and unless_damaged(partial(directory.holds, directory.document_name), False):
            return directory
    is_run = path.is_dir() and any((path / name).is_file() for name in (CONFIG, FACTS, MANIFEST))
    return RunDirectory(path if is_run else locate(reference))


def health(directory: LockedDirectory) -> Health:
    """Verify every file of a directory, and of the trainings in it; nothing is changed."""
    files = tuple(files_of(directory))
    intact = all(file.state not in (FAULTY, UNVERIFIED) for file in files)
    return Health(directory.path, intact, _status(directory), files, tuple(advice(directory, files)))


def _status(directory: LockedDirectory) -> str | None:
    with suppress(DlxError, AttributeError):
        return str(directory.at_present(lambda: directory.document(directory.document_name))[0].get("status"))
    return None
