"""Events: how long work comes on, as small frozen values that a generator yields before it returns its result."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from dlx.words import Status

Event = TypeVar("Event")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Count:
    """So many of all have ended: trainings, entries of θ, networks."""

    done: int
    total: int


@dataclass(frozen=True)
class RoundStart:
    """A round of so many settings begins, the first of a search being number 1."""

    number: int
    rounds: int
    trials: int


@dataclass(frozen=True)
class TriedSetting:
    """A setting of a search: its values, by dotted key, and what it came to; infinite where that is no number."""

    index: int
    values: Mapping[str, Any]
    value: float


@dataclass(frozen=True)
class SettingEnd:
    """A setting has been trained as far as it is to be; ``best`` are the best so far, in their order."""

    setting: TriedSetting
    best: tuple[TriedSetting, ...]


@dataclass(frozen=True)
class ConfirmationStart:
    """The best settings of a search are trained again, so many trainings in all."""

    trainings: int


@dataclass(frozen=True)
class RaceStart:
    """A race of so many remedies begins."""

    against: str
    remedies: int


@dataclass(frozen=True)
class RaceState:
    """Where a race stands before remedies (the present spec, where a name is empty) are trained in a replicate.

    Args:
        training, replicate: what is trained next.
        elapsed, budget: seconds.
        leader, change: the remedy with the lowest dev error so far, and by how much that is another.
    """

    training: tuple[str, ...]
    replicate: int
    elapsed: float
    budget: float
    leader: str | None = None
    change: float | None = None


@dataclass(frozen=True)
class TrialEnd:
    """A trial of a remedy (of the present spec, where the name is empty) has ended, or was known already."""

    remedy: str
    status: str
    run: str  # its directory


@dataclass(frozen=True)
class RaceEnd:
    """A race has ended; ``winner`` is the remedy that surely helps most, None where there is none."""

    winner: str | None


@dataclass(frozen=True)
class WatchedWork:
    """A run, a search or a study of another process, as its files tell it now.

    Args:
        task: of its data; ``objective`` where there are none.
        epochs: how many a run may take, if that is known.
        metrics: the columns of a run's ``metrics.csv``.
        counts: of many trainings how many have which status; None of a run.
        best: of many trainings the best settings, each with its value, the lowest first.
        is_starting: whether nothing of it is written yet.
    """

    path: Path
    name: str
    status: Status
    task: str | None
    epochs: int | None = None
    metrics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    counts: Mapping[Status, int] | None = None
    best: Sequence[tuple[str, float]] = ()
    is_starting: bool = False

    def document(self) -> dict[str, Any]:
        """What ``dlx watch --json`` prints; ``last`` is the last row of ``metrics.csv``."""
        about = {"run": str(self.path), "name": self.name, "status": self.status}
        if self.counts is None:
            last = {name: values[-1] for name, values in self.metrics.items() if values}
            return {**about, "epochs": self.epochs, "last": last}
        best = [{"setting": setting, "value": value} for setting, value in self.best]
        return {**about, "trials": self.counts, "best": best}


TuningEvent: TypeAlias = RoundStart | SettingEnd | ConfirmationStart
RepairEvent: TypeAlias = RaceStart | RaceState | TrialEnd | RaceEnd


def finish(events: Generator[Event, None, Result], on_event: Callable[[Event], object] = lambda event: None) -> Result:
    """The result of work, once all its events are through; each is handed to ``on_event``.

    Where ``on_event`` raises, the work is left there: what it has saved stays, and it can be gone on with.
    """
    with closing(events):
        while True:
            try:
                event = next(events)
            except StopIteration as end:
                result: Result = end.value
                return result
            on_event(event)
