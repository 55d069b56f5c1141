"""Repair: whether the basic recipe mends faulty specs, leaves healthy ones alone, and states its gains honestly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dlx.documents.repair import RepairDocument
from dlx.events import finish
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.search.repair.race_setup import RepairOptions
from dlx.search.repair.recipe import act
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import derive, load_spec
from dlx.stats.effects import standard_error

from .bench import Examined
from .cases import Case
from .files import Workshop
from .fresh import added, fresh_examples
from .measuring import measure, tolerance, unit

REPLICATES = 3  # that confirm a remedy
NOISE = 2.0  # standard errors of a difference that count as none
UNSEEN = 10  # the first of the replicates that no remedy was chosen by


@dataclass(frozen=True)
class Repaired:
    """What became of a case: dev errors of the healthy spec, of the faulty one and of what the recipe has come to.

    within_noise: whether that is as good as the healthy one; trainings: that it took; covered: for each remedy that was
    kept, whether the true change lay in its interval, where the truth can be had; is_fault: false of a healthy spec.
    """

    name: str
    healthy: float
    faulty: float
    repaired: float
    within_noise: bool
    remedies: tuple[str, ...]
    status: str
    seconds: float
    trainings: int
    covered: tuple[bool, ...]
    is_fault: bool

    @property
    def by_mistake(self) -> bool:
        """Whether a remedy was kept though the spec is no better with it, in replicates that it was not chosen by."""
        return bool(self.remedies) and self.repaired >= self.faulty


def repair(examined: Examined, folder: Path, budget: float) -> Repaired:
    """Run the recipe on the case for so many seconds at most, on one process.

    The spec that it comes to is trained anew, in replicates that it was not chosen by. Repaired is what is then worse
    than the healthy spec by no more than the tolerance, or by what replicates and examples differ by chance.
    """
    case = examined.case
    path = run_trial(Trial.of(case.spec), folder).run
    with RunDirectory.open(path, writing=True) as run:
        repair = finish(act(run, examine_run(run).document, RepairOptions(REPLICATES, budget)))
        spec = load_spec(run.act).spec if repair.spec else case.spec
    healthy, after = measure(case.base.spec, folder), measure(spec, folder, first=UNSEEN)
    worse = after.error - healthy.error
    chance = NOISE * standard_error(healthy.added, after.added)
    return Repaired(
        case.name,
        healthy.error,
        healthy.error + case.harm,
        after.error,
        worse <= max(tolerance(case.base.spec), chance),
        tuple(race.kept for race in repair.rounds if race.kept),
        repair.status,
        repair.seconds,
        sum(race.trainings for race in repair.rounds),
        tuple(_covered(case, repair, folder)),
        case.kind is not None,
    )


def _covered(case: Case, repair: RepairDocument, folder: Path) -> Iterator[bool]:
    """For each remedy that was kept, whether its true change lies in the interval that the race stated.

    The true change is that on fresh examples, as many as there are, in replicates that it was not chosen by.
    """
    examples, spec = fresh_examples(case, Workshop(folder)), case.spec
    for race in repair.rounds:
        if race.winner is None or race.winner.change is None:
            continue
        mended = derive(spec, race.winner.overrides)
        before, after = (
            np.mean([added(outcome, each, examples).mean() for outcome in measure(each, folder, first=UNSEEN).outcomes])
            for each in (spec, mended)
        )
        change = float(after - before) * unit(spec)
        yield race.winner.change.low <= change <= race.winner.change.high
        spec = mended


def repairs(cases: Sequence[Examined], folder: Path, budget: float, executor: Executor) -> list[Repaired]:
    """Of all faults that a spec can undo, and of all healthy specs."""
    chosen = [case for case in cases if case.kind is None or case.kind.repairable]
    futures = [executor.submit(repair, case, folder, budget) for case in chosen]
    return [future.result() for future in futures]
