"""Stretches: many steps of a training in one native call, with the bits that step after step would give."""

from __future__ import annotations

from functools import cached_property
from math import isfinite, sqrt
from typing import TYPE_CHECKING

import numpy as np

from dlx.nn.compiled.fusion import translated
from dlx.nn.compiled.program import Stretch
from dlx.nn.compiled.rows import checked, elementwise, product, rows_of
from dlx.nn.compiled.table import Moving, Rows, joined
from dlx.nn.dropout import DrawnMask, words_of
from dlx.nn.tape import Tape, constant

if TYPE_CHECKING:
    from dlx.training.batches import TrainingBatches
    from dlx.training.experiment import Experiment

MOST_STEPS = 512
MOST_BYTES = 2**23  # of the examples of a stretch
OPERATIONS = 1e8  # of a stretch, so that signals and reports wait for 0.1 s at most
# A gradient or rate beyond these could overflow θ in one step: such a step is taken alone, with θ backed up.
RISKY_NORM, RISKY_RATE = 1e15, 1e8
LIMIT = RISKY_NORM**2  # of costs and of the squares of gradients; what is beyond it, or not finite, ends a stretch


class Stretches:
    """The steps of a training that learns from examples, a stretch at a time."""

    def __init__(self, experiment: Experiment, batches: TrainingBatches) -> None:
        self.experiment, self.batches = experiment, batches
        restarts = experiment.restarts_at_steps or (batches.is_full and batches.restarts)
        self.is_possible = not (restarts or experiment.spec.data.augment)

    def take(self, spare: int = 0, most: int | None = None) -> int:
        """Take steps of full size; returns how many, 0 where a step must be taken alone.

        spare: how many examples of the epoch must be left, at least.
        most: take no more, wherever metrics.csv has its rows; by default up to the next row.
        """
        if not self.is_possible:
            return 0
        count = self._count(spare, most)
        if count < 2:
            return 0
        return self._recorded.take(count) if self._recorded is not None else 0

    @cached_property
    def _recorded(self) -> RecordedStretch | None:
        return RecordedStretch.of(self.experiment, self.batches)

    def _count(self, spare: int, most: int | None) -> int:
        """How many may be taken: in full batches epochs, else what is left of one."""
        batches = self.batches
        if batches.is_full:
            return self._epochs_without_row() if most is None else most
        left = (batches.m - self.experiment.position.done - spare) // batches.size
        return left if most is None else min(left, most)

    def _epochs_without_row(self) -> int:
        """How many there are from the present one on: epochs that each are one step, the last of which is not ended."""
        if self.experiment.epoch_has_row():
            return 0
        training, epoch = self.experiment.spec.training, self.experiment.position.epoch
        next_row = epoch + training.evaluate_every - (epoch - 1) % training.evaluate_every
        return min(next_row, training.epochs) - epoch


class RecordedStretch:
    """A step on batches of one size, written down for batches that lie one after the other in memory."""

    def __init__(self, experiment: Experiment, batches: TrainingBatches, most: int) -> None:
        self.experiment, self.batches, self.size, self.most = experiment, batches, batches.size, most
        size = self.size
        dtype, self._is_full = experiment.parameters.theta.dtype, batches.is_full
        pieces = 1 if self._is_full else most
        self._X, self._Y_flat = batches.reader.buffers(pieces * size)
        self._Y = np.zeros((pieces, len(self._Y_flat), size), dtype)
        self._numbers = np.zeros((most, len(experiment.update.optimizer.numbers)), dtype)
        self._decays = np.zeros((most, 1), dtype)  # what of W a decay leaves
        self._norms = np.zeros((most, 1), dtype)
        step = batches.network.record_step(self._X[:size], self._Y[0])
        self._draws = sum(
            words_of(args[0].size) for function, args in step.tape.calls if isinstance(function, DrawnMask)
        )
        self._tape = step.tape
        self._scales = [scale for scale, _ in self._tape.cost_terms()]
        self._costs = np.zeros((most, len(self._scales)), dtype)
        self._stretch: Stretch | None = None
        rows = self._rows()
        if rows is not None:
            self._stretch = Stretch(rows)

    @classmethod
    def of(cls, experiment: Experiment, batches: TrainingBatches) -> RecordedStretch | None:
        """The stretch for batches of this size; None where it does not pay, or not all is known to native code."""
        parameters, reader, size = experiment.parameters, batches.reader, batches.size
        of_step = 6.0 * parameters.weights.size * size
        most = min(MOST_STEPS, OPERATIONS // of_step)
        if not batches.is_full:
            bytes_of_step = size * (reader.n_x + reader.n_y) * parameters.theta.itemsize
            most = min(most, MOST_BYTES // bytes_of_step, experiment.steps_per_epoch)
        if most < 2:
            return None
        recorded = cls(experiment, batches, int(most))
        if batches.is_full:
            recorded.fill(1)
        return recorded if recorded._stretch is not None else None

    def _rows(self) -> Rows | None:
        size, X = self.size, self._X
        tables = [self._numbers, self._decays, self._norms, self._costs]
        moving = [Moving(table, table.strides[0]) for table in tables]
        if not self._is_full:
            moving += [Moving(X, size * X.strides[0]), Moving(self._Y, self._Y.strides[0])]
        calls = self._translated(self._tape, moving)
        updates = [
            rows
            for tape in self.experiment.update.recorded(self._numbers[0])
            for rows in self._translated(tape, moving)
        ]
        awaited = [rows_of(call, moving) for call in self._tape.awaited]
        return joined([*calls, *self._checks(moving), *self._preparation(moving), *updates, *awaited])

    def _translated(self, tape: Tape, moving: list[Moving]) -> list[Rows | None]:
        return [rows for _, rows in translated(tape.calls, moving, tape.temporaries)]

    def _checks(self, moving: list[Moving]) -> list[Rows | None]:
        """What must be finite, and far from overflowing, before θ is changed; costs and norms are kept."""
        parameters = self.experiment.parameters
        rows: list[Rows | None] = []
        for i, (_, term) in enumerate(self._tape.cost_terms()):
            rows += [checked(term, LIMIT), elementwise(np.positive, (term, self._costs[0, i, ...]), moving)]
        squares = np.zeros(1, parameters.theta.dtype)
        rows += [product((parameters.d_theta.reshape(1, -1), parameters.d_theta, squares), moving)]
        rows += [checked(squares, LIMIT), elementwise(np.positive, (squares, self._norms[0]), moving)]
        for vector in self._tape.watched_vectors:
            total, ones = np.zeros(1, vector.dtype), np.ones(len(vector), vector.dtype)
            rows += [product((vector.reshape(1, -1), ones, total), moving), checked(total, LIMIT)]
        self._squares = squares
        return rows

    def _preparation(self, moving: list[Moving]) -> list[Rows | None]:
        """Clipping dθ, and the decay of W."""
        optimizer, parameters = self.experiment.update.optimizer, self.experiment.parameters
        d_theta, char = parameters.d_theta, parameters.theta.dtype.char
        rows: list[Rows | None] = []
        if optimizer.clip_norm is not None:
            factor = np.zeros(1, parameters.theta.dtype)
            rows += [
                elementwise(np.sqrt, (self._squares, factor)),
                elementwise(np.divide, (constant(optimizer.clip_norm, char), factor, factor)),
                elementwise(np.minimum, (factor, constant(1, char), factor)),
                elementwise(np.multiply, (d_theta, factor, d_theta)),
            ]
        if optimizer.clip_value is not None:
            limits = constant(-optimizer.clip_value, char), constant(optimizer.clip_value, char)
            rows.append(rows_of((np.clip, (d_theta, *limits, d_theta))))
        if optimizer.weight_decay:
            rows.append(elementwise(np.multiply, (parameters.weights, self._decays[0], parameters.weights), moving))
        return rows

    def take(self, count: int) -> int:
        """Take so many steps, or as many as it has room for, or as there are before one that must be taken alone."""
        experiment = self.experiment
        count = self._ready(min(count, self.most))
        if not count or self._stretch is None:
            return 0
        if not self._is_full:
            self.fill(count)
        state = experiment.streams.state("dropout") if self._draws else {}
        taken = self._stretch(count)
        if taken < count and self._draws:  # the step that was begun draws once more
            experiment.streams.set_state("dropout", state)
            experiment.streams.skip("dropout", taken * self._draws)
        self._account(taken)
        return taken

    def fill(self, count: int) -> None:
        """Put the next examples into the batches."""
        batches, size = self.batches, self.size
        done = batches.position.done
        index = batches.order()[done : done + count * size]
        X, Y = self._X[: count * size], self._Y_flat[:, : count * size]
        batches.reader.fill(index, X, Y)
        self._Y[:count] = Y.reshape(len(Y), count, size).transpose(1, 0, 2)

    def _ready(self, count: int) -> int:
        """Fill in the optimizer's numbers of so many steps; returns of how many the rate is no risk."""
        experiment = self.experiment
        position, update, optimizer = experiment.position, experiment.update, experiment.update.optimizer
        before, decay = (position.step, position.epoch), optimizer.weight_decay
        self._rates = []
        for i in range(count):
            rate = experiment.learning_rate()
            if not rate < RISKY_RATE:
                break
            self._rates.append(rate)
            self._numbers[i] = optimizer.values(rate, update.t + i + 1)
            self._decays[i] = 1 - rate * decay
            position.step += 1
            position.epoch += self._is_full
        position.step, position.epoch = before
        return len(self._rates)

    def _account(self, taken: int) -> None:
        """Count the steps, as if each had been taken alone."""
        experiment = self.experiment
        position, clip = experiment.position, experiment.clip_norm
        experiment.update.t += taken
        costs = self._costs[:taken].tolist()
        for i in range(taken):
            if i > 0 and self._is_full:
                experiment.end_epoch(None)
            J = 0.0
            for scale, term in zip(self._scales, costs[i], strict=True):
                J += scale * term
            if position.step == 0:
                position.first_cost = J
            position.step += 1
            position.done += self.size
            position.cost_sum += J * self.size
        if taken:
            position.learning_rate = self._rates[taken - 1]
            position.gradient_norm = sqrt(self._norms[taken - 1, 0].item())
            if isfinite(clip):
                position.clipped += sum(sqrt(squares) > clip for squares in self._norms[:taken, 0].tolist())
