"""A setting of a search: its values, the trials that train it, and what they came to at a given epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

import numpy as np

from dlx.documents.tuning import TrialRecord
from dlx.events import TriedSetting
from dlx.files import to_csv
from dlx.runs.files.directory import RunDirectory
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.trial import Trial
from dlx.search.tune.designs import Point
from dlx.spec.quantities import loss_of
from dlx.spec.sections import Spec
from dlx.spec.yaml_text.writing import dump_scalar
from dlx.words import Status

COLUMNS = ("index", "round", "status", "value", "epoch", "seconds", "trials")


@dataclass(frozen=True)
class Measurement:
    """What a setting came to: means over its seeds; infinite where one of them diverged, failed or is not there yet.

    Args:
        value: of the objective.
        tie: the cost of the same part, by which equal errors are ordered.
        epoch: how far the trainings have come.
        status: of the worst of them.
        seconds: that all of them took.
        message: why one diverged or failed.
    """

    value: float = inf
    tie: float = inf
    epoch: int = 0
    status: Status = Status.UNFINISHED
    seconds: float = 0.0
    message: str = ""


@dataclass
class Candidate:
    """One setting and its trials, one for each seed."""

    index: int
    round: int
    point: Point
    values: Mapping[str, Any]
    spec: Spec | None  # None where the values do not go together
    trials: tuple[Trial, ...]
    measured: Measurement = field(default_factory=Measurement)
    stopped: bool = False  # early, because others were better

    @property
    def rank(self) -> tuple[float, float, int]:
        """Smaller is better."""
        return self.measured.value, self.measured.tie, self.index

    @property
    def usable(self) -> bool:
        """Whether it has a value that can be compared."""
        return isfinite(self.measured.value)

    @property
    def _status(self) -> Status:
        """A training that has come to a rung has stopped there, but only of a weak setting that is the end."""
        status = self.measured.status
        if self.stopped:
            return status if status.is_bad else Status.STOPPED
        return Status.UNFINISHED if status is Status.STOPPED else status

    def tried(self) -> TriedSetting:
        """As events have it."""
        return TriedSetting(self.index, self.values, self.measured.value)

    def record(self, keys: Sequence[str]) -> TrialRecord:
        """As ``tune.json`` has it."""
        measurement = self.measured
        return TrialRecord(
            index=self.index,
            round=self.round,
            settings=dict(self.values),
            at=dict(zip(keys, self.point, strict=True)),
            value=measurement.value if isfinite(measurement.value) else None,
            status=self._status,
            epoch=measurement.epoch,
            seconds=measurement.seconds,
            message=measurement.message,
            trials=[trial.key for trial in self.trials],
        )


def measured(spec: Spec, objective: str, outcomes: Sequence[Outcome], until: int | None) -> Measurement:
    """What the trainings of one setting had come to at their first row from epoch ``until`` on; None is their end.

    The rows of ``metrics.csv`` up to there decide, not where the run stands now: a resumed search sees
    what it saw before. With early stopping it is the best row so far, as its parameters would be kept.
    """
    seconds = sum(outcome.seconds for outcome in outcomes)
    bad = next((outcome for outcome in outcomes if outcome.status.is_bad), None)
    if bad is not None:
        epoch = bad.final.epoch if bad.final else 0
        return Measurement(epoch=epoch, status=bad.status, seconds=seconds, message=bad.message)
    rows = [_row(spec, objective, RunDirectory.open(outcome.run).metrics(), until) for outcome in outcomes]
    value, tie = (float(np.mean(column)) for column in list(zip(*rows, strict=True))[:2])
    if not (isfinite(value) and isfinite(tie)):
        return Measurement(
            epoch=rows[0][2], status=Status.DIVERGED, seconds=seconds, message=f"{objective} is not finite"
        )
    return Measurement(value, tie, max(row[2] for row in rows), outcomes[0].status, seconds)


def _row(spec: Spec, objective: str, metrics: Mapping[str, list[float]], until: int | None) -> tuple[float, float, int]:
    """The objective, its tie-break and the epoch."""
    epochs = metrics["epoch"]
    count = len(epochs) if until is None else min(1 + sum(epoch < until for epoch in epochs), len(epochs))
    part = objective.partition("_")[0]
    row, stopping = count - 1, spec.training.early_stopping
    if stopping is not None:
        monitor = stopping.monitor
        row = min(range(count), key=lambda k: (loss_of(monitor, metrics[monitor][k]), metrics["dev_cost"][k], k))
    return loss_of(objective, metrics[objective][row]), metrics[f"{part}_cost"][row], int(epochs[count - 1])


def ledger(records: Sequence[TrialRecord]) -> bytes:
    """The records as a CSV table, a column for each hyperparameter."""
    keys = list(dict.fromkeys(key for record in records for key in record.settings))
    rows: list[list[object]] = [[*COLUMNS, *keys]]
    for record in records:
        facts = [getattr(record, column) for column in COLUMNS[:-1]]
        rows.append([*facts, " ".join(record.trials), *(_cell(record.settings.get(key, "")) for key in keys)])
    return to_csv(rows)


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | float | str) and not isinstance(value, bool) else dump_scalar(value)
