"""Runs of a trial that differ in the last digits of θ alone, and verdicts on them that are the same on any processor.

Where steps are so large that θ is thrown about, the last digits of θ decide where a run ends, and these differ from one
processor to the next: nothing may be concluded from one run. A second run shows whether they matter. If they do, the
medians of several are judged, and of more the closer the verdict is.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isfinite
from statistics import median
from typing import NamedTuple

from dlx.diagnose.before.probe import Probe

PARTED = 1e-3  # of the cost of a constant answer: two runs whose costs differ by more have parted
COUNTS = (4, 9, 15, 25)  # runs, each where those before leave the verdict open


class ProbeResult(NamedTuple):
    """Cost and error of the frozen network on seen examples after some steps, and its error on unseen ones."""

    cost: float
    error: float
    unseen: float


DIVERGED = ProbeResult(inf, inf, inf)
Verdict = Callable[[ProbeResult, ProbeResult], bool]


class Runs:
    """Runs of one trial, each with other last digits; the first has the trial's own.

    run: trains a copy of a trial.
    unit: the cost of a constant answer, in shares of which costs are compared.
    """

    def __init__(self, trial: Probe, run: Callable[[Probe], ProbeResult], unit: float) -> None:
        self._trial, self._run, self._unit = trial, run, unit
        self._outcomes = [run(trial)]

    @property
    def parted(self) -> bool:
        """Whether the last digits of θ matter."""
        self._have(2)
        first, second = self._outcomes[0].cost, self._outcomes[1].cost
        return first != second and not abs(first - second) <= PARTED * self._unit

    @property
    def typical(self) -> ProbeResult:
        """The medians of the runs so far; until there are a few, the first."""
        if len(self._outcomes) <= 2:
            return self._outcomes[0]
        return ProbeResult(*(median(column) for column in zip(*self._outcomes, strict=True)))

    def repeat(self, count: int = COUNTS[0]) -> None:
        """Have at least so many runs, where they differ at all."""
        if self.parted:
            self._have(count)

    def errors_apart(self) -> float:
        """How far the errors of several runs lie apart; NaN where all diverge."""
        self.repeat(COUNTS[1])
        errors = [outcome.error for outcome in self._outcomes]
        return max(errors) - min(errors)

    def bounds(self) -> tuple[ProbeResult, ProbeResult]:
        """A better and a worse outcome, between which the medians of more runs would lie, too."""
        if not self.parted:
            return self.typical, self.typical
        ends = [_ends(sorted(column)) for column in zip(*self._outcomes, strict=True)]
        return ProbeResult(*(low for low, _ in ends)), ProbeResult(*(high for _, high in ends))

    def _have(self, count: int) -> None:
        while len(self._outcomes) < count:
            self._outcomes.append(self._run(self._trial.nudged(len(self._outcomes))))


def _ends(numbers: list[float]) -> tuple[float, float]:
    """The ends without a fifth of the numbers on each side; of few, which may lie close by chance, much farther out."""
    beyond = len(numbers) // 5
    low, high = numbers[beyond], numbers[-1 - beyond]
    if not isfinite(high):
        return min(low, 0.0), inf
    reach = 0.0 if beyond else high - low
    return low - reach, high + reach


def decide(verdict: Verdict, runs: Runs, other: Runs) -> bool:
    """A verdict on two sorts of runs, which becomes no less true as the first gets better and the second worse."""
    for count in COUNTS:
        runs.repeat(count)
        other.repeat(count)
        (best, worst), (other_best, other_worst) = runs.bounds(), other.bounds()
        if verdict(best, other_worst) == verdict(worst, other_best):
            break
    return verdict(runs.typical, other.typical)
