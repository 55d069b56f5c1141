"""A call on a worker of a cluster: made in a process of its own, and stopped when nobody waits for its result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from dlx import locks
from dlx.errors import EnvironmentProblem, Interrupted
from dlx.runs.training.provenance import versions
from dlx.runs.training.signals import noted_signals
from dlx.search.trials.processes import Processes

if TYPE_CHECKING:
    from distributed import Worker

SECONDS_BETWEEN_LOOKS = 0.1  # at whether the call is still waited for
SECONDS_KEPT = 10.0  # that a process without work waits for the next call of its search
SECONDS_TO_SAVE = 60.0  # that calls have to come to an end when their owner does
COMPARED = ("dlx", "python", "numpy")  # of which the bits and the meaning of a call depend

_idle: dict[Processes, tuple[str, Timer]] = {}  # with the search that they belong to


@dataclass(frozen=True)
class Call:
    """A call on its way to a worker.

    Args:
        key: of the task, the same however often it is made.
        owner: whose call it is; its keys begin so.
        versions: what the owner runs, by package.
        place: a folder on the disk that the workers share, for locks.
    """

    key: str
    owner: str
    versions: Mapping[str, str]
    place: Path | None
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


def compared_versions() -> dict[str, str]:
    """What owner and workers must have in common; of Python's version the first two numbers."""
    package_versions = versions()
    package_versions["python"] = ".".join(package_versions["python"].split(".")[:2])
    return {name: package_versions[name] for name in COMPARED}


def make(call: Call) -> Any:
    """On a worker, in one of its threads: the call, in a process of its own.

    So its matrix products have one thread and its plugins and data are those of its search, whatever else the worker
    does or did; and several calls at a time are as fast as on as many workers.

    Raises:
        EnvironmentProblem: the worker has other versions than the owner, or does not see the folder.
        Reschedule: the call was stopped, because the worker ends or nobody waits for it.
    """
    import distributed

    worker = distributed.get_worker()
    for name, here in compared_versions().items():
        if here != call.versions[name]:
            raise EnvironmentProblem(different(worker.address, name, here, call.versions[name]))
    processes = _taken(call.owner)
    try:
        future = processes.submit(alone, call)
        while not wait([future], SECONDS_BETWEEN_LOOKS).done:
            if not _is_wanted(worker, call.key):
                processes.shutdown()  # what it has reached is saved
        value = future.result()
    except Interrupted as error:
        raise distributed.Reschedule from error
    except BaseException:
        processes.shutdown()
        raise
    _keep(processes, call.owner)
    return value


def different(address: str, name: str, there: str, here: str) -> str:
    """The line for a worker with another version."""
    return f"worker {address} has {name} {there}, here it is {here}: all have to run the same"


def alone(call: Call) -> Any:
    """In a process of its own: the call, while no other process makes the same one.

    A worker that has lost touch is taken for dead, and its calls are given to others; it may live.
    """
    if call.place is None:
        return call.function(*call.arguments, **call.keywords)
    with _only_one(call.place / call.key):
        return call.function(*call.arguments, **call.keywords)


@contextmanager
def _only_one(path: Path) -> Iterator[None]:
    try:
        file = path.open("wb")  # for writing: without it a network file system locks nothing
    except OSError as error:
        raise EnvironmentProblem(f"{path.parent}: cannot be written by a worker: {error.strerror}") from error
    with file, noted_signals() as signals:
        while not locks.take(file.fileno()):
            if signals:
                raise Interrupted(signals[0], "interrupted")
            time.sleep(SECONDS_BETWEEN_LOOKS)
        yield


def sees(path: Path, token: str) -> str:
    """On a worker: what is wrong with its view of a file that the owner has written and locked; empty if nothing."""
    try:
        if path.read_text(encoding="utf-8") != token:
            return "it holds another file there"
        with path.open("r+b") as file:
            return "locks do not reach it" if locks.take(file.fileno()) else ""
    except OSError as error:
        return error.strerror or str(error)


async def ended(owner: str, dask_worker: Worker) -> None:
    """On a worker: wait until none of the owner's calls is being made."""
    until = time.monotonic() + SECONDS_TO_SAVE
    while any(str(task.key).startswith(owner) for task in dask_worker.state.executing):
        if time.monotonic() > until:
            return
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _is_wanted(worker: Worker, key: str) -> bool:
    """Not when it was cancelled, its owner has died, or the worker is about to end."""
    task = worker.state.tasks.get(key)
    return (
        worker.status.name in ("running", "paused") and task is not None and task.state not in ("cancelled", "resumed")
    )


def _taken(owner: str) -> Processes:
    for processes, (search, timer) in list(_idle.items()):
        if search == owner and _idle.pop(processes, None) is not None:
            timer.cancel()
            return processes
    return Processes(1)


def _keep(processes: Processes, owner: str) -> None:
    timer = Timer(SECONDS_KEPT, _dismiss, [processes])
    timer.daemon = True
    _idle[processes] = owner, timer
    timer.start()


def _dismiss(processes: Processes) -> None:
    if _idle.pop(processes, None) is not None:
        processes.shutdown()
