"""The experiment: a spec with its data, network, optimizer and streams, and the state that training changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.dataset import Dataset
from dlx.data.loading import load_dataset
from dlx.errors import Place, Problem, SpecError
from dlx.nn.layers import BatchNorm, mask_from
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network, Normalize, Step
from dlx.nn.optimizers import Update
from dlx.records import EpochRecord, Progress
from dlx.streams import Streams

if TYPE_CHECKING:
    from dlx.data.batches import Reader
    from dlx.nn.tape import Array
    from dlx.spec import Layer, Spec

EVALUATION_BATCH = 1024


@dataclass
class Position:
    """Where training stands: ``done`` examples of ``epoch`` are used, with Σ cost·size = ``cost_sum`` over them."""

    epoch: int = 1
    done: int = 0
    step: int = 0
    cost_sum: float = 0.0
    learning_rate: float = 0.0
    gradient_norm: float = 0.0
    seconds: float = 0.0
    waiting: int = 0  # rows since the best one
    finished: str | None = None
    last: EpochRecord | None = None
    best: EpochRecord | None = None
    order_state: dict[str, Any] = field(default_factory=dict)  # of the shuffle stream, before the epoch's order


class Experiment:
    """Everything that ``fit`` needs and changes."""

    def __init__(self, spec: Spec, dataset: Dataset, streams: Streams) -> None:
        self.spec, self.dataset, self.streams = spec, dataset, streams
        self.loss = loss_for(dataset.task)
        self.network = _network(spec, dataset, self.loss, streams)
        self.update = Update(spec.optimizer, self.network.parameters)
        self.train = dataset.reader("train", spec.dtype, spec.data.augment, streams["augmentation"])
        self.full_batch = spec.training.batch_size == "full"
        size = spec.training.batch_size
        self.batch_size = self.train.m if size == "full" else min(size, self.train.m)
        self.position = Position()
        self.best_theta: Array | None = None
        self.best_statistics: Array | None = None
        self._filled = False
        self._measured = -1  # the step after which exact statistics were measured
        self._order: Array | None = None
        self._ordered = 0  # the epoch whose order that is
        self._steps: dict[int, Step] = {}
        self._evaluations: dict[str, Evaluation] = {}
        epochs, schedule = spec.training.epochs, spec.schedule
        self._rate, self._alpha0 = schedule.learning_rate, spec.optimizer.learning_rate
        self._rate_by_epoch = schedule.unit == "epoch"
        self._rate_units = epochs if self._rate_by_epoch else epochs * self.steps_per_epoch
        self._restarts = {unit: streams.restarts(unit) for unit in ("epoch", "step")}

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in an epoch, the shorter last one included."""
        return -(-self.train.m // self.batch_size)

    def step_for(self, size: int) -> Step:
        """The recorded training step for batches of this size."""
        if size not in self._steps:
            self._steps[size] = self.network.record_step(*self.train.buffers(size))
        return self._steps[size]

    def step_lines(self) -> list[str]:
        """One training step on a batch of full size as readable calls, the update of θ last."""
        slots = ", ".join(self.update.vectors)
        update = f"{self.spec.optimizer.name}(theta, dtheta{', ' + slots if slots else ''}, learning_rate)"
        return [*self.step_for(self.batch_size).tape.lines(), f"theta = {update}"]

    def order_of_epoch(self) -> Array | None:
        """The order of the examples in this epoch; None where the one batch holds them all already."""
        if self._ordered != self.position.epoch:
            self._order, self._ordered = self._new_order(), self.position.epoch
        return self._order

    def _new_order(self) -> Array | None:
        position = self.position
        if position.done == 0:
            for purpose in self._restarts["epoch"]:
                self.streams.restart(purpose, position.epoch - 1)
        if self.full_batch:
            filled, self._filled = self._filled, not self.spec.data.augment
            return None if filled else np.arange(self.train.m)
        if position.done == 0:
            position.order_state = self.streams.state("shuffle")
        else:
            self.streams.set_state("shuffle", position.order_state)
        return self.train.order(self.streams["shuffle"])

    def begin_step(self) -> None:
        """Restart the streams that are pinned to start anew at each step."""
        for purpose in self._restarts["step"]:
            self.streams.restart(purpose, self.position.step)

    def learning_rate(self) -> float:
        """α of the next step."""
        done = self.position.epoch - 1 if self._rate_by_epoch else self.position.step
        return self._rate(self._alpha0, done, self._rate_units)

    def epoch_has_row(self) -> bool:
        """Whether metrics.csv has a row for this epoch: the first, every ``evaluate_every``-th after it, the last."""
        training = self.spec.training
        return self.position.epoch == training.epochs or (self.position.epoch - 1) % training.evaluate_every == 0

    def end_epoch(self, record: EpochRecord | None) -> None:
        """Go on to the next epoch; keep the record, and the parameters where they are the best so far."""
        position, training = self.position, self.spec.training
        if record is not None:
            self._keep(record)
        stopping = training.early_stopping
        if stopping is not None and position.waiting >= stopping.patience:
            position.finished = "early_stopped"
        elif position.epoch == training.epochs:
            position.finished = "completed"
        position.epoch, position.done, position.cost_sum = position.epoch + 1, 0, 0.0

    def _keep(self, record: EpochRecord) -> None:
        position, stopping = self.position, self.spec.training.early_stopping
        monitor, min_delta = (stopping.monitor, stopping.min_delta) if stopping else ("dev_error", 0.0)
        position.last = record
        if position.best is not None and not record.improves_on(position.best, monitor, min_delta):
            position.waiting += 1
            return
        position.best, position.waiting = record, 0
        if stopping is not None:
            self.best_theta = self.network.parameters.theta.copy()
            self.best_statistics = self.network.statistics.vector.copy()

    def progress(self) -> Progress:
        """How far training has come."""
        position, epochs = self.position, self.spec.training.epochs
        steps = epochs * self.steps_per_epoch
        return Progress(
            position.epoch, epochs, position.step, steps, position.cost_sum / position.done, position.seconds
        )

    def evaluate(self, part: str) -> tuple[float, float]:
        """Cost (without penalty) and error of the frozen network on train, train_dev, dev or test."""
        if self._measured != self.position.step:
            for norm in self.network.exact_norms():
                _measure_statistics(self.network, norm, self._evaluation("train"))
            self._measured = self.position.step
        return self._evaluation(part).run()

    def squared_errors(self, part: str) -> Array:
        """The mean squared residual of each example of a part, (m,)."""
        return self._evaluation(part).squared_errors()

    def _evaluation(self, part: str) -> Evaluation:
        if part not in self._evaluations:
            self._evaluations[part] = Evaluation(self.network, self.dataset.reader(part, self.spec.dtype))
        return self._evaluations[part]

    def restore_best(self) -> None:
        """Put the best epoch's parameters and statistics back, where early stopping has kept them."""
        if self.best_theta is not None and self.best_statistics is not None:
            self.network.parameters.theta[...] = self.best_theta
            self.network.statistics.vector[...] = self.best_statistics

    def to_data(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Everything that resuming needs, as arrays and plain data."""
        arrays = {"theta": self.network.parameters.theta, "statistics": self.network.statistics.vector}
        arrays |= {f"optimizer_{slot}": vector for slot, vector in self.update.vectors.items()}
        if self.best_theta is not None and self.best_statistics is not None:
            arrays |= {"best_theta": self.best_theta, "best_statistics": self.best_statistics}
        streams = {name: self.streams.state(name) for name in ("shuffle", "dropout", "augmentation")}
        return arrays, {"position": asdict(self.position), "optimizer_t": self.update.t, "streams": streams}

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called."""
        self.network.parameters.theta[...] = arrays["theta"]
        self.network.statistics.vector[...] = arrays["statistics"]
        for slot, vector in self.update.vectors.items():
            vector[...] = arrays[f"optimizer_{slot}"]
        self.best_theta, self.best_statistics = arrays.get("best_theta"), arrays.get("best_statistics")
        self.update.t = meta["optimizer_t"]
        for name, state in meta["streams"].items():
            self.streams.set_state(name, state)
        position = dict(meta["position"])
        for name in ("last", "best"):
            position[name] = EpochRecord(**position[name]) if position[name] else None
        self.position = Position(**position)


class Evaluation:
    """The frozen network over one part of the data, in batches of a fixed size."""

    def __init__(self, network: Network, reader: Reader) -> None:
        self.network, self.reader = network, reader
        starts = range(0, reader.m, EVALUATION_BATCH)
        self.batches = [np.arange(start, min(start + EVALUATION_BATCH, reader.m)) for start in starts]
        self._steps: dict[int, Step] = {}

    def _step_for(self, size: int) -> Step:
        if size not in self._steps:
            self._steps[size] = self.network.record_evaluation(*self.reader.buffers(size))
        return self._steps[size]

    def run(self) -> tuple[float, float]:
        """Cost and error over all examples."""
        cost = mistakes = 0.0
        loss, m = self.network.loss, self.reader.m
        for step in self.steps():
            cost += step.tape.cost() * len(step.X)
            mistakes += loss.mistakes(step.Z, step.Y)
        return cost / m, loss.error(mistakes, m)

    def squared_errors(self) -> Array:
        """The mean squared residual of each example, (m,)."""
        return np.concatenate([((step.Z - step.Y) ** 2).mean(axis=0) for step in self.steps()])

    def steps(self) -> Iterator[Step]:
        """Each batch, run: its arrays hold the values until the next one."""
        for index in self.batches:
            step = self._step_for(len(index))
            self.reader.fill(index, step.X, step.Y)
            with np.errstate(all="ignore"):  # what overflows shows in the cost
                step.tape.run()
            yield step


def _measure_statistics(network: Network, norm: BatchNorm, over: Evaluation) -> None:
    """Give ``norm`` the exact μ and σ² over all examples, layers below it frozen (σ² by Chan et al. 1983)."""
    count, mean, squares = 0, np.zeros(len(norm.gamma)), np.zeros(len(norm.gamma))
    for index in over.batches:
        X, Y = over.reader.buffers(len(index))
        over.reader.fill(index, X, Y)
        tape, Z = network.record_until(norm, X)
        with np.errstate(all="ignore"):
            tape.run()
        Z64 = Z.astype(np.float64)
        batch_mean, m = Z64.mean(axis=1), len(index)
        delta = batch_mean - mean
        squares += ((Z64 - batch_mean[:, None]) ** 2).sum(axis=1) + delta**2 * count * m / (count + m)
        mean += delta * m / (count + m)
        count += m
    norm.measure(mean, squares / count)


def build(spec: Spec) -> Experiment:
    """The experiment that a complete spec describes, its network drawn and nothing trained.

    Raises:
        DataError: the data cannot be read or do not fit.
        SpecError: the spec asks for what the data do not offer.
    """
    streams = Streams(spec.seed, spec.randomness)
    dataset = load_dataset(spec.data, spec.task, streams["split"])
    _refuse_misfits(spec, dataset)
    experiment = Experiment(spec, dataset, streams)
    experiment.network.initialize(streams["initializer"])
    return experiment


def _refuse_misfits(spec: Spec, dataset: Dataset) -> None:
    """What only the loaded data can tell to be contradictory."""
    if spec.training.early_stopping is not None and "dev" not in dataset.parts:
        what = "early stopping watches the dev set, and there is none (give data.split.dev or data.dev)"
        raise SpecError([Problem(Place("spec"), "training.early_stopping", what)])


def loss_for(task: str) -> Loss:
    """The loss, with its output activation, that a task is trained by."""
    return next(loss for loss in Loss.members().values() if loss.task == task)()


def _network(spec: Spec, dataset: Dataset, loss: Loss, streams: Streams) -> Network:
    hidden = [_hidden_plan(spec, layer, streams) for layer in spec.architecture.hidden]
    output = LayerPlan(dataset.n_y, None, spec.initializer)
    penalty = spec.regularization
    return Network(dataset.n_x, [*hidden, output], loss, spec.dtype, penalty.l2, penalty.l1)


def _hidden_plan(spec: Spec, layer: Layer, streams: Streams) -> LayerPlan:
    norm, keep_prob = layer.batch_norm, layer.keep_prob
    return LayerPlan(
        units=layer.units,
        activation=layer.activation,
        initializer=layer.initializer or spec.initializer,
        bias=layer.bias is not False,
        batch_norm=Normalize(norm.momentum, norm.epsilon, norm.statistics == "exact") if norm else None,
        draw=mask_from(streams["dropout"], keep_prob) if keep_prob is not None and keep_prob < 1 else None,
    )
