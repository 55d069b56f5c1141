"""Runs on large tables: the same files as with a matrix, also where one begins with it and goes on without."""

from __future__ import annotations

import csv
import json
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.rows import compact_rows
from dlx.errors import Interrupted
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.spec.loader import load_spec
from dlx.training.records import EpochRecord

pytestmark = pytest.mark.usefixtures("blank_pictures")

MATRIX, COMPACT = 10**15, 0
SPEC = """
data:
  source: {name: file, path: x.csv, target: y, impute: mean, missing_indicators: true, rare: 3}
  split: {train: 0.6, dev: 0.2, test: 0.2}
  normalize: standard
  normalize_targets: standard
task: regression
architecture: {hidden: [6]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 4, batch_size: 16}
"""
CLOCKS = {"started", "ended", "command", "seconds", "samples_per_second", "id"}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    with (tmp_path / "x.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["size", "color", "weight", "y"])
        for size, color, weight, noise in zip(
            rng.normal(size=120).round(3),
            rng.integers(0, 7, 120),
            rng.integers(0, 9, 120),
            rng.normal(size=120),
            strict=True,
        ):
            colors = ("red", "green", "blue", "", "red", "green", f"c{color}")
            writer.writerow([size, colors[color], weight or "", f"{size + weight / 5 + noise / 10:.3f}"])
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path / "spec.yaml"


def train(spec: Path, out: Path, stop_after: int | None = None) -> None:
    with Session.start(load_spec(spec), [], out, spec.parent) as session, suppress(Interrupted):
        for record in session.records():
            if isinstance(record, EpochRecord) and record.epoch == stop_after:
                signal.raise_signal(signal.SIGINT)


def outcome(path: Path) -> list[Any]:
    """What a run has come to, but for what clocks say."""
    run = RunDirectory.open(path)
    arrays, facts = run.model()
    with (path / "metrics.csv").open(encoding="utf-8") as file:
        rows = [{key: value for key, value in row.items() if key not in CLOCKS} for row in csv.DictReader(file)]
    ends = {key: run.facts()[key] for key in ("data", "status", "kept_epoch", "metrics", "baselines", "test")}
    diagnosis = json.loads((path / "diagnosis.json").read_text())
    return [rows, facts, {name: array.tobytes() for name, array in arrays.items()}, ends, diagnosis]


@pytest.mark.parametrize("stop_after", [None, 2])
def test_a_run_is_the_same_however_its_rows_are_stored(
    stop_after: int | None, spec: Path, monkeypatch: pytest.MonkeyPatch, call_dlx: Callable[..., Any]
) -> None:
    outcomes, predictions = list[list[Any]](), list[str]()
    ways = [(MATRIX, MATRIX), (COMPACT, COMPACT)] + [(MATRIX, COMPACT), (COMPACT, MATRIX)] * (stop_after is not None)
    for first, second in ways:
        run = spec.parent / f"{first}-{second}"
        monkeypatch.setattr(compact_rows, "LEAST_BYTES", first)
        train(spec, run, stop_after)
        monkeypatch.setattr(compact_rows, "LEAST_BYTES", second)
        if stop_after is not None:
            with Session.resume(run) as session:
                for _ in session.records():
                    pass
        outcomes.append(outcome(run))
        predictions.append(call_dlx("predict", run, spec.parent / "x.csv").stdout)
        predictions.append(call_dlx("evaluate", run, spec.parent / "x.csv", "--json").stdout.replace(run.name, ""))
    assert outcomes[0][0][-1]["epoch"] == "4"
    assert all(other == outcomes[0] for other in outcomes[1:])
    assert len(set(predictions)) == 2
