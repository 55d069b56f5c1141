"""The experiment: what trains by what rule, from which steps, and the state that training changes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from math import inf
from typing import Any

from dlx.nn.trainable import Trainable
from dlx.nn.update import Update
from dlx.spec.sections import Spec
from dlx.training.early_stopping import BestRow
from dlx.training.engine import tape_type
from dlx.training.learning_rate import LearningRate
from dlx.training.position import Position
from dlx.training.records import EpochRecord, LayerRecord, Progress, RowCosts
from dlx.training.sampling import LayerSampling
from dlx.training.steps import ManySteps, Steps
from dlx.training.streams import Streams
from dlx.types import Array
from dlx.words import Status, Task

TRAINING_DRAWS = ("shuffle", "dropout", "augmentation", "gradient_noise")
RISE = 1e-3  # a cost that is higher by this share has risen, and not only by rounding


class Experiment(ABC):
    """Everything that ``fit`` needs and changes: parts that share one position.

    There are two kinds. A `Supervised` experiment trains a network on the examples of a data set, a `Minimization`
    moves the variables of an objective.
    """

    def __init__(self, spec: Spec, streams: Streams, trainable: Trainable, position: Position, steps: Steps) -> None:
        self.spec, self.streams, self.trainable, self.position, self.steps = spec, streams, trainable, position, steps
        self.parameters, self.statistics = trainable.parameters, trainable.statistics
        self.update = Update(spec.optimizer, self.parameters, tape_type(spec.training.engine))
        self.stretches: ManySteps | None = None  # where many steps may be taken at once
        self.clip_norm = spec.optimizer.clip_norm or inf
        epochs, stopping = spec.training.epochs, spec.training.early_stopping
        alpha0 = spec.optimizer.learning_rate
        self.rate: Callable[[Position], float] = LearningRate(spec.schedule, alpha0, epochs, steps.per_epoch)
        self.best = BestRow(trainable, position, stopping)
        self.sampling = LayerSampling(position, epochs, steps.per_epoch, stopping is not None)
        self.restarts_at_steps = streams.restarts("step")

    @property
    @abstractmethod
    def task(self) -> Task:
        """What there is to learn; J alone is shown as the numbers of a regression are."""

    @abstractmethod
    def see_start(self) -> None:
        """Look at what is to be trained before the first step."""

    @abstractmethod
    def see_before_last_step(self) -> None:
        """Look at it before the last step of an epoch whose layers are sampled."""

    @abstractmethod
    def measure(self, sampled: bool) -> RowCosts:
        """Costs and errors after an epoch; where it is ``sampled``, the layers are looked at on the way."""

    @abstractmethod
    def layer_records(self, epoch: int) -> list[LayerRecord]:
        """What was seen of the layers, in an epoch or (0) before the first; none where there are no layers."""

    @abstractmethod
    def seconds_per_row(self) -> float:
        """How long `measure` would take."""

    @property
    def batch_size(self) -> int:
        """Examples in a mini-batch; the last one of an epoch may have fewer."""
        return self.steps.size

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in an epoch, the shorter last one included."""
        return self.steps.per_epoch

    def step_lines(self) -> list[str]:
        """One training step on a batch of full size as readable calls, the update of θ last."""
        return [*self.steps.tape(self.steps.size).lines(), *self.update.lines()]

    def begin_step(self) -> None:
        """Restart the streams that are pinned to start anew at each step."""
        for purpose in self.restarts_at_steps:
            self.streams.restart(purpose, self.position.step)

    def learning_rate(self) -> float:
        """α of the next step."""
        return self.rate(self.position)

    def epoch_has_row(self) -> bool:
        """Whether metrics.csv has a row for this epoch: the first, every ``evaluate_every``-th after it, the last."""
        training = self.spec.training
        return self.position.epoch == training.epochs or (self.position.epoch - 1) % training.evaluate_every == 0

    def first_sample(self) -> list[LayerRecord]:
        """The records of the layers before the first step."""
        self.see_start()
        self.sampling.count_first()
        return self.layer_records(0)

    def sample(self) -> list[LayerRecord]:
        """The records of the layers after a row whose measurement has looked at them."""
        return self.layer_records(self.sampling.count())

    def end_epoch(self, record: EpochRecord | None) -> None:
        """Go on to the next epoch; keep the record, and the parameters where they are the best so far."""
        position = self.position
        self._note_cost(position.cost_sum / self.steps.m)
        if record is not None:
            self.best.see(record)
        if self.best.stops():
            position.finished = Status.EARLY_STOPPED
        elif position.epoch == self.spec.training.epochs:
            position.finished = Status.COMPLETED
        position.epoch, position.done, position.cost_sum = position.epoch + 1, 0, 0.0

    def _note_cost(self, cost: float) -> None:
        """Note the cost of the epoch that has ended, and whether it rose above that of the one before."""
        position, before = self.position, self.position.epoch_cost
        if before and cost > before + RISE * before:  # from a cost of 0 there is no share of it to rise by
            position.rises += 1
            position.first_rise = position.first_rise or position.epoch
            position.largest_rise = max(position.largest_rise, cost / before - 1)
        position.epoch_cost = cost

    def progress(self) -> Progress:
        """How far training has come."""
        position, epochs = self.position, self.spec.training.epochs
        steps = epochs * self.steps_per_epoch
        return Progress(
            position.epoch, epochs, position.step, steps, position.cost_sum / position.done, position.seconds
        )

    def to_data(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Everything that resuming needs, as arrays and plain data."""
        arrays = {"theta": self.parameters.theta, "statistics": self.statistics.vector}
        arrays |= {f"optimizer_{slot}": vector for slot, vector in self.update.vectors.items()}
        arrays |= self.best.to_data()
        streams = {name: self.streams.state(name) for name in TRAINING_DRAWS}
        return arrays, {"position": self.position.to_data(), "optimizer_t": self.update.t, "streams": streams}

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called; raises ValueError and its like where this is no such state."""
        position, t = Position.from_data(meta["position"]), meta["optimizer_t"]
        self._refuse_impossible(position, t)
        self.parameters.theta[...] = arrays["theta"]
        self.statistics.vector[...] = arrays["statistics"]
        for slot, vector in self.update.vectors.items():
            vector[...] = arrays[f"optimizer_{slot}"]
        self.best.from_data(arrays)
        self.update.t = t
        for name, state in meta["streams"].items():
            self.streams.set_state(name, state)
        self.position.move_to(position)

    def _refuse_impossible(self, position: Position, t: object) -> None:
        """Raise ValueError where no training of this spec comes to such a position, or has made ``t`` updates of θ."""
        epochs = self.spec.training.epochs
        steps = epochs * self.steps_per_epoch
        for name, value, least, most in (
            ("epoch", position.epoch, 1, epochs + 1),
            ("done", position.done, 0, self.steps.m),
            ("step", position.step, 0, steps),
            ("optimizer_t", t, 0, steps),
        ):
            if not isinstance(value, int) or not least <= value <= most:
                raise ValueError(f"{name} is {value!r}, expected {least} to {most:,}")

    def epoch_of_last_rows(self) -> int:
        """The epoch of the last rows of the tables: 0 for those of the layers before training, −1 before these."""
        position = self.position
        return position.last.epoch if position.last else 0 if position.samples else -1
