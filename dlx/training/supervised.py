"""Supervised learning: a network learns from the examples of train, and is measured on all parts of the data."""

from __future__ import annotations

from functools import cached_property
from typing import Any, final

from dlx.data.batches import Reader
from dlx.data.dataset import Dataset
from dlx.nn.network import Network
from dlx.nn.tape import Tape
from dlx.spec.quantities import PARTS
from dlx.spec.sections import Spec
from dlx.stats.metrics.metric import value_of
from dlx.training.batches import TrainingBatches
from dlx.training.engine import tape_type
from dlx.training.evaluation import Evaluation, measure_statistics
from dlx.training.experiment import Experiment
from dlx.training.layer_statistics import LayerWatch
from dlx.training.position import Position
from dlx.training.records import LayerRecord, RowCosts
from dlx.training.streams import Streams
from dlx.training.stretches import Stretches
from dlx.types import Array
from dlx.words import Task


@final
class Supervised(Experiment):
    """A network on a data set, in mini-batches of train. Its layers are sampled on the way; early stopping may end it.

    A row has cost and error of the frozen network on train and dev.
    """

    def __init__(self, spec: Spec, dataset: Dataset, streams: Streams, network: Network) -> None:
        self.dataset, self.network = dataset, network
        network.tape_type = tape_type(spec.training.engine)
        self._is_native = network.tape_type is not Tape
        self.train = Reader(
            dataset, "train", spec.dtype, spec.data.augment, streams["augmentation"], is_native=self._is_native
        )
        position, size = Position(), spec.training.batch_size
        in_batch = None if size == "full" else size
        self.batches = TrainingBatches(
            network, self.train, position, streams, in_batch, is_changed=bool(spec.data.augment)
        )
        self._row_metrics = spec.row_metrics
        self._measured = -1  # the step after which exact statistics were measured
        self._evaluations: dict[str, Evaluation] = {}
        super().__init__(spec, streams, network, position, self.batches)
        if self._is_native:
            self.stretches = Stretches(self, self.batches)

    @property
    def task(self) -> Task:
        """That of the data."""
        return self.dataset.task

    @cached_property
    def watch(self) -> LayerWatch:
        """What the layers are sampled by; it has room for W, so it is made when it is needed."""
        return LayerWatch(self.network)

    def see_start(self) -> None:
        """Show some examples to the watch."""
        self.watch.clear()
        self._evaluation("train").show(self.watch)

    def see_before_last_step(self) -> None:
        """Keep W, so that what the step changes can be told."""
        self.watch.keep(self.position.step)

    def measure(self, sampled: bool) -> RowCosts:
        """Cost and error of the frozen network on train and, where there is one, dev."""
        if sampled:
            self.watch.clear()
        train = self.evaluate("train", self.watch if sampled else None)
        dev: tuple[float | None, float | None] = (None, None)
        if "dev" in self.dataset.parts:
            dev = self.evaluate("dev")
        return RowCosts(*train, *dev, self._metrics_of_row() if self._row_metrics else {})

    def _metrics_of_row(self) -> dict[str, float]:
        """The metrics of a row, by column, for which the network is asked once more."""
        metrics, parts = self._row_metrics, [part for part in PARTS if part in self.dataset.parts]
        answers = {part: self.evaluation(part).answers() for part in parts}
        return {f"{part}_{metric.name}": value_of(metric, answers[part]) for metric in metrics for part in parts}

    def layer_records(self, epoch: int) -> list[LayerRecord]:
        """What the watch has seen since it was last cleared."""
        return self.watch.records(epoch, self.position.step)

    def seconds_per_row(self) -> float:
        """How long evaluating train and dev takes."""
        evaluated = [part for part in ("train", "dev") if part in self.dataset.parts]
        return sum(self.evaluation(part).predicted_seconds() for part in evaluated)

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
            reader = Reader(self.dataset, part, self.spec.dtype, is_native=self._is_native)
            self._evaluations[part] = Evaluation(self.network, reader)
        return self._evaluations[part]

    def from_data(self, arrays: dict[str, Array], meta: dict[str, Any]) -> None:
        """Stand where ``to_data`` was called; the epoch's order is looked at already, not when it is drawn."""
        super().from_data(arrays, meta)
        if self.position.done and not self.batches.is_full:
            self.batches.refuse_no_order()

    def restore_best(self) -> None:
        """Put the best epoch's parameters and statistics back, where early stopping has kept them."""
        if self.best.restore():
            self._measured = self.position.step  # they came with θ
