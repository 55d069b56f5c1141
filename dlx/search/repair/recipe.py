"""The basic recipe, run: remedies are trained until bias and variance are low, nothing helps, or the time is up."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from dlx.calls import instruction
from dlx.diagnose.steps.advice import Remedy, is_needed, raced
from dlx.diagnose.verdict import diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.findings import Finding
from dlx.documents.repair import BestBet, ErrorChange, RaceResult, RepairDocument
from dlx.errors import Interrupted, UsageError
from dlx.events import RaceEnd, RaceStart, RepairEvent
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.signals import noted_signals
from dlx.search.best_spec import candidate_described, described
from dlx.search.dev_set import facts_of
from dlx.search.going_on import saving_what_is_reached
from dlx.search.repair.design import Design, counted, known_replicates
from dlx.search.repair.race import Race
from dlx.search.repair.race_setup import RaceSetup, RepairOptions, are_low
from dlx.search.repair.results import NO_TIME, best_bet, not_tried, results
from dlx.search.trials.executors import executor_for
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive, load_spec
from dlx.spec.sections import Spec
from dlx.stats.intervals import Estimate
from dlx.training.build import build_supervised
from dlx.words import Status

DONE, NOTHING_NEEDED, NOTHING_HELPS = "done", "nothing_needed", "nothing_helps"


def act(
    run: RunDirectory, document: DiagnosisDocument, options: RepairOptions
) -> Generator[RepairEvent, None, RepairDocument]:
    """Run the recipe on a run that is open for writing; returns the repair, which its diagnosis then has under ``act``.

    Its status is ``done`` (bias and variance are low now), ``nothing_needed`` (they were), ``nothing_helps`` (nothing,
    or nothing more, surely), ``budget_spent`` or ``interrupted``. Where nothing more surely helps it has the best bet,
    whose spec is kept as ``candidate.yaml`` if it is likelier to help than not.

    The repair is written after every race, and every trial is a run directory named by its spec, so that an
    interruption loses nothing and the next call repeats nothing: it takes over the races that were won, and reads the
    trials of the others. Dev decides, on the same examples throughout; test is measured once, of the winner.

    Args:
        run: of a spec that has a dev set.
        document: its diagnosis.
        options: what may be spent.

    Raises:
        UsageError: there is no dev set.
        Interrupted: a signal asked to stop; everything is saved.
        EnvironmentProblem: trials were lost, or cannot be written.
    """
    return (yield from _Recipe(run, document, options).follow())


class _Recipe:
    """The state of one call: the spec that is best so far, and the repair."""

    def __init__(self, run: RunDirectory, document: DiagnosisDocument, options: RepairOptions) -> None:
        self.run, self.document, self.options = run, document, options
        self.first = load_spec(run.config).spec
        dataset = build_supervised(self.first, initialize=False).dataset
        if "dev" not in dataset.parts:
            raise UsageError(f"{run.path}: has no dev set, by which remedies could be judged (set data.split.dev)")
        self.design = Design(self.first, document.findings)
        self.earlier = self._earlier_rounds()
        self.rounds: list[RaceResult] = []
        self.bet: BestBet | None = None
        self.spec = self.first
        self.started = time.time()

    def _earlier_rounds(self) -> list[RaceResult]:
        """The races of an earlier call with as many replicates."""
        repair = self.run.diagnosis().act if self.run.has_diagnosis() else None
        return repair.rounds if repair is not None and repair.replicates == self.options.replicates else []

    def follow(self) -> Generator[RepairEvent, None, RepairDocument]:
        """Race after race."""
        again = instruction("diagnose", self.run.path, "--act")
        with (
            saving_what_is_reached(again, self._save, incomplete=Status.INTERRUPTED),
            executor_for(self.options.workers, self.options.cluster) as executor,
            noted_signals() as self.signals,
        ):
            status = yield from self._races(self._ground(executor))
        return self._save(status)

    def _ground(self, executor: Executor) -> RaceSetup:
        options, document = self.options, self.document
        return RaceSetup(
            folder=self.run.trials,
            executor=executor,
            replicates=options.replicates,
            started=self.started,
            budget=options.budget,
            optimal=document.optimal_error,
            tolerance=self.design.tolerance(document.tolerance),
            design=self.design,
            is_low=self._is_low,
        )

    def _is_low(self, outcomes: Sequence[Outcome]) -> bool:
        return are_low(self.design.errors(outcomes), self.document.optimal_error, self.document.tolerance)

    def _races(self, ground: RaceSetup) -> Generator[RepairEvent, None, str]:
        """Bias first: a family of remedies at a time; what surely helps is kept, and the recipe begins anew."""
        document = self.document
        while any(is_needed(document, gap) for gap in ("bias", "variance")):
            facts = facts_of(self.spec, build_supervised(self.spec, initialize=False).dataset)
            tried = raced(document, self.spec, facts)
            winner = yield from self._first_winner(ground, _families(tried))
            if winner is None:
                return Status.BUDGET_SPENT if ground.left <= 0 else NOTHING_HELPS
            self.bet = None
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
        key, names = Trial.of(self.spec).key, {remedy.name for remedy in family}
        won = next((race for race in self.earlier if race.baseline == key and race.kept in names), None)
        if won is not None and self._is_there(family, won):
            self.rounds.append(won)
            return won.kept
        against = _against(family)
        if ground.left <= 0:
            self.rounds.append(RaceResult(key, against, None, [not_tried(remedy, NO_TIME) for remedy in family]))
            return None
        race = Race(ground, self.spec, family)
        yield RaceStart(against, len(family))
        for event in race.run():
            yield event
            if self.signals:
                raise Interrupted(self.signals[0], "")
        self.rounds.append(RaceResult(key, against, race.winner, results(race), race.measured.trainings))
        self._bet_on(race)
        yield RaceEnd(race.winner)
        self._save(Status.INTERRUPTED)
        return race.winner

    def _is_there(self, family: Sequence[Remedy], won: RaceResult) -> bool:
        """Whether the trials of an earlier winner have not been removed since."""
        [winner] = [remedy for remedy in family if remedy.name == won.kept]
        return bool(self._outcomes(derive(self.spec, winner.overrides)))

    def _bet_on(self, race: Race) -> None:
        """Take over the best bet of a race, where it is better than that of an earlier one on the same spec."""
        bets = [bet for bet in (self.bet, best_bet(race, str(self.run.candidate))) if bet is not None]
        self.bet = max(bets, key=lambda bet: bet.probability, default=None)

    def _anew(self) -> DiagnosisDocument:
        """The diagnosis of the present spec: mean errors over its replicates, and what is found in the first one."""
        document = examine_run(RunDirectory.open(self._outcomes(self.spec)[0][0].run)).document
        diagnosis = self._diagnosed(self._errors(self.spec), document.findings)
        return replace(diagnosis, learning_rate=document.learning_rate)

    def _diagnosed(self, errors: dict[str, Estimate], findings: Sequence[Finding] = ()) -> DiagnosisDocument:
        judgement = self.document.optimal_error, self.document.tolerance, self.design.task, findings
        return diagnose(errors, *judgement, measure=self.design.measure(errors))

    def _outcomes(self, spec: Spec) -> list[list[Outcome]]:
        """Of the replicates that have been trained, the first one included; in each, one of every fold."""
        return known_replicates(self.design, spec, self.options.replicates + 1, self.run.trials)

    def _errors(self, spec: Spec) -> dict[str, Estimate]:
        """The mean errors, but of test."""
        return self.design.mean_errors(self._outcomes(spec))

    def _change(self) -> ErrorChange:
        """The errors of the run's own spec and of the one that it has come to, with the replicates that they are of."""
        of_both = [self._outcomes(spec) for spec in (self.first, self.spec)]
        before, after = (self.design.shown_errors(outcomes) for outcomes in of_both)
        return ErrorChange(before, after, *(len(counted(outcomes)) for outcomes in of_both))

    def _save(self, status: str) -> RepairDocument:
        """Write what there is to tell, and the spec that it has come to; test is read once, at the end."""
        better, is_over = self.spec is not self.first, status != Status.INTERRUPTED
        test = self.design.errors(self._outcomes(self.spec)[0]).get("test") if better and is_over else None
        errors = self._change()
        repair = RepairDocument(
            status=status,
            replicates=self.options.replicates,
            budget=self.options.budget,
            seconds=time.time() - self.started,
            rounds=self.rounds,
            errors=errors,
            verdict=self._diagnosed(self._errors(self.spec)).verdict if better else self.document.verdict,
            spec=str(self.run.act) if better else None,
            test=test,
            folds=self.design.folds,
            measure=self.design.judgement.instead_of_error,
            bet=self.bet if is_over else None,
        )
        self.run.write_act(described(self._judged_alike(self.spec), self.run, repair) if better else None)
        self._write_candidate(repair)
        diagnosis = self.run.diagnosis() if self.run.has_diagnosis() else self.document
        self.run.write_diagnosis(replace(diagnosis, act=repair))
        return repair

    def _write_candidate(self, repair: RepairDocument) -> None:
        """Write the spec of the best bet, where it is likelier to help than not."""
        text = None
        if repair.bet and repair.bet.spec:
            candidate = self._judged_alike(derive(self.spec, repair.bet.overrides))
            text = candidate_described(candidate, self.run, repair.bet)
        self.run.write_candidate(text)

    def _judged_alike(self, spec: Spec) -> Spec:
        """A spec with what its errors are judged against, which may have been stated for the diagnosis."""
        stated = {"optimal_error": self.document.optimal_error, "tolerance": self.document.tolerance}
        return spec.model_copy(update={"diagnosis": spec.diagnosis.model_copy(update=stated)})


def _families(tried: Sequence[Remedy]) -> list[Sequence[Remedy]]:
    """Against variance only when nothing helps against bias; remedies of findings stand in the first family."""
    first = [remedy for remedy in tried if remedy.against != "variance"]
    second = [remedy for remedy in tried if remedy.against == "variance"]
    has_bias = any(remedy.against == "bias" for remedy in first)
    return [family for family in ([first, second] if has_bias else [[*first, *second]]) if family]


def _against(family: Sequence[Remedy]) -> str:
    """What a family is against, besides single findings."""
    named = {remedy.against for remedy in family}
    return next((gap for gap in ("bias", "variance") if gap in named), "what was found")
