"""The training of a trial in a run directory named by its key, done once and never repeated."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from dlx.errors import DataError, Diverged, DlxError, EnvironmentProblem, Interrupted, ReadFailure
from dlx.runs.files.directory import RunDirectory
from dlx.runs.preparation import prepare
from dlx.runs.reading.result import Result
from dlx.runs.training.provenance import provenance
from dlx.runs.training.signals import noted_signals
from dlx.runs.training.train import Session
from dlx.search.trials.outcome import Outcome, outcome_in, outcome_of
from dlx.search.trials.shared_data import current_dataset, shared_dataset
from dlx.search.trials.trial import Trial
from dlx.spec.sections import Spec
from dlx.spec.trust import load_allowed
from dlx.training.records import EpochRecord, Progress
from dlx.words import Status

SECONDS_BETWEEN_LOOKS = 0.05  # at a trial that another process is training


def run_trial(trial: Trial, folder: Path, deadline: float | None = None) -> Outcome:
    """Train a trial in ``folder/key``, or go on with it, or only read its outcome if it has been trained before.

    While another process trains it, this one waits for its end.

    Args:
        trial: what to train.
        folder: holds the run directories of trials, a directory each.
        deadline: in seconds of ``time.time()``; training stops there and can go on later.

    Raises:
        Interrupted: a signal asked to stop; everything is saved.
        EnvironmentProblem: the run directory cannot be written.
    """
    run, outcome = _claimed(trial, folder)
    with run:
        try:
            if outcome is None and deadline is not None and time.time() >= deadline:
                return Outcome(trial.key, Status.INTERRUPTED, run=str(run.path))
            if outcome is None:
                _train(trial, run, deadline)
            return outcome or outcome_of(Result.of(run), trial)
        except (EnvironmentProblem, Interrupted):
            raise
        except Exception as error:  # of the spec, the data or a plugin: this trial's failure, not the search's
            message = str(error) if isinstance(error, DlxError) else f"{type(error).__name__}: {error}"
            return Outcome(trial.key, Status.FAILED, message, run=str(run.path))


def _claimed(trial: Trial, folder: Path) -> tuple[RunDirectory, Outcome | None]:
    """The trial's run directory, locked, and its outcome if it is done; one with a run that cannot be resumed
    is set aside first.
    """
    while True:
        run = _locked(folder / trial.key)
        try:
            return run, outcome_in(run, trial, is_ours=True)
        except DlxError as error:
            if isinstance(error, ReadFailure) or not isinstance(error, DataError):
                run.close()
                raise
            run.set_aside()


def _locked(path: Path) -> RunDirectory:
    with noted_signals() as signals:
        while (run := RunDirectory.claim(path)) is None and not signals:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    if run is None or signals:
        if run is not None:
            run.close()
        raise Interrupted(signals[0], "interrupted: the same command goes on from here")
    return run


def _train(trial: Trial, run: RunDirectory, deadline: float | None) -> None:
    """Train from where the run stands."""
    with _session(trial, run) as session, suppress(Diverged):  # the run tells of it
        for _ in session.records(_enough(trial.until_epoch, deadline)):
            pass


def _session(trial: Trial, run: RunDirectory) -> Session:
    _load_plugins(tuple(trial.spec.get("plugins", ())), trial.allowed)
    spec = Spec.model_validate(trial.spec).complete()
    if run.config.is_file():
        return Session.go_on(run, True, (spec, current_dataset(trial.spec)))
    session = Session(prepare(spec, dataset=shared_dataset(trial.spec)), run, light=True)
    session.begin([], _provenance())
    return session


@lru_cache
def _load_plugins(plugins: tuple[str, ...], allowed: frozenset[str]) -> None:
    """Once in a process: looking for what is installed reads the metadata of every package."""
    load_allowed(plugins, allowed)


@lru_cache
def _provenance() -> dict[str, Any]:
    """Of this process; asked once, because git takes longer to answer than a short trial to train."""
    return provenance(sys.argv, Path.cwd())


def _enough(until_epoch: int | None, deadline: float | None) -> Callable[[EpochRecord | Progress], bool]:
    def enough(record: EpochRecord | Progress) -> bool:
        reached = until_epoch is not None and isinstance(record, EpochRecord) and record.epoch >= until_epoch
        return reached or (deadline is not None and time.time() >= deadline)

    return enough
