"""Objectives: any cost minimized with the same optimizers, run directory and gradient check as a network's."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import DataError, SpecError
from dlx.nn.objectives import Objective
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.show.pictures import DescentPath, paths
from dlx.spec.loader import load_spec
from dlx.training.path import MOST_POINTS

pytestmark = pytest.mark.usefixtures("blank_pictures")

NOTES = """name: notes
dtype: float64
objective: {name: polynomial, coefficients: [1, -10, 25]}
optimizer: {name: gradient_descent, learning_rate: 0.01}
training: {epochs: 1000}
"""
BOWL = """import numpy as np

from dlx.nn.objectives import Objective


class Bowl(Objective):
    name = "bowl"

    def dimension(self):
        return 3

    def record(self, tape, w):
        tape.add_cost(0.5, w, w)
        return lambda dw: tape.call(np.multiply, w, tape.constant(2), out=dw)
"""
NEEDED = {"polynomial": {"coefficients": [2, -3, 0.5, 1]}, "quadratic": {"spectrum": [3, -1, 0.5]}}
TORCH = json.loads((Path(__file__).parents[1] / "reference" / "objectives.json").read_text())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "notes.yaml").write_text(NOTES)
    return tmp_path


def w_of(run: Path) -> list[float]:
    with np.load(run / "model.npz") as arrays:
        found: list[float] = arrays["w"].tolist()
    return found


@pytest.mark.draws
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
    # RMSProp jumps from one side of the valley to the other: the last digits grow to a few thousandths of the end.
    near = 0.02 if optimizer == "rmsprop" else 1e-9
    assert w_of(tmp_path / "run") == pytest.approx(TORCH["ends"][optimizer], rel=near)
    path = np.genfromtxt(tmp_path / "run" / "path.csv", delimiter=",", skip_header=1)
    assert path[0] == pytest.approx([0, -1.2, 1], rel=1e-14)
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


def test_what_is_interrupted_and_goes_on_ends_the_same(folder: Path) -> None:
    resolved = load_spec(folder / "notes.yaml", ["objective.gradient_noise=0.5", "training.evaluate_every=7"])
    with Session.start(resolved, [], folder / "whole", folder) as whole:
        list(whole.records())
    with Session.start(resolved, [], folder / "cut", folder) as cut:
        list(cut.records(enough=lambda record: record.step >= 400))
        assert cut.status == "interrupted"
    with Session.resume(folder / "cut") as cut:
        list(cut.records())
    for name in ("path.csv", "path.png", "model.npz"):
        assert (folder / "cut" / name).read_bytes() == (folder / "whole" / name).read_bytes()


def test_a_long_trail_is_thinned(folder: Path, call_dlx: Callable[..., Any]) -> None:
    given = ("training.epochs=5003", "training.evaluate_every=1000", "optimizer.learning_rate=0.001")
    assert call_dlx("train", "notes.yaml", *given, "--out", "run", cwd=folder).code == 0
    steps = [int(line.split(",")[0]) for line in (folder / "run" / "path.csv").read_text().splitlines()[1:]]
    assert len(steps) <= MOST_POINTS + 2
    assert steps[:200] == list(range(200))
    assert steps[-1] == 5003
    assert steps == sorted(set(steps))


def test_the_trail_is_read_as_it_was_written(folder: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "notes.yaml", "training.epochs=3", "--out", "run", cwd=folder).code == 0
    run = RunDirectory.open(folder / "run")
    steps, points = run.trail()
    assert steps == [0, 1, 2, 3]
    assert points[:, 0] == pytest.approx([0, 0.1, 0.198, 0.29404])  # 5 − 5·0.98ᵏ
    (folder / "run" / "path.csv").write_text("step,w1\n0,0.0\n1\n")
    with pytest.raises(DataError, match=r"path.csv: is damaged"):
        run.trail()


@pytest.mark.draws
def test_paths_side_by_side_show_what_runs_away_as_far_as_it_can_be_seen() -> None:
    def bowl(w: Any) -> Any:
        return np.square(w).sum(axis=1)

    near = np.linspace([3.0, 1.0], [0.0, 0.0], 20)
    far = np.array([[3.0, 1.0]]) * (-2.0) ** np.arange(20)[:, np.newaxis]
    drawn = [
        paths([DescentPath(name, range(20), points, bowl)], title="w") for name, points in (("a", near), ("a", far))
    ]
    assert all(png.startswith(b"\x89PNG") for png in drawn)
    assert drawn[0] != drawn[1]
    assert paths([DescentPath("a", range(20), near, bowl)] * 5, title="w").startswith(b"\x89PNG")


def test_the_step_can_be_read(folder: Path, call_dlx: Callable[..., Any]) -> None:
    """Horner's rule on the coefficients, then on those of the derivative."""
    lines = call_dlx("config", "show", "notes.yaml", "--step", cwd=folder).stdout.splitlines()
    assert lines[1:3] == ["J(w) = multiply(J(w), w)", "J(w) = add(J(w), x[1])"]
    assert lines[6:9] == ["copyto(dw, dx[0])", "dw = multiply(dw, w)", "dw = add(dw, dx[1])"]


@pytest.mark.draws
def test_an_objective_serves_searches_and_studies(folder: Path, call_dlx: Callable[..., Any]) -> None:
    space = "{optimizer.learning_rate: {choice: [1.0e-2, 1.0e-4]}}"
    search = f"search: {{method: grid, objective: train_cost, space: {space}}}\n"
    (folder / "tune.yaml").write_text(f"base: notes.yaml\n{search}")
    tuned = call_dlx("tune", "tune.yaml", "base.training.epochs=30", "--out", "search", "--json", cwd=folder)
    assert tuned.code == 0, tuned.stderr
    assert load_spec(folder / "search" / "best.yaml").spec.optimizer.learning_rate == 0.01
    refused = call_dlx("tune", "tune.yaml", "search.objective=train_error", "--out", "other", cwd=folder)
    assert refused.code == 2
    assert "its J is `train_cost`" in refused.stderr
    variants = "variants: {slow: {optimizer.learning_rate: 0.001}, fast: {optimizer.learning_rate: 0.02}}\n"
    expect = "seeds: 1\nexpect: [fast.train_cost < slow.train_cost]\n"
    (folder / "study.yaml").write_text(f"base: notes.yaml\n{variants}{expect}")
    studied = call_dlx("study", "study.yaml", "base.training.epochs=30", "--out", "study", cwd=folder)
    assert studied.code == 0, studied.stderr + studied.stdout
    assert (folder / "study" / "paths.png").read_bytes().startswith(b"\x89PNG")


def test_a_wrong_gradient_of_a_plugin_is_named(folder: Path, call_alone: Callable[..., Any]) -> None:
    (folder / "bowl.py").write_text(BOWL)
    result = call_alone("gradcheck", "--plugin", "bowl.py", "--json", cwd=folder)
    assert result.code == 3, result.stderr
    fault = json.loads(result.stdout)["fault"]
    assert (fault["operation"], fault["parameter"], fault["signature"]) == ("bowl", "w", "factor 2 too much")
    assert fault["place"].endswith("bowl.py:14")  # the line that writes the gradient


@pytest.mark.draws
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
        ("diagnose", "run", "--learning-curve"),
    ],
)
def test_what_asks_for_a_network_says_so(folder: Path, call_dlx: Callable[..., Any], command: tuple[str, ...]) -> None:
    assert call_dlx("train", "notes.yaml", "training.epochs=5", "--out", "run", cwd=folder).code == 0
    result = call_dlx(*command, cwd=folder)
    assert result.code == 2
    assert "minimizes the objective polynomial" in result.stderr


@pytest.mark.draws
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


@pytest.mark.draws
@pytest.mark.parametrize("start", ["[1.0e200, 1.0e200]", "[1.0e70, 1.0e70]"])
def test_a_start_beyond_all_pictures_diverges_like_any_other(
    start: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    (tmp_path / "far.yaml").write_text(
        f"dtype: float64\nobjective: {{name: rosenbrock, start: {start}}}\ntraining: {{epochs: 3}}\n"
        "optimizer: {name: adam, learning_rate: 1.0e+90}\n"
    )
    result = call_dlx("train", "far.yaml", "--out", "far", cwd=tmp_path)
    assert (result.code, result.stderr.count("\n")) == (4, 1), result.stderr
    assert (tmp_path / "far" / "path.png").is_file()
    assert call_dlx("report", "far", cwd=tmp_path).code == 0
