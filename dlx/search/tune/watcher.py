"""Watchers of a search: who is told how it comes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class TuningWatcher(Protocol):
    """Who is told how the search comes on."""

    def round_(self, number: int, rounds: int, trials: int) -> None:
        """A round of so many settings begins."""

    def trial(self, record: Mapping[str, Any], best: Sequence[Mapping[str, Any]]) -> None:
        """A setting has been trained as far as it is to be; the best so far, in their order."""

    def final(self, count: int) -> None:
        """The best are trained again, so many trainings in all."""


class SilentTuning:
    """Takes everything and tells nobody."""

    def round_(self, number: int, rounds: int, trials: int) -> None:
        """Nothing is told."""

    def trial(self, record: Mapping[str, Any], best: Sequence[Mapping[str, Any]]) -> None:
        """Nothing is told."""

    def final(self, count: int) -> None:
        """Nothing is told."""
