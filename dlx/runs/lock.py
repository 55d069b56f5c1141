"""A directory that one process writes to at a time: plain files, each written whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Self

from dlx.errors import DataError, DlxError, EnvironmentProblem, ReadFailure, UsageError
from dlx.files import parse_json, read, temporaries, write_atomically, writing
from dlx.runs.latest import LATEST, ROOT
from dlx.runs.manifest import MANIFEST, Content, Manifest, refuse_links
from dlx.text import command

if sys.platform != "win32":
    import fcntl

SCHEMA_VERSION = 1


class Locked(EnvironmentProblem):
    """Another process writes to the directory."""


class LockedDirectory:
    """A directory of files. Who writes holds a lock on it until ``close``; reading needs none.

    What cannot be written raises EnvironmentProblem, what cannot be read DataError; both name the file. As long as it
    is ``durable``, a file that has been written outlasts a power cut. A manifest lists what dlx wrote: a file that is
    not as it was written is never used, and nothing else is ever removed. Links inside are refused.
    """

    marker: ClassVar[str]  # the file that makes a directory one of its kind
    document_name: ClassVar[str]  # the file that says what came of it, and that there is a manifest
    files: ClassVar[frozenset[str]] = frozenset()  # that an older dlx, which wrote no manifest, may have left

    def __init__(self, path: Path) -> None:
        self.path = path
        self.durable = True
        self._lock: int | None = None
        self._manifest: Manifest | None = None  # of who writes

    @classmethod
    def create(cls, name: str, root: Path = ROOT, out: Path | None = None) -> Self:
        """A new directory, locked: ``root/name/<UTC time>-<short id>`` or ``out``.

        What a start that died left in ``out`` is removed.

        Raises:
            UsageError: ``out`` is a file or not empty, or ``name`` is `latest`.
            EnvironmentProblem: it cannot be made, or another process writes there.
        """
        directory = cls(_new_directory(root, name) if out is None else _empty_directory(out))
        directory.acquire()
        try:
            directory.settle(root)
        except DlxError:
            directory.close()
            raise
        return directory

    def settle(self, root: Path) -> None:
        """What is done in a new directory first: see that nothing is in it."""
        if (self.path / self.marker).exists() or self.foreign():
            raise UsageError(f"{self.path}: is not empty: a new or an empty directory is needed{self.way_on()}")
        self.remove_own()

    def way_on(self) -> str:
        """What to type where it is not new but could be gone on with, for the end of a message."""
        return ""

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Locked: another process has it.
            UsageError: there are links in the directory.
            DataError: its manifest is damaged.
        """
        refuse_links(self.path)
        self._take_lock()
        try:
            self._manifest = self._read_manifest() or self._adopted()
            if self._manifest.settle(self.path):
                self._manifest.write(self.path, self.durable)
        except DlxError:
            self.close()
            raise

    def accept_files(self) -> None:
        """Take the files that dlx writes here, as they are now, for what it wrote.

        Raises:
            Locked: another process writes there.
            UsageError: there are links in the directory.
        """
        refuse_links(self.path)
        self._take_lock()
        try:
            names = set(self.files) if (self.path / self.marker).is_file() else set()
            with suppress(DataError):
                names |= self.manifest.contents.keys()
            paths = [path for name in sorted(names) if (path := self.path / name).is_file()]
            contents = {path.relative_to(self.path).as_posix(): (Content.of(read(path)),) for path in paths}
            Manifest(contents).write(self.path, durable=True)
        finally:
            self.close()

    def _take_lock(self) -> None:
        if sys.platform == "win32":
            return
        with writing(self.path):
            self._lock = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise Locked(f"{self.path}: is locked: another process is writing to it") from None
        except OSError:
            pass  # a file system without locks: the exclusive name has to do

    def _adopted(self) -> Manifest:
        """A manifest of what an older dlx, which wrote none, has left."""
        if not (self.path / self.marker).is_file():
            return Manifest()
        paths = (self.path / name for name in sorted(self.files))
        return Manifest({path.name: (Content.of(read(path)),) for path in paths if path.is_file()})

    def close(self) -> None:
        """Gives up the lock."""
        manifest, self._manifest = self._manifest, None
        if manifest is not None and manifest.unwritten:
            with suppress(EnvironmentProblem):  # what was announced and what was there before it both count as written
                manifest.write(self.path, self.durable)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, name: str, content: bytes | memoryview, grows: bool = False) -> Path:
        """Puts a file there, to which rows are added where it ``grows``; returns where. It must be locked."""
        manifest = self._announce({name: replace(Content.of(content), grows=grows)})
        write_atomically(self.path / name, content, self.durable)
        manifest.confirm(name)
        return self.path / name

    def write_unlocked(self, name: str, content: bytes | memoryview) -> Path:
        """The same of a process that does not hold the lock; while another does, the manifest has no say in it."""
        try:
            self.acquire()
        except Locked:
            write_atomically(self.path / name, content)
            return self.path / name
        with self:
            return self.write(name, content)

    def remove(self, name: str) -> None:
        """Removes a file, where there is one that dlx wrote; it must be locked."""
        path = self.path / name
        if not path.exists():
            return
        if not self.manifest.knows(name, read(path)):
            raise UsageError(f"{path}: is not as dlx wrote it, so it is not removed: move it away")
        manifest = self._announce({name: None})
        with writing(path):
            path.unlink()
        manifest.confirm(name)

    def _announce(self, changes: Mapping[str, Content | None]) -> Manifest:
        assert self._manifest is not None, "only who has acquired a directory writes to it"
        self._manifest.announce(changes)
        self._manifest.write(self.path, self.durable)
        return self._manifest

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
        return known_version(self.path / name, parse_json(self.read(name), self.path / name))

    def foreign(self) -> list[Path]:
        """The files below the directory that dlx did not write, or that are no longer as dlx wrote them."""
        own = set(self.own_files())
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
            yield from temporaries(self.path, (names | {MANIFEST}).__contains__)
            return
        for name in manifest.contents:
            path = self.path / name
            if path.parent == self.path and path.is_file() and manifest.knows(name, read(path)):
                yield path
        yield from temporaries(self.path, (manifest.contents.keys() | self.files | {MANIFEST}).__contains__)
        yield self.path / MANIFEST

    def remove_own(self) -> None:
        """Removes what dlx wrote into the directory, its manifest last; what is not as it was written stays."""
        own = sorted(set(self.own_files()), key=lambda path: path.name == MANIFEST)
        with writing(self.path):
            for path in own:
                path.unlink()
            for folder in sorted({path.parent for path in own} - {self.path}, reverse=True):
                _remove_empty(folder)
        if self._manifest is not None:
            self._manifest = Manifest()


def _remove_empty(folder: Path) -> None:
    """Remove a folder and the one above it, as far as nothing is in them."""
    for path in (folder, folder.parent):
        with suppress(OSError):
            path.rmdir()


def known_version(path: Path, document: Any) -> dict[str, Any]:
    """The document, if it is one that this dlx reads."""
    if not isinstance(document, dict):
        raise DataError(f"{path}: is damaged: it holds no mapping")
    if (version := document.get("schema_version")) != SCHEMA_VERSION:
        raise DataError(f"{path}: has schema_version {version}, this dlx reads {SCHEMA_VERSION}")
    return document


def _new_directory(root: Path, name: str) -> Path:
    if name == LATEST:
        raise UsageError(f"name: {LATEST} is taken: {root / LATEST} points to the newest run")
    with writing(root / name):
        (root / name).mkdir(parents=True, exist_ok=True)
        while True:
            path = root / name / f"{_now()}-{secrets.token_hex(3)}"
            try:
                path.mkdir()
            except FileExistsError:
                continue
            return path


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _empty_directory(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file: a new or an empty directory is needed")
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path
