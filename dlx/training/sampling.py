"""Sampling: in which epochs of a training the layers are looked at."""

from __future__ import annotations

from math import ceil

from dlx.training.position import Position

# Layers are sampled before training, in the first three rows, then in epochs that grow by a factor and lie at least so
# many steps apart, and in the last row: of 15,000 rows 60 at most. A sample takes the time of two to six steps.
FIRST_SAMPLES, SAMPLES_GROW, STEPS_BETWEEN_SAMPLES = 3, 1.15, 150


def next_sample(before: int, epoch: int, steps_per_epoch: int) -> int:
    """The epoch from which on the first row is sampled after that of ``epoch``, before which there were ``before``."""
    if before < FIRST_SAMPLES:
        return 1
    return max(ceil(SAMPLES_GROW * epoch), epoch - (-STEPS_BETWEEN_SAMPLES // steps_per_epoch))


class LayerSampling:
    """When the layers are sampled.

    Args:
        position: counts the samples.
        epochs, steps_per_epoch: of the whole training.
        may_stop_early: so that any row can turn out to be the last, which is sampled.
    """

    def __init__(self, position: Position, epochs: int, steps_per_epoch: int, may_stop_early: bool) -> None:
        self.position, self.epochs, self.steps_per_epoch = position, epochs, steps_per_epoch
        self.may_stop_early = may_stop_early

    def is_due(self) -> bool:
        """Whether the layers are sampled in this epoch, which has a row: for the rule see the constants above."""
        return self.position.epoch >= self.position.sample_at or self.position.epoch == self.epochs

    def may_be_due(self) -> bool:
        """The same before the last step of the epoch."""
        return self.is_due() or self.may_stop_early

    def count_first(self) -> None:
        """Count the sample before the first step."""
        self.position.samples += 1

    def count(self) -> int:
        """Count the sample that belongs to the last row; returns the epoch of both."""
        position = self.position
        epoch = position.last.epoch if position.last else 0
        position.sample_at = next_sample(position.samples, epoch, self.steps_per_epoch)
        position.samples += 1
        return epoch
