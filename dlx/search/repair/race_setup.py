"""The ground that races run on."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from dlx.search.trials.outcome import Outcome
from dlx.types import Array


@dataclass(frozen=True)
class RaceSetup:
    """What every race of a recipe runs on.

    Args:
        folder: of the trials.
        executor: trains them, so many at a time as there are workers.
        replicates: in which finalists are confirmed at first, besides the one that chooses them.
        deadline: in seconds of ``time.time()``.
        optimal, tolerance: the error that can be reached at best, and how much of a change is no effect.
        largest: change of an error that there can be: 1 for error rates.
        added: what each dev example adds to the error of an outcome.
        is_low: whether bias and variance are low in an outcome.
    """

    folder: Path
    executor: Executor
    workers: int
    replicates: int
    deadline: float
    optimal: float
    tolerance: float
    largest: float
    added: Callable[[Outcome], Array]
    is_low: Callable[[Outcome], bool]

    @property
    def left(self) -> float:
        """Seconds to the deadline."""
        return self.deadline - time.time()
