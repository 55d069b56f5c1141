"""Running trials: any number of them on any executor, as an iterator of their outcomes."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import closing
from itertools import islice
from pathlib import Path

from dlx.errors import DataError, EnvironmentProblem, Interrupted, ReadFailure, remark
from dlx.runs.files.file_names import DAMAGED
from dlx.runs.training.signals import noted_signals
from dlx.search.trials.cluster import Cluster
from dlx.search.trials.executors import Serial
from dlx.search.trials.outcome import Outcome, examined
from dlx.search.trials.processes import Processes, WorkerDied
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.text import without_advice

SLOTS = 64  # calls that an executor is given at a time where it does not say how many
SECONDS_BETWEEN_LOOKS = 0.1  # at whether a signal has come


class TrialsLost(EnvironmentProblem):
    """Workers died in the middle of trials, again and again: their outcomes are not known.

    Args:
        messages: one for each trial.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        self.count = len(messages)
        trials = "a trial was" if self.count == 1 else f"{self.count} trials were"
        super().__init__(f"{trials} lost: {'; '.join(dict.fromkeys(messages))}")


def run_trials(
    trials: Iterable[Trial], folder: Path, executor: Executor | None = None, seconds: float | None = None
) -> Iterator[Outcome]:
    """Train trials, and yield each outcome as soon as it is there; of equal trials only the first is trained.

    A trial that ``folder`` has the finished run of is not trained again. Leaving the iterator early, an interruption
    and the end of the process lose nothing: the next call with the same folder goes on where this one stopped.

    Args:
        trials: what to train; taken as they are needed, a few more than there are workers.
        folder: holds a run directory for each trial, named by its key.
        executor: from `executor_for`, closed by its owner, or any other that follows concurrent.futures (a
            cluster's); without one, training is in this process.
        seconds: when these have passed, no further trial is begun, those in training stop there and are yielded as
            ``interrupted``, and of the rest those that have been trained before; the same call later goes on.

    Raises:
        Interrupted: a signal asked to stop; everything is saved.
        TrialsLost: when all others are there, if the workers of a trial died again and again.
        EnvironmentProblem: a run directory cannot be written, or a worker of a cluster does not see it.
    """
    deadline = None if seconds is None else time.time() + seconds
    executor, folder = executor or Serial(), folder.absolute()
    if isinstance(executor, Cluster):
        executor.share(folder)
    lost: list[str] = []
    source = _to_do(trials, folder, deadline)
    futures = (_future(trial, earlier_outcome, folder, executor, deadline) for trial, earlier_outcome in source)
    with closing(_ended(futures, executor)) as ended:
        for future in ended:
            try:
                outcome = future.result()
            except WorkerDied as error:
                lost.append(str(error))
            else:
                yield outcome
    if lost:
        raise TrialsLost(lost)


def _ended(futures: Iterator[Future[Outcome]], executor: Executor) -> Generator[Future[Outcome]]:
    """Each future as soon as it has ended; as many are under way at a time as the executor takes.

    Where the generator is left early, by an interruption too, those under way are cancelled.
    """
    waiting: set[Future[Outcome]] = set()
    with noted_signals() as signals:
        try:
            while True:
                room = getattr(executor, "slots", SLOTS) - len(waiting)
                waiting.update(islice(futures, room))
                done, _ = wait(waiting, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
                if signals:
                    raise Interrupted(signals[0], "interrupted: the same command goes on from here")
                if not waiting:
                    break
                for future in done:
                    waiting.remove(future)
                    yield future
        finally:
            for future in waiting:
                future.cancel()


def _to_do(trials: Iterable[Trial], folder: Path, deadline: float | None) -> Iterator[tuple[Trial, Outcome | None]]:
    """Each trial once, with its outcome where it was trained before; from the deadline on only trials with one."""
    keys: set[str] = set()
    for trial in trials:
        if trial.key not in keys:
            keys.add(trial.key)
            earlier_outcome = _earlier_outcome(trial, folder)
            if earlier_outcome is not None or deadline is None or time.time() < deadline:
                yield trial, earlier_outcome


def _earlier_outcome(trial: Trial, folder: Path) -> Outcome | None:
    """Its earlier outcome; a damaged run is done again, with a message."""
    try:
        return examined(trial, folder)
    except ReadFailure:
        raise
    except DataError as error:
        remark(f"{without_advice(error)}; that run is moved to {folder / DAMAGED}, and done again")
        return None


def _future(
    trial: Trial, earlier_outcome: Outcome | None, folder: Path, executor: Executor, deadline: float | None
) -> Future[Outcome]:
    """The outcome to come; one of an earlier call needs no worker."""
    if earlier_outcome is None:
        if isinstance(executor, Processes | Cluster):
            trial.refuse_unnamed_classes()
        return executor.submit(run_trial, trial, folder, deadline)
    future: Future[Outcome] = Future()
    future.set_result(earlier_outcome)
    return future
