"""A run in Python: what it gives is what the commands print."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dlx
from dlx.errors import DlxError, UsageError
from dlx.plain_data import plain

BLOBS: dict[str, Any] = {
    "name": "blobs",
    "data": {"source": {"name": "blobs", "m": 200, "centers": 3}, "split": {"train": 0.6, "dev": 0.2, "test": 0.2}},
    "architecture": {"hidden": [5]},
    "training": {"epochs": 8, "batch_size": 20},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> dlx.Run:
    return dlx.train(BLOBS, out=tmp_path_factory.mktemp("api") / "run")


def test_errors_have_their_intervals(run: dlx.Run) -> None:
    document = json.loads((run.path / "diagnosis.json").read_text())
    assert {part: estimate.document() for part, estimate in run.errors.items()} == {
        part: {key: document["errors"][part][key] for key in ("value", "low", "high", "m")}
        for part in ("train", "dev", "test")
    }
    assert run.diagnose().verdict == document["verdict"]


def test_a_diagnosis_is_read_in_a_notebook(run: dlx.Run) -> None:
    text = str(run.diagnose())
    assert text.startswith(f"{run.diagnose().verdict}\n\ntrain ")
    assert text.count(" % ") >= 3
    assert "m = 120" in text
    assert run.diagnose()._repr_html_().startswith("<pre>")


def test_tables_have_the_columns_of_their_files(run: dlx.Run) -> None:
    header = (run.path / "metrics.csv").read_text().splitlines()[0].split(",")
    assert list(run.metrics) == header
    assert list(run.metrics["epoch"]) == [*range(1, 9)]
    assert {"layer", "dead"} <= set(run.layers)


def test_predictions_are_those_of_the_command(run: dlx.Run, tmp_path: Path, call_dlx: Any) -> None:
    X = np.random.default_rng(0).normal(size=(7, 2))
    np.savez(tmp_path / "X.npz", X=X)
    header, *lines = call_dlx("predict", str(run.path), str(tmp_path / "X.npz")).stdout.split()
    rows = [line.split(",") for line in lines]
    assert [str(label) for label in run.predict(X)] == [row[0] for row in rows]
    np.testing.assert_array_equal(run.predict_proba(X), np.array([row[1:] for row in rows], float))
    assert ["class", *(f"p({label})" for label in run.classes)] == header.split(",")


def test_a_calibration_is_that_of_the_command(tmp_path: Path, blank_pictures: None, call_dlx: Any) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(240, 2))
    y = X @ [1, 2] + 2 * rng.normal(size=240) > 1
    spec = {"data": {"split": {"train": 60, "dev": 180}}, "architecture": {"hidden": [8]}, "training": {"epochs": 20}}
    run = dlx.train(spec, (X, y), out=tmp_path / "run", **{"optimizer.learning_rate": 0.05})
    before = run.predict_proba(X)
    calibration = run.calibrate(threshold="cost=1,5", apply=True)
    printed = json.loads(call_dlx("calibrate", str(run.path), "--threshold", "cost=1,5", "--json", "--apply").stdout)
    assert str(calibration.picture) == printed.pop("picture")
    assert printed["aim"].pop("class") == calibration.classes[1]
    assert printed.pop("schema_version")
    assert plain(replace(calibration, picture=None)) == {**printed, "picture": None}
    logits = np.log(before[:, 1] / before[:, 0]) / calibration.temperature
    np.testing.assert_allclose(run.predict_proba(X)[:, 1], 1 / (1 + np.exp(-logits)), rtol=1e-3)
    assert (run.predict(X) == (run.predict_proba(X)[:, 1] > calibration.threshold)).all()
    assert "log loss" in str(calibration)
    with pytest.raises(UsageError, match=r"^threshold='f11': .* did you mean f1\?"):
        run.calibrate(threshold="f11")


def test_a_regression_has_values_and_no_probabilities(tmp_path: Path, blank_pictures: None, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    X = np.random.default_rng(0).normal(size=(80, 2))
    spec = {"name": "sum", "data": {"split": {"train": 60, "dev": 20}}, "architecture": {"hidden": [4]}}
    run = dlx.train({**spec, "training": {"epochs": 3}}, (X, X.sum(axis=1)))
    assert run.predict(X).shape == (80,)
    assert run.predict(X).dtype == np.float64
    assert run.classes == []
    with pytest.raises(UsageError, match="values, not with probabilities"):
        run.predict_proba(X)


@pytest.mark.draws
def test_what_a_notebook_shows(run: dlx.Run) -> None:
    html = run._repr_html_()
    assert "<h4>blobs</h4>" in html
    assert "dev error" in html
    assert "data:image/png;base64," in html
    assert repr(run) == f"<dlx run blobs: completed, {run.path}>"


def test_the_report_is_written_where_it_is_asked_for(run: dlx.Run, tmp_path: Path) -> None:
    assert run.report(tmp_path / "page.html").read_text().lower().startswith("<!doctype html>")


def test_a_run_goes_on_for_longer_as_by_the_command(tmp_path: Path, blank_pictures: None) -> None:
    settings: dict[str, Any] = {"training.epochs": 10}
    run = dlx.train(BLOBS, out=tmp_path / "run")
    whole = dlx.train(BLOBS, out=tmp_path / "whole", **settings)
    longer = run.resume(**settings)
    assert list(longer.metrics["train_cost"]) == list(whole.metrics["train_cost"])
    with pytest.raises(UsageError, match=r"^seed=3: a run goes on as it was begun, for more epochs at most"):
        run.resume(seed=3)


def test_what_a_run_has_measured_is_exported_too(run: dlx.Run, tmp_path: Path) -> None:
    files = run.export("csv", tmp_path / "measured")
    assert files
    assert all(file.is_file() for file in files)
    with pytest.raises(UsageError, match=r"^to='foo': there is no such format"):
        run.export("foo")


def test_documents_are_shown_in_brief(run: dlx.Run) -> None:
    component, diagnosis = dlx.gradcheck("ravine"), run.diagnose()
    for document in (diagnosis, run.gradcheck(examples=2), component):
        assert len(repr(document)) < 1000
        assert "\n" not in repr(document)
    assert "verdict='" in repr(diagnosis)
    assert repr(component).startswith(f"ComponentsReport(passed=True, difference={component.difference:.4g}, ")
    assert "<pre>passed: difference " in component._repr_html_()


def test_a_run_is_a_path_to_what_takes_one(run: dlx.Run) -> None:
    assert dlx.Run(run).path == run.path
    assert (Path(run) / "run.json").is_file()
    assert len(run.learning_curve(sizes=40, replicates=2).points) == 1


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DlxError):
        dlx.Run(tmp_path)
