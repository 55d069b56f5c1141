"""Minimization: the variables of an objective follow its gradient, one step in each epoch."""

from __future__ import annotations

from time import perf_counter
from typing import Any, final

import numpy as np

from dlx.nn.landscape import Landscape, noise_from
from dlx.nn.objectives import Objective
from dlx.nn.tape import Tape
from dlx.spec.sections import Spec
from dlx.training.experiment import Experiment
from dlx.training.path import Trail
from dlx.training.position import Position
from dlx.training.records import EpochRecord, LayerRecord, RowCosts
from dlx.training.streams import Streams
from dlx.types import Array
from dlx.words import Task


class DescentSteps:
    """The one step of every epoch, recorded once; to those who count examples it is one."""

    m = size = per_epoch = 1

    def __init__(self, landscape: Landscape, position: Position, streams: Streams) -> None:
        self.position, self.streams = position, streams
        self._tape = landscape.record_step()
        self._restarts = streams.restarts("epoch")

    def begin_epoch(self) -> None:
        """Restart the streams that are pinned to start anew at each epoch."""
        if self.position.done == 0:
            for purpose in self._restarts:
                self.streams.restart(purpose, self.position.epoch - 1)

    def next(self, size: int) -> Tape:
        """The step."""
        return self._tape

    def tape(self, size: int) -> Tape:
        """The step."""
        return self._tape

    def run_first(self, size: int) -> float:
        """Replay it, changing no w; returns J(w)."""
        self._tape.run()
        return self._tape.cost()


@final
class Minimization(Experiment):
    """An objective on its way down. A row has J after the step and no errors; the trail tells where w has been."""

    task = Task.REGRESSION

    def __init__(self, spec: Spec, objective: Objective, streams: Streams) -> None:
        sigma = objective.gradient_noise
        draw = noise_from(streams["gradient_noise"], sigma) if sigma else None
        self.landscape = Landscape(objective, spec.dtype, draw)
        self.trail = Trail(self.landscape.w, spec.training.epochs)
        self._evaluation = self.landscape.record_evaluation()
        position = Position()
        super().__init__(spec, streams, self.landscape, position, DescentSteps(self.landscape, position, streams))

    def cost(self) -> float:
        """J(w)."""
        with np.errstate(all="ignore"):  # what overflows shows in the cost
            self._evaluation.run()
        return self._evaluation.cost()

    def see_start(self) -> None:
        """Keep where w starts."""
        self.trail.see(0)

    def see_before_last_step(self) -> None:
        """There is nothing to look at before the step: its cost is J."""

    def end_epoch(self, record: EpochRecord | None) -> None:
        """Keep where w is now, and go on to the next epoch."""
        self.trail.see(self.position.step)
        super().end_epoch(record)

    def measure(self, sampled: bool) -> RowCosts:
        """J(w); there are no errors and no dev set."""
        return RowCosts(self.cost(), None, None, None, {})

    def layer_records(self, epoch: int) -> list[LayerRecord]:
        """There are no layers."""
        return []

    def seconds_per_row(self) -> float:
        """How long J(w) takes."""
        started = perf_counter()
        self.cost()
        return perf_counter() - started

    def to_data(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Everything that resuming needs, the trail included."""
        arrays, meta = super().to_data()
        return arrays | self.trail.arrays(), meta

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called."""
        super().from_data(arrays, meta)
        self.trail.load(arrays)
