"""The trainer: an experiment that trains in small pieces, and keeps the rows that its run would have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

from dlx.errors import Diverged
from dlx.training.fit import Pace, fit
from dlx.training.minimization import Minimization
from dlx.training.records import EpochRecord, LayerRecord, Progress
from dlx.training.supervised import Supervised
from dlx.words import Status

Records = Iterator[EpochRecord | LayerRecord | Progress]


class Trainer:
    """An experiment in training, a piece at a time; between two pieces it may be looked at, kept or left.

    Attributes:
        rows, layers: those of metrics.csv and layers.csv so far.
        cost: of the epoch so far, where no row has told it yet.
        message: why it cannot go on, where it has diverged.
    """

    def __init__(self, experiment: Supervised | Minimization) -> None:
        self.experiment = experiment
        self.rows: list[EpochRecord] = []
        self.layers: list[LayerRecord] = []
        self.cost: float | None = None
        self.message = ""
        self.pace = Pace()
        self._records: Records = fit(experiment, self.pace)
        self._is_through = False

    @property
    def has_ended(self) -> bool:
        """Whether nothing is left to train."""
        return self._is_through

    @property
    def status(self) -> Status:
        """As ``run.json`` would have it now."""
        if self.message:
            return Status.DIVERGED
        return self.experiment.position.finished or Status.INTERRUPTED

    def follow(self, records: Records) -> None:
        """Take the records from another iterator over the same experiment, such as that of a session."""
        self._records, self._is_through = records, False

    def go_on_alone(self) -> None:
        """Go on from where the experiment stands, without whoever handed the records over and had to leave."""
        last = self.experiment.position.last
        if last is not None and (not self.rows or self.rows[-1].epoch < last.epoch):
            self.rows.append(last)
        self._records = fit(self.experiment, self.pace)

    def advance(self, seconds: float, steps: int | None = None) -> int:
        """Train for so many seconds, or for so many steps if that is sooner; returns how many steps it took.

        A single step that takes longer is ended all the same.
        """
        position, end = self.experiment.position, perf_counter() + seconds
        first = position.step
        while not self.has_ended and (left := end - perf_counter()) > 0:
            if steps is not None and position.step - first >= steps:
                break
            self.pace.seconds = left
            self.pace.steps = None if steps is None else first + steps - position.step
            self._take()
        return position.step - first

    def _take(self) -> None:
        """Train to the next row or report: between the records of layers and their row there is nothing to look at."""
        try:
            while isinstance(record := next(self._records), LayerRecord):
                self.layers.append(record)
        except StopIteration:
            self._is_through = True
        except Diverged as error:
            self._is_through, self.message = True, str(error)
        else:
            if isinstance(record, EpochRecord):
                self.rows.append(record)
            self.cost = record.cost

    def table(self) -> dict[str, list[float]]:
        """The columns of the rows, as a run directory's table gives them."""
        return columns([row.document() for row in self.rows])

    def layer_table(self) -> dict[str, list[float]]:
        """The same of the layers."""
        return columns([vars(record) for record in self.layers])


def columns(documents: Sequence[dict[str, Any]]) -> dict[str, list[float]]:
    """The values by column, NaN where there is none."""
    names = documents[0] if documents else ()
    nan = float("nan")
    return {name: [nan if row[name] is None else row[name] for row in documents] for name in names}
