"""Processes: an executor, in the manner of concurrent.futures, that makes its calls on worker processes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from queue import LifoQueue
from signal import SIGTERM
from typing import Any, ParamSpec, TypeVar

from dlx.errors import EnvironmentProblem, Interrupted
from dlx.search.trials.worker import Answer, Worker

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

ATTEMPTS = 3  # at a call whose worker dies


class WorkerDied(EnvironmentProblem):
    """A worker process ended in the middle of a call, again and again."""


class Processes(Executor):
    """Makes the calls on worker processes, each started when it is first needed and kept until the end.

    A call whose worker dies (out of memory, ``kill -9``) is made again on a new one, so it must be safe to repeat.
    Functions, arguments and results have to be picklable. When this process dies, the workers end too.
    """

    def __init__(self, workers: int) -> None:
        self.slots = 2 * workers  # a call waits for each worker, so that none is idle while results are looked at
        self._threads = ThreadPoolExecutor(workers, "worker")
        self._idle: LifoQueue[Worker | None] = LifoQueue()
        for _ in range(workers):
            self._idle.put(None)
        self._alive: set[Worker] = set()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that have been started."""
        return [worker.pid for worker in list(self._alive)]

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """The future of a call on one of the workers."""
        call = pickle.dumps((function, args, kwargs))
        future: Future[Any] = self._threads.submit(self._result, call)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers; a call that one of them is making is interrupted, those that wait are cancelled."""
        self._closed = True
        for worker in list(self._alive):
            worker.ask_to_stop()
        self._threads.shutdown(wait, cancel_futures=True)
        for worker in list(self._alive) if wait else ():
            worker.end()

    def _result(self, call: bytes) -> Any:
        """What the call returns or raises; made again where the worker dies."""
        code = 0
        for _ in range(ATTEMPTS):
            worker = self._idle.get() or self._new_worker()
            try:
                returned, value = self._answer(worker, call)
            except (OSError, EOFError, ValueError, pickle.UnpicklingError):
                code = self._buried(worker)
                continue
            if isinstance(value, Interrupted) and not self._closed:  # by a signal of its own, not by us
                self._buried(worker)
                code = value.exit_code
                continue
            self._idle.put(worker)
            if returned:
                return value
            raise value
        raise WorkerDied(f"the worker died {ATTEMPTS} times, at last {_cause(code)}")

    def _new_worker(self) -> Worker:
        worker = Worker()
        self._alive.add(worker)
        return worker

    def _answer(self, worker: Worker, call: bytes) -> Answer:
        if self._closed:
            raise Interrupted(SIGTERM, "interrupted")
        return worker.call(call)

    def _buried(self, worker: Worker) -> int:
        self._alive.discard(worker)
        self._idle.put(None)
        return worker.end()


def _cause(code: int) -> str:
    code = 128 - code if code > 128 else code  # it ended by itself when the signal came
    return f"by signal {-code} (9: perhaps out of memory)" if code < 0 else f"with exit code {code}"
