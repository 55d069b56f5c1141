"""A recorded stretch: a training step with the update of θ, written down for many batches, natively replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlx.nn.compiled.fusion import translated
from dlx.nn.compiled.program import Stretch
from dlx.nn.compiled.rows import checked, elementwise, product, rows_of, to_length
from dlx.nn.compiled.table import Moving, Rows, joined
from dlx.nn.dropout import DrawnMask, words_of
from dlx.nn.tape import Tape, constant
from dlx.types import Array

if TYPE_CHECKING:
    from dlx.training.batches import TrainingBatches
    from dlx.training.experiment import Experiment

MOST_STEPS = 512
MOST_BYTES = 2**23  # of the examples of a stretch
OPERATIONS = 1e8  # of a stretch, so that signals and reports wait for 0.1 s at most
# A gradient or rate beyond these could overflow θ in one step: such a step is taken alone, with θ backed up.
RISKY_NORM, RISKY_RATE = 1e15, 1e8
LIMIT = RISKY_NORM**2  # of costs and of the squares of gradients; what is beyond it, or not finite, ends a stretch


class RecordedStretch:
    """A step on batches of one size, written down for batches that lie one after the other in memory.

    Args:
        experiment, batches: what trains on what.
        size: of a batch.
        most: batches, for which there is room; all examples at once lie there but once.

    Attributes:
        draws: 64-bit integers that a step takes from the dropout stream.
        norms: ‖dθ‖² of each step.
    """

    def __init__(self, experiment: Experiment, batches: TrainingBatches, size: int, most: int) -> None:
        self.experiment, self.batches, self.size, self.most = experiment, batches, size, most
        dtype, self._is_full = experiment.parameters.theta.dtype, batches.is_full
        pieces = 1 if self._is_full else most
        self._X_flat, self._Y_flat = batches.reader.buffers(pieces * size)
        self._X = self._pieces(self._X_flat, pieces)
        self._Y = np.zeros((pieces, len(self._Y_flat), size), dtype)
        self._numbers = np.zeros((most, len(experiment.update.optimizer.numbers)), dtype)
        self._decays = np.zeros((most, 1), dtype)  # what of W a decay leaves
        self.norms = np.zeros((most, 1), dtype)
        step = batches.network.record_step(self._X[0], self._Y[0])
        self.draws = sum(
            words_of(args[0].size) for function, args in step.tape.calls if isinstance(function, DrawnMask)
        )
        self._tape = step.tape
        self._scales = [scale for scale, _ in self._tape.cost_terms()]
        self._costs = np.zeros((most, len(self._scales)), dtype)
        self._stretch: Stretch | None = None
        rows = self._rows()
        if rows is not None:
            self._stretch = Stretch(rows)

    def _pieces(self, X: Array, count: int) -> Array:
        """Batches (count, size, n_x) that lie in memory as a single one does, so that products have the same bits."""
        _, n_x = X.shape
        if X.flags.c_contiguous:
            return X.reshape(count, self.size, n_x)
        return np.zeros((count, n_x, self.size), X.dtype).transpose(0, 2, 1)

    @classmethod
    def of(cls, experiment: Experiment, batches: TrainingBatches, size: int) -> RecordedStretch | None:
        """The stretch for batches of this size; None where it does not pay, or not all is known to native code."""
        parameters, reader = experiment.parameters, batches.reader
        of_step = 6.0 * parameters.weights.size * size
        most = min(MOST_STEPS, OPERATIONS // of_step)
        if not batches.is_full:
            bytes_of_step = size * (reader.n_x + reader.n_y) * parameters.theta.itemsize
            most = min(most, MOST_BYTES // bytes_of_step, batches.m * experiment.spec.training.evaluate_every // size)
        if most < 2:
            return None
        recorded = cls(experiment, batches, size, int(most))
        if batches.is_full:
            recorded.fill(batches.order())
        return recorded if recorded._stretch is not None else None

    def _rows(self) -> Rows | None:
        X = self._X
        tables = [self._numbers, self._decays, self.norms, self._costs]
        moving = [Moving(table, table.strides[0]) for table in tables]
        if not self._is_full:
            moving += [Moving(X, X.strides[0]), Moving(self._Y, self._Y.strides[0])]
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
        rows += [checked(squares, LIMIT), elementwise(np.positive, (squares, self.norms[0]), moving)]
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
                to_length(self._squares, optimizer.clip_norm, factor),
                elementwise(np.multiply, (d_theta, factor, d_theta)),
            ]
        if optimizer.clip_value is not None:
            limits = constant(-optimizer.clip_value, char), constant(optimizer.clip_value, char)
            rows.append(rows_of((np.clip, (d_theta, *limits, d_theta))))
        if optimizer.weight_decay:
            rows.append(elementwise(np.multiply, (parameters.weights, self._decays[0], parameters.weights), moving))
        return rows

    def fill(self, index: Array) -> None:
        """Put these examples into the batches, of which each is full."""
        count = len(index) // self.size
        X, Y = self._X_flat[: len(index)], self._Y_flat[:, : len(index)]
        self.batches.reader.fill(index, X, Y)
        if not np.may_share_memory(X, self._X):
            self._X[:count] = X.reshape(count, self.size, -1)
        self._Y[:count] = Y.reshape(len(Y), count, self.size).transpose(1, 0, 2)

    def set(self, rows: Sequence[tuple[float, ...]]) -> None:
        """Let the first steps have these learning rates, each followed by the optimizer's numbers."""
        if not rows:
            return
        values = np.array(rows)
        self._numbers[: len(rows)] = values[:, 1:]
        self._decays[: len(rows), 0] = 1 - values[:, 0] * self.experiment.update.optimizer.weight_decay

    def run(self, first: int, count: int) -> int:
        """Take so many steps, or as many as there are before one that must be taken alone; returns how many."""
        return self._stretch(count, first) if self._stretch is not None else 0

    def costs(self) -> list[float]:
        """J of each step that there is room for."""
        J = np.zeros(self.most)
        with np.errstate(all="ignore"):  # of steps that were not taken
            for scale, terms in zip(self._scales, self._costs.T, strict=True):
                J += scale * terms.astype(np.float64)
        costs: list[float] = J.tolist()
        return costs
