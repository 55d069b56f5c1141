"""A directory that one process writes to at a time: plain files, each written whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from dlx.errors import DataError, DlxError, EnvironmentProblem, UsageError
from dlx.files import read, write_atomically, writing
from dlx.runs.files.latest import LATEST, ROOT
from dlx.runs.files.lock import Lock, Locked
from dlx.runs.files.manifest import MANIFEST, Content, JointChange, Manifest, refuse_links
from dlx.runs.files.verified_directory import VerifiedDirectory


class LockedDirectory(VerifiedDirectory):
    """A directory of files. Who writes holds a lock on it until ``close``; reading needs none.

    What cannot be written raises EnvironmentProblem, which names the file. As long as it is ``durable``, a file that
    has been written outlasts a power cut. Nothing is ever removed but what dlx wrote. Links inside are refused.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.durable = True
        self._joint: JointChange | None = None
        self._lock = Lock(path)

    @classmethod
    def create(cls, name: str, root: Path = ROOT, out: Path | None = None) -> Self:
        """A new directory, locked: ``root/name/<UTC time>-<short id>`` or ``out``.

        What a start that died left in ``out`` is removed.

        Raises:
            UsageError: ``out`` is a file or not empty, or ``name`` is `latest`.
            EnvironmentProblem: it cannot be made, or another process writes there.
        """
        directory = cls(_new_directory(root, name) if out is None else _chosen_directory(out))
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
            on = f" ({again} goes on with what is there)" if (again := self.way_on()) else ""
            raise UsageError(f"{self.path}: is not empty: a new or an empty directory is needed{on}")
        self.remove_own()

    def way_on(self) -> str:
        """The command that goes on with what is there, where that has not come to its end; else nothing."""
        return ""

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Locked: another process has it.
            UsageError: there are links in the directory.
            DataError: its manifest is damaged.
        """
        refuse_links(self.path)
        try:
            self._lock.take()
            self._manifest = self._read_manifest() or self._adopted()
            if self._manifest.settle(self.path):
                self._manifest.write(self.path, self.durable)
        except DlxError:
            self.close()
            raise

    def _opened(self, name: str, writing: bool) -> Self:
        """The directory, locked when ``writing``, after a look at the file that all else in it depends on."""
        refuse_links(self.path)
        if writing:
            self.acquire()
        try:
            self.read(name)
        except DataError:
            self.close()
            raise
        return self

    def accept_files(self) -> None:
        """Take the files that dlx writes here, as they are now, for what it wrote.

        Raises:
            Locked: another process writes there.
            UsageError: there are links in the directory.
        """
        refuse_links(self.path)
        try:
            self._lock.take()
            names = set(self.files) if (self.path / self.marker).is_file() else set()
            with suppress(DataError):
                names |= self.manifest.contents.keys()
            paths = [path for name in sorted(names) if (path := self.path / name).is_file()]
            contents = {path.relative_to(self.path).as_posix(): (Content.of(read(path)),) for path in paths}
            Manifest(contents).write(self.path, durable=True)
        finally:
            self.close()

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
        self._lock.give_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, name: str, content: bytes | memoryview, grows: bool = False) -> Path:
        """Puts a file there, to which rows are added where it ``grows``; returns where. It must be locked."""
        announced = self._announce({name: replace(Content.of(content), grows=grows)})
        if isinstance(announced, JointChange):
            announced.write(name, content)
        else:
            write_atomically(self.path / name, content, self.durable)
            announced.confirm(name)
        return self.path / name

    @contextmanager
    def writing_together(self) -> Iterator[None]:
        """Inside, what is written is collected, and read as if it were there; at the end, however that comes, it is.

        The manifest is then written once for all of it. Nothing is to be removed inside.
        """
        assert self._manifest is not None
        assert self._joint is None
        manifest, self._joint = self._manifest, JointChange()
        try:
            yield
        finally:
            joint, self._joint = self._joint, None
            joint.make(manifest, self.path, self.durable)

    def holds(self, name: str) -> bool:
        """Whether there is such a file, or must be one because dlx wrote it, or is about to."""
        return (self._joint is not None and self._joint.content(name) is not None) or super().holds(name)

    def size(self, name: str) -> int | None:
        """The bytes of a file, or of what is about to be written there; None where there is none."""
        content = self._joint.content(name) if self._joint is not None else None
        if content is not None:
            return len(content)
        path = self.path / name
        return path.stat().st_size if path.exists() else None

    def _content(self, name: str, manifest: Manifest) -> bytes:
        content = self._joint.content(name) if self._joint is not None else None
        return super()._content(name, manifest) if content is None else bytes(content)

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

    def _announce(self, changes: Mapping[str, Content | None]) -> Manifest | JointChange:
        assert self._manifest is not None, "only who has acquired a directory writes to it"
        self._manifest.announce(changes)
        if self._joint is not None:
            return self._joint
        self._manifest.write(self.path, self.durable)
        return self._manifest

    def remove_own(self) -> None:
        """Removes what dlx wrote into the directory, its manifest last; what is not as it was written stays.

        So do the directory itself, which is locked, and folders in which something stays.
        """
        own = sorted(set(self.own_files()), key=lambda path: path.name == MANIFEST)
        with writing(self.path):
            for path in own:
                path.unlink()
            folders = {folder for path in own for folder in path.parents if self.path in folder.parents}
            for folder in sorted(folders, reverse=True):  # each before the one that it is in
                with suppress(OSError):
                    folder.rmdir()
        if self._manifest is not None:
            self._manifest = Manifest()


def _new_directory(root: Path, name: str) -> Path:
    """One that was not there before: ``root/name/<UTC time>-<short id>``."""
    if name == LATEST:
        raise UsageError(f"name: {LATEST} is taken: {root / LATEST} points to the newest run")
    with writing(root / name):
        (root / name).mkdir(parents=True, exist_ok=True)
        while True:
            path = root / name / f"{_now()}-{secrets.token_hex(3)}"
            try:
                path.mkdir(parents=True)  # another process may have removed the folder again
            except FileExistsError:
                continue
            return path


def _now() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def _chosen_directory(path: Path) -> Path:
    """The directory of the user's choice, made where there is none."""
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path}: is a file: a new or an empty directory is needed")
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
    return path
