"""Repair: whether the basic recipe, run on a faulty spec, brings its dev error back to that of the healthy one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from dlx.events import finish
from dlx.runs.diagnose import examine_run
from dlx.runs.directory import RunDirectory
from dlx.search.repair.race_setup import RepairOptions
from dlx.search.repair.recipe import act
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.stats.effects import standard_error

from .bench import Examined
from .measuring import measure, tolerance

REPLICATES = 3  # that confirm a remedy
NOISE = 2.0  # standard errors of a difference that count as none
UNSEEN = 10  # the first of the replicates that no remedy was chosen by


@dataclass(frozen=True)
class Repaired:
    """What became of a fault: dev errors of the healthy spec, of the faulty one and of what the recipe has come to."""

    name: str
    healthy: float
    faulty: float
    repaired: float
    within_noise: bool
    remedies: tuple[str, ...]
    status: str
    seconds: float


def repair(examined: Examined, folder: Path, budget: float) -> Repaired:
    """Run the recipe on the case for so many seconds at most, on one process.

    The spec that it comes to is trained anew, in replicates that it was not chosen by. Repaired is what is then worse
    than the healthy spec by no more than the tolerance, or by what replicates and examples differ by chance.
    """
    case = examined.case
    path = run_trial(Trial.of(case.spec), folder).run
    with RunDirectory.open(path, writing=True) as run:
        story = finish(act(run, examine_run(run).document, RepairOptions(REPLICATES, budget)))
        spec = load_spec(run.act).spec if story.spec else case.spec
    healthy, after = measure(case.base.spec, folder), measure(spec, folder, first=UNSEEN)
    worse = after.error - healthy.error
    chance = NOISE * standard_error(healthy.added, after.added)
    return Repaired(
        case.name,
        healthy.error,
        healthy.error + case.harm,
        after.error,
        worse <= max(tolerance(case.base.spec), chance),
        tuple(race.kept for race in story.rounds if race.kept),
        story.status,
        story.seconds,
    )


def repairs(cases: Sequence[Examined], folder: Path, budget: float, executor: Executor) -> list[Repaired]:
    """Of all faults that a spec can undo."""
    chosen = [case for case in cases if case.kind is not None and case.kind.repairable]
    futures = [executor.submit(repair, case, folder, budget) for case in chosen]
    return [future.result() for future in futures]
