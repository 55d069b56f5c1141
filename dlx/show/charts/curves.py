"""The curves of a training: its costs and its errors over the epochs, the epoch kept, and where the numbers end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dlx.show.charts.quantities import COST, OBJECTIVE, Quantity, error_quantity
from dlx.show.charts.scales import FEW, HUGE, ValueRange, finite, fitting
from dlx.types import Array

COSTS = {"cost": "cost", "train": "train_cost", "dev": "dev_cost"}  # columns of the metrics by their labels
ERRORS = {"train": "train_error", "dev": "dev_error"}


@dataclass(frozen=True)
class Curve:
    """Values, NaN where none can be drawn, under a label, and the ``kind`` that decides their colour, if another."""

    label: str
    values: Array
    kind: str = ""

    @property
    def look(self) -> str:
        """What decides their colour and strokes."""
        return self.kind or self.label

    @property
    def first(self) -> float:
        """The first value that there is."""
        return finite(self.values)[0]

    @property
    def last(self) -> float:
        """The last value that there is."""
        return finite(self.values)[-1]


@dataclass(frozen=True)
class Curves:
    """Curves over the same epochs, each of which has a value at least.

    quantity: what the values are.
    unit: of what stands along the bottom, epoch or step.
    kept_epoch: the epoch whose parameters are kept, if it is one of these.
    lost: the first epoch whose cost is no number any more.
    """

    quantity: Quantity
    epochs: Array
    curves: Sequence[Curve]
    unit: str = "epoch"
    kept_epoch: int | None = None
    lost: float | None = None

    @property
    def range(self) -> ValueRange:
        """Of the values."""
        return fitting([curve.values for curve in self.curves], self.quantity.may_be_logarithmic)

    @property
    def ends(self) -> tuple[float, float]:
        """The first and the last epoch."""
        return float(self.epochs[0]), float(self.epochs[-1])

    @property
    def is_dotted(self) -> bool:
        """Whether each value has a dot."""
        return len(self.epochs) <= FEW

    @property
    def warning(self) -> str:
        """What is said where the numbers end."""
        return f"not finite from epoch {self.lost:,.0f}"


def drawable(values: Sequence[float] | Array, factor: float = 1) -> Array:
    """The values times a factor, NaN in place of those that no scale has room for."""
    with np.errstate(over="ignore"):
        array = factor * np.asarray(values, dtype=float)
    return np.where(np.abs(array) < HUGE, array, np.nan)


def training_curves(
    metrics: Mapping[str, Sequence[float]], task: str | None, kept_epoch: int | None = None
) -> list[Curves]:
    """The chart of the costs, and that of the errors where there are any.

    Args:
        metrics: the columns of ``metrics.csv``; NaN where there is no value.
        task: ``regression`` has its error in the units of the target, the others in percent; of an ``objective`` there
            is J over the steps alone.
        kept_epoch: the epoch of the parameters that are kept.
    """
    epochs = np.asarray(metrics.get("epoch", ()), dtype=float)
    lost = epochs[~np.isfinite(np.asarray(metrics.get("cost", ()), dtype=float))]

    def chart(quantity: Quantity, columns: Mapping[str, str], unit: str = "epoch") -> Curves:
        values = {label: drawable(metrics.get(column, ()), quantity.factor) for label, column in columns.items()}
        curves = [Curve(label, column) for label, column in values.items() if finite(column)]
        epoch = kept_epoch if kept_epoch is not None and kept_epoch in epochs else None
        return Curves(quantity, epochs, curves, unit, epoch, float(lost[0]) if lost.size else None)

    if task == "objective":
        return [chart(OBJECTIVE, {"J": "train_cost"}, "step")]
    costs, errors = chart(COST, COSTS), chart(error_quantity(task), ERRORS)
    return [costs, errors] if errors.curves else [costs]
