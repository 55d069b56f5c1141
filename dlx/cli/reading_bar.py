"""A bar on the terminal for each file of data that takes long to read, gone when it is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Any

from dlx.data.files.reading import watcher

PATIENCE = 1.0  # seconds until a bar is shown
SILENT = frozenset(("--json", "--quiet", "-q"))


class ReadingBar:
    """The bar of the file that is being read, once it has taken a while."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self.path: Path | None = None
        self.since = 0.0
        self.display: Any = None

    def read(self, path: Path, done: int, size: int) -> None:
        """Show how far the file is."""
        if os.getpid() != self.process:  # a worker, which has no terminal to itself
            return
        if path != self.path:
            self._leave()
            self.path, self.since = path, monotonic()
        if self.display is None and monotonic() - self.since > PATIENCE:
            terminal = import_module("dlx.show.terminal")
            self.display = terminal.progress(terminal.CountProgress(f"reading {path.name}"))
            self.display.__enter__()
        if self.display is not None:
            self.display.update(import_module("dlx.events").Count(done, size))

    def end(self, path: Path) -> None:
        """Take the bar away."""
        if path == self.path and os.getpid() == self.process:
            self._leave()

    def _leave(self) -> None:
        display, self.display, self.path = self.display, None, None
        if display is not None:
            display.__exit__(None, None, None)


@contextmanager
def reading_shown(arguments: Sequence[str]) -> Iterator[None]:
    """Inside, files that take long have their bar, where stderr is a terminal and the arguments allow it."""
    if SILENT.intersection(arguments) or not sys.stderr.isatty():
        yield
        return
    token = watcher.set(ReadingBar())
    try:
        yield
    finally:
        watcher.reset(token)
