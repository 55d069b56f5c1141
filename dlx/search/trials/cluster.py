"""A cluster: an executor, in the manner of concurrent.futures, that makes its calls on the workers of Dask."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import shutil
import warnings
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from dlx import locks
from dlx.errors import EnvironmentProblem, UsageError
from dlx.extras import missing_extra
from dlx.files import writing
from dlx.search.trials.cluster_call import Call, compared_versions, different, ended, make, sees
from dlx.search.trials.processes import WorkerDied

if TYPE_CHECKING:
    from distributed import Client

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

ADDRESS = re.compile(r"((tcp|tls|ws|wss)://)?[^/\s]+:\d+")
SECONDS_TO_CONNECT = 5.0
SECONDS_FOR_WORKERS = 30.0  # without any worker, after which there is no hope for one
SECONDS_BETWEEN_COUNTS = 1.0
GOES_ON = "what was reached is saved: the same command goes on from there"


class Cluster(Executor):
    """Makes the calls on the workers of a Dask scheduler; each in a process of its own, as `cluster_call.make` tells.

    A call whose worker dies is made again on another, so it must be safe to repeat. Functions have to be importable on
    the workers; arguments and results picklable. Workers may come and go.

    Args:
        address: of the scheduler, ``tcp://HOST:8786``.
        patience: seconds without any worker that are waited for one, and at most as many for the scheduler to answer.

    Raises:
        UsageError: the address is none.
        EnvironmentProblem: distributed is not installed, the scheduler does not answer, it has no workers, or one of
            them lacks dlx or runs other versions.
    """

    def __init__(self, address: str, patience: float = SECONDS_FOR_WORKERS) -> None:
        self.address, self._patience = address, patience
        self._client = _connected(address, min(SECONDS_TO_CONNECT, patience))
        self._owner = f"dlx-{secrets.token_hex(8)}"
        self._pending: set[Future[Any]] = set()
        self._place: Path | None = None
        self._calls, self._slots, self._counted, self._last_alive = 0, 1, -1.0, monotonic()
        try:
            self._wait_for_workers()
            self._versions = self._common_versions()
        except BaseException:
            self._client.close()
            raise
        self._executor = self._client.get_executor(pure=False)

    @property
    def slots(self) -> int:
        """How many calls to give it at a time: two for each thread of its workers, of as many as it had at most.

        Raises:
            EnvironmentProblem: there have been no workers for a while.
        """
        if monotonic() - self._counted > SECONDS_BETWEEN_COUNTS:
            self._count()
        return self._slots

    def share(self, folder: Path) -> None:
        """See that all workers see a folder, and that a lock on a file there holds for all of them.

        Raises:
            EnvironmentProblem: one of them does not.
        """
        if self._place is not None and self._place.parent == folder:
            return
        self._leave()
        place = folder / f".{self._owner}"
        with writing(place):
            place.mkdir(parents=True)
        self._place = place
        with writing(place), (place / "token").open("w", encoding="utf-8") as file:
            file.write(self._owner)
            file.flush()
            locks.take(file.fileno())
            for worker, fault in self._on_all(sees, place / "token", self._owner).items():
                if fault:
                    raise EnvironmentProblem(
                        f"{folder}: worker {worker} does not see it as it is here: {fault} (it has to lie on a file "
                        "system that all workers share, with locks)"
                    )

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """The future of a call on one of the workers."""
        self._calls += 1
        key = f"{self._owner}-{self._calls}"
        call = Call(key, self._owner, self._versions, self._place, function, args, kwargs)
        future: Future[Result] = Future()
        inner = self._executor.submit(make, call, key=key)
        self._pending.add(future)
        future.add_done_callback(partial(self._done, inner))
        inner.add_done_callback(partial(self._pass_on, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Cancel what waits, interrupt what is being made, and with ``wait`` let it save; then leave the cluster."""
        for future in list(self._pending):
            future.cancel()
        if wait and self._client.status == "running":
            with suppress(Exception):  # the scheduler may be gone by now
                self._on_all(ended, self._owner)
        self._leave()
        with suppress(Exception):
            self._client.close()

    def _leave(self) -> None:
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)
            self._place = None

    def _on_all(self, function: Callable[..., Any], *arguments: Any) -> dict[str, Any]:
        """What each worker answers, by its address; an exception where it cannot."""
        answers: dict[str, Any] = self._client.run(function, *arguments, on_error="return")
        return answers

    def _wait_for_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=self._patience)
        except TimeoutError as error:
            raise self._no_workers() from error

    def _no_workers(self) -> EnvironmentProblem:
        return EnvironmentProblem(
            f"{self.address}: the scheduler has had no workers for {self._patience:g} s: start them with "
            f"dask worker {self.address}"
        )

    def _common_versions(self) -> dict[str, str]:
        """What runs here and on all workers."""
        here = compared_versions()
        for worker, answer in self._on_all(compared_versions).items():
            if isinstance(answer, Exception):
                raise EnvironmentProblem(f"worker {worker} cannot run dlx: {answer}")
            for name in here:
                if answer[name] != here[name]:
                    raise EnvironmentProblem(different(worker, name, answer[name], here[name]))
        return here

    def _count(self) -> None:
        """Look how many workers there are."""
        threads = 0
        with suppress(Exception):  # the scheduler is gone: all futures tell
            threads = sum(self._client.nthreads().values())
        self._counted = monotonic()
        if threads:
            self._slots, self._last_alive = max(self._slots, 2 * threads), self._counted
        elif self._counted - self._last_alive > self._patience:
            raise self._no_workers()

    def _done(self, inner: Future[Any], future: Future[Any]) -> None:
        self._pending.discard(future)
        if future.cancelled():
            future.set_running_or_notify_cancel()
            inner.cancel()

    def _pass_on(self, future: Future[Any], inner: Future[Any]) -> None:
        """Set the result of the future from that of the call."""
        with suppress(InvalidStateError):  # it was cancelled meanwhile
            try:
                future.set_result(inner.result())
            except (Exception, CancelledError) as error:
                future.set_exception(self._translated(error))

    def _translated(self, error: BaseException) -> BaseException:
        from distributed import KilledWorker

        if isinstance(error, CancelledError):
            return EnvironmentProblem(f"{self.address}: the Dask scheduler is gone; {GOES_ON}")
        if isinstance(error, KilledWorker):
            times = f" {error.allowed_failures + 1} times" if error.allowed_failures else ""
            return WorkerDied(f"the worker died{times}, at last {error.last_worker.address}")
        return error


def _connected(address: str, seconds: float) -> Client:
    """A client of the scheduler."""
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"{address}: is no address of a Dask scheduler (allowed tcp://HOST:PORT)")
    try:
        from distributed import Client
    except ImportError as error:
        raise missing_extra("distributed", "cluster", "training on a cluster") from error
    _silence()
    try:
        asyncio.run(_greet(address, seconds))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: those that matter are refused
            return Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, MemoryError) as error:  # another service's answer can be read as the length of a huge message
        raise EnvironmentProblem(f"{address}: no Dask scheduler answers there (dask scheduler starts one)") from error
    except Exception as error:
        raise EnvironmentProblem(f"{address}: the Dask scheduler cannot be reached: {error}") from error


async def _greet(address: str, seconds: float) -> None:
    """Fail where no scheduler answers: a client would try for long, and does not always come to an end."""
    from distributed.comm.core import connect
    from distributed.security import Security

    security = Security().get_connection_args("client")
    connection = await asyncio.wait_for(connect(address, seconds, **security), seconds)
    connection.abort()


def _silence() -> None:
    """What it logs with tracebacks, its callers report in one line."""
    for name in [*logging.root.manager.loggerDict, "tornado.application", "asyncio"]:
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
