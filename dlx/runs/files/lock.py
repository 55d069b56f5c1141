"""The lock on a directory, by which one process writes to it at a time."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from dlx import locks
from dlx.errors import EnvironmentProblem
from dlx.files import writing
from dlx.text import is_in_shell

LOCK_FILE = ".lock"  # in a directory, where that cannot be opened itself, as long as it is locked
OPENS_DIRECTORIES = os.name != "nt"
PAUSES = (0.001, 0.004, 0.016)  # seconds in which another process that only asks whether it is locked has asked


class Locked(EnvironmentProblem):
    """Another process writes to the directory."""


class Lock:
    """The lock on one directory; a process that dies gives it up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None  # of the directory, while it is locked

    def take(self) -> None:
        """Take the lock; raises Locked where another process has it."""
        with writing(self.path):
            self._descriptor = (
                os.open(self.path, os.O_RDONLY) if OPENS_DIRECTORIES else os.open(self._file, os.O_RDWR | os.O_CREAT)
            )
        with suppress(OSError):  # a file system without locks: the exclusive name has to do
            if not _taken_soon(self._descriptor):
                self._close()
                or_a_loop = "" if is_in_shell() else ", or a loop of dlx.fit that is not closed,"
                raise Locked(f"{self.path}: is locked: another process{or_a_loop} is writing to it")

    def is_taken(self) -> bool | None:
        """Whether a process has it; None where the file system knows no locks. Who asks keeps nobody from writing."""
        if self._descriptor is not None:
            return True
        try:
            descriptor = os.open(self.path if OPENS_DIRECTORIES else self._file, os.O_RDONLY)
        except OSError:
            return False
        try:
            return not locks.take(descriptor, shares=True)
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def give_up(self) -> None:
        """Let others take it."""
        if self._descriptor is not None:
            self._close()
            if not OPENS_DIRECTORIES:
                with suppress(OSError):  # another process has it open now
                    self._file.unlink()

    @property
    def _file(self) -> Path:
        return self.path / LOCK_FILE

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _taken_soon(descriptor: int) -> bool:
    """Whether the lock could be taken, for which a process that only asks after it is waited for."""
    for pause in PAUSES:
        if locks.take(descriptor):
            return True
        time.sleep(pause)
    return locks.take(descriptor)
