"""The experiment: a spec with its data, network, optimizer and streams, and the state that training changes."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.nn.landscape import Landscape
from dlx.nn.network import Network
from dlx.nn.update import Update
from dlx.training.batches import TrainingBatches
from dlx.training.early_stopping import BestRow
from dlx.training.evaluation import Evaluation, measure_statistics
from dlx.training.layer_statistics import LayerWatch
from dlx.training.learning_rate import LearningRate
from dlx.training.path import Trail
from dlx.training.position import Position
from dlx.training.records import EpochRecord, LayerRecord, Progress
from dlx.training.sampling import LayerSampling
from dlx.training.streams import Streams
from dlx.words import Status

if TYPE_CHECKING:
    from dlx.spec.sections import Spec
    from dlx.types import Array

TRAINING_DRAWS = ("shuffle", "dropout", "augmentation", "gradient_noise")
RISE = 1e-3  # a cost that is higher by this share has risen, and not only by rounding


class Experiment:
    """Everything that ``fit`` needs and changes: parts that share one position."""

    def __init__(self, spec: Spec, dataset: Dataset, streams: Streams, network: Network) -> None:
        self.spec, self.dataset, self.streams, self.network = spec, dataset, streams, network
        self.landscape = network if isinstance(network, Landscape) else None
        self.update = Update(spec.optimizer, network.parameters)
        self.clip_norm = spec.optimizer.clip_norm or inf
        self.position = Position()
        self.train = Reader(dataset, "train", spec.dtype, spec.data.augment, streams["augmentation"])
        training, size = spec.training, spec.training.batch_size
        in_batch = None if self.landscape is not None or size == "full" else size
        self.batches = TrainingBatches(
            network, self.train, self.position, streams, in_batch, is_changed=bool(spec.data.augment)
        )
        epochs, steps_per_epoch, stopping = training.epochs, self.batches.per_epoch, training.early_stopping
        self.rate = LearningRate(spec.schedule, spec.optimizer.learning_rate, epochs, steps_per_epoch)
        self.best = BestRow(network, self.position, stopping)
        self.sampling = LayerSampling(network, self.position, epochs, steps_per_epoch, stopping is not None)
        self.trail = Trail(self.landscape.w, epochs) if self.landscape else None  # where w has been, step by step
        self._measured = -1  # the step after which exact statistics were measured
        self._evaluations: dict[str, Evaluation] = {}
        self._restarts = streams.restarts("step")

    @property
    def watch(self) -> LayerWatch:
        """What the layers are sampled by."""
        return self.sampling.watch

    @property
    def batch_size(self) -> int:
        """Examples in a mini-batch; the last one of an epoch may have fewer."""
        return self.batches.size

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in an epoch, the shorter last one included."""
        return self.batches.per_epoch

    def step_lines(self) -> list[str]:
        """One training step on a batch of full size as readable calls, the update of θ last."""
        return [*self.batches.step_for(self.batch_size).tape.lines(), *self.update.lines()]

    def begin_step(self) -> None:
        """Restart the streams that are pinned to start anew at each step."""
        for purpose in self._restarts:
            self.streams.restart(purpose, self.position.step)

    def learning_rate(self) -> float:
        """α of the next step."""
        return self.rate(self.position)

    def epoch_has_row(self) -> bool:
        """Whether metrics.csv has a row for this epoch: the first, every ``evaluate_every``-th after it, the last."""
        training = self.spec.training
        return self.position.epoch == training.epochs or (self.position.epoch - 1) % training.evaluate_every == 0

    def first_sample(self) -> list[LayerRecord]:
        """The records of the layers before the first step; of an objective, which has none, w starts its trail."""
        if self.trail is not None:
            self.trail.see(0)
        self.watch.clear()
        self._evaluation("train").show(self.watch)
        return self.sampling.first()

    def end_epoch(self, record: EpochRecord | None) -> None:
        """Go on to the next epoch; keep the record, and the parameters where they are the best so far."""
        position = self.position
        self._note_cost(position.cost_sum / self.train.m)
        if record is not None:
            self.best.see(record)
        if self.trail is not None:
            self.trail.see(position.step)
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

    def evaluate(self, part: str, watch: LayerWatch | None = None) -> tuple[float, float]:
        """Cost (without penalty) and error of the frozen network on train, train_dev, dev or test."""
        return self.evaluation(part).run(watch)

    def evaluation(self, part: str) -> Evaluation:
        """The frozen network on a part; exact batch-norm statistics are measured first, once for each θ."""
        if self._measured != self.position.step:
            for norm in self.network.exact_norms():
                measure_statistics(norm, self._evaluation("train"))
            self._measured = self.position.step
        return self._evaluation(part)

    def _evaluation(self, part: str) -> Evaluation:
        if part not in self._evaluations:
            self._evaluations[part] = Evaluation(self.network, Reader(self.dataset, part, self.spec.dtype))
        return self._evaluations[part]

    def restore_best(self) -> None:
        """Put the best epoch's parameters and statistics back, where early stopping has kept them."""
        if self.best.restore():
            self._measured = self.position.step  # they came with θ

    def to_data(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Everything that resuming needs, as arrays and plain data."""
        arrays = {"theta": self.network.parameters.theta, "statistics": self.network.statistics.vector}
        arrays |= {f"optimizer_{slot}": vector for slot, vector in self.update.vectors.items()}
        arrays |= self.best.to_data()
        if self.trail is not None:
            arrays |= self.trail.arrays()
        streams = {name: self.streams.state(name) for name in TRAINING_DRAWS}
        return arrays, {"position": self.position.to_data(), "optimizer_t": self.update.t, "streams": streams}

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called; raises ValueError and its like where this is no such state."""
        position = Position.from_data(meta["position"])
        self.network.parameters.theta[...] = arrays["theta"]
        self.network.statistics.vector[...] = arrays["statistics"]
        for slot, vector in self.update.vectors.items():
            vector[...] = arrays[f"optimizer_{slot}"]
        self.best.from_data(arrays)
        if self.trail is not None:
            self.trail.load(arrays)
        self.update.t = meta["optimizer_t"]
        for name, state in meta["streams"].items():
            self.streams.set_state(name, state)
        self.position.move_to(position)

    def epoch_of_last_rows(self) -> int:
        """The epoch of the last rows of the tables: 0 for those of the layers before training, −1 before these."""
        position = self.position
        return position.last.epoch if position.last else 0 if position.samples else -1
