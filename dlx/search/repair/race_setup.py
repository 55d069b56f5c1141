"""What may be spent on a repair, and the ground that its races run on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from dlx.diagnose.verdict import between
from dlx.errors import UsageError
from dlx.search.repair.design import Design
from dlx.search.trials.outcome import Outcome
from dlx.stats.intervals import Estimate, difference, exact

SLOTS_OF_A_WORKER = 2  # calls that an executor takes for each: one that waits beside the one that is made


@dataclass(frozen=True)
class RepairOptions:
    """How much may be spent: replicates that confirm a remedy, seconds in all, trials at a time, or the cluster."""

    replicates: int = 5
    budget: float = 600.0
    workers: int = 1
    cluster: str | None = None

    def __post_init__(self) -> None:
        if self.replicates < 2:
            raise UsageError(f"replicates: at least 2 are needed to tell a remedy from luck, got {self.replicates}")


@dataclass(frozen=True)
class RaceSetup:
    """What every race of a recipe runs on.

    Args:
        folder: of the trials.
        executor: trains them.
        replicates: in which a remedy is confirmed at first, besides the one that chooses it.
        started, budget: in seconds of ``time.time()``, and the seconds that may be spent from then on.
        optimal, tolerance: the error that can be reached at best, and how much of a change is no effect.
        design: on which examples specs are compared.
        is_low: whether bias and variance are low in a replicate.
    """

    folder: Path
    executor: Executor
    replicates: int
    started: float
    budget: float
    optimal: float
    tolerance: float
    design: Design
    is_low: Callable[[Sequence[Outcome]], bool]

    @property
    def at_a_time(self) -> int:
        """How many trials the executor trains side by side."""
        return max(getattr(self.executor, "slots", 1) // SLOTS_OF_A_WORKER, 1)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.time() - self.started

    @property
    def left(self) -> float:
        """Seconds to the end of the budget."""
        return self.budget - self.elapsed


def are_low(errors: Mapping[str, Estimate], optimal: float, tolerance: float) -> bool:
    """Whether neither bias nor variance is above the tolerance, as far as there are errors to tell them by."""
    known_errors = {**errors, "optimal": exact(optimal)}
    pairs = (between(errors)[gap] for gap in ("bias", "variance"))
    present = [(upper, lower) for upper, lower in pairs if upper in known_errors and lower in known_errors]
    return all(difference(known_errors[upper], known_errors[lower]).value <= tolerance for upper, lower in present)
