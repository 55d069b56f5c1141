"""Advice: what becomes of a spec when the first command that `dlx diagnose` prints is typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from dlx.errors import DlxError
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.search.trials.replicates import replicate
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.stats.effects import effect
from dlx.stats.intervals import Estimate
from dlx.words import Status

from .bench import Task, case_of
from .cases import Case
from .files import Array, Workshop
from .fresh import Examples, added, as_seen_by, fresh_examples, healthy_examples
from .measuring import tolerance

REPLICATES = 3
UNLIKE = ("data.folds=", "task=")  # what only measures, or errs in another unit
HELPS, HARMS, NOTHING, UNTYPED, REFUSED = "helps", "harms", "nothing", "no training", "refused"


@dataclass(frozen=True)
class Advised:
    """A case, what was found in it, and what became of it by the first command that trains.

    command: its overrides; empty where the first command is none that trains.
    healthy, before, after: errors on fresh examples, averaged over the replicates; of a regression in the standard
    deviation of its targets.
    change: after − before, paired, with its 95 % interval.
    verdict: helps (it surely falls, or comes as low as the healthy spec's), harms (it surely rises), nothing, or no
    training; refused, where the command is not accepted.
    """

    case: Case
    findings: tuple[str, ...]
    command: str
    healthy: float
    before: float
    after: float
    change: Estimate | None
    verdict: str
    seconds: float


def advised(case: Case, folder: Path) -> Advised:
    """Train the case, have it diagnosed as `dlx diagnose RUN` does, type the first command, and measure both."""
    started, workshop = perf_counter(), Workshop(folder)
    examples = fresh_examples(case, workshop)
    before = _errors(case.spec, examples, folder)
    healthy = before if case.kind is None else _errors(case.base.spec, healthy_examples(case, workshop), folder)
    examination = examine_run(RunDirectory.open(run_trial(Trial.of(case.spec), folder).run))
    names = tuple(finding.name for finding in examination.document.serious)
    words = shlex.split(examination.commands[0])[1:] if examination.commands else [""]
    change: Estimate | None = None
    typed, after, verdict = words[0], before, UNTYPED
    if words[0] == "train" and not any(word.startswith(UNLIKE) for word in words):
        typed = " ".join(words[2:])
        try:
            spec = load_spec(Path(words[1]), words[2:]).spec
            after = _errors(spec, as_seen_by(spec, examples, case.spec), folder)
        except DlxError as error:
            typed, verdict = f"{typed}: {error}", REFUSED
        else:
            change = effect(before, after)
            verdict = _verdict(case, change, healthy, before, after)
    errors = float(healthy.mean()), float(before.mean()), float(after.mean())
    return Advised(case, names, typed, *errors, change, verdict, perf_counter() - started)


def _errors(spec: Spec, examples: Examples, folder: Path) -> Array:
    """What each example adds to the error in each replicate, (k, m).

    Raises:
        DlxError: the spec cannot be trained.
    """
    specs = [replicate(spec, number) for number in range(REPLICATES)]
    outcomes = [run_trial(Trial.of(each), folder) for each in specs]
    failed = [outcome.message for outcome in outcomes if outcome.status is Status.FAILED]
    if failed:
        raise DlxError(failed[0])
    return np.array([added(outcome, each, examples) for outcome, each in zip(outcomes, specs, strict=True)])


def _verdict(case: Case, change: Estimate, healthy: Array, before: Array, after: Array) -> str:
    if change.low > 0:
        return HARMS
    if change.high < 0:
        return HELPS
    if case.kind is None or not after.mean() < before.mean():
        return NOTHING
    return HELPS if after.mean() - healthy.mean() <= tolerance(case.base.spec) else NOTHING


def advised_by(task: Task, seed: int, folder: Path) -> Advised | None:
    """A case built and advised; None where no fault of its kind could be drawn."""
    case = case_of(task, seed, folder)
    return advised(case, folder) if case else None


def advise_all(chosen: Sequence[Task], seed: int, folder: Path, executor: Executor) -> Iterator[Advised]:
    """Every case that there is, in their order."""
    futures = [executor.submit(advised_by, task, seed, folder) for task in chosen]
    return (case for future in futures if (case := future.result()) is not None)
