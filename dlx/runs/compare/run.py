"""A run as one of several that are compared: its settings by dotted key, and the measures of what it kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

from dlx.errors import DataError
from dlx.runs.directory import RunDirectory
from dlx.runs.listing import PastRun
from dlx.runs.tables import MEASURES
from dlx.spec.tree import dotted, leaves
from dlx.spec.yaml_text.reading import load
from dlx.stats.intervals import Estimate, unbounded
from dlx.words import PARTS, Status, Task

CHANCE = ("seed", "randomness")  # the sections that only decide which random numbers are drawn
ASIDE = (*CHANCE, "name", "diagnosis", "training.threads")  # what does not change what a training is


@dataclass(frozen=True)
class ComparedRun:
    """One run."""

    run: RunDirectory
    facts: Mapping[str, Any]
    settings: Mapping[str, Any]
    errors: Mapping[str, Estimate]
    metrics: Mapping[str, Sequence[float]]

    @classmethod
    def read(cls, path: Path) -> ComparedRun:
        """The run in a directory.

        Raises:
            UsageError: there is none.
            DataError: a file of it is damaged.
        """
        run = RunDirectory.open(path)
        facts, spec, metrics = run.facts(), load(run.config).plain(), run.metrics()
        if not isinstance(spec, dict):
            raise DataError(f"{run.config}: is damaged: it holds no mapping")
        settings = {dotted(key): value for key, value in leaves(spec)}
        return cls(run, facts, settings, _errors(run, facts, metrics), metrics)

    @property
    def id(self) -> str:
        """The short id at the end of the directory's name, or all of that name."""
        return self.run.path.resolve().name.rpartition("-")[2]

    @property
    def name(self) -> str:
        """What the spec is called."""
        return str(self.facts.get("name", self.settings.get("name", "")))

    @property
    def status(self) -> Status:
        """As ``run.json`` has it."""
        return Status(self.facts["status"])

    @property
    def task(self) -> Task | None:
        """What its data ask for; None of an objective."""
        task = (self.facts.get("data") or {}).get("task")
        return None if task is None else Task(task)

    @property
    def is_regression(self) -> bool:
        """Whether its errors are in the unit of the targets."""
        return self.task is Task.REGRESSION

    @property
    def fingerprint(self) -> str | None:
        """Of its data, all parts."""
        return (self.facts.get("data") or {}).get("fingerprint")

    @property
    def chance(self) -> tuple[tuple[str, Any], ...]:
        """What decides its random numbers: runs in which it is equal are paired."""
        return tuple(sorted((key, value) for key, value in self.settings.items() if is_of(key, CHANCE)))

    @cached_property
    def kind(self) -> dict[str, Any]:
        """Its settings without those that only decide about chance or about words."""
        return {key: value for key, value in self.settings.items() if not is_of(key, ASIDE)}

    def measures(self) -> dict[str, Any]:
        """Of the kept parameters, which are the last ones while training goes on."""
        past, last = PastRun(self.run.path, dict(self.facts)), self.last
        final = self.facts.get("final") or last
        row = {key: past[key] if past["epoch"] is not None else last.get(key) for key in ("epoch", *MEASURES)}
        return {
            "status": self.status,
            "epoch": row["epoch"],
            "epochs": final.get("epoch"),
            "seconds": final.get("seconds"),
            "parameters": self.facts.get("parameters"),
            **{key: row[key] for key in ("cost", "train_cost", "dev_cost")},
            "test_cost": past["test_cost"],
        }

    @property
    def last(self) -> dict[str, Any]:
        """The last row of ``metrics.csv``; empty where there is none."""
        return last_row(self.metrics)

    @property
    def dev_error(self) -> float | None:
        """That of the kept parameters, where it is a number and training has ended."""
        error = self.errors.get("dev")
        return error.value if error is not None and self.status.has_result and isfinite(error.value) else None


def is_of(key: str, sections: Sequence[str]) -> bool:
    """Whether a dotted key is one of these or lies below one."""
    return any(key == section or key.startswith(f"{section}.") for section in sections)


def last_row(metrics: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The last row of the columns, what is not a number left out."""
    return {name: values[-1] for name, values in metrics.items() if values and isfinite(values[-1])}


def _errors(run: RunDirectory, facts: Mapping[str, Any], metrics: Mapping[str, Sequence[float]]) -> dict[str, Estimate]:
    """Those of ``diagnosis.json``; where there is none yet, those of the last row of ``metrics.csv``."""
    if facts["status"] == Status.RUNNING or not run.has_diagnosis():
        row = last_row(metrics)
        return {part: unbounded(row[f"{part}_error"]) for part in PARTS if f"{part}_error" in row}
    errors = run.diagnosis().get("errors") or {}
    return {part: Estimate.from_document(errors[part]) for part in PARTS if part in errors}


def differing(runs: Sequence[ComparedRun]) -> list[str]:
    """The dotted keys in which the runs' specs are not all equal, in the order of the spec."""
    keys = list(dict.fromkeys(key for run in runs for key in run.settings))
    sections = list(dict.fromkeys(key.partition(".")[0] for key in keys))
    keys.sort(key=lambda key: sections.index(key.partition(".")[0]))
    return [key for key in keys if not _same([run.settings.get(key, KeyError) for run in runs])]


def _same(values: Sequence[object]) -> bool:
    return all(value == values[0] and type(value) is type(values[0]) for value in values)
