"""The learning rate of a training: α of the next step, by its schedule or from a list."""

from __future__ import annotations

from collections.abc import Sequence

from dlx.nn.schedules import Schedule
from dlx.training.position import Position


class LearningRate:
    """α over epochs or steps, computed once for each.

    Args:
        schedule: of α.
        alpha0: α₀.
        epochs, steps_per_epoch: of the whole training.
    """

    def __init__(self, schedule: Schedule, alpha0: float, epochs: int, steps_per_epoch: int) -> None:
        self._schedule, self._alpha0 = schedule, alpha0
        self._by_epoch = schedule.unit == "epoch"
        self._units = epochs if self._by_epoch else epochs * steps_per_epoch
        self._rate, self._at = 0.0, -1  # α, and after how many epochs or steps it is that

    def __call__(self, position: Position) -> float:
        """α of the next step."""
        done = position.epoch - 1 if self._by_epoch else position.step
        if done != self._at:
            self._at, self._rate = done, self._schedule.learning_rate(self._alpha0, done, self._units)
        return self._rate


class ListedRates:
    """α of each step from a list, whatever the schedule."""

    def __init__(self, rates: Sequence[float]) -> None:
        self._rates = rates

    def __call__(self, position: Position) -> float:
        """α of the next step."""
        return self._rates[position.step]
