"""The lock on a directory, by which one process writes to it at a time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dlx.errors import EnvironmentProblem
from dlx.files import writing

if sys.platform != "win32":
    import fcntl


class Locked(EnvironmentProblem):
    """Another process writes to the directory."""


class Lock:
    """The lock on one directory; a process that dies gives it up."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None  # of the directory, while it is locked

    def take(self) -> None:
        """Take the lock; raises Locked where another process has it."""
        if sys.platform == "win32":
            return
        with writing(self.path):
            self._descriptor = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.give_up()
            raise Locked(f"{self.path}: is locked: another process is writing to it") from None
        except OSError:
            pass  # a file system without locks: the exclusive name has to do

    def give_up(self) -> None:
        """Let others take it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
