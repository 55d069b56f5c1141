"""Executors: where trials are trained, here or on worker processes, behind the interface of concurrent.futures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from dlx.search.trials import Outcome, Trial, run_trial

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def run_trials(
    trials: Iterable[Trial], folder: Path, executor: Executor | None = None, seconds: float | None = None
) -> Iterator[Outcome]:
    """Train trials, and yield what came of each as soon as it is there; of equal ones only the first.

    A trial that ``folder`` has the finished run of is not trained again. Leaving the iterator early, an interruption
    and the end of the process lose nothing: the next call with the same folder goes on where this one stopped.

    Args:
        trials: what to train; taken one by one, so they may depend on the outcomes that were yielded before.
        folder: holds a run directory for each trial, named by its key.
        executor: from `executor_for`, kept open by its owner; without one, training is in this process.
        seconds: when these have passed, no further trial is begun, and those in training stop there and are yielded
            as ``interrupted``.

    Raises:
        Interrupted: a signal asked to stop; everything is saved.
        EnvironmentProblem: a run directory cannot be written.
    """
    executor = executor or Serial()
    deadline = None if seconds is None else time.time() + seconds
    seen: set[str] = set()
    waiting: set[Future[Outcome]] = set()
    slots = getattr(executor, "slots", 1)
    source = iter(trials)
    more = True
    while more or waiting:
        while more and len(waiting) < slots:
            trial = None if deadline is not None and time.time() >= deadline else next(source, None)
            more = trial is not None
            if trial is not None and trial.key not in seen:
                seen.add(trial.key)
                waiting.add(executor.submit(run_trial, trial, folder, deadline))
        done, waiting = wait(waiting, return_when=FIRST_COMPLETED) if waiting else (set(), set())
        for future in done:
            yield future.result()


def executor_for(workers: int = 1) -> Executor:
    """Where to train: in this process for one worker, else on that many processes. To be closed (`with`)."""
    if workers > 1:
        raise NotImplementedError
    return Serial()


class Serial(Executor):
    """Calls at once, in this process."""

    slots = 1

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """The future of a call that has been made already."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future
