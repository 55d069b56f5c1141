"""The log of a training for TensorBoard: a file of events in the run directory, which grows row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Self

from dlx.errors import DataError, EnvironmentProblem, UsageError, allowed, remark
from dlx.files import read, writing
from dlx.runs.export.history import RunHistory
from dlx.runs.export.trackers.tensorboard_events import Events, whole_records
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import EVENTS
from dlx.runs.files.manifest import Content
from dlx.training.records import EpochRecord, Progress
from dlx.words import Status

TENSORBOARD = "tensorboard"


class EventLog:
    """The events of a run that is being trained, to be closed when it has ended; the run must be locked.

    A run that goes on gets the same file, where its rows are in it; what was written beyond its checkpoint is declared
    void, as TensorBoard does it.
    """

    def __init__(self, run: RunDirectory) -> None:
        self.run, self.path, self._events = run, run.path / EVENTS, Events()
        self._history = RunHistory.of(run)
        content = self._events.so_far(self._history)
        before = self._before()
        goes_on = before.startswith(content)
        if goes_on:
            self._cut_off(whole := before[: whole_records(before)])
        else:
            run.write(EVENTS, content, grows=True)
        with writing(self.path):
            self._file = self.path.open("ab", buffering=0)
        if goes_on and whole != content:
            last = max((row.epoch for row in self._history.rows()), default=0)
            self._append(self._events.restart(last + 1, self._history.started))

    def _before(self) -> bytes:
        """The file as it is; empty where there is none, or it is damaged and is made anew."""
        try:
            return self.run.read(EVENTS) if self.path.exists() else b""
        except DataError:
            return b""

    def _cut_off(self, whole: bytes) -> None:
        """Leave this much of the file. It is not replaced: TensorBoard may have it open."""
        self._vouch(whole, grows=True)
        with writing(self.path), self.path.open("r+b") as file:
            file.truncate(len(whole))

    def _vouch(self, content: bytes, grows: bool) -> None:
        self.run.vouch({EVENTS: replace(Content.of(content), grows=grows)})

    def add(self, record: EpochRecord) -> None:
        """Write a row."""
        self._append(self._events.row(self._history.row_of(record)))

    def _append(self, content: bytes) -> None:
        with writing(self.path):
            self._file.write(content)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Write how it ended, unless it goes on later."""
        history = RunHistory.of(self.run)
        if history.status not in (Status.RUNNING, Status.INTERRUPTED):
            self._append(self._events.end(history))
        self._file.close()
        self._vouch(read(self.path), grows=False)


def check(program: str | None) -> None:
    """Raises `UsageError` where nothing can be logged for such a program, `EnvironmentProblem` where it is missing."""
    if program is not None and program != TENSORBOARD:
        raise UsageError(f"--log {program}: there is no such program {allowed(program, [TENSORBOARD])}")
    if program is not None:
        Events()


@contextmanager
def logging(run: RunDirectory, program: str | None) -> Iterator[Callable[[EpochRecord | Progress], None]]:
    """Inside, takes the records of a training; also where nobody has asked, but events have been written before."""
    if program is None and not (run.holds(EVENTS) and _is_installed(run)):
        yield lambda record: None
        return
    with EventLog(run) as log:
        yield lambda record: log.add(record) if isinstance(record, EpochRecord) else None


def _is_installed(run: RunDirectory) -> bool:
    """Whether events can be written; where nobody has asked for them, that they cannot is only remarked on."""
    try:
        Events()
    except EnvironmentProblem as error:
        remark(f"{run.path / EVENTS} does not go on: {error}")
        return False
    return True
