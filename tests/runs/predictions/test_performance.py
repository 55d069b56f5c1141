"""What is measured beside the error stands in the files of a run, and is the same when it is measured anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.verdict import diagnose
from dlx.documents.baselines import BaselineRecord, Baselines, NetworkDifference, PartBaseline
from dlx.files import to_json
from dlx.plain_data import plain
from dlx.runs.diagnosis.diagnose import examine_run
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.performance import Performance
from dlx.runs.predictions.predict import evaluation, predictions
from dlx.runs.preparation import prepare
from dlx.runs.training.provenance import provenance
from dlx.runs.training.train import Session
from dlx.spec.sections import Spec
from dlx.stats.intervals import exact
from dlx.stats.measured import LabelValue, MeasuredMetric


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
    anew = json.loads(to_json(examine_run(run).document))
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
    assert metrics["balanced_error"].value == pytest.approx(np.mean(errors))
    assert [entry.label for entry in metrics["recall"].classes] == ["no", "yes"]


LABELS = ["sweet", "red", "big"]


def labelled_rows(path: Path) -> Path:
    rng = np.random.default_rng(2)
    X = rng.normal(size=(160, 3)).round(4)
    labels = (X + 0.5 * rng.normal(size=X.shape) > [0, 0.5, 1]).astype(int)
    lines = [",".join(map(str, [*x, *y])) for x, y in zip(X.tolist(), labels.tolist(), strict=True)]
    path.write_text("\n".join([f"a,b,c,{','.join(LABELS)}", *lines]) + "\n")
    return path


@pytest.fixture
def fruit(tmp_path: Path) -> Path:
    """A folder with a spec of several labels that is monitored by a metric of theirs."""
    labelled_rows(tmp_path / "t.csv")
    spec = {
        "name": "fruit",
        "task": "multilabel",
        "data": {
            "source": {"name": "file", "path": str(tmp_path / "t.csv"), "target": LABELS},
            "split": {"train": 90, "dev": 70, "test": 0},
        },
        "architecture": {"hidden": [4]},
        "optimizer": {"name": "adam", "learning_rate": 0.03},
        "training": {"epochs": 3, "batch_size": 32, "early_stopping": {"monitor": "dev_f1"}},
        "metrics": ["precision", "roc_auc", "brier"],
    }
    (tmp_path / "spec.yaml").write_text(json.dumps(spec))
    return tmp_path


@pytest.mark.usefixtures("blank_pictures")
def test_several_labels_have_metrics_with_a_row_each(fruit: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "spec.yaml", "--out", "run", cwd=fruit).code == 0
    facts = json.loads((fruit / "run" / "run.json").read_text())
    kept = max([facts["best"], facts["final"]], key=lambda row: row["epoch"] == facts["kept_epoch"])
    for name in ("f1", "precision", "roc_auc", "brier"):
        entry = facts["metrics"]["dev"][name]
        assert entry["value"] == pytest.approx(kept[f"dev_{name}"], rel=1e-6)
        assert [row["label"] for row in entry["classes"]] == LABELS
    assert list(facts["baselines"]) == ["constant", "linear", "neighbours"]
    text = call_dlx("diagnose", "run", "--full", cwd=fruit).stdout
    assert "label, dev" in text
    assert call_dlx("report", "run", cwd=fruit).code == 0
    assert "Each label by itself, on dev" in (fruit / "run" / "report.html").read_text()


@pytest.mark.usefixtures("blank_pictures")
def test_searches_and_claims_take_the_metrics_of_several_labels(fruit: Path, call_dlx: Callable[..., Any]) -> None:
    search = {"trials": 2, "objective": "dev_f1", "finalists": 1, "fresh_seeds": 2}
    space = {"space": {"optimizer.learning_rate": {"choice": [0.01, 0.1]}}}
    (fruit / "tune.yaml").write_text(json.dumps({"base": "spec.yaml", "search": search | space}))
    tuned = call_dlx("tune", "tune.yaml", "--json", cwd=fruit)
    assert tuned.code == 0, tuned.stderr
    values = [trial["value"] for trial in json.loads(tuned.stdout)["trials"]]
    assert all(0 <= value < 1 for value in values)
    variants = {"slow": {"optimizer.learning_rate": 1e-9}, "fast": {}}
    study = {"base": "spec.yaml", "variants": variants, "seeds": 2, "expect": ["fast.dev_brier < slow.dev_brier"]}
    (fruit / "study.yaml").write_text(json.dumps(study))
    studied = call_dlx("study", "study.yaml", "--json", cwd=fruit)
    assert json.loads(studied.stdout)["claims"][0]["holds"] is True


def test_a_network_that_gives_some_examples_one_label_has_no_sole_answer() -> None:
    each = [LabelValue("sweet", 0.5, 0.2, 0.8, 9), LabelValue("red", None, None, None, 0)]
    precision, subset_error = MeasuredMetric(0.5, 0.2, 0.8, 9, each), MeasuredMetric(0.1, 0.0, 0.2, 9)
    assert Performance({"dev": {"precision": precision}}).sole_answer == "sweet"
    assert Performance({"dev": {"precision": precision, "subset_error": subset_error}}).sole_answer is None


def test_a_better_network_that_is_not_surely_better_is_not_done() -> None:
    def beside_a_constant(verdict: str) -> Performance:
        part = PartBaseline(exact(0.1), NetworkDifference(-0.01, -0.03, 0.01, 100, verdict))
        return Performance({}, Baselines({"constant": BaselineRecord("always no", 100, {"dev": part})}))

    assert beside_a_constant("not established").unproven == (
        "better than answering always no is not established: more dev examples would tell (data.split.dev)"
    )
    assert beside_a_constant("better").unproven is None
    assert Performance.recalled(diagnose({"train": exact(0.1)}, 0.0, 0.02)).unproven is None


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
    assert facts["tails"] == diagnosis["tails"] == plain(examine_run(run).document.tails)
