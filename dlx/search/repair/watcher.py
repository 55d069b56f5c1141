"""The watcher of a repair: what the recipe reports while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from dlx.search.trials.outcome import Outcome


class RepairWatcher(Protocol):
    """Who is told how the recipe comes on."""

    def family(self, against: str, count: int) -> None:
        """A race of so many remedies begins."""

    def trial(self, name: str, outcome: Outcome) -> None:
        """A trial of a remedy (of the present spec, where the name is empty) has ended, or was known already."""

    def judged(self, round_: Mapping[str, Any]) -> None:
        """A race has ended; its part of the story."""


class SilentRepair:
    """Takes everything and tells nobody."""

    def family(self, against: str, count: int) -> None:
        """Nothing is told."""

    def trial(self, name: str, outcome: Outcome) -> None:
        """Nothing is told."""

    def judged(self, round_: Mapping[str, Any]) -> None:
        """Nothing is told."""
