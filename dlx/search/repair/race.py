"""The race: remedies of one family against the present spec, the weak ones stopped early, the best ones confirmed."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

import numpy as np

from dlx.diagnose.advice import Remedy
from dlx.documents.repair import RemedyResult
from dlx.errors import DataError
from dlx.events import TrialEnd
from dlx.search.repair.race_setup import RaceSetup
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.replicates import replicate
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.stats.effects import clipped, effect, standard_error, verdict
from dlx.stats.intervals import Estimate
from dlx.types import Array
from dlx.words import Status

CHUNK = 6  # remedies that are tried before looking whether one of them is good enough already
FINALISTS = 3
LONGER = 3  # times the replicates where the first ones leave it open
FIRST_RISK, SECOND_RISK = 0.04, 0.01
OVERHEAD = 0.2  # seconds of a trial besides training
BASE = ""  # the name under which the present spec runs


class Race:
    """One family of remedies and their trials: each remedy once, then the best of them in further replicates.

    All remedies are trained in replicate 0, in their order and `CHUNK` at a time, until one of a chunk makes bias and
    variance low, or surely halves what the error is above the optimal one: the others come up again in the next race.
    The best `FINALISTS` of those that beat the present spec there go on: replicates 1, 2 … train them and
    the present spec, side by side; who is surely worse than the best of them is stopped. Their effects are judged in
    these replicates only (see `effect`), with a risk of 4 %. If none surely helps then, those that may help by more
    than the tolerance are trained in `LONGER` times as many replicates and judged once more, with the risk of 1 % that
    is left of 5 %: no fewer can distinguish a spec that fails now and then from one that never does.
    """

    def __init__(self, ground: RaceSetup, base: Spec, remedies: Sequence[Remedy]) -> None:
        self.ground, self.remedies = ground, remedies
        self.specs = {BASE: base} | {remedy.name: derive(base, remedy.overrides) for remedy in remedies}
        self.outcomes: dict[tuple[str, int], Outcome] = {}
        self.enough = False  # whether a remedy is good enough for the others not to be tried
        self.finalists: list[str] = []
        self.effects: dict[str, Estimate] = {}  # of the finalists
        self.counted: dict[str, list[int]] = {}  # the replicates that they were measured in
        self.dropped: set[str] = set()  # who diverged, or was surely worse than the best finalist

    def run(self) -> Generator[TrialEnd]:
        """Train as much as it takes, and as there is time for."""
        yield from self._train([BASE], 0, self.ground.left)
        if self._runs(BASE, 0):
            yield from self._screen()
            screened = {name: self._added(name, [0])[0] for name in self.specs if name and self._runs(name, 0)}
            self.finalists = finalists(self._added(BASE, [0])[0], screened)[: self._affordable()]
            first, all_of_them = self.ground.replicates, self.ground.replicates * LONGER
            yield from self._look(self.finalists, range(1, first + 1), FIRST_RISK)
            if not self._sure():
                yield from self._look(self._promising(), range(first + 1, all_of_them + 1), SECOND_RISK)

    def results(self) -> list[RemedyResult]:
        """What came of each remedy, in their order."""
        return [self._judged(remedy) for remedy in self.remedies]

    def best(self) -> str | None:
        """The remedy to keep: of those that surely help the one with the lowest error.

        Where others are within one standard error of it, the first of them: the cure of a finding before the recipe's
        (L. Breiman et al., Classification and Regression Trees, 1984, take the simplest within that distance).
        """
        if not (sure := self._sure()):
            return None
        added = {name: self._added(name, self.counted[name]) for name in sure}
        first = min(sure, key=lambda name: float(added[name].mean()))
        close = (name for name in sorted(sure, key=list(self.specs).index) if _is_close(added[first], added[name]))
        return next(close)

    def _sure(self) -> list[str]:
        """The finalists that surely help."""
        return [name for name in self.effects if self._verdict(name) == "keep"]

    def _promising(self) -> list[str]:
        """Those that may help by more than the tolerance, but not surely."""
        unclear = (name for name in self.effects if self._verdict(name) == "unclear")
        return [name for name in unclear if self.effects[name].value < -self.ground.tolerance]

    def _verdict(self, name: str) -> str:
        return "stopped" if name in self.dropped else verdict(self.effects[name], self.ground.tolerance)

    def _screen(self) -> Iterator[TrialEnd]:
        """Every remedy in replicate 0, as long as the time lasts that confirming does not need."""
        names = [remedy.name for remedy in self.remedies]
        until = time.time() + max(self.ground.left - self._seconds_to_confirm(), self.ground.left / 2)
        for start in range(0, len(names), CHUNK):
            chunk = names[start : start + CHUNK]
            yield from self._train(chunk, 0, until - time.time())
            self.enough = any(self._is_enough(name) for name in chunk if self._runs(name, 0))
            if self.enough:
                return

    def _is_enough(self, name: str) -> bool:
        """Whether no others need be tried: bias and variance are low, or half of what could go has surely gone."""
        if self.ground.is_low(self.outcomes[name, 0]):
            return True
        before, after = self._added(BASE, [0]), self._added(name, [0])
        halved = after.mean() - self.ground.optimal <= (before.mean() - self.ground.optimal) / 2
        return bool(halved) and effect(before, after, len(self.remedies)).high < 0

    def _seconds_to_confirm(self, count: int = FINALISTS) -> float:
        """What the replicates of so many finalists would take if each trained as long as the present spec."""
        once = self.outcomes[BASE, 0].seconds + OVERHEAD
        return self.ground.replicates * -(-(count + 1) // self.ground.workers) * once

    def _affordable(self) -> int:
        """How many finalists there is time for, one in any case."""
        counts = range(FINALISTS, 1, -1)
        return next((count for count in counts if self._seconds_to_confirm(count) <= self.ground.left), 1)

    def _look(self, names: list[str], numbers: Sequence[int], risk: float) -> Iterator[TrialEnd]:
        """Replicate by replicate, each complete before the next, so that every comparison is paired; then the effects.

        Who has been dropped, or has not trained to its end, is left behind.
        """
        going = names
        for number in numbers:
            if going := [name for name in going if name not in self.dropped]:
                yield from self._train([BASE, *going], number, self.ground.left)
                going = [name for name in going if self._runs(name, number) and self._runs(BASE, number)]
                self._drop(going, number)
        for name in names:
            counted = self._counted(name)
            if len(counted) > max(len(self.counted.get(name, ())), 1):
                before, after = self._added(BASE, counted), self._added(name, counted)
                estimate = effect(before, after, len(self.remedies), len(self.finalists), risk)
                self.effects[name] = clipped(estimate, self.ground.largest)
                self.counted[name] = counted

    def _drop(self, names: list[str], number: int) -> None:
        """Leave those behind that are surely worse than the best."""
        if number < 2 or not names:
            return
        added = {name: self._added(name, range(1, number + 1)) for name in names}
        best = min(names, key=lambda name: float(added[name].mean()))
        self.dropped |= {name for name in names if effect(added[best], added[name]).low > 0}

    def _train(self, names: Iterable[str], number: int, seconds: float) -> Iterator[TrialEnd]:
        trials = [(name, Trial.of(replicate(self.specs[name], number))) for name in names]
        by_key = {trial.key: name for name, trial in trials}
        for outcome in run_trials((trial for _, trial in trials), self.ground.folder, self.ground.executor, seconds):
            name = by_key[outcome.key]
            self.outcomes[name, number] = outcome
            yield TrialEnd(name, outcome.status, outcome.run)
            if name != BASE and outcome.status.is_bad:
                self.dropped.add(name)
            if name == BASE and outcome.status is Status.FAILED:
                raise DataError(f"the spec cannot be trained again: {outcome.message}")

    def _runs(self, name: str, number: int) -> bool:
        """Whether the trial is there to be compared; the present spec is so even where it diverged."""
        outcome = self.outcomes.get((name, number))
        return outcome is not None and (outcome.usable or (name == BASE and outcome.status is Status.DIVERGED))

    def _added(self, name: str, numbers: Iterable[int]) -> Array:
        return np.stack([self.ground.added(self.outcomes[name, number]) for number in numbers])

    def _counted(self, name: str) -> list[int]:
        """The replicates, but for the first, that both the remedy and the present spec were trained in."""
        numbers = range(1, self.ground.replicates * LONGER + 1)
        return [number for number in numbers if self._runs(name, number) and self._runs(BASE, number)]

    def _judged(self, remedy: Remedy) -> RemedyResult:
        name = remedy.name
        mine = {number: outcome for (whose, number), outcome in self.outcomes.items() if whose == name}
        seconds = sum(outcome.seconds for outcome in mine.values())
        bad = next((outcome for outcome in mine.values() if outcome.status.is_bad), None)
        if bad is not None:
            verdict = "harmful" if bad.status is Status.DIVERGED else str(bad.status)
            return _result(remedy, None, 0, seconds, verdict, bad.message)
        if name not in self.effects:
            return self._judged_once(remedy, seconds)
        return _result(remedy, self.effects[name], len(self.counted[name]), seconds, self._verdict(name))

    def _judged_once(self, remedy: Remedy, seconds: float) -> RemedyResult:
        """What replicate 0 tells: too little for an interval."""
        if not (self._runs(remedy.name, 0) and self._runs(BASE, 0)):
            return _result(remedy, None, 0, seconds, "not tried", "" if self.enough else "there was no time for it")
        change = float((self._added(remedy.name, [0]) - self._added(BASE, [0])).mean())
        judgement = "unclear" if remedy.name in self.finalists else "stopped"
        return _result(remedy, Estimate(change, -np.inf, np.inf), 1, seconds, judgement)


def _result(
    remedy: Remedy, change: Estimate | None, replicates: int, seconds: float, verdict: str, message: str = ""
) -> RemedyResult:
    name, against, overrides = remedy.name, remedy.against, dict(remedy.overrides)
    return RemedyResult(
        name, against, overrides, remedy.why, remedy.notes, change, replicates, seconds, verdict, message
    )


def finalists(before: Array, screened: Mapping[str, Array]) -> list[str]:
    """The best of the remedies that beat the present spec in replicate 0, less those surely worse than the best of all.

    before, screened: (m,), what each dev example adds to the error.
    """
    means = {name: float(added.mean()) for name, added in screened.items()}
    better = sorted((name for name in means if means[name] < before.mean()), key=means.__getitem__)
    return [name for name in better[:FINALISTS] if not effect(screened[better[0]][None], screened[name][None]).low > 0]


def _is_close(best: Array, other: Array) -> bool:
    """Whether the error is within one standard error of the best; both (k, m), where k may differ for want of time."""
    k = min(len(best), len(other))
    return float(other[:k].mean() - best[:k].mean()) <= standard_error(best[:k], other[:k])
