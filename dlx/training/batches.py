"""The mini-batches of a training: examples of train, in the order of each epoch, in the buffers of recorded steps."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from dlx.data.batches import Reader
from dlx.nn.network import Network, Step
from dlx.nn.tape import Tape
from dlx.training.position import Position
from dlx.training.streams import Streams
from dlx.types import Array


class EpochOrders(NamedTuple):
    """The orders of the examples in successive epochs; the shuffle stream before the first and the last was drawn."""

    orders: list[Array]
    first_state: dict[str, Any]
    last_state: dict[str, Any]


class TrainingBatches:
    """What the steps train on.

    Args:
        network: whose steps are recorded, one for each size of a batch.
        reader: of train.
        position: where training stands; it keeps the shuffle stream as it was before the epoch's order.
        streams: orders are drawn from ``shuffle``.
        size: examples in a batch; None is all of them, in the order of the file.
        is_changed: whether examples are augmented, so that a batch is never the same again.
    """

    def __init__(
        self,
        network: Network,
        reader: Reader,
        position: Position,
        streams: Streams,
        size: int | None,
        is_changed: bool,
    ) -> None:
        self.network, self.reader, self.position, self.streams = network, reader, position, streams
        self.m, self.is_full = reader.m, size is None
        self.size = reader.m if size is None else min(size, reader.m)
        self.per_epoch = -(-self.m // self.size)
        self._stays = self.is_full and not is_changed
        self.restarts = streams.restarts("epoch")
        self._holding: Step | None = None  # whose buffers hold all examples, as they stay in a full batch
        self._order: Array | None = None
        self._ordered = 0  # the epoch whose order that is
        self._steps: dict[int, Step] = {}

    def step_for(self, size: int) -> Step:
        """The recorded training step for batches of this size."""
        step = self._steps.get(size)
        if step is None:
            step = self._steps[size] = self.network.record_step(*self.reader.buffers(size))
        return step

    def begin_epoch(self) -> None:
        """Order the examples, also where the buffers hold all of them still: it restarts the streams of an epoch."""
        self.order()

    def next(self, size: int) -> Tape:
        """The step on the next examples, which are put into its buffers unless they hold them still."""
        step = self.step_for(size)
        if step is not self._holding:
            done = self.position.done
            self.reader.fill(self.order()[done : done + size], step.X, step.Y)
            self._holding = step if self._stays else None
        return step.tape

    def tape(self, size: int) -> Tape:
        """The step for batches of this size, with no examples in its buffers yet."""
        return self.step_for(size).tape

    def run_first(self, size: int) -> float:
        """Replay a step on the first examples of the epoch, changing no θ; returns its cost."""
        step = self.step_for(size)
        self.reader.fill(self.order()[:size], step.X, step.Y)
        return step.run()

    def order(self) -> Array:
        """The order of the examples in this epoch."""
        if self._order is None or self._ordered != self.position.epoch:
            self._order, self._ordered = self._new_order(), self.position.epoch
        return self._order

    def orders(self, count: int) -> EpochOrders:
        """Those of this epoch, at its beginning, and of the next ones."""
        orders = [self.order()]
        state = first = self.position.order_state
        for left in range(count - 1, 0, -1):
            if left == 1:
                state = self.streams.state("shuffle")
            orders.append(self.reader.order(self.streams["shuffle"]))
        return EpochOrders(orders, first, state)

    def refuse_no_order(self) -> None:
        """Raise ValueError and its like where the position holds no stream that the order of its epoch came from."""
        state = self.streams.state("shuffle")
        self.streams.set_state("shuffle", self.position.order_state)
        self.streams.set_state("shuffle", state)

    def stand_in(self, i: int, epochs: EpochOrders) -> None:
        """Stand in the i-th of the epochs whose orders were drawn ahead."""
        state = epochs.last_state
        if i + 1 < len(epochs.orders):  # what was drawn for later ones has not been used
            self.streams.set_state("shuffle", epochs.first_state)
            for _ in range(i + 1):
                state = self.streams.state("shuffle")
                self.reader.order(self.streams["shuffle"])
        self.position.order_state, self._order = state, epochs.orders[i]
        self._ordered = self.position.epoch

    def _new_order(self) -> Array:
        if self.position.done > 0:
            return self._order_once_more()
        for purpose in self.restarts:
            self.streams.restart(purpose, self.position.epoch - 1)
        if self.is_full:
            return np.arange(self.m) if self._order is None else self._order
        self.position.order_state = self.streams.state("shuffle")
        return self.reader.order(self.streams["shuffle"])

    def _order_once_more(self) -> Array:
        """The order of an epoch that had begun before; the shuffle stream, restarted since perhaps, stays as it is."""
        if self.is_full:
            return np.arange(self.m)
        state = self.streams.state("shuffle")
        self.streams.set_state("shuffle", self.position.order_state)
        order = self.reader.order(self.streams["shuffle"])
        self.streams.set_state("shuffle", state)
        return order
