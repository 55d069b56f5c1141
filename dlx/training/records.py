"""What training tells: a row of metrics.csv, the rows of layers.csv, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple, Self


class RowCosts(NamedTuple):
    """What a row of metrics.csv measures after its epoch, as far as there is such a part, and errors in it."""

    train_cost: float
    train_error: float | None
    dev_cost: float | None
    dev_error: float | None
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class EpochRecord:
    """One row of metrics.csv; ``train_*`` and ``dev_*`` are of the frozen network, ``cost`` of the epoch's batches.

    Of an objective they are J before and J after the step; it has no errors.
    """

    epoch: int
    step: int
    learning_rate: float
    cost: float
    train_cost: float
    train_error: float | None
    dev_cost: float | None
    dev_error: float | None
    gradient_norm: float
    seconds: float
    metrics: Mapping[str, float] = field(default_factory=dict)  # by column, as `metrics` of the spec asks for them

    def watched(self, monitor: str) -> float:
        """The number that early stopping watches; without a dev set it is the train cost."""
        if monitor in self.metrics:
            return self.metrics[monitor]
        value = self.dev_error if monitor == "dev_error" else self.dev_cost
        return self.train_cost if value is None else value

    def document(self) -> dict[str, float | None]:
        """The row as ``run.json`` has it, by column."""
        return {name: getattr(self, name) for name in COLUMNS} | dict(self.metrics)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The record of such a row."""
        plain = {name: document[name] for name in COLUMNS}
        return cls(**plain, metrics={name: value for name, value in document.items() if name not in plain})


COLUMNS = tuple(entry.name for entry in fields(EpochRecord) if entry.name != "metrics")  # of every metrics.csv


@dataclass(frozen=True)
class LayerRecord:
    """One row of layers.csv: what layer l of the frozen network does with train, and what the epoch's last step did.

    Those of epoch 0 are of the network before training, on up to 1024 examples.

    z_mean, z_std: of Z as it enters the activation (behind batch norm): the mean over units and examples, and √ of the
        mean over units of the variance over examples.
    dead: the share of units that pass no gradient for any example.
    saturated: the share of units times examples in a flat part of an activation that is flat on both sides.
    gradient_norm, weight_norm: ‖dW‖ of the step, penalty included and after clipping, and ‖W‖ after it.
    update_ratio: ‖ΔW‖/‖W‖, ΔW what the step changed; None where W was 0.
    contradicted: of the output layer of a classifier: the share of wrong answers in the surer half of all.
    """

    epoch: int
    layer: int
    z_mean: float
    z_std: float
    dead: float
    saturated: float
    gradient_norm: float | None
    weight_norm: float
    update_ratio: float | None
    contradicted: float | None


@dataclass(frozen=True)
class Progress:
    """Where training stands between two rows; a refit counts from its own beginning."""

    epoch: int
    epochs: int
    step: int
    steps: int
    cost: float
    seconds: float
    is_refit: bool = False
