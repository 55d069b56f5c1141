"""The basic recipe, run: remedies are trained until bias and variance are low, nothing helps, or the time is up."""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from dlx.diagnose.advice import Remedy, is_needed, remedies
from dlx.diagnose.findings import Finding
from dlx.diagnose.verdict import diagnose
from dlx.documents.reading import read_record
from dlx.documents.repair import ErrorChange, RaceResult, RepairStory
from dlx.errors import Interrupted, UsageError
from dlx.events import RaceEnd, RaceStart, RepairEvent
from dlx.runs.diagnose import examine_run
from dlx.runs.directory import RunDirectory
from dlx.runs.file_names import DIAGNOSIS
from dlx.runs.signals import noted_signals
from dlx.search.best_spec import described
from dlx.search.dev_set import HeldOut, facts_of
from dlx.search.going_on import saving_what_is_reached
from dlx.search.repair.race import Race
from dlx.search.repair.race_setup import RaceSetup
from dlx.search.trials.executors import executor_for
from dlx.search.trials.outcome import Outcome, known_outcome
from dlx.search.trials.replicates import replicate
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive, load_spec
from dlx.spec.sections import Spec
from dlx.stats.effects import pooled
from dlx.stats.intervals import Estimate
from dlx.text import command
from dlx.training.build import build_supervised
from dlx.words import Status

DONE, NOTHING_NEEDED, NOTHING_HELPS = "done", "nothing_needed", "nothing_helps"


@dataclass(frozen=True)
class RepairOptions:
    """How much may be spent: replicates that confirm a remedy, seconds in all, trials at a time."""

    replicates: int = 5
    budget: float = 600.0
    workers: int = 1


def act(
    run: RunDirectory, document: Mapping[str, Any], options: RepairOptions
) -> Generator[RepairEvent, None, RepairStory]:
    """Run the recipe on a run that is open for writing; returns the story, which its diagnosis then has under ``act``.

    Its status is ``done`` (bias and variance have become low), ``nothing_needed`` (they were), ``nothing_helps``
    (nothing, or nothing more, surely), ``budget_spent`` or ``interrupted``.

    The story is written after every race, and every trial is a run directory named by its spec, so that an
    interruption loses nothing and the next call repeats nothing: it takes over the races that were won, and reads the
    trials of the others. Dev decides, on the same examples throughout; test is measured once, of the winner.

    Args:
        run: of a spec that has a dev set.
        document: its diagnosis.
        options: what may be spent.

    Raises:
        UsageError: there is no dev set.
        Interrupted: a signal asked to stop; everything is saved.
        EnvironmentProblem: trials were lost with their workers, or cannot be written.
    """
    return (yield from _Recipe(run, document, options).follow())


class _Recipe:
    """The state of one call: the spec that is best so far, and the story."""

    def __init__(self, run: RunDirectory, document: Mapping[str, Any], options: RepairOptions) -> None:
        self.run, self.document, self.options = run, document, options
        self.first = load_spec(run.config).spec
        dataset = build_supervised(self.first, initialize=False).dataset
        if "dev" not in dataset.parts:
            raise UsageError(f"{run.path}: has no dev set, by which remedies could be judged (set data.split.dev)")
        self.held_out = HeldOut(dataset)
        self.largest = dataset.task.largest_error
        self.earlier = self._earlier_rounds()
        self.rounds: list[RaceResult] = []
        self.spec = self.first
        self.started = time.time()

    def _earlier_rounds(self) -> list[RaceResult]:
        """The races of an earlier call with as many replicates."""
        diagnosis = self.run.diagnosis() if self.run.has_diagnosis() else {}
        if diagnosis.get("act") is None:
            return []
        story = read_record(RepairStory, diagnosis, self.run.path / DIAGNOSIS, "act")
        return story.rounds if story.replicates == self.options.replicates else []

    def follow(self) -> Generator[RepairEvent, None, RepairStory]:
        """Race after race."""
        again = command("diagnose", self.run.path, "--act")
        with (
            saving_what_is_reached(again, self._save, incomplete=Status.INTERRUPTED),
            executor_for(self.options.workers) as executor,
            noted_signals() as self.signals,
        ):
            status = yield from self._races(self._ground(executor))
        return self._save(status)

    def _ground(self, executor: Executor) -> RaceSetup:
        options = self.options
        return RaceSetup(
            folder=self.run.trials,
            executor=executor,
            workers=options.workers,
            replicates=options.replicates,
            deadline=self.started + options.budget,
            optimal=self.document["optimal_error"],
            tolerance=self.document["tolerance"],
            largest=self.largest,
            added=self.held_out.added,
            is_low=lambda outcome: not _needed(self._diagnosed(outcome.errors)),
        )

    def _races(self, ground: RaceSetup) -> Generator[RepairEvent, None, str]:
        """Bias first: a family of remedies at a time; what surely helps is kept, and the recipe begins anew."""
        document: Mapping[str, Any] = self.document
        while _needed(document):
            facts = facts_of(self.spec, build_supervised(self.spec, initialize=False).dataset)
            tried = remedies(document, self.spec, facts)
            winner = yield from self._first_winner(ground, _families(tried))
            if winner is None:
                return Status.BUDGET_SPENT if ground.left <= 0 else NOTHING_HELPS
            self.spec = derive(self.spec, next(remedy.overrides for remedy in tried if remedy.name == winner))
            document = self._anew()
        return DONE if self.rounds else NOTHING_NEEDED

    def _first_winner(
        self, ground: RaceSetup, families: Sequence[Sequence[Remedy]]
    ) -> Generator[RepairEvent, None, str | None]:
        for family in families:
            winner = yield from self._race(ground, family)
            if winner is not None:
                return winner
        return None

    def _race(self, ground: RaceSetup, family: Sequence[Remedy]) -> Generator[RepairEvent, None, str | None]:
        """The remedy that the race has found to keep, if any; one that was won earlier is not run again."""
        key = Trial.of(self.spec).key
        names = {remedy.name for remedy in family}
        won = next((race for race in self.earlier if race.baseline == key and race.kept in names), None)
        if won is not None:
            self.rounds.append(won)
            return won.kept
        if ground.left <= 0:
            return None
        against, race = _against(family), Race(ground, self.spec, family)
        yield RaceStart(against, len(family))
        for event in race.run():
            yield event
            if self.signals:
                raise Interrupted(self.signals[0], "")
        self.rounds.append(RaceResult(key, against, race.best(), race.results()))
        yield RaceEnd(race.best())
        self._save(Status.INTERRUPTED)
        return race.best()

    def _anew(self) -> dict[str, Any]:
        """The diagnosis of the present spec: mean errors over its replicates, and what is found in the first one."""
        document = examine_run(RunDirectory.open(self._outcomes(self.spec)[0].run)).document
        findings = [Finding(**finding) for finding in document["findings"]]
        tested = {key: document[key] for key in ("learning_rate",) if key in document}
        return self._diagnosed(self._errors(self.spec), findings) | tested

    def _diagnosed(self, errors: Mapping[str, Estimate], findings: Sequence[Finding] = ()) -> dict[str, Any]:
        document = self.document
        return diagnose(errors, document["optimal_error"], document["tolerance"], self.held_out.task, findings)

    def _outcomes(self, spec: Spec) -> list[Outcome]:
        """Of the replicates that have been trained, the first one included."""
        trials = (Trial.of(replicate(spec, number)) for number in range(self.options.replicates + 1))
        return [outcome for trial in trials if (outcome := known_outcome(trial, self.run.trials))]

    def _errors(self, spec: Spec) -> dict[str, Estimate]:
        """The mean errors, but of test, over the replicates that confirm; over the first where there are no others."""
        outcomes = self._outcomes(spec)
        counted = outcomes[1:] or outcomes
        parts = [part for part in (counted[0].errors if counted else ()) if part != "test"]
        return {part: pooled([outcome.errors[part] for outcome in counted], self.largest) for part in parts}

    def _save(self, status: str) -> RepairStory:
        """Write what there is to tell, and the spec that it has come to; test is read once, at the end."""
        better = self.spec is not self.first
        before, after = self._errors(self.first), self._errors(self.spec)
        test = self._outcomes(self.spec)[0].errors.get("test") if better and status != Status.INTERRUPTED else None
        story = RepairStory(
            status=status,
            replicates=self.options.replicates,
            budget=self.options.budget,
            seconds=time.time() - self.started,
            rounds=self.rounds,
            errors=ErrorChange(before, after),
            verdict=self._diagnosed(after)["verdict"] if better else self.document["verdict"],
            spec=str(self.run.act) if better else None,
            test=test,
        )
        self.run.write_act(described(self._judged_alike(), self.run, story) if better else None)
        diagnosis = self.run.diagnosis() if self.run.has_diagnosis() else self.document
        self.run.write_diagnosis({**diagnosis, "act": story})
        return story

    def _judged_alike(self) -> Spec:
        """The present spec with what its errors are judged against, which may have been stated for the diagnosis."""
        stated = {key: self.document[key] for key in ("optimal_error", "tolerance")}
        return self.spec.model_copy(update={"diagnosis": self.spec.diagnosis.model_copy(update=stated)})


def _needed(document: Mapping[str, Any]) -> bool:
    return any(is_needed(document, gap) for gap in ("bias", "variance"))


def _families(tried: Sequence[Remedy]) -> list[Sequence[Remedy]]:
    """Against variance only when nothing helps against bias; cures of findings stand in the first family."""
    first = [remedy for remedy in tried if remedy.against != "variance"]
    second = [remedy for remedy in tried if remedy.against == "variance"]
    has_bias = any(remedy.against == "bias" for remedy in first)
    return [family for family in ([first, second] if has_bias else [[*first, *second]]) if family]


def _against(family: Sequence[Remedy]) -> str:
    """What a family is against, besides single findings."""
    named = {remedy.against for remedy in family}
    return next((gap for gap in ("bias", "variance") if gap in named), "what was found")
