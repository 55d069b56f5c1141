"""What is measured beside the error stands in the files of a run, and is the same when it is measured anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.runs.diagnose import examine
from dlx.runs.directory import RunDirectory
from dlx.runs.performance import Performance
from dlx.runs.predict import evaluation, predictions
from dlx.runs.preparation import prepare
from dlx.runs.provenance import provenance
from dlx.runs.train import Session
from dlx.spec.sections import Spec


def trained(path: Path, **data: Any) -> RunDirectory:
    spec = Spec.model_validate(
        {
            "data": data,
            "architecture": {"hidden": [8]},
            "optimizer": {"name": "adam", "learning_rate": 0.01},
            "training": {"epochs": 10},
        }
    ).complete()
    run = RunDirectory.create("x", out=path)
    with Session(prepare(spec), run) as session:
        session.begin([], provenance(["dlx"], path.parent))
        for _ in session.records():
            pass
    return run


def rows(path: Path, noise: float, regression: bool) -> Path:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(300, 2))
    y = X @ [1, 2] + noise * rng.normal(size=300)
    labels = [f"{value:.6f}" if regression else ("yes" if value > 1 else "no") for value in y]
    lines = [f"{a:.6f},{b:.6f},{label}" for (a, b), label in zip(X, labels, strict=True)]
    path.write_text("\n".join(["a,b,y", *lines]) + "\n")
    return path


@pytest.mark.parametrize("regression", [False, True])
def test_metrics_and_baselines_stand_in_run_and_diagnosis_and_come_out_the_same_anew(
    tmp_path: Path, regression: bool
) -> None:
    table = rows(tmp_path / "t.csv", 0.3, regression)
    source = {"name": "file", "path": str(table), "target": "y"}
    run = trained(tmp_path / "run", source=source, split={"train": 150, "dev": 100, "test": 50})
    facts, diagnosis = (json.loads((run.path / name).read_text()) for name in ("run.json", "diagnosis.json"))
    anew = json.loads(json.dumps(examine(str(run.path)).document))
    for key in ("metrics", "baselines"):
        assert facts[key] == diagnosis[key] == anew[key]
    assert list(facts["metrics"]) == ["train", "dev", "test"]
    assert list(facts["baselines"]) == ["constant", "linear", "neighbours", "boosting"]  # since the train error is high
    assert facts["metrics"]["dev"]["rmse" if regression else "recall"]["m"] == 100
    if regression:
        assert facts["metrics"]["dev"]["rmse"] == diagnosis["errors"]["dev"]


def test_the_metrics_of_a_file_are_those_of_what_is_predicted_for_it(tmp_path: Path) -> None:
    table = rows(tmp_path / "t.csv", 0.5, regression=False)
    source = {"name": "file", "path": str(table), "target": "y"}
    run = trained(tmp_path / "run", source=source, split={"train": 200, "dev": 100})
    metrics = evaluation(str(run.path), table)["metrics"]
    answers = [row[0] for row in predictions(str(run.path), table).rows]
    true = [line.rsplit(",", 1)[1] for line in table.read_text().splitlines()[1:]]
    right = {label: [a == t for a, t in zip(answers, true, strict=True) if t == label] for label in ("no", "yes")}
    errors = [1 - np.mean(hits) for hits in right.values()]
    assert metrics["balanced_error"]["value"] == pytest.approx(np.mean(errors))
    assert [entry["label"] for entry in metrics["recall"]["classes"]] == ["no", "yes"]


def test_a_better_network_that_is_not_surely_better_is_not_done() -> None:
    estimate = {"value": -0.01, "low": -0.03, "high": 0.01, "m": 100}
    parts: dict[str, Any] = {"dev": {"error": estimate, "difference": {**estimate, "verdict": "not established"}}}
    baselines = {"constant": {"title": "always no", "fitted_on": 100, "parts": parts}}
    assert Performance({}, baselines).unproven == (
        "better than answering always no is not established: more dev examples would tell (data.split.dev)"
    )
    parts["dev"]["difference"]["verdict"] = "better"
    assert Performance({}, baselines).unproven is None
    assert Performance.recalled({}).unproven is None


def test_a_residual_that_carries_the_error_stands_in_run_and_diagnosis(tmp_path: Path) -> None:
    table = rows(tmp_path / "t.csv", 0.1, regression=True)
    lines = table.read_text().splitlines()
    lines[1:] = [f"{line.rsplit(',', 1)[0]},400" if number == 7 else line for number, line in enumerate(lines[1:])]
    table.write_text("\n".join(lines) + "\n")
    run = trained(tmp_path / "run", source={"name": "file", "path": str(table), "target": "y"}, split={"train": 1.0})
    facts, diagnosis = (json.loads((run.path / name).read_text()) for name in ("run.json", "diagnosis.json"))
    tail = diagnosis["tails"]["train"]
    assert (tail["residuals"], tail["m"]) == (1, 300)
    assert tail["share"] > 0.9
    assert facts["tails"] == diagnosis["tails"] == examine(str(run.path)).document["tails"]
