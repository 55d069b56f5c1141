"""Measurements: what the gallery shows where its subject is not a training run, or where a run is looked into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from importlib import import_module
from math import isfinite
from pathlib import Path
from typing import Any

from dlx.runs.files.directory import RunDirectory
from dlx.search.study.claim_outcomes import checked
from dlx.search.study.claims import Quantity, Value, term_of
from dlx.search.study.file import Expected
from dlx.search.trials.pool import run_trials
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.training.build import build_supervised
from dlx.training.supervised import Supervised

from .topics import ROOT, Part

Row = Mapping[str, float | str]


@dataclass(frozen=True)
class Measured:
    """What a measurement has found.

    rows: name → column → number, or a text that is only shown; claims speak of ``name.column``, and a row need not
        have every column.
    pictures: name → PNG.
    """

    rows: Mapping[str, Row]
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """What a measurement works with: a folder of its own, and processes that train."""

    folder: Path
    executor: Executor

    def built(self, spec: str, *overrides: str) -> Supervised:
        """The experiment of a spec, its path as seen from ``experiments/``, before the first step."""
        return build_supervised(load_spec(ROOT / spec, overrides).spec)

    def trained(self, spec: str, changes: Mapping[str, Sequence[str]]) -> dict[str, RunDirectory]:
        """Train a spec once for each name with its overrides, such as ``optimizer.learning_rate=0.1``."""
        trials = {name: Trial.of(load_spec(ROOT / spec, overrides).spec) for name, overrides in changes.items()}
        runs = {outcome.key: outcome.run for outcome in run_trials(list(trials.values()), self.folder, self.executor)}
        return {name: RunDirectory.open(runs[trial.key]) for name, trial in trials.items()}


@dataclass(frozen=True)
class _Answers:
    """A row as what claims ask."""

    name: str
    row: Row

    def value(self, quantity: Quantity) -> Value:
        column = ".".join(term_of(quantity).path)
        if column not in self.row:
            raise SystemExit(f"{self.name} has no {column!r}: it has {', '.join(self.row)}")
        return float(self.row[column])


def measured(part: Part, bench: Bench) -> tuple[dict[str, Any], Mapping[str, bytes]]:
    """Measure; returns the document with the outcome of the claims, and the pictures."""
    module = import_module(f"experiments.measurements.{part.name}")
    result: Measured = module.measure(bench)
    answers = {name: [_Answers(name, row).value] for name, row in result.rows.items()}
    claims = [asdict(checked(Expected(claim, why), answers)) for claim, why in part.expect]
    rows = {name: {key: _plain(value) for key, value in row.items()} for name, row in result.rows.items()}
    return {"about": module.__doc__, "rows": rows, "claims": claims}, result.pictures


def _plain(value: float | str) -> float | str:
    """As JSON has it."""
    return value if isinstance(value, str) or isfinite(value) else str(value)
