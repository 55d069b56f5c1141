"""What a change of a spec did to the error, paired by example: the answers of both networks, one by one."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.documents.comparison import ComparisonDocument
from dlx.runs.compare import compare
from dlx.runs.reading.result import Result
from dlx.runs.training.earlier import earlier_of, past_of
from dlx.stats.intervals import Estimate

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
name: rows
data: {source: {name: file, path: rows.csv, target: y}, split: {train: 0.5, dev: 0.5}, folds: FOLDS}
architecture: {hidden: [4]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 8, batch_size: 32}
"""
M = 120


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table in which two inputs decide about the class, and about a number."""
    folder = tmp_path_factory.mktemp("paired")
    X = np.random.default_rng(4).normal(size=(M, 2)).round(3)
    classes = ["ab"[int(a + b > 0)] for a, b in X]
    (folder / "rows.csv").write_text(
        "p,q,y\n" + "".join(f"{a},{b},{c}\n" for (a, b), c in zip(X, classes, strict=True))
    )
    numbers = (X[:, 0] - 2 * X[:, 1]).round(3)
    rows = "".join(f"{a},{b},{c}\n" for (a, b), c in zip(X, numbers, strict=True))
    (folder / "numbers.csv").write_text(f"p,q,y\n{rows}")
    return folder


def train(call_dlx: Callable[..., Any], folder: Path, *words: str) -> None:
    result = call_dlx("train", *words, cwd=folder)
    assert result.code == 0, result.stderr


def answers(path: Path) -> tuple[list[str], list[str]]:
    """The labels and the answers of predictions.csv, in the order of the rows."""
    with path.open() as file:
        rows = [*csv.DictReader(file)]
    answer = "answer" if "answer" in rows[0] else "value"
    return [row["label"] for row in rows], [row[answer] for row in rows]


def test_a_change_is_the_difference_of_the_dev_errors_and_is_paired(
    folder: Path, tmp_path: Path, call_dlx: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(folder / "rows.csv", tmp_path)
    (tmp_path / "spec.yaml").write_text(SPEC.replace(", folds: FOLDS", ""))
    train(call_dlx, tmp_path, "spec.yaml", "--out", "a")
    train(call_dlx, tmp_path, "a/config.yaml", "optimizer.learning_rate=0.0001", "--out", "b")
    earlier = past_of(Result.read("b"))["earlier"]
    assert earlier is not None
    assert earlier.change is not None
    errors = [json.loads(Path(run, "diagnosis.json").read_text())["errors"]["dev"] for run in "ab"]
    assert earlier.change.value == pytest.approx(errors[1]["value"] - errors[0]["value"])
    assert earlier.change.m == M // 2
    width = sum(error["high"] - error["low"] for error in errors)
    assert earlier.change.high - earlier.change.low < width
    assert "change" not in json.loads(Path("b", "run.json").read_text())["earlier"]
    assert earlier_of(Result.read("b").run) == earlier
    train(call_dlx, tmp_path, "a/config.yaml", "data.split={train: 50, dev: 60}", "--out", "c")
    train(call_dlx, tmp_path, "b/config.yaml", "seed=9", "--out", "d")
    attempts = {run: past_of(Result.read(run))["attempts"] for run in "bcd"}
    assert [len(attempts[run].way) for run in "bcd"] == [1, 0, 0], "other examples, or other luck, are no remedy"
    assert not attempts["b"].beside
    assert _change("c") is None, "these are other examples"
    shutil.rmtree("a")
    assert _change("b") is None
    assert call_dlx("diagnose", "b").code == 0
    train(call_dlx, tmp_path, "b/config.yaml", "optimizer.learning_rate=0.001", "--out", "e")


def _change(run: str) -> Estimate | None:
    earlier = past_of(Result.read(run))["earlier"]
    assert earlier is not None
    return earlier.change


@pytest.mark.parametrize("table", ["rows", "numbers"])
def test_trainings_in_folds_are_compared_by_all_examples_out_of_their_folds(
    table: str, folder: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    shutil.copy(folder / f"{table}.csv", tmp_path)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("FOLDS", "3").replace("rows.csv", f"{table}.csv"))
    train(call_dlx, tmp_path, "spec.yaml", "--out", "a")
    train(call_dlx, tmp_path, "a/plan.yaml", "architecture.hidden=[]", "data.folds=4", "--out", "b")
    difference = document(tmp_path / "a", tmp_path / "b").difference
    assert difference is not None
    labels, of_a = answers(tmp_path / "a" / "predictions.csv")
    _, of_b = answers(tmp_path / "b" / "predictions.csv")
    if table == "rows":
        pairs = [(one != label, other != label) for label, one, other in zip(labels, of_a, of_b, strict=True)]
        expected = np.mean([int(one) - int(other) for one, other in pairs])
    else:
        y, *both = (np.array(values, float) for values in (labels, of_a, of_b))
        expected = np.subtract(*(np.sqrt(np.mean((y - each) ** 2)) for each in both))
    assert difference.value == pytest.approx(expected, abs=1e-6)
    assert (difference.measure, difference.m, difference.runs) == ("out_of_fold_error", M, [1, 1])
    assert difference.low < difference.value < difference.high
    errors = [json.loads((tmp_path / run / "folds.json").read_text())["errors"]["out_of_fold"]["value"] for run in "ab"]
    assert difference.value == pytest.approx(errors[0] - errors[1], abs=1e-6)
    shown = call_dlx("compare", "a", "b", cwd=tmp_path)
    assert shown.code == 0, shown.stderr
    assert "of all examples out of their folds" in " ".join(shown.stdout.split())
    assert "verdict" in shown.stdout


def document(*folders: Path) -> ComparisonDocument:
    return compare([str(path) for path in folders]).document()


def test_the_folds_of_one_training_are_runs_beside_each_other(
    folder: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    shutil.copy(folder / "rows.csv", tmp_path)
    (tmp_path / "spec.yaml").write_text(SPEC.replace("FOLDS", "3"))
    train(call_dlx, tmp_path, "spec.yaml", "--out", "a")
    alone = document(tmp_path / "a")
    assert (len(alone.groups), alone.difference) == (3, None)
    shutil.copytree(tmp_path / "a", tmp_path / "again")
    same = document(tmp_path / "a", tmp_path / "again")
    assert same.difference is not None
    assert (same.difference.low, same.difference.high) == (0, 0)
