"""Evaluation: cost and error of the frozen network over one part of the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from dlx.stats.intervals import Estimate, error_rate, mean_share
from dlx.stats.mean_loss import root_mean_square
from dlx.stats.metrics.answers import Answers
from dlx.words import Task

if TYPE_CHECKING:
    from dlx.data.batches import Reader
    from dlx.nn.layers import Normalize
    from dlx.nn.network import Network, Step
    from dlx.training.layer_statistics import LayerWatch
    from dlx.types import Array

EVALUATION_BATCH = 1024
MOST_ANSWERS = 2**21  # numbers of which all answers are kept; of more, evenly spread examples


def batch_sizes(m: int) -> set[int]:
    """The sizes of the batches in which m examples are evaluated."""
    return {size for size in (min(m, EVALUATION_BATCH), m % EVALUATION_BATCH) if size}


class Evaluation:
    """The frozen network over one part of the data, in batches of a fixed size."""

    def __init__(self, network: Network, reader: Reader) -> None:
        self.network, self.reader = network, reader
        starts = range(0, reader.m, EVALUATION_BATCH)
        self.batches = [np.arange(start, min(start + EVALUATION_BATCH, reader.m)) for start in starts]
        self._steps: dict[int, Step] = {}
        self._is_held = False  # whether the buffers of the only batch hold its examples

    def _step_for(self, size: int) -> Step:
        if size not in self._steps:
            self._steps[size] = self.network.record_evaluation(*self.reader.buffers(size))
        return self._steps[size]

    def run(self, watch: LayerWatch | None = None) -> tuple[float, float]:
        """Cost and error over all examples; ``watch`` sees each batch."""
        cost = mistakes = 0.0
        loss, m = self.network.loss, self.reader.m
        for index in self.batches:
            with np.errstate(all="ignore"):  # what overflows shows in the cost, and in an error that is infinite
                step = self._run_on(index)
                cost += step.tape.cost() * len(step.X)
                mistakes += self._mistakes(*self._in_unit(step))
            if watch is not None:
                watch.see(step)
        return cost / m, loss.error(mistakes, m)

    def show(self, watch: LayerWatch) -> None:
        """Let ``watch`` see one batch, of examples that lie evenly over the part."""
        m = self.reader.m
        index = np.linspace(0, m - 1, min(m, EVALUATION_BATCH)).astype(np.intp)
        step = self._step_for(len(index))
        self.reader.fill(index, step.X, step.Y)
        with np.errstate(all="ignore"):
            step.tape.run()
        watch.see(step)

    def mistakes(self) -> Array:
        """What each example adds to the error, (m,): 1 where it is classified wrongly, or its mean squared residual."""
        with np.errstate(over="ignore"):
            return np.concatenate([self._mistakes_of_each(*self._in_unit(step)) for step in self.steps()])

    def _mistakes(self, Z: Array, Y: Array) -> float:
        """What these examples add to the error; of several targets residuals may be divided by a unit for each."""
        if self.reader.error_unit is None:
            return self.network.loss.mistakes(Z, Y)
        return float(self._squares(Z, Y).mean(axis=0).sum())

    def _mistakes_of_each(self, Z: Array, Y: Array) -> Array:
        if self.reader.error_unit is None:
            return self.network.loss.mistakes_of_each(Z, Y)
        return np.asarray(self._squares(Z, Y).mean(axis=0))

    def squared_errors(self) -> Array:
        """The mean squared residual of each example, in the unit of errors, (m,)."""
        return np.concatenate([self._squares(*self._in_unit(step)).mean(axis=0) for step in self.steps()])

    def _squares(self, Z: Array, Y: Array) -> Array:
        """(values − Y)² in the unit of errors, (n_y, m)."""
        squares, unit = _squares(self.network.loss.values(Z), Y), self.reader.error_unit
        return squares if unit is None else squares / unit[:, np.newaxis] ** 2

    def _in_unit(self, step: Step) -> tuple[Array, Array]:
        """Z and Y (n_y, m) of a batch, those of a regression in the unit of the user's targets."""
        scaling = self.reader.target_scaling
        if scaling.name == "none":
            return step.Z, step.targets
        return scaling.original(step.Z.T).T, scaling.original(step.targets.T).T

    def predicted_seconds(self) -> float:
        """How long ``run`` would take, by the times of its first batch and of its last, which may be shorter."""
        *others, last = self.batches
        return (self._seconds(others[0]) * len(others) if others else 0.0) + self._seconds(last)

    def _seconds(self, index: Array) -> float:
        step = self._step_for(len(index))
        started = perf_counter()
        self.reader.fill(index, step.X, step.Y)
        with np.errstate(all="ignore"):
            step.tape.run()
        return perf_counter() - started

    @property
    def has_all_answers(self) -> bool:
        """Whether `answers` are those of every example."""
        return self.reader.m * self.reader.n_y <= MOST_ANSWERS

    def answers(self) -> Answers:
        """What the network says of each example, in the unit of the user; of very many, of evenly spread ones."""
        batches = self.batches
        if not self.has_all_answers:
            index = np.linspace(0, self.reader.m - 1, MOST_ANSWERS // self.reader.n_y).astype(np.intp)
            batches = np.array_split(index, -(-len(index) // EVALUATION_BATCH))
        task, outputs, targets = self.network.loss.task, [], []
        for step in self.steps(batches):
            with np.errstate(over="ignore"):
                Z, Y = self._in_unit(step)
            outputs.append(self.network.loss.values(Z).astype(np.float64).T)
            targets.append(Y.astype(np.float64).T)
        Z, Y = np.concatenate(outputs), np.concatenate(targets)
        if task is Task.BINARY:
            return Answers(task, (Y[:, 0] > 0.5).astype(np.intp), np.concatenate([np.zeros_like(Z), Z], axis=1))
        return Answers(task, Y.argmax(axis=1), Z) if task is Task.MULTICLASS else Answers(task, Y, Z)

    def steps(self, batches: Iterable[Array] | None = None) -> Iterator[Step]:
        """Each batch, run: its arrays hold the values until the next one."""
        for index in self.batches if batches is None else batches:
            with np.errstate(all="ignore"):  # what overflows shows in the cost
                step = self._run_on(index)
            yield step

    def _run_on(self, index: Array) -> Step:
        """The batch of these examples, run; the only one of a part is filled once."""
        step = self._step_for(len(index))
        is_only = len(self.batches) == 1 and index is self.batches[0]
        if not (is_only and self._is_held):
            self.reader.fill(index, step.X, step.Y)
        self._is_held = is_only
        step.tape.run()
        return step


def measure_statistics(norm: Normalize, over: Evaluation) -> None:
    """Give ``norm`` the exact μ and σ² over all examples, layers below it frozen (σ² by Chan et al. 1983)."""
    n = over.network.sizes[norm.l]
    count, mean, squares = 0, np.zeros(n), np.zeros(n)
    for index in over.batches:
        X, Y = over.reader.buffers(len(index))
        over.reader.fill(index, X, Y)
        tape, Z = over.network.record_until(norm, X)
        with np.errstate(all="ignore"):
            tape.run()
        Z64 = Z.astype(np.float64)
        batch_mean, m = Z64.mean(axis=1), len(index)
        delta = batch_mean - mean
        squares += ((Z64 - batch_mean[:, None]) ** 2).sum(axis=1) + delta**2 * count * m / (count + m)
        mean += delta * m / (count + m)
        count += m
    with np.errstate(over="ignore"):  # what overflows shows in the cost
        norm.measure(mean, squares / count)


def _squares(Z: Array, Y: Array) -> Array:
    """(Z − Y)², which in float32 could overflow where it need not."""
    with np.errstate(over="ignore", invalid="ignore"):
        squares: Array = np.subtract(Z, Y, dtype=np.float64) ** 2
    return squares


def measured(evaluation: Evaluation) -> Estimate:
    """The error of a frozen network on its part of the data, with the interval that fits the task."""
    task = evaluation.network.loss.task
    if task == Task.REGRESSION:
        return root_mean_square(evaluation.squared_errors(), np.random.default_rng(0))
    if task == Task.MULTILABEL:
        return mean_share(evaluation.mistakes(), evaluation.network.sizes[-1])
    return error_rate(evaluation.run()[1], evaluation.reader.m)
