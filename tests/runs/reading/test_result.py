"""The result of a run: what its files tell of it, of one that ended, one that diverged, and one of an objective."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import Any

import pytest

from dlx.errors import DataError, UsageError
from dlx.runs.reading.result import Result
from dlx.words import PARTS, Status, Task

pytestmark = pytest.mark.usefixtures("blank_pictures")

MOONS = """name: moons
seed: 7
data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 100, dev: 60, test: 40}}
architecture: {hidden: [6]}
optimizer: {name: adam, learning_rate: 0.05}
training: {epochs: 30, batch_size: 20, early_stopping: {patience: 2}}
"""
RAVINE = """name: ravine
dtype: float64
objective: {name: rosenbrock, start: [-1.2, 1.0]}
optimizer: {name: momentum, learning_rate: 0.0005}
training: {epochs: 20}
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, call_dlx: Callable[..., Any]) -> Callable[..., Path]:
    """``trained(spec, *overrides)``: the directory of a run."""
    folder, runs = tmp_path_factory.mktemp("results"), dict[tuple[str, ...], Path]()

    def train(spec: str, *overrides: str) -> Path:
        if (spec, *overrides) not in runs:
            (folder / "spec.yaml").write_text(spec)
            path = folder / str(len(runs))
            call_dlx("train", folder / "spec.yaml", "--out", path, "--quiet", *overrides)
            runs[spec, *overrides] = path
        return runs[spec, *overrides]

    return train


def document(path: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((path / name).read_text())
    return content


def test_a_run_that_ended(trained: Callable[..., Path]) -> None:
    path = trained(MOONS)
    result, facts = Result.read(path), document(path, "run.json")
    assert (result.path, result.name, result.task) == (path, "moons", Task.BINARY)
    assert result.status is Status.EARLY_STOPPED
    assert not result.is_of_objective
    with (path / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert result.final is not None
    assert [result.final.epoch, result.final.dev_cost] == [int(rows[-1]["epoch"]), float(rows[-1]["dev_cost"])]
    assert result.metrics["train_cost"] == [float(row["train_cost"]) for row in rows]
    [kept] = [row for row in rows if int(row["epoch"]) == facts["kept_epoch"]]
    assert kept != rows[-1]
    assert {name: float(kept[name]) for name in ("dev_error", "cost", "seconds")}.items() <= result.kept_row.items()
    assert result.best is not None
    assert result.best.dev_error == min(float(row["dev_error"]) for row in rows)


def test_its_errors_are_those_of_its_diagnosis(trained: Callable[..., Path]) -> None:
    path = trained(MOONS)
    result, errors = Result.read(path), document(path, "diagnosis.json")["errors"]
    assert list(result.errors) == list(errors) == [part for part in PARTS if part != "train_dev"]
    assert {part: error.document() for part, error in result.errors.items()} == errors
    assert result.errors["test"].value == result.test["error"]


def test_a_run_that_diverged_at_once_has_errors_and_no_row(trained: Callable[..., Path]) -> None:
    regression = MOONS + "task: regression\n"
    result = Result.read(trained(regression, "optimizer.learning_rate=1e30", "training.early_stopping=null"))
    assert result.status is Status.DIVERGED
    assert result.status.is_bad
    assert result.is_regression
    assert (result.final, result.best, result.kept_row) == (None, None, {})
    assert all(error.low > 1e9 for error in result.errors.values())


def test_what_was_not_finite_is_no_number(
    trained: Callable[..., Path], rewrite: Callable[[Path, object], None]
) -> None:
    path = trained(MOONS, "training.epochs=2")
    facts = document(path, "run.json")
    rewrite(path / "run.json", facts | {"final": facts["final"] | {"dev_cost": None}})
    result = Result.read(path)
    assert result.final is not None
    assert result.final.dev_cost is not None
    assert isnan(result.final.dev_cost)


def test_a_run_without_dev_has_none_of_its_numbers(trained: Callable[..., Path]) -> None:
    alone = MOONS.replace(", split: {train: 100, dev: 60, test: 40}", "").replace(", early_stopping: {patience: 2}", "")
    result = Result.read(trained(alone, "training.epochs=2"))
    assert result.final is not None
    assert (result.final.dev_cost, result.final.dev_error) == (None, None)
    assert list(result.errors) == ["train"]
    assert result.test == {}


def test_an_objective_has_neither_errors_nor_a_task(trained: Callable[..., Path]) -> None:
    path = trained(RAVINE)
    result = Result.read(path)
    assert result.is_of_objective
    assert (result.task, result.is_regression, result.errors, result.data) == (None, False, {}, {})
    assert result.kept_row["epoch"] == document(path, "run.json")["kept_epoch"] == 20


def test_what_is_damaged_or_no_run_is_named(
    trained: Callable[..., Path], tmp_path: Path, rewrite: Callable[[Path, object], None]
) -> None:
    with pytest.raises(UsageError):
        Result.read(tmp_path / "nothing")
    path = trained(MOONS, "training.epochs=1")
    facts = document(path, "run.json")
    rewrite(path / "run.json", facts | {"status": "done"})
    with pytest.raises(DataError, match="status is 'done', expected one of running, completed"):
        Result.read(path)
