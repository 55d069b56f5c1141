"""Reading: how far a file has been read, for whoever shows it where it takes long."""

from __future__ import annotations

from contextvars import ContextVar
from pathlib import Path
from typing import Protocol


class ReadingWatcher(Protocol):
    """Sees files being read."""

    def read(self, path: Path, done: int, size: int) -> None:
        """So many bytes of the file have been read, as it lies on the disk."""

    def end(self, path: Path) -> None:
        """The file has been closed."""


watcher: ContextVar[ReadingWatcher | None] = ContextVar("watcher", default=None)
