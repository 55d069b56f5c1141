"""Training in Python: the same run directories, bit for bit, as those of ``dlx train``."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from signal import raise_signal
from threading import Event, Lock
from typing import Any, Self
from weakref import WeakSet

from dlx.api.run import Run
from dlx.api.signatures import Data, PathLike, SpecLike, Target, of_spec, with_settings
from dlx.api.specs import as_path, resolved_spec
from dlx.errors import UsageError, remark
from dlx.runs.files.directory import RunDirectory
from dlx.runs.preparation import prepare
from dlx.runs.training.provenance import provenance
from dlx.runs.training.signals import noted_signals
from dlx.runs.training.train import Session
from dlx.show.terminal import TrainingProgress
from dlx.show.terminal.notebook import displayed
from dlx.spec.plugins import unnamed
from dlx.spec.sections import Spec
from dlx.training.records import EpochRecord, Progress
from dlx.training.threads import restored


@with_settings(of_spec)
def train(
    spec: SpecLike,
    data: Data = None,
    *,
    target: Target = None,
    out: PathLike | None = None,
    on_record: Callable[[EpochRecord | Progress], object] | None = None,
    progress: bool | None = None,
    **settings: Any,
) -> Run:
    """Train the network of a spec, or minimize its objective; returns the run.

    Args:
        spec: the path of a YAML file, or what would stand in it, as a mapping.
        data: ``(X, y)`` with X (m, n_x) and y (m,) or (m, k), a row for each example; or a table of pandas, polars or
            Arrow, or a mapping of columns; or a mapping from train, dev and test to these. They stand in place of the
            source that the spec names, and what the spec says of its columns (`impute`, `ignore` …) is of theirs.
            They are written to ``runs/data``, so that the run can be repeated.
        target: the name of the column of a table that is to be predicted, or a list of names, in place of those that
            the spec names.
        out: the path of the run directory, in place of ``runs/NAME/TIME-ID``.
        on_record: is given each row of metrics.csv and, about ten times a second, the progress.
        progress: whether to show it; if not said, in notebooks.
        settings: other values of keys, such as ``**{"optimizer.learning_rate": 0.01}``.

    Raises:
        SpecError, DataError: the spec has faults, all of which are named; the data cannot be read or learned from.
        Diverged: a number is not finite; the run keeps the last finite state.
        Interrupted: Ctrl-C; `Run.resume` goes on with the run.
    """
    return trained(lambda: session_of(spec, data, target, out, settings), on_record, progress)


def trained(
    begin: Callable[[], Session],
    on_record: Callable[[EpochRecord | Progress], object] | None,
    progress: bool | None,
) -> Run:
    """The run of a session, gone through to its end; raises as `train`."""
    if on_record is not None and not callable(on_record):
        raise UsageError(f"on_record: is a function, not {type(on_record).__name__}")
    with (
        restored(),
        begin() as session,
        displayed(TrainingProgress(session.kind.task), progress) as display,
        closing(session.records()) as records,
    ):
        for record in records:
            display.update(record)
            if on_record is not None:
                on_record(record)
    return Run(session.run.path)


@with_settings(of_spec)
def fit(
    spec: SpecLike,
    data: Data = None,
    *,
    target: Target = None,
    out: PathLike | None = None,
    **settings: Any,
) -> TrainingLoop:
    """The same as a loop: yields each row of metrics.csv and, about ten times a second, the progress.

    Who leaves the loop, also by Ctrl-C, leaves a run that can be resumed; the loop's ``run`` is it, as it is then.
    Arguments and errors are those of `train`; nothing happens before the first record.
    """
    return TrainingLoop(lambda: session_of(spec, data, target, out, settings))


class TrainingLoop(Iterator[EpochRecord | Progress]):
    """The records of a training, which takes place while they are asked for."""

    def __init__(self, begin: Callable[[], Session]) -> None:
        self._sessions: list[Session] = []
        self._records = _records(begin, self._sessions)
        self._lock, self._stop = Lock(), Event()
        _LOOPS.add(self)

    def __iter__(self) -> Self:
        """The loop itself."""
        return self

    def __next__(self) -> EpochRecord | Progress:
        """Train until there is something to tell; a Ctrl-C meanwhile ends the loop once a step is done and saved."""
        with self._lock:
            with noted_signals() as signals:
                record = next(self._records)
            if not signals and not self._stop.is_set():
                return record
            self._records.close()
        if signals:
            raise_signal(signals[0])  # for whoever handles it: Python raises KeyboardInterrupt
        raise StopIteration

    def __repr__(self) -> str:
        return f"<dlx loop of {self.run!r}>" if self._sessions else "<dlx loop that has not begun>"

    @property
    def run(self) -> Run:
        """The run as it is now, from the first record on; raises `UsageError` before."""
        if not self._sessions:
            raise UsageError("there is no run before the first record")
        return Run(self._sessions[0].run.path)

    def close(self) -> None:
        """Stop here and save, from whichever thread: a step that is being taken is finished first."""
        self._stop.set()
        with self._lock:
            self._records.close()


_LOOPS: WeakSet[TrainingLoop] = WeakSet()


@atexit.register
def _close_loops() -> None:
    """Save what a program has left open at its end, while files can still be written."""
    for loop in list(_LOOPS):
        loop.close()


def _records(begin: Callable[[], Session], sessions: list[Session]) -> Generator[EpochRecord | Progress, None, None]:
    with restored(), begin() as session:
        sessions.append(session)
        yield from session.records(heeds_signals=False)


def session_of(
    spec: SpecLike,
    data: Data,
    target: Target,
    out: PathLike | None,
    settings: Mapping[str, Any],
) -> Session:
    """The training of a new run, begun; raises as `train`."""
    with resolved_spec(spec, data, target, settings) as stated:
        if stated.resolved.spec.is_in_folds:
            raise UsageError("data.folds asks for a training of each fold: dlx.folds(spec, …) does them all")
        experiment = prepare(stated.resolved.spec, stated.resolved.origins)
        run = RunDirectory.create(experiment.spec.name, out=as_path(out))
        session = Session(experiment, run)
        session.begin(stated.overrides, provenance(["dlx.train"], stated.folder))
        _remark_on_classes(experiment.spec)
        return session


def _remark_on_classes(spec: Spec) -> None:
    for name, member in unnamed(spec.dump()).items():
        what = f"{member.kind} {name!r} is a class of {member.__module__}, and no file of the run holds it"
        how = "define it before you open the run elsewhere, or put it in a file that `plugins` names"
        remark(f"{what}: {how}")
