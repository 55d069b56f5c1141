"""Executors: where trials are trained, here or on worker processes, behind the interface of concurrent.futures."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

from dlx.errors import UsageError
from dlx.search.trials.cluster import Cluster
from dlx.search.trials.processes import Processes

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def executor_for(workers: int = 1, cluster: str | None = None) -> Executor:
    """Where to train: in this process for one worker, else on that many processes; to be closed (``with``).

    With the address of a Dask scheduler (``tcp://HOST:8786``) it is all of its workers, as many as there are.

    Raises:
        UsageError, EnvironmentProblem: as `Cluster`.
    """
    if workers < 1:
        raise UsageError(f"workers: at least one is needed, got {workers}")
    if cluster is not None:
        return Cluster(cluster)
    return Processes(workers) if workers > 1 else Serial()


class Serial(Executor):
    """Makes each call at once, in this process."""

    slots = 1

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """The future of a call that has been made already."""
        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future
