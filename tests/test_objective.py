"""Objectives: any cost minimized with the same optimizers, run directory and gradient check as a network's."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import SpecError
from dlx.nn.objectives import Objective
from dlx.spec_file import load_spec

NOTES = """name: notes
dtype: float64
objective: {name: polynomial, coefficients: [1, -10, 25]}
optimizer: {name: gradient_descent, learning_rate: 0.01}
training: {epochs: 1000}
"""
NEEDED = {"polynomial": {"coefficients": [2, -3, 0.5, 1]}, "quadratic": {"spectrum": [3, -1, 0.5]}}
TORCH = json.loads((Path(__file__).parent / "reference" / "objectives.json").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.yaml").write_text(NOTES)
    return tmp_path


def w_of(run: Path) -> list[float]:
    with np.load(run / "model.npz") as arrays:
        found: list[float] = arrays["w"].tolist()
    return found


def test_the_figures_of_the_notes(folder: Path, call_dlx: Callable[..., Any]) -> None:
    """J(w) = w² − 10w + 25 from 0: w is 0.1 after one step of 0.01 and 5·(1 − 0.98¹⁰⁰⁰) after 1000."""
    assert call_dlx("train", "notes.yaml", "training.epochs=1", "--out", "one", cwd=folder).code == 0
    assert w_of(folder / "one") == [pytest.approx(0.1, abs=1e-15)]
    result = call_dlx("train", "notes.yaml", "--out", "thousand", cwd=folder)
    assert result.code == 0
    assert w_of(folder / "thousand") == [pytest.approx(4.99999999158, abs=1e-11)]
    rows = list(csv.DictReader((folder / "thousand" / "metrics.csv").read_text().splitlines()))
    assert len(rows) == 1000
    assert (float(rows[0]["cost"]), rows[0]["dev_error"]) == (25.0, "")
    assert rows[1]["cost"] == rows[0]["train_cost"]
    assert {path.name for path in (folder / "thousand").iterdir()} >= {"path.csv", "path.png", "curves.png"}


def test_the_coefficients_may_be_data(folder: Path, call_dlx: Callable[..., Any]) -> None:
    (folder / "x.csv").write_text("1,-10,25\n")
    given = ("objective.coefficients=x.csv", "training.epochs=1", "--out", "one")
    assert call_dlx("train", "notes.yaml", *given, cwd=folder).code == 0
    assert w_of(folder / "one") == [pytest.approx(0.1, abs=1e-15)]


@pytest.mark.parametrize("optimizer", TORCH["ends"])
def test_the_way_through_rosenbrocks_valley_is_that_of_pytorch(
    tmp_path: Path, call_dlx: Callable[..., Any], optimizer: str
) -> None:
    rate = 0.001 if optimizer == "gradient_descent" else 0.01
    (tmp_path / "spec.yaml").write_text(
        f"dtype: float64\nobjective: {{name: rosenbrock, start: [-1.2, 1]}}\n"
        f"optimizer: {{name: {optimizer}, learning_rate: {rate}}}\ntraining: {{epochs: {TORCH['steps']}}}\n"
    )
    assert call_dlx("train", "spec.yaml", "--out", "run", cwd=tmp_path).code == 0
    assert w_of(tmp_path / "run") == pytest.approx(TORCH["ends"][optimizer], rel=1e-9)
    path = np.genfromtxt(tmp_path / "run" / "path.csv", delimiter=",", skip_header=1)
    assert path[0].tolist() == [0, -1.2, 1]
    assert path[-1].tolist() == [TORCH["steps"], *w_of(tmp_path / "run")]


@pytest.mark.parametrize("name", Objective.members())
def test_every_gradient_is_that_of_its_cost(tmp_path: Path, call_dlx: Callable[..., Any], name: str) -> None:
    options = {"name": name, **NEEDED.get(name, {}), "start": 0.3}
    spec = {"dtype": "float64", "objective": options, "optimizer": {"name": "adam", "learning_rate": 0.05}}
    (tmp_path / "spec.yaml").write_text(json.dumps({**spec, "training": {"epochs": 20}}))
    for after in ((), ("--after", "7")):
        result = call_dlx("gradcheck", "spec.yaml", *after, "--json", cwd=tmp_path)
        assert result.code == 0, result.stdout + result.stderr
        document = json.loads(result.stdout)
        assert document["passed"]
        assert document["difference"] < 1e-7
        assert [one["name"] for one in document["parameters"]] == ["w"]


def test_a_run_that_goes_on_ends_the_same(folder: Path, call_dlx: Callable[..., Any]) -> None:
    given = ("objective.gradient_noise=0.5", "optimizer={name: adam, learning_rate: 0.01}", "training.epochs=400")
    assert call_dlx("train", "notes.yaml", *given, "--out", "whole", cwd=folder).code == 0
    again = call_dlx("train", "whole/config.yaml", "--out", "again", cwd=folder)
    assert again.code == 0
    assert w_of(folder / "again") == w_of(folder / "whole")
    assert (folder / "again" / "path.csv").read_bytes() == (folder / "whole" / "path.csv").read_bytes()
    assert call_dlx("train", "--resume", "again", cwd=folder).code == 0
    assert w_of(folder / "again") == w_of(folder / "whole")


def test_a_rate_that_is_too_large_diverges(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("train", "notes.yaml", "optimizer.learning_rate=1.5", "training.epochs=5000", cwd=folder)
    assert result.code == 4
    assert "diverged in epoch" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("predict", "run", "notes.yaml"),
        ("evaluate", "run", "notes.yaml"),
        ("export", "run", "--to", "onnx"),
        ("diagnose", "run"),
        ("diagnose", "notes.yaml"),
    ],
)
def test_what_asks_for_a_network_says_so(folder: Path, call_dlx: Callable[..., Any], command: tuple[str, ...]) -> None:
    assert call_dlx("train", "notes.yaml", "training.epochs=5", "--out", "run", cwd=folder).code == 0
    result = call_dlx(*command, cwd=folder)
    assert result.code == 2
    assert "minimizes the objective polynomial" in result.stderr


def test_a_picture_report_and_comparison(folder: Path, call_dlx: Callable[..., Any]) -> None:
    for rate in ("0.01", "0.1"):
        given = (f"optimizer.learning_rate={rate}", "training.epochs=50", "--out", f"run{rate}")
        assert call_dlx("train", "notes.yaml", *given, cwd=folder).code == 0
    compared = call_dlx("compare", "run0.01", "run0.1", "--json", cwd=folder)
    assert compared.code == 0, compared.stderr
    assert "optimizer.learning_rate" in compared.stdout
    assert call_dlx("report", "run0.1", cwd=folder).code == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("objective: {name: polynomial}", "coefficients: is missing"),
        ("objective: {name: polynomial, coefficients: []}", "expected at least 1"),
        ("objective: {name: polynomial, coefficients: [.nan]}", "finite"),
        ("objective: {name: polynomal}", "did you mean polynomial?"),
        ("objective: {name: rosenbrock, variables: 1}", "expected at least 2"),
        ("objective: {name: rosenbrock, start: [1, 2, 3]}", "start"),
        ("objective: rosenbrock\ndata: {source: moons}", "data"),
        ("objective: rosenbrock\narchitecture: {hidden: [3]}", "architecture"),
        ("objective: rosenbrock\nregularization: {l2: 1}", "regularization"),
        ("objective: rosenbrock\ntraining: {batch_size: 3}", "batch_size"),
        ("objective: rosenbrock\ntraining: {early_stopping: true}", "early_stopping"),
    ],
)
def test_what_does_not_go_with_an_objective(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        load_spec(path)
    assert message in str(caught.value)
    assert f"{path}:" in str(caught.value)
