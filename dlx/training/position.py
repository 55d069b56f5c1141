"""The position of a training: where it stands, as plain values that a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from dlx.training.records import EpochRecord
from dlx.training.stored import mismatch, shape_of
from dlx.words import Status


@dataclass
class Position:
    """Where training stands: ``done`` examples of ``epoch`` are used, with Σ cost·size = ``cost_sum`` over them."""

    epoch: int = 1
    done: int = 0
    step: int = 0
    cost_sum: float = 0.0
    learning_rate: float = 0.0
    gradient_norm: float = 0.0
    seconds: float = 0.0
    clipped: int = 0  # steps whose gradient was clipped
    first_cost: float | None = None  # of the first step, at the initialization
    epoch_cost: float | None = None  # of the epoch before this one
    rises: int = 0  # epochs whose cost was higher than that of the epoch before
    first_rise: int | None = None  # the first of them
    largest_rise: float = 0.0  # as a share of the cost before it
    diverged: dict[str, Any] | None = None  # epoch and step, and in which tensor of which layer it was seen first
    samples: int = 0  # of the layers, taken so far
    sample_at: int = 1  # the epoch from which on the next is due
    reference: float | None = None  # what early stopping watches, at its last improvement
    waiting: int = 0  # rows since then
    finished: Status | None = None  # how, once it has ended
    last: EpochRecord | None = None
    best: EpochRecord | None = None
    order_state: dict[str, Any] = field(default_factory=dict)  # of the shuffle stream, before the epoch's order

    def to_data(self) -> dict[str, Any]:
        """As plain data; a record without metrics has no key for them, as those of earlier runs."""
        data = asdict(self)
        for record in (data["last"], data["best"]):
            if record is not None and not record["metrics"]:
                del record["metrics"]
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Position:
        """The position of such data; raises ValueError where they are none."""
        if fault := mismatch(data, shape_of(cls), "position"):
            raise ValueError(fault)
        records = {name: EpochRecord(**data[name]) if data[name] else None for name in ("last", "best")}
        finished = Status(data["finished"]) if data["finished"] else None
        return cls(**{**data, **records, "finished": finished})

    def move_to(self, other: Position) -> None:
        """Stand where the other does; the parts of an experiment share the one position."""
        for entry in fields(self):
            setattr(self, entry.name, getattr(other, entry.name))
