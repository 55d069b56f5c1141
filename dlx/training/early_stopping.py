"""Early stopping: rows without improvement are counted, and the parameters of the best row are kept."""

from __future__ import annotations

from dlx.nn.trainable import Trainable
from dlx.spec.quantities import loss_function
from dlx.spec.sections import EarlyStopping as Options
from dlx.training.position import Position
from dlx.training.records import EpochRecord
from dlx.types import Array


class BestRow:
    """The best row of a training so far; where it may stop early, with the parameters of that row.

    Args:
        trainable: whose parameters are kept.
        position: holds the row, what is watched and how long nothing has improved.
        options: of early stopping; None where training goes to its end.
    """

    def __init__(self, trainable: Trainable, position: Position, options: Options | None) -> None:
        self.trainable, self.position, self.options = trainable, position, options
        self._monitor, self._min_delta = (options.monitor, options.min_delta) if options else ("dev_error", 0.0)
        self._loss = loss_function(self._monitor)
        self.theta: Array | None = None
        self.statistics: Array | None = None

    def see(self, record: EpochRecord) -> None:
        """Count the rows without improvement, and keep the parameters of the best one."""
        position, options = self.position, self.options
        position.last = record
        watched, reference, min_delta = self._loss(record.watched(self._monitor)), position.reference, self._min_delta
        is_best = position.best is None or self._rank(record) < self._rank(position.best)
        improves = reference is None or (watched < reference - min_delta if min_delta else is_best)
        position.reference, position.waiting = (watched, 0) if improves else (reference, position.waiting + 1)
        if is_best:
            position.best = record
            if options is not None:
                self.theta = self.trainable.parameters.theta.copy()
                self.statistics = self.trainable.statistics.vector.copy()

    def stops(self) -> bool:
        """Whether training has waited long enough for an improvement."""
        return self.options is not None and self.position.waiting >= self.options.patience

    def restore(self) -> bool:
        """Put the parameters and statistics of the best row back; False where none were kept."""
        if self.theta is None or self.statistics is None:
            return False
        self.trainable.parameters.theta[...] = self.theta
        self.trainable.statistics.vector[...] = self.statistics
        return True

    def to_data(self) -> dict[str, Array]:
        """What is kept, as the arrays of a checkpoint."""
        if self.theta is None or self.statistics is None:
            return {}
        return {"best_theta": self.theta, "best_statistics": self.statistics}

    def from_data(self, arrays: dict[str, Array]) -> None:
        """Keep what those arrays hold."""
        self.theta, self.statistics = arrays.get("best_theta"), arrays.get("best_statistics")

    def _rank(self, record: EpochRecord) -> tuple[float, ...]:
        """Smaller is better; equal ones are ordered by the dev cost."""
        loss = self._loss(record.watched(self._monitor))
        return (loss,) if record.dev_cost is None else (loss, record.dev_cost)
