"""What training tells: a row of metrics.csv, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EpochRecord:
    """One row of metrics.csv; ``train_*`` and ``dev_*`` are of the frozen network, ``cost`` of the epoch's batches."""

    epoch: int
    step: int
    learning_rate: float
    cost: float
    train_cost: float
    train_error: float
    dev_cost: float | None
    dev_error: float | None
    gradient_norm: float
    seconds: float

    def improves_on(self, best: EpochRecord, monitor: str, min_delta: float) -> bool:
        """Whether this row is better than the best one; without a dev set the train cost decides.

        Of equal dev errors the one with the lower dev cost is better.
        """
        if self.dev_error is None or self.dev_cost is None or best.dev_error is None or best.dev_cost is None:
            return self.train_cost < best.train_cost - min_delta
        if monitor == "dev_cost":
            return self.dev_cost < best.dev_cost - min_delta
        return self.dev_error < best.dev_error - min_delta or (
            self.dev_error == best.dev_error and self.dev_cost < best.dev_cost
        )


@dataclass(frozen=True)
class Progress:
    """Where training stands between two rows."""

    epoch: int
    epochs: int
    step: int
    steps: int
    cost: float
    seconds: float
