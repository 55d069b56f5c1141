"""The measurements of a race: the trials of each remedy and of the present spec, replicate by replicate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from dlx.errors import DataError
from dlx.events import TrialEnd
from dlx.search.repair.race_setup import RaceSetup
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.trial import Trial
from dlx.spec.sections import Spec
from dlx.types import Array
from dlx.words import Status

BASE = ""  # the name under which the present spec runs
OVERHEAD = 0.2  # seconds of a trial besides training


class Measurements:
    """What has been trained so far.

    Args:
        ground: what the race runs on.
        specs: by the name of the remedy, the present one as `BASE`.
    """

    def __init__(self, ground: RaceSetup, specs: Mapping[str, Spec]) -> None:
        self.ground, self.specs = ground, specs
        self.outcomes: dict[tuple[str, int], list[Outcome]] = {}  # of each replicate, one of each fold
        self.bad: dict[str, Outcome] = {}  # of the remedies that diverged or cannot be trained

    def train(self, names: Iterable[str], number: int, seconds: float) -> Iterator[TrialEnd]:
        """Train these in a replicate, fold by fold.

        Raises:
            DataError: the present spec cannot be trained.
        """
        missing = [name for name in names if (name, number) not in self.outcomes]
        trials = [(name, trial) for name in missing for trial in self._trials(name, number)]
        by_key: dict[str, str] = {trial.key: name for name, trial in trials}
        ended: dict[str, Outcome] = {}
        for outcome in run_trials((trial for _, trial in trials), self.ground.folder, self.ground.executor, seconds):
            name = by_key[outcome.key]
            ended[outcome.key] = outcome
            yield TrialEnd(name, outcome.status, outcome.run)
            if name == BASE and outcome.status is Status.FAILED:
                raise DataError(f"the spec cannot be trained again: {outcome.message}")
            if name != BASE and outcome.status.is_bad:
                self.bad[name] = outcome
        for name in missing:
            outcomes = [ended[trial.key] for trial in self._trials(name, number) if trial.key in ended]
            is_whole = len(outcomes) == self.ground.design.folds
            if is_whole and all(outcome.status is not Status.INTERRUPTED for outcome in outcomes):
                self.outcomes[name, number] = outcomes

    def _trials(self, name: str, number: int) -> list[Trial]:
        return [Trial.of(spec) for spec in self.ground.design.replicate(self.specs[name], number)]

    def has(self, name: str, number: int) -> bool:
        """Whether a replicate is there to be compared; the present spec is so even where it diverged."""
        outcomes = self.outcomes.get((name, number), [])
        counts = [outcome.usable or (name == BASE and outcome.status is Status.DIVERGED) for outcome in outcomes]
        return bool(counts) and all(counts)

    def shared(self, name: str, first: int = 1) -> list[int]:
        """The replicates, from a first one on, that both the remedy and the present spec were trained in."""
        numbers = sorted(number for whose, number in self.outcomes if whose == name and number >= first)
        return [number for number in numbers if self.has(name, number) and self.has(BASE, number)]

    def added(self, name: str, numbers: Sequence[int]) -> Array:
        """What each example adds to the error in these replicates, (k, m)."""
        return np.stack([self.ground.design.added(self.outcomes[name, number]) for number in numbers])

    def change(self, name: str, numbers: Sequence[int]) -> Array:
        """What each example adds to the change of the error, (k, m): below 0 is better."""
        return self.added(name, numbers) - self.added(BASE, numbers)

    def leader(self, finalists: Sequence[str]) -> tuple[str, float] | tuple[None, None]:
        """The remedy that lowers the error most so far, and by how much; of the finalists as soon as they go on."""
        in_front = [name for name in finalists if self.shared(name)]
        first = 1 if in_front else 0
        changes = {
            name: float(self.change(name, numbers).mean())
            for name in in_front or self.specs
            if name not in (BASE, *self.bad) and (numbers := self.shared(name, first))
        }
        if not changes:
            return None, None
        best = min(changes, key=changes.__getitem__)
        return best, changes[best]

    def is_trivial(self, name: str, numbers: Sequence[int]) -> bool:
        """Whether a regression is counted as always answering the mean in any of these replicates."""
        return any(self.ground.design.is_trivial(self.outcomes[name, number]) for number in numbers)

    @property
    def trainings(self) -> int:
        """How many have ended."""
        return sum(len(outcomes) for outcomes in self.outcomes.values())

    def seconds(self, name: str) -> float:
        """What all trials of a remedy took."""
        every = [outcomes for (whose, _), outcomes in self.outcomes.items() if whose == name]
        return sum(outcome.seconds for outcomes in every for outcome in outcomes)

    def seconds_of_training(self) -> float:
        """What one training of the present spec takes, all told."""
        outcomes = self.outcomes[BASE, 0]
        return sum(outcome.seconds for outcome in outcomes) / len(outcomes) + OVERHEAD
