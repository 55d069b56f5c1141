"""The steps of an epoch, as fitting takes them: tapes to be replayed, of which each uses so many examples."""

from __future__ import annotations

from typing import Protocol

from dlx.nn.tape import Tape


class Steps(Protocol):
    """What an epoch consists of; a position tells how many of its examples are used.

    m: examples in an epoch.
    size: of a step; the last one of an epoch may have fewer.
    per_epoch: steps in an epoch.
    """

    m: int
    size: int
    per_epoch: int

    def begin_epoch(self) -> None:
        """Get ready for the epoch at whose beginning the position is, or in whose middle it goes on."""

    def next(self, size: int) -> Tape:
        """The next step, of so many examples, which are in its arrays."""

    def tape(self, size: int) -> Tape:
        """A step of so many examples, whichever are in its arrays."""

    def run_first(self, size: int) -> float:
        """Replay a step on the first examples of the epoch, changing no θ; returns its cost."""


class ManySteps(Protocol):
    """What may take many steps at once, with the bits that one after the other would give."""

    def take(self, spare: int = 0, most: int | None = None) -> int:
        """Take steps, also those of whole epochs without a row; returns how many, 0 where a step must be taken alone.

        spare: how many examples of the epoch must be left, at least.
        most: take no more, wherever metrics.csv has its rows; by default up to the next row.
        """
