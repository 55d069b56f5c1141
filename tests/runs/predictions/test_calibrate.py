"""A calibration is fitted on dev, kept in the run, and used by predict, evaluate and export, until training goes on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import DataError, UsageError
from dlx.runs.export.frozen import Dense, freeze
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.calibrate import apply, calibrate, parse_aim
from dlx.runs.predictions.predict import evaluation, model_of, predictions
from dlx.runs.preparation import prepare
from dlx.runs.training.provenance import provenance
from dlx.runs.training.train import Session
from dlx.spec.sections import Spec
from dlx.stats.calibration import tempered
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import Metric
from dlx.words import Task

pytestmark = pytest.mark.usefixtures("blank_pictures")


def table(path: Path, kind: str) -> Path:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 2))
    score = X @ [1, 2] + 2 * rng.normal(size=400)
    labels = {
        "binary": np.where(score > 2.5, "yes", "no"),
        "multiclass": np.array(["a", "b", "c"])[np.digitize(score, [-1, 1])],
        "regression": score,
    }[kind]
    lines = [f"{a:.6f},{b:.6f},{label}" for (a, b), label in zip(X, labels, strict=True)]
    path.write_text("\n".join(["u,v,y", *lines]) + "\n")
    return path


def test_without_a_mistake_nothing_is_judged_and_nothing_changes(tmp_path: Path) -> None:
    rows = [f"{4 * (row % 2) + row % 7 / 10},{'ny'[row % 2]}" for row in range(80)]
    (tmp_path / "t.csv").write_text("\n".join(["u,y", *rows]) + "\n")
    source = {"name": "file", "path": str(tmp_path / "t.csv"), "target": "y"}
    training = {"epochs": 30, "batch_size": 16}
    sections = {
        "data": {"source": source, "split": {"train": 64, "dev": 16}, "normalize": "standard"},
        "architecture": {"hidden": [8]},
        "optimizer": {"name": "adam", "learning_rate": 0.05},
        "training": training,
    }
    directory = RunDirectory.create("x", out=tmp_path / "run")
    with Session(prepare(Spec.model_validate(sections).complete()), directory) as session:
        session.begin([], provenance(["dlx"], tmp_path))
        for _ in session.records():
            pass
    result = calibrate(str(directory.path), parse_aim("f1"))
    assert (result.document["temperature"], result.document["threshold"]) == (1, 0.5)
    assert result.document["remarks"] == [
        "none of the 16 answers on dev is wrong, so that it cannot be judged how sure they may be: temperature and "
        "threshold stay as they are"
    ]
    assert not apply(result)
    assert directory.calibration() == {}


@pytest.fixture
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A network that is surer of itself than it should be."""
    default = ("", {"train": 100, "dev": 300}, False)
    kind, split, refit = (
        (*param, *default[len(param) :]) if isinstance(param := request.param, tuple) else (param, *default[1:])
    )
    source = {"name": "file", "path": str(table(tmp_path / "t.csv", kind)), "target": "y"}
    sections: dict[str, Any] = {
        "data": {"source": source, "split": split},
        "architecture": {"hidden": [32]},
        "optimizer": {"name": "adam", "learning_rate": 0.02},
        "training": {"epochs": 60, "batch_size": 32, "refit": refit},
    }
    directory = RunDirectory.create("x", out=tmp_path / "run")
    with Session(prepare(Spec.model_validate(sections).complete()), directory) as session:
        session.begin([], provenance(["dlx"], tmp_path))
        for _ in session.records():
            pass
    return directory.path


@pytest.mark.parametrize("run", ["binary", "multiclass"], indirect=True)
def test_what_is_applied_is_what_predict_and_evaluate_use(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    before = list(predictions(str(run), path).rows)
    cost = evaluation(str(run), path)["cost"]
    result = calibrate(str(run))
    document = result.document
    assert document["temperature"] > 1.2
    assert document["after"]["log_loss"]["value"] < document["before"]["log_loss"]["value"]
    assert document["after"]["ece"] < document["before"]["ece"]
    assert list(predictions(str(run), path).rows) == before  # nothing is applied yet
    apply(result)
    after = list(predictions(str(run), path).rows)
    assert [row[0] for row in after] == [row[0] for row in before]
    Z = np.log(np.array([row[1:] for row in before]))
    task = Task.BINARY if Z.shape[1] == 2 else Task.MULTICLASS
    expected = tempered(Answers(task, np.zeros(len(Z), np.intp), Z), document["temperature"]).probabilities
    assert np.array([row[1:] for row in after]) == pytest.approx(expected, abs=1e-4)
    assert evaluation(str(run), path)["cost"] < cost
    frozen, plain = freeze(model_of(str(run))), model_of(str(run))
    plain.temperature = 1.0
    last, was = frozen.operations[-1], freeze(plain).operations[-1]
    assert isinstance(last, Dense)
    assert isinstance(was, Dense)
    assert last.W * document["temperature"] == pytest.approx(was.W, rel=1e-5)


@pytest.mark.parametrize("run", [("binary", {"train": 30, "dev": 100}, True)], indirect=True)
def test_it_says_which_network_was_judged_where_another_one_predicts(run: Path) -> None:
    remark = calibrate(str(run)).document["remarks"][-1]
    assert "trained again on all" in remark
    assert "and so are temperature and threshold" in remark


@pytest.mark.parametrize("run", ["binary"], indirect=True)
def test_a_threshold_for_a_cost_names_the_rare_class_more_often_and_costs_less(run: Path, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    result = calibrate(str(run), parse_aim("cost=1,10"))
    aim, threshold = result.document["aim"], result.document["threshold"]
    assert threshold < 0.5
    assert aim["at_threshold"] < aim["at_half"]
    assert aim["named_at_threshold"] > aim["named_at_half"]
    apply(result)
    rows = list(predictions(str(run), path).rows)
    assert [row[0] for row in rows] == ["yes" if row[2] > threshold else "no" for row in rows]
    wrong = np.mean(
        [row[0] != line.rsplit(",")[2] for row, line in zip(rows, path.read_text().split()[1:], strict=True)]
    )
    measured = evaluation(str(run), path)
    assert measured["error"] == pytest.approx(wrong)
    assert measured["metrics"]["recall"].classes[1].value > 0.8


@pytest.mark.parametrize("run", ["binary"], indirect=True)
def test_a_calibration_of_another_network_is_not_used_and_a_damaged_one_is_named(run: Path, tmp_path: Path) -> None:
    apply(calibrate(str(run)))
    directory = RunDirectory(run)
    assert directory.calibration()["temperature"] > 1
    arrays, facts = directory.model()
    with RunDirectory.open(run, writing=True) as writing:
        writing.write_model({**arrays, "W1": arrays["W1"] * 2}, facts)
    with pytest.warns(UserWarning, match="was made for another network, and is not used"):
        assert RunDirectory(run).calibration() == {}
    document = json.loads((run / "calibration.json").read_text())
    (run / "calibration.json").write_text(json.dumps(document | {"temperature": 1.0}))
    with pytest.raises(DataError, match=r"calibration\.json"):
        RunDirectory(run).calibration()


@pytest.mark.parametrize(
    ("run", "aim", "message"),
    [
        ("regression", None, "is a regression: it has no probabilities to calibrate"),
        ("multiclass", "f1", "a threshold is for two classes, and there are 3"),
        (("binary", {"train": 300, "test": 100}), None, "there is no dev set to calibrate on"),
    ],
    indirect=["run"],
)
def test_what_cannot_be_calibrated_is_refused(run: Path, aim: str | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        calibrate(str(run), parse_aim(aim) if aim else None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f11", "did you mean f1"),
        ("roc_auc", "no such measure of a threshold"),
        ("cost", "expected two numbers, as cost=1,20"),
        ("cost=1", "expected two numbers"),
        ("cost=1,x", "expected two numbers"),
        ("cost=-1,2", "not below 0"),
        ("cost=0,0", "not both 0"),
        ("f1=3", "no such measure"),
    ],
)
def test_aims_that_are_none(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_aim(text)


def test_a_measure_that_should_be_high_has_a_loss_that_is_low() -> None:
    answers = Answers(Task.BINARY, np.array([0, 1]), np.array([[0.0, -1.0], [0.0, 1.0]]))
    for name in ("f1", "balanced_error", "error", "cost 1,2"):
        assert parse_aim(name).loss(answers) == pytest.approx(0)
    assert Metric.parse("f1").higher_is_better
