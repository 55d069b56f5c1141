"""The experiment: a spec with its data, network, optimizer and streams, and the state that training changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from math import ceil, inf
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset, no_examples
from dlx.data.loading import load_dataset
from dlx.data.memory import amount, free
from dlx.errors import EnvironmentProblem, Place, Problem, SpecError
from dlx.nn.activations import Identity
from dlx.nn.landscape import Landscape, noise_from
from dlx.nn.layers import mask_from
from dlx.nn.losses import Loss, loss_for
from dlx.nn.network import LayerPlan, Network, Normalize, Step
from dlx.nn.optimizers import Update
from dlx.training.evaluation import Evaluation, batch_sizes, measure_statistics
from dlx.training.layer_statistics import LayerWatch
from dlx.training.path import Trail
from dlx.training.records import EpochRecord, LayerRecord, Progress
from dlx.training.stored import mismatch, shape_of
from dlx.training.streams import Streams

if TYPE_CHECKING:
    from dlx.spec.sections import LayerSection, Spec
    from dlx.types import Array

Origins = Mapping[tuple[str | int, ...], Place]

# Layers are sampled before training, in the first three rows, then in epochs that grow by a factor and lie at least so
# many steps apart, and in the last row: of 15,000 rows 60 at most. A sample takes the time of two to six steps.
FIRST_SAMPLES, SAMPLES_GROW, STEPS_BETWEEN_SAMPLES = 3, 1.15, 150
TRAINING_DRAWS = ("shuffle", "dropout", "augmentation", "gradient_noise")
RISE = 1e-3  # a cost that is higher by this share has risen, and not only by rounding


def next_sample(before: int, epoch: int, steps_per_epoch: int) -> int:
    """The epoch from which on the first row is sampled after that of ``epoch``, before which there were ``before``."""
    if before < FIRST_SAMPLES:
        return 1
    return max(ceil(SAMPLES_GROW * epoch), epoch - (-STEPS_BETWEEN_SAMPLES // steps_per_epoch))


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
    clipped: int = 0  # steps whose gradient was clipped
    first_cost: float | None = None  # of the first step, at the initialization
    epoch_cost: float | None = None  # of the epoch before this one
    rises: int = 0  # epochs whose cost was higher than that of the epoch before
    first_rise: int | None = None  # the first of them
    largest_rise: float = 0.0  # as a share of the cost before it
    diverged: dict[str, Any] | None = None  # epoch and step, and in which tensor of which layer it was seen first
    samples: int = 0  # of the layers, taken so far
    sample_at: int = 1  # the epoch from which on the next is due
    reference: float | None = None  # what early stopping watches, at its last improvement
    waiting: int = 0  # rows since then
    finished: str | None = None
    last: EpochRecord | None = None
    best: EpochRecord | None = None
    order_state: dict[str, Any] = field(default_factory=dict)  # of the shuffle stream, before the epoch's order


class Experiment:
    """Everything that ``fit`` needs and changes."""

    def __init__(self, spec: Spec, dataset: Dataset, streams: Streams) -> None:
        self.spec, self.dataset, self.streams = spec, dataset, streams
        self.landscape = _landscape(spec, streams)
        self.network = self.landscape or _network(spec, dataset, spec.loss or loss_for(dataset.task), streams)
        self.update = Update(spec.optimizer, self.network.parameters)
        self.train = Reader(dataset, "train", spec.dtype, spec.data.augment, streams["augmentation"])
        size = "full" if self.landscape else spec.training.batch_size
        self.full_batch = size == "full"
        self.batch_size = self.train.m if size == "full" else min(size, self.train.m)
        self.position = Position()
        self.best_theta: Array | None = None
        self.best_statistics: Array | None = None
        self._holding: Step | None = None  # whose buffers hold all examples, as they stay in a full batch
        self._measured = -1  # the step after which exact statistics were measured
        self._order: Array | None = None
        self._ordered = 0  # the epoch whose order that is
        self._steps: dict[int, Step] = {}
        self._evaluations: dict[str, Evaluation] = {}
        self._watch: LayerWatch | None = None
        self.clip_norm = spec.optimizer.clip_norm or inf
        epochs, schedule = spec.training.epochs, spec.schedule
        self._schedule, self._alpha0 = schedule, spec.optimizer.learning_rate
        self._rate, self._rated = 0.0, -1  # α, and after how many epochs or steps it is that
        self._rate_by_epoch = schedule.unit == "epoch"
        self._rate_units = epochs if self._rate_by_epoch else epochs * self.steps_per_epoch
        self._restarts = {unit: streams.restarts(unit) for unit in ("epoch", "step")}
        self.trail = Trail(self.landscape.w, epochs) if self.landscape else None  # where w has been, step by step

    @property
    def watch(self) -> LayerWatch:
        """What the layers are sampled by; it has room for W, so it is made when it is needed.

        As a cached_property it would move all attributes of the experiment into a dictionary, which slows each step.
        """
        if self._watch is None:
            self._watch = LayerWatch(self.network)
        return self._watch

    @property
    def steps_per_epoch(self) -> int:
        """Mini-batches in an epoch, the shorter last one included."""
        return -(-self.train.m // self.batch_size)

    def step_for(self, size: int) -> Step:
        """The recorded training step for batches of this size."""
        step = self._steps.get(size)
        if step is None:
            step = self._steps[size] = self.network.record_step(*self.train.buffers(size))
        return step

    def step_lines(self) -> list[str]:
        """One training step on a batch of full size as readable calls, the update of θ last."""
        return [*self.step_for(self.batch_size).tape.lines(), *self.update.lines()]

    def fill(self, step: Step) -> None:
        """Put the next examples into the buffers of ``step``, unless they hold them still."""
        if step is not self._holding:
            done = self.position.done
            self.train.fill(self.order_of_epoch()[done : done + self.batch_size], step.X, step.Y)
            self._holding = step if self.full_batch and not self.spec.data.augment else None

    def order_of_epoch(self) -> Array:
        """The order of the examples in this epoch."""
        if self._order is None or self._ordered != self.position.epoch:
            self._order, self._ordered = self._new_order(), self.position.epoch
        return self._order

    def _new_order(self) -> Array:
        if self.position.done > 0:
            return self._order_once_more()
        for purpose in self._restarts["epoch"]:
            self.streams.restart(purpose, self.position.epoch - 1)
        if self.full_batch:
            return np.arange(self.train.m) if self._order is None else self._order
        self.position.order_state = self.streams.state("shuffle")
        return self.train.order(self.streams["shuffle"])

    def _order_once_more(self) -> Array:
        """The order of an epoch that had begun before; the shuffle stream, restarted since perhaps, stays as it is."""
        if self.full_batch:
            return np.arange(self.train.m)
        state = self.streams.state("shuffle")
        self.streams.set_state("shuffle", self.position.order_state)
        order = self.train.order(self.streams["shuffle"])
        self.streams.set_state("shuffle", state)
        return order

    def begin_step(self) -> None:
        """Restart the streams that are pinned to start anew at each step."""
        for purpose in self._restarts["step"]:
            self.streams.restart(purpose, self.position.step)

    def learning_rate(self) -> float:
        """α of the next step."""
        done = self.position.epoch - 1 if self._rate_by_epoch else self.position.step
        if done != self._rated:
            self._rated, self._rate = done, self._schedule.learning_rate(self._alpha0, done, self._rate_units)
        return self._rate

    def epoch_has_row(self) -> bool:
        """Whether metrics.csv has a row for this epoch: the first, every ``evaluate_every``-th after it, the last."""
        training = self.spec.training
        return self.position.epoch == training.epochs or (self.position.epoch - 1) % training.evaluate_every == 0

    def sample_is_due(self) -> bool:
        """Whether the layers are sampled in this epoch, which has a row: for the rule see the constants above."""
        position = self.position
        return position.epoch >= position.sample_at or position.epoch == self.spec.training.epochs

    def may_be_sampled(self) -> bool:
        """The same before its last step: with early stopping any row can turn out to be the last, which is sampled."""
        return self.sample_is_due() or self.spec.training.early_stopping is not None

    def first_sample(self) -> list[LayerRecord]:
        """The records of the layers before the first step; of an objective, which has none, w starts its trail."""
        if self.trail is not None:
            self.trail.see(0)
        self.watch.clear()
        self._evaluation("train").show(self.watch)
        self.position.samples += 1
        return self.watch.records(0, 0)

    def sample(self) -> list[LayerRecord]:
        """The records of the layers, after a row's measurement has shown the examples to the watch."""
        position = self.position
        epoch = position.last.epoch if position.last else 0
        position.sample_at = next_sample(position.samples, epoch, self.steps_per_epoch)
        position.samples += 1
        return self.watch.records(epoch, position.step)

    def end_epoch(self, record: EpochRecord | None) -> None:
        """Go on to the next epoch; keep the record, and the parameters where they are the best so far."""
        position, training = self.position, self.spec.training
        cost, before = position.cost_sum / self.train.m, position.epoch_cost
        if before and cost > before + RISE * before:  # from a cost of 0 there is no share of it to rise by
            self._note_rise(cost / before - 1)
        position.epoch_cost = cost
        if record is not None:
            self._keep(record)
        if self.trail is not None:
            self.trail.see(position.step)
        stopping = training.early_stopping
        if stopping is not None and position.waiting >= stopping.patience:
            position.finished = "early_stopped"
        elif position.epoch == training.epochs:
            position.finished = "completed"
        position.epoch, position.done, position.cost_sum = position.epoch + 1, 0, 0.0

    def _keep(self, record: EpochRecord) -> None:
        """Count the rows without improvement, and keep the parameters of the best one for early stopping."""
        position, stopping = self.position, self.spec.training.early_stopping
        position.last = record
        monitor, min_delta = (stopping.monitor, stopping.min_delta) if stopping else ("dev_error", 0.0)
        watched, reference = record.watched(monitor), position.reference
        is_best = position.best is None or record.rank(monitor) < position.best.rank(monitor)
        improves = reference is None or (watched < reference - min_delta if min_delta else is_best)
        position.reference, position.waiting = (watched, 0) if improves else (reference, position.waiting + 1)
        if is_best:
            position.best = record
            if stopping is not None:
                self.best_theta = self.network.parameters.theta.copy()
                self.best_statistics = self.network.statistics.vector.copy()

    def _note_rise(self, share: float) -> None:
        position = self.position
        position.rises += 1
        position.first_rise = position.first_rise or position.epoch
        position.largest_rise = max(position.largest_rise, share)

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
        if self.best_theta is not None and self.best_statistics is not None:
            self.network.parameters.theta[...] = self.best_theta
            self.network.statistics.vector[...] = self.best_statistics
            self._measured = self.position.step  # they came with θ

    def to_data(self) -> tuple[dict[str, Array], dict[str, Any]]:
        """Everything that resuming needs, as arrays and plain data."""
        arrays = {"theta": self.network.parameters.theta, "statistics": self.network.statistics.vector}
        arrays |= {f"optimizer_{slot}": vector for slot, vector in self.update.vectors.items()}
        if self.best_theta is not None and self.best_statistics is not None:
            arrays |= {"best_theta": self.best_theta, "best_statistics": self.best_statistics}
        if self.trail is not None:
            arrays |= self.trail.arrays()
        streams = {name: self.streams.state(name) for name in TRAINING_DRAWS}
        return arrays, {"position": asdict(self.position), "optimizer_t": self.update.t, "streams": streams}

    def epoch_of_last_rows(self) -> int:
        """The epoch of the last rows of the tables: 0 for those of the layers before training, −1 before these."""
        position = self.position
        return position.last.epoch if position.last else 0 if position.samples else -1

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called; raises ValueError and its like where this is no such state."""
        if fault := mismatch(meta["position"], shape_of(Position), "position"):
            raise ValueError(fault)
        self.network.parameters.theta[...] = arrays["theta"]
        self.network.statistics.vector[...] = arrays["statistics"]
        for slot, vector in self.update.vectors.items():
            vector[...] = arrays[f"optimizer_{slot}"]
        self.best_theta, self.best_statistics = arrays.get("best_theta"), arrays.get("best_statistics")
        if self.trail is not None:
            self.trail.load(arrays)
        self.update.t = meta["optimizer_t"]
        for name, state in meta["streams"].items():
            self.streams.set_state(name, state)
        position = dict(meta["position"])
        for name in ("last", "best"):
            position[name] = EpochRecord(**position[name]) if position[name] else None
        self.position = Position(**position)


def build(
    spec: Spec, origins: Origins | None = None, initialize: bool = True, dataset: Dataset | None = None
) -> Experiment:
    """The experiment that a complete spec describes, its network drawn and nothing trained.

    ``origins`` are the places of the spec's values, for messages. ``initialize`` is false where a checkpoint follows.
    ``dataset`` is what `dataset_of` this spec gives, where it has been loaded already.

    Raises:
        DataError: the data cannot be read or do not fit.
        SpecError: the spec asks for what the data do not offer.
    """
    streams = Streams(spec.seed, spec.randomness)
    dataset = dataset or _loaded(spec, streams)
    _refuse_misfits(spec, dataset, origins or {})
    _refuse_too_large(spec, dataset, origins or {})
    experiment = Experiment(spec, dataset, streams)
    if initialize:
        experiment.network.initialize(streams["initializer"])
    return experiment


def dataset_of(spec: Spec) -> Dataset:
    """The data set that a spec describes.

    Raises:
        DataError: the data cannot be read or do not fit.
    """
    return _loaded(spec, Streams(spec.seed, spec.randomness))


def _loaded(spec: Spec, streams: Streams) -> Dataset:
    if spec.objective is not None:
        return no_examples()
    return load_dataset(spec.data, spec.task, streams["split"], streams["subset"])


def _refuse_misfits(spec: Spec, dataset: Dataset, origins: Origins) -> None:
    """What only the loaded data can tell to be contradictory."""
    misfits = [Problem(_place(key, origins), ".".join(key), what) for key, what in _misfits(spec, dataset)]
    if misfits:
        raise SpecError(misfits)


def _refuse_too_large(spec: Spec, dataset: Dataset, origins: Origins) -> None:
    """A network that cannot fit is refused before anything of it is made.

    Raises:
        EnvironmentProblem: the memory that is free does not suffice.
    """
    needed, available = least_memory(spec, dataset), free()
    if needed > available:
        place = _place(("architecture", "hidden"), origins)
        sizes = _layer_sizes(spec, dataset)
        size = f"{_parameter_count(sizes):,} parameters, and batches in {len(sizes) - 1} layers"
        what = f"architecture.hidden: {size}, take {amount(needed)} of memory, and {amount(available)} are free"
        raise EnvironmentProblem(f"{place}: {what}")


def least_memory(spec: Spec, dataset: Dataset) -> int:
    """Bytes that training surely takes: it may take more, never less.

    θ, dθ, the optimizer's vectors and the numbers that θ is drawn from are each as large as θ. A step has Z, A and dZ
    of its batch in each hidden layer, and the evaluation of each part has Z and A of its batches, which are kept for
    the next one; without an activation A is Z.
    """
    batch, m = spec.training.batch_size, dataset.parts["train"].m
    in_step = m if batch == "full" else min(batch, m)
    in_evaluation = sum(size for part in dataset.parts.values() for size in batch_sizes(part.m))
    numbers = (3 + len(spec.optimizer.slots)) * _parameter_count(_layer_sizes(spec, dataset))
    for layer in spec.architecture.hidden:
        is_linear = isinstance(layer.activation, Identity)
        numbers += layer.units * ((3 - is_linear) * in_step + (2 - is_linear) * in_evaluation)
    return numbers * np.dtype(spec.dtype).itemsize


def _layer_sizes(spec: Spec, dataset: Dataset) -> list[int]:
    return [dataset.n_x, *(layer.units for layer in spec.architecture.hidden), dataset.n_y]


def _parameter_count(sizes: Sequence[int]) -> int:
    return sum((below + 1) * above for below, above in pairwise(sizes))


def _misfits(spec: Spec, dataset: Dataset) -> Iterator[tuple[tuple[str, ...], str]]:
    size, m = spec.training.batch_size, dataset.parts["train"].m
    if spec.training.early_stopping is not None and "dev" not in dataset.parts:
        what = "early stopping watches the dev set, and there is none (set data.split.dev or data.dev)"
        yield ("training", "early_stopping"), what
    if size != "full" and m % size == 1 and any(layer.batch_norm for layer in spec.architecture.hidden):
        what = f"{m} examples in batches of {size} leave a last batch of one, whose variance batch norm cannot use"
        yield ("training", "batch_size"), what
    if spec.loss is not None and spec.loss.task != dataset.task:
        yield ("loss",), f"{spec.loss.name} is for {spec.loss.task}, the labels ask for {dataset.task}"


def _place(key: tuple[str, ...], origins: Origins) -> Place:
    """Where the key stands, or the first of the values below it."""
    return next((place for path, place in origins.items() if path[: len(key)] == key), Place("spec"))


def _landscape(spec: Spec, streams: Streams) -> Landscape | None:
    """What an objective is minimized on; None where there is a network to train."""
    objective = spec.objective
    if objective is None:
        return None
    sigma = objective.gradient_noise
    return Landscape(objective, spec.dtype, noise_from(streams["gradient_noise"], sigma) if sigma else None)


def _network(spec: Spec, dataset: Dataset, loss: Loss, streams: Streams) -> Network:
    hidden = [_hidden_plan(spec, layer, streams) for layer in spec.architecture.hidden]
    output = LayerPlan(dataset.n_y, None, spec.initializer)
    penalty = spec.regularization
    return Network(dataset.n_x, [*hidden, output], loss, spec.dtype, penalty.l2, penalty.l1)


def _hidden_plan(spec: Spec, layer: LayerSection, streams: Streams) -> LayerPlan:
    norm, keep_prob = layer.batch_norm, layer.keep_prob
    return LayerPlan(
        units=layer.units,
        activation=layer.activation,
        initializer=layer.initializer or spec.initializer,
        bias=layer.bias is not False,
        batch_norm=Normalize(norm.momentum, norm.epsilon, norm.statistics == "exact") if norm else None,
        draw=mask_from(streams["dropout"], keep_prob) if keep_prob is not None and keep_prob < 1 else None,
    )
