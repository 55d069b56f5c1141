"""The history of a run as programs that track experiments take it: settings, rows, final figures and pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from math import isnan
from typing import Any

from dlx.errors import DataError
from dlx.runs.files.file_names import FILES
from dlx.runs.reading.result import Result
from dlx.show import numbers
from dlx.spec.yaml_text.reading import load
from dlx.training.records import EpochRecord

Setting = bool | int | float | str
OF_PARTS = ("train_", "dev_")
NOT_MEASURED = ("epoch", "step", "seconds")  # columns of metrics.csv


@dataclass(frozen=True)
class MeasuredRow:
    """What was measured in an epoch.

    Args:
        epoch: counted from 1.
        time: in seconds since 1970.
        values: by tag, as far as there are any.
    """

    epoch: int
    time: float
    values: Mapping[str, float]


@dataclass(frozen=True)
class RunHistory(Result):
    """A run as it is told to others.

    A tag is made of a column of ``metrics.csv``: ``error/dev`` of ``dev_error``, ``cost/batches`` of ``cost``, and the
    other columns as they are, so that what belongs together is shown together.
    """

    @property
    def id(self) -> str:
        """The name of its directory."""
        return self.path.resolve().name

    @property
    def key(self) -> str:
        """What no other run has, wherever it is moved to: made of its beginning and its spec."""
        return sha256(f"{self.facts['started']} {self.facts.get('config_sha256')}".encode()).hexdigest()[:16]

    @property
    def started(self) -> float:
        """When it began, in seconds since 1970."""
        return _seconds(self.facts["started"])

    @property
    def ended(self) -> float | None:
        """When it ended; None while it goes on."""
        return _seconds(self.facts["ended"]) if "ended" in self.facts else None

    @cached_property
    def settings(self) -> Mapping[str, Setting]:
        """The spec by dotted key, without what is null; a list is its JSON."""
        spec = load(self.run.config).plain()
        if not isinstance(spec, dict):
            raise DataError(f"{self.run.config}: is damaged: it holds no mapping")
        return dict(_settings(spec))

    def rows(self) -> Iterator[MeasuredRow]:
        """Those of ``metrics.csv``, the first epoch first."""
        names = list(self.metrics)
        for numbers_of_row in zip(*self.metrics.values(), strict=True):
            yield self._row(dict(zip(names, numbers_of_row, strict=True)))

    def row_of(self, record: EpochRecord) -> MeasuredRow:
        """The same of a record of a training that goes on."""
        return self._row({name: value for name, value in record.document().items() if value is not None})

    def _row(self, columns: Mapping[str, float]) -> MeasuredRow:
        measured = {tag(name): value for name, value in columns.items() if name not in NOT_MEASURED}
        values = {name: value for name, value in measured.items() if not isnan(value)}
        return MeasuredRow(int(columns["epoch"]), self.started + columns["seconds"], values)

    @cached_property
    def final_figures(self) -> Mapping[str, float]:
        """Costs, errors and metrics of the kept parameters by part, as ``dev_error``, those of test with them."""
        test = {f"test_{name}": value for name, value in self.test.items()}
        measured = {**{name: self.kept_row[name] for name in self.kept_row if name.startswith(OF_PARTS)}, **test}
        return {name: float(value) for name, value in measured.items() if isinstance(value, int | float)}

    @property
    def kept_epoch(self) -> int:
        """That of the kept parameters; 0 where there are none."""
        return int(self.facts.get("kept_epoch") or 0)

    @cached_property
    def images(self) -> Mapping[str, bytes]:
        """All its pictures, as PNG, by their names without the ending."""
        names = (name for name in FILES if name.endswith(".png"))
        return {name.removesuffix(".png"): self.run.read(name) for name in names if self.run.holds(name)}

    def summary(self) -> str:
        """How it ended, its errors with their intervals and the verdict, as Markdown."""
        lines = [f"{self.name}: {self.status.replace('_', ' ')} after {self.kept_epoch} epochs"]
        diagnosis = None if self.is_of_objective else self.run.diagnosis_unless_damaged()
        if diagnosis is None:
            return lines[0]
        lines += ["", f"Verdict: {diagnosis.verdict}", "", "| | error | 95 % interval | m |", "|---|---|---|---|"]
        for part, error in diagnosis.errors.items():
            cells = numbers.error(error.value, self.task), numbers.interval(error.low, error.high, self.task), error.m
            lines.append(f"| {part} | {' | '.join(str(cell) for cell in cells if cell is not None)} |")
        return "\n".join(lines)


def tag(column: str) -> str:
    """The name under which trackers show a column of ``metrics.csv``.

    >>> [tag(name) for name in ("dev_error", "train_f1", "cost", "learning_rate")]
    ['error/dev', 'f1/train', 'cost/batches', 'learning_rate']
    """
    part, _, measure = column.partition("_")
    if f"{part}_" in OF_PARTS:
        return f"{measure}/{part}"
    return "cost/batches" if column == "cost" else column


def _settings(spec: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Setting]]:
    for name, value in spec.items():
        if isinstance(value, dict):
            yield from _settings(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            yield f"{prefix}{name}", json.dumps(value, ensure_ascii=False)
        elif value is not None:
            yield f"{prefix}{name}", value if isinstance(value, bool | int | float) else str(value)


def _seconds(time: str) -> float:
    return datetime.fromisoformat(time).timestamp()
