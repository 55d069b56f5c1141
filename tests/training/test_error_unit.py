"""The unit of the errors of several targets: no target counts more because its numbers are larger."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.errors import SpecError
from dlx.events import finish
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.preparation import prepare_supervised
from dlx.search.folds.training import FoldsRun
from dlx.search.trials.executors import executor_for
from dlx.spec.loader import load_spec
from dlx.spec.sections import Spec
from dlx.training.build import build_supervised, dataset_of

pytestmark = pytest.mark.usefixtures("blank_pictures")

Train = Callable[..., Any]


def table(path: Path, height: float = 1.0, weight: float = 1.0) -> Path:
    """Two targets, the second a thousand times smaller, each in some unit."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(90, 2)).round(3)
    y = np.stack([170 + 10 * X[:, 0], 0.01 * (X[:, 1] - X[:, 0])], axis=1) + rng.normal(size=(90, 2)) * [2, 0.002]
    lines = [f"{a},{b},{height * u!r},{weight * v!r}" for (a, b), (u, v) in zip(X.tolist(), y.tolist(), strict=True)]
    path.write_text("\n".join(["a,b,height,weight", *lines]) + "\n")
    return path


def spec(path: Path, **diagnosis: Any) -> dict[str, Any]:
    return {
        "name": "people",
        "dtype": "float64",
        "data": {
            "source": {"name": "file", "path": str(path), "target": ["height", "weight"]},
            "split": {"train": 50, "dev": 30, "test": 10},
            "normalize_targets": "standard",
        },
        "architecture": {"hidden": [3]},
        "optimizer": {"name": "adam", "learning_rate": 0.02},
        "training": {"epochs": 4, "batch_size": 10},
        "diagnosis": diagnosis,
    }


def data(path: Path, **diagnosis: Any) -> Dataset:
    return dataset_of(Spec.model_validate(spec(path, **diagnosis)).complete())


def trained(folder: Path, call_dlx: Train, sections: dict[str, Any], out: str) -> dict[str, Any]:
    (folder / "spec.yaml").write_text(json.dumps(sections))
    result = call_dlx("train", "spec.yaml", "--out", out, "--quiet", cwd=folder)
    assert result.code == 0, result.stderr
    document: dict[str, Any] = json.loads((folder / out / "diagnosis.json").read_text())
    return document


def test_errors_are_relative_where_the_spreads_of_the_targets_differ(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv")
    unit, y = data(path).error_unit, data(path).parts["train"].y
    assert unit == pytest.approx(np.std(y, axis=0))
    assert data(path, target_errors="pooled").error_unit is None
    assert data(path, tolerance=0.5).error_unit is None, "a tolerance is in the unit of the targets"
    assert data(path, optimal_error=0.1).error_unit is None
    assert data(path, tolerance=0.5, target_errors="relative").error_unit is not None
    alike = table(tmp_path / "alike.csv", weight=700.0)
    assert data(alike).error_unit is None, "the same unit, by all that can be told"
    assert data(alike, target_errors="relative").error_unit is not None


def test_what_a_complete_spec_says_it_means_again(tmp_path: Path) -> None:
    prepared = prepare_supervised(Spec.model_validate(spec(table(tmp_path / "t.csv"))).complete()).spec
    assert prepared.diagnosis.target_errors == "relative"
    assert prepared.diagnosis.tolerance == pytest.approx(0.1)
    assert dataset_of(Spec.model_validate(prepared.dump()).complete()).error_unit is not None
    older = prepared.dump()
    del older["diagnosis"]["target_errors"]
    assert dataset_of(Spec.model_validate(older).complete()).error_unit is None


def test_a_relative_error_does_not_depend_on_units_and_is_that_of_r2_on_train(tmp_path: Path, call_dlx: Train) -> None:
    first = trained(tmp_path, call_dlx, spec(table(tmp_path / "a.csv")), "a")
    other = trained(tmp_path, call_dlx, spec(table(tmp_path / "b.csv", height=0.01, weight=1e6)), "b")
    for part in ("train", "dev", "test"):
        for end in ("value", "low", "high"):
            assert other["errors"][part][end] == pytest.approx(first["errors"][part][end], rel=1e-9)
    assert first["target_errors"] == "relative"
    assert first["verdict"] == other["verdict"]
    assert first["errors"]["train"]["value"] == pytest.approx(sqrt(1 - first["metrics"]["train"]["r2"]["value"]))
    constant = first["baselines"]["constant"]["parts"]["dev"]
    assert constant["error"]["value"] == pytest.approx(1, abs=0.3)
    difference = first["errors"]["dev"]["value"] - constant["error"]["value"]
    assert constant["difference"]["value"] == pytest.approx(difference)
    rmse = {entry["label"]: entry["value"] for entry in first["metrics"]["dev"]["rmse"]["targets"]}
    for entry in constant["targets"]:
        assert entry["difference"]["value"] == pytest.approx(rmse[entry["label"]] - entry["error"]["value"])


def test_pooled_errors_are_the_root_mean_square_of_all_residuals(tmp_path: Path, call_dlx: Train) -> None:
    document = trained(tmp_path, call_dlx, spec(table(tmp_path / "t.csv"), target_errors="pooled"), "run")
    assert "target_errors" not in document
    assert document["errors"]["dev"] == {
        key: document["metrics"]["dev"]["rmse"][key] for key in document["errors"]["dev"]
    }


def test_columns_are_named_by_their_targets_everywhere(tmp_path: Path, call_dlx: Train) -> None:
    trained(tmp_path, call_dlx, spec(table(tmp_path / "t.csv")), "run")
    predicted = call_dlx("predict", "run", "t.csv", cwd=tmp_path).stdout.splitlines()
    assert predicted[0] == "height,weight"
    assert 140 < float(predicted[1].split(",")[0]) < 200
    call_dlx("diagnose", "run", "--worst", "worst.csv", cwd=tmp_path)
    header = (tmp_path / "worst.csv").read_text().splitlines()[0]
    assert header.startswith("part,row,label(height),label(weight),answer(height),answer(weight),loss,")
    call_dlx("export", "run", "--to", "pytorch", "--out", "net.py", cwd=tmp_path)
    assert "TARGETS = ['height', 'weight']" in "".join(path.read_text() for path in tmp_path.glob("net*.py"))
    measured = json.loads(call_dlx("evaluate", "run", "t.csv", "--json", cwd=tmp_path).stdout)
    assert measured["target_errors"] == "relative"
    assert [entry["label"] for entry in measured["metrics"]["r2"]["targets"]] == ["height", "weight"]
    text = call_dlx("diagnose", "run", "--full", cwd=tmp_path).stdout
    for words in ("relative error", "errors are relative", "target, dev", "  of height"):
        assert words in text
    assert call_dlx("report", "run", cwd=tmp_path).code == 0
    page = (tmp_path / "run" / "report.html").read_text()
    for words in ("dev relative error", "Each target by itself"):
        assert words in page


def test_errors_in_different_units_are_not_compared(tmp_path: Path, call_dlx: Train) -> None:
    path = table(tmp_path / "t.csv")
    for out in ("relative", "pooled"):
        trained(tmp_path, call_dlx, spec(path, target_errors=out), out)
    text = call_dlx("compare", "relative", "pooled", "--json", cwd=tmp_path).stdout
    document = json.loads(text)
    assert document["difference"] is None
    assert any("relative to the spread" in remark for remark in document["remarks"])


def test_folds_state_the_unit_in_their_plan_and_those_of_an_older_plan_are_pooled(
    tmp_path: Path, call_dlx: Train
) -> None:
    sections = spec(table(tmp_path / "t.csv"))
    sections["data"] |= {"folds": 2, "split": {"train": 0.8, "dev": 0, "test": 0.2}}
    (tmp_path / "spec.yaml").write_text(json.dumps(sections))
    new = json.loads(call_dlx("train", "spec.yaml", "--out", "new", "--json", cwd=tmp_path).stdout)
    assert new["target_errors"] == "relative"
    assert "target_errors: relative" in (tmp_path / "new" / "plan.yaml").read_text()
    assert new["errors"]["out_of_fold"]["value"] == pytest.approx(
        sqrt(np.mean([training["errors"]["test"]["value"] ** 2 for training in new["trainings"]]))
    )
    with executor_for() as executor, FoldsDirectory.create("older", out=tmp_path / "older") as directory:
        directory.write_plan("")
        older = load_spec(tmp_path / "spec.yaml").spec
        document = finish(FoldsRun(older, directory, executor).run(), lambda event: None)
    assert document.target_errors is None
    rmse = document.metrics["out_of_fold"]["rmse"].value
    assert document.errors["out_of_fold"].value == pytest.approx(rmse)
    assert all(record.errors["test"].value == pytest.approx(rmse, rel=0.5) for record in document.trainings)


def test_what_has_one_target_has_no_unit_to_choose(tmp_path: Path) -> None:
    sections = spec(table(tmp_path / "t.csv"), target_errors="relative")
    sections["data"]["source"] |= {"target": "height", "ignore": ["weight"]}
    with pytest.raises(SpecError, match="relative is for a regression with several targets"):
        build_supervised(Spec.model_validate(sections).complete())
