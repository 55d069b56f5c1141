"""A directory that one process writes to at a time: plain files, each written whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from dlx.errors import DataError, DlxError, EnvironmentProblem, UsageError
from dlx.files import read_json, write_atomically, writing

if sys.platform != "win32":
    import fcntl

ROOT = Path("runs")
LATEST = "latest"
SCHEMA_VERSION = 1


class Locked(EnvironmentProblem):
    """Another process writes to the directory."""


class LockedDirectory:
    """A directory of files. Who writes holds a lock on it until ``close``; reading needs none.

    What cannot be written raises EnvironmentProblem, what cannot be read DataError; both name the file. As long as it
    is ``durable``, a file that has been written outlasts a power cut.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.durable = True
        self._lock: int | None = None

    @classmethod
    def create(cls, name: str, root: Path = ROOT, out: Path | None = None) -> Self:
        """A new directory, locked: ``root/name/<UTC time>-<short id>`` or ``out``.

        Raises:
            UsageError: ``out`` is a file or not empty, or ``name`` is `latest`.
            EnvironmentProblem: it cannot be made, or another process writes there.
        """
        made = cls(_new_directory(root, name) if out is None else _empty_directory(out))
        made.acquire()
        try:
            made.settle(root)
        except DlxError:
            made.close()
            raise
        return made

    def settle(self, root: Path) -> None:
        """What is done in a new directory first: see that nothing is in it."""
        if any(self.path.iterdir()):
            raise UsageError(f"{self.path}: is not empty: a new or an empty directory is needed")

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            Locked: another process has it.
        """
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

    def close(self) -> None:
        """Gives up the lock."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def write(self, name: str, content: bytes | memoryview) -> Path:
        """Puts a file there; returns where."""
        write_atomically(self.path / name, content, self.durable)
        return self.path / name

    def document(self, name: str) -> dict[str, Any]:
        """A JSON document of a version that is known."""
        return known_version(self.path / name, read_json(self.path / name))


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
