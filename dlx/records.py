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

    def watched(self, monitor: str) -> float:
        """The number that early stopping watches; without a dev set it is the train cost."""
        value = self.dev_error if monitor == "dev_error" else self.dev_cost
        return self.train_cost if value is None else value

    def rank(self, monitor: str) -> tuple[float, ...]:
        """Smaller is better; equal dev errors are told apart by the dev cost."""
        tie_break = () if self.dev_cost is None else (self.dev_cost,)
        return (self.watched(monitor), *tie_break)


@dataclass(frozen=True)
class Progress:
    """Where training stands between two rows."""

    epoch: int
    epochs: int
    step: int
    steps: int
    cost: float
    seconds: float
