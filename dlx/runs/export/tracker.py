"""The tracker: what every program that tracks experiments is given of runs; a subclass with a name is one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from dlx.runs.export.history import RunHistory


class Tracker(ABC):
    """A program that shows many runs: how they are written for it."""

    name: ClassVar[str]
    registered: ClassVar[list[Tracker]] = []

    def __init_subclass__(cls) -> None:
        if "name" in cls.__dict__:
            Tracker.registered.append(cls())

    @abstractmethod
    def write(self, runs: Sequence[RunHistory], source: Path, out: Path | None) -> list[str]:
        """Write runs; returns what was written, a file or what the program calls it.

        Args:
            runs: in the order of their beginning.
            source: the directory of the run, or of the runs, that was named.
            out: where the user wants them; where the program looks, or beside the runs, unless given.
        """
