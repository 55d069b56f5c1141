"""The network and the training that a starter spec has, by rule from the size of the data and the task."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

# Adam needs many steps where there is much to learn, 20,000 of 64 examples; early stopping ends what needs fewer.
EXAMPLES, FEWEST_EPOCHS, MOST_EPOCHS = 20_000 * 64, 20, 400
SMALL, LARGE = 1000, 50_000  # examples of train, from where on a mini-batch is larger
PATIENCE = 0.1  # of the epochs, but at least so many rows of the metrics
FEWEST_PATIENCE = 10
# λ over the examples of a mini-batch is what a step takes of W: 3/m, but at most a hundredth.
L2, MOST_L2 = 3.0, 0.01
KEEP_PROB_OF_SMALL = 0.9
MOSTLY_TRAIN = 0.9  # a larger share of the examples than this is nearly all of them


@dataclass(frozen=True)
class StarterTraining:
    """The settings of a starter spec's training.

    They were chosen by the held-out errors on the tables of `make tables`, 19 small ones with two seeds and 16 larger
    ones with one:

    - l2: a step takes 3/m of W. Against none that is −8 % RMSE and −12 % errors on small tables, −19 % and −3 % on
      larger ones; a third and three times of it were no better, and 50/m was worse than none on classes.
    - examples seen: with this l2 and refit, five times as many steps as 4,000 take a tenth and more off the RMSE of
      tables with many examples; early stopping keeps the others short.
    - dropout, in small tables alone: keep_prob 0.9 is −3 % RMSE and −4 % cost of classes; with more examples it was no
      better than none.
    - refit, where a part of the examples was held out: −10 % RMSE, −5 to −10 % errors.
    - what early stopping watches: where it is the error of dev, 5 % more errors are made than with its cost. The error
      of 30 examples takes one of 31 values.

    Batch norm, a cosine schedule, wider layers, a learning rate of 0.003, smaller mini-batches and 70 % in
    train brought nothing that held over the tables.
    """

    epochs: int
    batch_size: int
    patience: int
    l2: float = 0.0
    keep_prob: float = 1.0
    monitor: str | None = None
    refit: bool = False

    @classmethod
    def of(cls, m: int, share: float = 1.0) -> StarterTraining:
        """For m examples of train, that share of all; early stopping waits for a tenth of the epochs."""
        batch_size = 32 if m < SMALL else 64 if m < LARGE else 256
        epochs = min(MOST_EPOCHS, max(FEWEST_EPOCHS, ceil(EXAMPLES / m)))
        patience = max(FEWEST_PATIENCE, ceil(PATIENCE * epochs))
        l2 = float(f"{min(batch_size, m) * min(MOST_L2, L2 / m):.2g}")
        keep_prob = KEEP_PROB_OF_SMALL if m < SMALL else 1.0
        return cls(epochs, batch_size, patience, l2, keep_prob, "dev_cost", share < MOSTLY_TRAIN)


TOY = StarterTraining(epochs=211, batch_size=32, patience=22)
