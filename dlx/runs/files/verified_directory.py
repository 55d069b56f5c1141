"""A directory whose files are verified as they are read, by the manifest of what dlx wrote into it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from dlx.errors import DataError, ReadFailure
from dlx.files import of_this_version, parse_json, read, temporaries
from dlx.runs.files.lock import LOCK_FILE, Lock
from dlx.runs.files.manifest import MANIFEST, Manifest
from dlx.text import command
from dlx.words import Status


class VerifiedDirectory:
    """A directory of files, to read.

    A manifest lists what dlx wrote: a file that is not as it was written is never used. What cannot be read raises
    DataError, which names the file.
    """

    marker: ClassVar[str]  # the file that makes a directory one of its kind
    document_name: ClassVar[str]  # the file with its results; it also says that there is a manifest
    files: ClassVar[frozenset[str]] = frozenset()  # that an older dlx, which wrote no manifest, may have left

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest: Manifest | None = None  # of who writes

    @property
    def manifest(self) -> Manifest:
        """What dlx wrote here; raises DataError where that cannot be read."""
        if self._manifest is not None:
            return self._manifest
        return self._read_manifest() or Manifest(complete=False)

    def _read_manifest(self) -> Manifest | None:
        """The one in the directory; None where an older dlx, which wrote none, made it."""
        manifest = Manifest.read(self.path)
        if manifest is None and self.needs_manifest():
            raise DataError(
                f"{self.path / MANIFEST}: is missing, so no file beside it can be verified "
                f"({command('doctor', self.path)} says what to do)"
            )
        return manifest

    def needs_manifest(self) -> bool:
        """Whether its document, if that can be read, says that there is one."""
        try:
            return bool(json.loads(read(self.path / self.document_name)).get("manifest") == MANIFEST)
        except ReadFailure:
            raise
        except (DataError, ValueError, AttributeError):
            return False

    def read(self, name: str) -> bytes:
        """A file's content, as it was written.

        Raises:
            DataError: it is missing or cannot be read, or it is damaged, or was edited.
        """
        while True:
            manifest = self.manifest
            content = self._content(name, manifest)
            fault = manifest.fault(name, content)
            if fault is None:
                return content
            if self._manifest is not None or self.manifest.contents.get(name) == manifest.contents.get(name):
                raise DataError(f"{self.path / name}: {fault} ({command('doctor', self.path)} says more)")

    def holds(self, name: str) -> bool:
        """Whether there is such a file, or must be one because dlx wrote it."""
        return (self.path / name).exists() or not self.manifest.may_be_missing(name)

    def _content(self, name: str, manifest: Manifest) -> bytes:
        path = self.path / name
        if not path.exists() and not manifest.may_be_missing(name):
            raise DataError(
                f"{path}: cannot be read: it is missing, though dlx wrote it ({command('doctor', self.path)} says more)"
            )
        return read(path)

    def document(self, name: str) -> dict[str, Any]:
        """A JSON document of a version that is known."""
        return of_this_version(self.path / name, parse_json(self.read(name), self.path / name))

    def is_locked(self) -> bool | None:
        """Whether a process writes to it; None where the file system knows no locks."""
        return Lock(self.path).is_taken()

    def at_present(self, read_document: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], bool]:
        """Its document with the status that it has now, and whether the process that wrote it was killed.

        Who is killed cannot say so: what is running by the document, and nobody has locked, was interrupted.
        """
        document = read_document()
        if document.get("status") != Status.RUNNING or self.is_locked() is not False:
            return document, False
        document = read_document()  # it may have ended meanwhile
        if document.get("status") != Status.RUNNING:
            return document, False
        return {**document, "status": Status.INTERRUPTED}, True

    def foreign(self) -> list[Path]:
        """The files below the directory that dlx did not write, or that are no longer as dlx wrote them."""
        own = {*self.own_files(), self.path / LOCK_FILE}
        below = (Path(folder) / name for folder, folders, files in os.walk(self.path) for name in (*folders, *files))
        return sorted(path for path in below if path not in own and (path.is_symlink() or not path.is_dir()))

    def own_files(self) -> Iterator[Path]:
        """What dlx wrote, by name and content; of a directory of an older dlx, which kept no sums, by name."""
        is_made = (self.path / self.marker).is_file()
        try:
            manifest = Manifest.read(self.path)
        except DataError:
            return
        if manifest is None:
            names = self.files if is_made else frozenset()
            yield from (path for name in names if (path := self.path / name).is_file() and not path.is_symlink())
            yield from temporaries(self.path, (self.files | {MANIFEST}).__contains__)
            return
        for name in manifest.contents:
            path = self.path / name
            if path.parent == self.path and path.is_file() and manifest.knows(name, read(path)):
                yield path
        yield from temporaries(self.path, (manifest.contents.keys() | self.files | {MANIFEST}).__contains__)
        yield self.path / MANIFEST
