"""The bench: what dlx finds in each case before and after training, as a user would come to see it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from dlx.diagnose.after.checks import after
from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.refuted import unrefuted
from dlx.diagnose.before.checks import before
from dlx.diagnose.data.checks import data_findings
from dlx.diagnose.explanation import all_findings
from dlx.diagnose.findings import Finding
from dlx.diagnose.models.baseline import reference
from dlx.runs.files.directory import RunDirectory
from dlx.runs.preparation import prepare
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.sections import Spec
from dlx.training.supervised import Supervised

from .cases import FIXED, Case, draw_fault, draw_healthy, fixed_fault, kinds_to_draw
from .healthy import HEALTHY, fixed_healthy
from .kinds import Kind

HALVES = ("fixed", "drawn")
HEALTHY_DRAWS = 60  # a share of few per cent needs many to be told


@dataclass(frozen=True)
class Examined:
    """A case with what is found in it.

    before: by `dlx diagnose SPEC`; after: by a trial of a search; both: by `dlx train SPEC` and `dlx diagnose RUN`.
    """

    case: Case
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    both: tuple[Finding, ...]
    seconds: float  # that the findings before training took

    @property
    def kind(self) -> Kind | None:
        """Of its fault."""
        return self.case.kind

    def names(self, when: str = "both") -> frozenset[str]:
        """What is found with the severity of a warning or an error: ``before``, ``after`` or ``both``."""
        findings = {"before": self.before, "after": self.after, "both": self.both}[when]
        return frozenset(finding.name for finding in findings if finding.severity != "note")


def examine(case: Case, folder: Path) -> Examined:
    """The findings of a case; its training is the one that it was measured by, where that is in the folder."""
    trial, started = Trial.of(case.spec), perf_counter()
    experiment = prepare(Spec.model_validate(trial.spec).complete())
    assert isinstance(experiment, Supervised)
    early = before(experiment)
    seconds = perf_counter() - started
    outcome = run_trial(trial, folder)
    run, dataset = RunDirectory.open(outcome.run), experiment.dataset
    course = TrainingHistory.read(
        run.metrics(), run.layers(), run.facts(), experiment.spec, outcome.errors, reference(dataset)
    )
    of_data = unrefuted(course, data_findings(dataset, experiment.spec.data))
    late = [*of_data, *after(course, of_data)]
    return Examined(case, tuple(early), tuple(late), tuple(all_findings(course, early, late)), seconds)


Task = tuple[str, int, str]  # half, number, kind of fault or nothing


def tasks(seed: int, halves: Sequence[str] = HALVES) -> list[Task]:
    """All cases; the drawn half has as many faults as the fixed one."""
    faults = {"fixed": [kind for _, kind, _ in FIXED], "drawn": kinds_to_draw(seed, len(FIXED))}
    healthy = {"fixed": len(HEALTHY), "drawn": HEALTHY_DRAWS}
    groups = ((half, kinds) for half in halves for kinds in (faults[half], [""] * healthy[half]))
    return [(half, number, kind) for half, kinds in groups for number, kind in enumerate(kinds)]


def examined(task: Task, seed: int, folder: Path) -> Examined | None:
    """A case built, checked and examined; None where no fault of its kind could be drawn."""
    case = case_of(task, seed, folder)
    return examine(case, folder) if case else None


def case_of(task: Task, seed: int, folder: Path) -> Case | None:
    """A case built; None where it does no clear harm, or is not healthy."""
    half, number, kind = task
    if half == "fixed":
        return fixed_fault(number, folder) if kind else fixed_healthy(number, folder)
    return draw_fault(seed, number, kind, folder) if kind else draw_healthy(seed, number, folder)


def run(chosen: Sequence[Task], seed: int, folder: Path, executor: Executor) -> Iterator[Examined | None]:
    """Every case, in their order."""
    futures = [executor.submit(examined, task, seed, folder) for task in chosen]
    return (future.result() for future in futures)


def processors() -> int:
    """How many processes are worth while here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
