"""The search for hyperparameters: rounds of trials, the weak ones stopped early, the best ones confirmed."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from math import ceil

from dlx.documents.tuning import ConfirmationResult, TuningDocument
from dlx.events import ConfirmationStart, RoundStart, SettingEnd, TuningEvent
from dlx.runs.files.collection import TuneDirectory
from dlx.search.going_on import saving_what_is_reached
from dlx.search.plan import Plan
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.trial import Trial
from dlx.search.tune.candidate import Candidate, ledger, measured
from dlx.search.tune.confirmation import Confirmation, described_winner
from dlx.search.tune.derivation import Derivation
from dlx.search.tune.designs import Point
from dlx.search.tune.document import results
from dlx.search.tune.forecast import method_of
from dlx.search.tune.section import TuneFile
from dlx.search.tune.space import Space
from dlx.words import Status

SECONDS_BETWEEN_WRITES = 2.0  # of what has been found so far
BEST_SHOWN = 5


class BudgetSpent(Exception):
    """The time is up."""


@dataclass
class Tuning:
    """The state of one call.

    A trial is a function of the plan and its index: settings are drawn from the search's seed, the round and the index,
    and a round waits for the one before it, however many workers there are. So the outcome does not depend on them, nor
    on interruptions: what has been trained is read from its run directory.

    Args:
        plan, space: what is searched.
        directory: of the search, locked.
        executor: trains.
        task: of the data.
        seconds: that it may take; None is as long as it takes.
    """

    plan: Plan[TuneFile]
    space: Space
    directory: TuneDirectory
    executor: Executor
    task: str | None = None
    seconds: float | None = None
    settings: list[Candidate] = field(default_factory=list)
    confirmation: ConfirmationResult | None = None

    def __post_init__(self) -> None:
        self.search = self.plan.options.search
        self.base = self.plan.base.spec
        self.started = self.written = time.time()
        self.derivation = Derivation(self.plan, self.space)
        self.method = method_of(self.search, self.space, self.derivation.is_allowed)

    def run(self) -> Generator[TuningEvent, None, TuningDocument]:
        """Search, and confirm what is best; returns the document that ``tune.json`` holds.

        Raises:
            Interrupted: a signal asked to stop; everything is saved.
            EnvironmentProblem: trials were lost with their workers, or cannot be written; there is no winner.
            SpecError: values of the first round do not go together.
        """
        self._save(Status.RUNNING)
        status = Status.COMPLETED
        with saving_what_is_reached(self.directory.again, self._save):
            try:
                for number, points in self.method.choose(self.settings):
                    yield from self._round(number, points)
                self.confirmation = yield from self._confirm()
            except BudgetSpent:
                status = Status.BUDGET_SPENT
        return self._save(status)

    def _round(self, number: int, points: Sequence[Point]) -> Iterator[TuningEvent]:
        """Train a round: rung by rung where the weak are stopped early."""
        first = len(self.settings)
        candidates = [self.derivation.candidate(first + offset, number, point) for offset, point in enumerate(points)]
        self.settings += candidates
        yield RoundStart(number, self.method.round_count, len(candidates))
        going = [candidate for candidate in candidates if candidate.spec is not None]
        halving = self.search.halving if "halving" in self.method.keys else None
        for rung in range(halving.rungs if halving else 0, 0, -1):
            assert halving is not None
            shares = {candidate.index: self._until(candidate, halving.reduction**rung) for candidate in going}
            for _ in self._train(going, shares):
                pass
            ranked = sorted(going, key=lambda candidate: candidate.rank)
            survivors = ranked[: ceil(len(ranked) / halving.reduction)]
            for candidate in ranked[len(survivors) :]:
                candidate.stopped = True
                yield from self._end(candidate)
            going = sorted(
                (candidate for candidate in survivors if candidate.usable), key=lambda candidate: candidate.index
            )
        for candidate in self._train(going, {}):
            yield from self._end(candidate)

    @staticmethod
    def _until(candidate: Candidate, divisor: int) -> int:
        assert candidate.spec is not None
        return ceil(candidate.spec.training.epochs / divisor)

    def _train(self, settings: Sequence[Candidate], until: Mapping[int, int]) -> Iterator[Candidate]:
        """Train these settings to an epoch each, or to their end; yields each, measured, when its trials are there."""
        trials = {
            trial.key: replace(trial, until_epoch=until.get(candidate.index))
            for candidate in settings
            for trial in candidate.trials
        }
        outcomes: dict[str, Outcome] = {}
        waiting = list(settings)
        for outcome in self._outcomes(list(trials.values())):
            outcomes[outcome.key] = outcome
            for candidate in [
                candidate for candidate in waiting if all(trial.key in outcomes for trial in candidate.trials)
            ]:
                waiting.remove(candidate)
                self._measure(candidate, outcomes, until.get(candidate.index))
                yield candidate

    def _measure(self, candidate: Candidate, outcomes: Mapping[str, Outcome], until: int | None) -> None:
        assert candidate.spec is not None
        mine = [outcomes[trial.key] for trial in candidate.trials]
        candidate.measured = measured(candidate.spec, self.search.objective, mine, until)

    def _outcomes(self, trials: Sequence[Trial]) -> Iterator[Outcome]:
        """All candidates; only afterwards a message says that the time was too short for the others."""
        spent = False
        for outcome in run_trials(trials, self.directory.trials, self.executor, self._left()):
            if outcome.status is Status.INTERRUPTED:
                spent = True
            else:
                yield outcome
        if spent or self._left() == 0:
            raise BudgetSpent

    def _left(self) -> float | None:
        return None if self.seconds is None else max(self.seconds - (time.time() - self.started), 0.0)

    def _end(self, candidate: Candidate) -> Iterator[SettingEnd]:
        best = sorted((other for other in self.settings if other.usable), key=lambda other: other.rank)[:BEST_SHOWN]
        yield SettingEnd(candidate.tried(), tuple(other.tried() for other in best))
        if time.time() - self.written > SECONDS_BETWEEN_WRITES:
            self._save(Status.RUNNING)
            self.written = time.time()

    def _confirm(self) -> Generator[ConfirmationStart, None, ConfirmationResult]:
        """The best settings and the base spec in fresh replicates."""
        ended = [candidate for candidate in self.settings if candidate.usable and not candidate.stopped]
        different: dict[tuple[str, ...], Candidate] = {}  # TPE may ask for a setting more than once
        for candidate in sorted(ended, key=lambda candidate: candidate.rank):
            different.setdefault(tuple(trial.key for trial in candidate.trials), candidate)
        best = list(different.values())[: self.search.finalists]
        confirmation = Confirmation(self.base, self.search, best, len(self.settings))
        yield ConfirmationStart(len(confirmation.trials))
        outcomes = {outcome.key: outcome for outcome in self._outcomes(confirmation.trials)}
        return confirmation.result(outcomes)

    def _save(self, status: Status) -> TuningDocument:
        """Write what there is to tell."""
        document = results(
            self.plan,
            self.space,
            self.method,
            self.settings,
            status=status,
            task=self.task,
            confirmation=self.confirmation,
            seconds=time.time() - self.started,
        )
        if self.confirmation is not None and self.confirmation.best is not None:
            best = self.confirmation.best
            spec = self.settings[best.index].spec
            assert spec is not None
            document = replace(document, best_spec=str(self.directory.best))
            self.directory.write_best(described_winner(spec, best, self.confirmation.base, document, self.directory))
        self.directory.write_results(document.to_document())
        self.directory.write_ledger(ledger(document.trials))
        return document
