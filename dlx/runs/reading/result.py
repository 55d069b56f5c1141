"""The result of a run: all that its directory tells of how far training has come, or of what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import nan
from pathlib import Path
from typing import Any, Self

from dlx.documents.diagnosis import DiagnosisDocument
from dlx.runs.files.directory import RunDirectory
from dlx.stats.intervals import Estimate
from dlx.training.records import EpochRecord
from dlx.words import PARTS, Status, Task

OF_DEV = ("dev_cost", "dev_error")
OBJECTIVE = "objective"  # what run.json tells of the objective, where one was minimized


@dataclass(frozen=True)
class Result:
    """What came of a run, read from its files; what takes long is read when it is asked for, and once.

    Args:
        run: its directory.
        facts: the document ``run.json``, with the status that the run has now.
        was_killed: whether its process is gone without having written how it ended.
    """

    run: RunDirectory
    facts: Mapping[str, Any]
    was_killed: bool = False

    @classmethod
    def of(cls, run: RunDirectory) -> Self:
        """The result in a directory that has been opened; raises `DataError` where its ``run.json`` is damaged."""
        return cls(run, *run.at_present(run.facts))

    @classmethod
    def read(cls, path: Path | str) -> Self:
        """The result of the run at a path; raises as `RunDirectory.open`, and `DataError` where it is damaged."""
        return cls.of(RunDirectory.open(path))

    @property
    def path(self) -> Path:
        """The directory."""
        return self.run.path

    @property
    def name(self) -> str:
        """What the spec is called."""
        return str(self.facts["name"])

    @property
    def status(self) -> Status:
        """How far training has come, or how it ended."""
        return Status(self.facts["status"])

    @property
    def has_recorded_end(self) -> bool:
        """Whether its files tell how it ended; else what they tell of an end is of an earlier one."""
        return self.status is not Status.RUNNING and not self.was_killed

    @property
    def has_result(self) -> bool:
        """Whether it has written what it came to."""
        return self.has_recorded_end and self.status.has_result

    @property
    def was_in_folds(self) -> bool:
        """Whether it is one training of a spec that folds have judged before."""
        return any(re.fullmatch(r"data\.folds=\s*(null|~)?\s*", override) for override in self.facts["overrides"])

    @property
    def data(self) -> Mapping[str, Any]:
        """What is known of its data; empty of an objective."""
        return self.facts.get("data") or {}

    @property
    def task(self) -> Task | None:
        """What its data ask for; None of an objective."""
        task = self.data.get("task")
        return None if task is None else Task(task)

    @property
    def is_regression(self) -> bool:
        """Whether its errors are in the unit of the targets."""
        return self.task is Task.REGRESSION

    @property
    def is_of_objective(self) -> bool:
        """Whether an objective was minimized: there are no errors then, and no diagnosis."""
        return OBJECTIVE in self.facts

    @property
    def final(self) -> EpochRecord | None:
        """The last row of ``metrics.csv``, once training has ended."""
        return self._record("final")

    @property
    def best(self) -> EpochRecord | None:
        """The row with the best dev error, or with what early stopping watched."""
        return self._record("best")

    @property
    def kept_row(self) -> Mapping[str, Any]:
        """The row of the parameters that were kept, by column; empty before the end. What was not finite is None."""
        final, best = self.facts.get("final") or {}, self.facts.get("best") or {}
        return best if best.get("epoch") == self.facts.get("kept_epoch") else final

    @property
    def refit_note(self) -> str:
        """What must be said beside the errors, where another network predicts; else nothing."""
        return str((self.facts.get("refit") or {}).get("note", ""))

    @property
    def test(self) -> Mapping[str, Any]:
        """Cost and error on test; empty where there are none."""
        return self.facts.get("test") or {}

    @cached_property
    def metrics(self) -> Mapping[str, list[float]]:
        """The columns of ``metrics.csv``."""
        return self.run.metrics()

    @cached_property
    def layers(self) -> Mapping[str, list[float]]:
        """The columns of ``layers.csv``."""
        return self.run.layers()

    @cached_property
    def diagnosis(self) -> DiagnosisDocument:
        """The document ``diagnosis.json``; raises `DataError` where it is damaged, or there is none."""
        return self.run.diagnosis()

    @cached_property
    def errors(self) -> Mapping[str, Estimate]:
        """Those of the kept parameters by part, as ``diagnosis.json`` has them; none of an objective."""
        if self.is_of_objective:
            return {}
        errors = self.diagnosis.errors
        return {part: errors[part] for part in PARTS if part in errors}

    def _record(self, name: str) -> EpochRecord | None:
        """A row as it was told; a number that was not finite is NaN, one of a part that the data lack is None."""
        row = self.facts.get(name)
        if row is None:
            return None
        absent = () if "dev" in self.data.get("examples", ()) else OF_DEV
        values: dict[str, Any] = {key: nan if row[key] is None and key not in absent else row[key] for key in row}
        return EpochRecord.from_document(values)
