"""The ground that races run on, and what they tell of each remedy."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dlx.search.trials.outcome import Outcome

if TYPE_CHECKING:
    from dlx.diagnose.advice import Remedy
    from dlx.stats.intervals import Estimate
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


@dataclass(frozen=True)
class RemedyResult:
    """A remedy and what came of it.

    Args:
        verdict: keep, harmful, no effect or unclear, by the interval of its effect; ``stopped`` where others were
            better before it had one that counts; ``not tried`` where there was no time, or no need after one that
            is good enough; ``failed`` where it cannot be trained.
        change: of the dev error: the effect over the replicates that confirm, or of the first one alone, without an
            interval; None where there is nothing to compare.
        replicates: that the change was measured in.
        seconds: that all its trials took.
        message: what went wrong.
    """

    remedy: Remedy
    verdict: str
    change: Estimate | None
    replicates: int
    seconds: float
    message: str = ""
