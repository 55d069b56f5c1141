"""The network and the training that a starter spec has, by rule from the size of the data and the task."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

# Adam needs some thousands of steps whatever the size of the data; more epochs than these say nothing new.
STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 4000, 20, 400
SMALL, LARGE = 1000, 50_000  # examples of train, from where on a mini-batch is larger
PATIENCE = 0.1  # of the epochs, but at least so many rows of the metrics
FEWEST_PATIENCE = 10


@dataclass(frozen=True)
class StarterTraining:
    """The settings of a starter spec's training."""

    epochs: int
    batch_size: int
    patience: int

    @classmethod
    def of(cls, m: int) -> StarterTraining:
        """For m examples of train: a few thousand steps, and early stopping that waits for a tenth of them."""
        batch_size = 32 if m < SMALL else 64 if m < LARGE else 256
        steps_of_epoch = ceil(m / batch_size)
        epochs = min(MOST_EPOCHS, max(FEWEST_EPOCHS, ceil(STEPS / steps_of_epoch)))
        return cls(epochs, batch_size, max(FEWEST_PATIENCE, ceil(PATIENCE * epochs)))
