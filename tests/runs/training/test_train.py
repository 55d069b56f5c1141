"""A training from spec to run directory: its files, its interruptions and its ends."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import Interrupted
from dlx.runs.files import checkpoint
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.spec.loader import load_spec
from dlx.training.model import Model, describe
from dlx.training.records import EpochRecord, Progress
from dlx.training.supervised import Supervised

pytestmark = pytest.mark.usefixtures("blank_pictures")

EVERYTHING = """
name: everything
data: {source: digits, split: {train: 300, dev: 100, test: 100}, augment: [{name: noise, std: 1.0}]}
architecture: {hidden: [16, {units: 8, activation: tanh}], batch_norm: true}
regularization: {l2: 0.1, l1: 0.1, keep_prob: 0.8}
optimizer: {name: OPTIMIZER, clip_norm: 5.0}
schedule: {name: inverse_time, unit: step, decay_rate: 0.001}
training: {epochs: 6, batch_size: 64, early_stopping: {patience: 4}}
"""
TABLES = {"metrics.csv", "layers.csv"}
FILES = TABLES | {"config.yaml", "run.json", "curves.png", "diagnosis.json", "model.npz", "checkpoint", "manifest.json"}


def written(text: str, folder: Path) -> Path:
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def train(spec: Path, out: Path, *overrides: str) -> Session:
    with Session.start(load_spec(spec, overrides), list(overrides), out, spec.parent) as session:
        for _ in session.records():
            pass
    return session


def outcome(run: Path) -> tuple[list[list[str]], dict[str, np.ndarray], dict[str, Any]]:
    """Everything that resuming must not change: rows, arrays and position, less the times."""
    with (run / "metrics.csv").open(encoding="utf-8") as file:
        rows = [row[:-1] for row in csv.reader(file)]
    with (run / "layers.csv").open(encoding="utf-8") as file:
        rows += list(csv.reader(file))
    arrays, meta = checkpoint.load(run / "checkpoint")
    for position in (meta["position"], *([meta["refit"]["position"]] if "refit" in meta else [])):
        for record in (position, position["last"], position["best"]):
            del record["seconds"]
    return rows, arrays, meta


def assert_same(first: Path, second: Path) -> None:
    (rows, arrays, meta), (other_rows, other_arrays, other_meta) = outcome(first), outcome(second)
    assert rows == other_rows
    assert meta == other_meta
    assert arrays.keys() == other_arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, other_arrays[name], err_msg=name)


@pytest.mark.draws
def test_a_run_directory_holds_what_is_promised(tmp_path: Path) -> None:
    train(written(EVERYTHING.replace("OPTIMIZER", "adam"), tmp_path), tmp_path / "run", "seed=3")
    run = tmp_path / "run"
    assert {path.name for path in run.iterdir()} == FILES
    facts = json.loads((run / "run.json").read_text())
    assert (facts["status"], facts["seed"], facts["overrides"]) == ("completed", 3, ["seed=3"])
    assert facts["data"]["examples"] == {"train": 300, "dev": 100, "test": 100}
    assert facts["parameters"] == 64 * 16 + 16 * 8 + 8 * 10 + 2 * (16 + 8) + 10
    columns = rows_of(run)
    assert [int(row["epoch"]) for row in columns] == [1, 2, 3, 4, 5, 6]
    assert {key: float(columns[-1][key]) for key in columns[-1]} == pytest.approx(facts["final"])
    assert 0 <= facts["test"]["error"] <= 1
    diagnosis = json.loads((run / "diagnosis.json").read_text())
    assert set(diagnosis["errors"]) == {"train", "dev", "test"}
    assert diagnosis["errors"]["dev"]["m"] == 100


def test_the_written_spec_repeats_the_run_bit_for_bit(tmp_path: Path) -> None:
    train(written(EVERYTHING.replace("OPTIMIZER", "rmsprop"), tmp_path), tmp_path / "first")
    train(tmp_path / "first" / "config.yaml", tmp_path / "second")
    assert_same(tmp_path / "first", tmp_path / "second")
    assert (tmp_path / "first" / "config.yaml").read_bytes() == (tmp_path / "second" / "config.yaml").read_bytes()


@pytest.mark.parametrize(
    ("optimizer", "generator"),
    [
        ("adam", "legacy"),
        ("rmsprop", "pcg64"),
        pytest.param("gradient_descent", "pcg64", marks=pytest.mark.thorough),
        pytest.param("momentum", "pcg64", marks=pytest.mark.thorough),
        pytest.param("adam", "pcg64", marks=pytest.mark.thorough),
        pytest.param("rmsprop", "legacy", marks=pytest.mark.thorough),
    ],
)
def test_going_on_after_any_step_ends_bit_identical(
    optimizer: str, generator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = written(EVERYTHING.replace("OPTIMIZER", optimizer), tmp_path)
    overrides = [f"randomness.generator={generator}"]
    train(spec, tmp_path / "whole", *overrides)

    monkeypatch.setattr(
        "dlx.training.fit.SECONDS_BETWEEN_REPORTS", 0.0
    )  # a report after each step: any of them can be the last
    with Session.start(load_spec(spec, overrides), overrides, tmp_path / "parts", tmp_path) as session:
        stop_after(7, session)
    with Session.resume(tmp_path / "parts") as session:
        stop_after(11, session)
    with Session.resume(tmp_path / "parts") as session:
        for _ in session.records():
            pass
    assert_same(tmp_path / "whole", tmp_path / "parts")


def interrupt_after(reports: int, records: Iterator[EpochRecord | Progress]) -> None:
    for number, _ in enumerate(records):
        if number == reports:
            signal.raise_signal(signal.SIGINT)


def stop_after(steps: int, session: Session) -> None:
    with pytest.raises(Interrupted):
        interrupt_after(steps, session.records())
    assert json.loads((session.run.path / "run.json").read_text())["status"] == "interrupted"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a forked process is killed")
def test_a_killed_run_goes_on_from_its_last_checkpoint(tmp_path: Path) -> None:
    spec = written(EVERYTHING.replace("OPTIMIZER", "adam"), tmp_path)
    train(spec, tmp_path / "whole")
    if (child := os.fork()) == 0:  # no last word, no checkpoint
        records = Session.start(load_spec(spec), [], tmp_path / "killed", tmp_path).records()
        for _ in range(3):
            next(records)
        os._exit(9)
    os.waitpid(child, 0)
    with Session.resume(tmp_path / "killed") as again:
        for _ in again.records():
            pass
    assert_same(tmp_path / "whole", tmp_path / "killed")


def test_early_stopping_keeps_the_best_epoch(tmp_path: Path) -> None:
    spec = written(EVERYTHING.replace("OPTIMIZER", "adam"), tmp_path)
    session = train(spec, tmp_path / "run", "training.epochs=200", "training.early_stopping.patience=3")
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert facts["status"] == "early_stopped"
    assert facts["final"]["epoch"] == facts["best"]["epoch"] + 3
    assert isinstance(session.experiment, Supervised)
    dev_cost, dev_error = session.experiment.evaluate("dev")
    assert (dev_cost, dev_error) == (facts["best"]["dev_cost"], facts["best"]["dev_error"])
    rows = rows_of(tmp_path / "run")
    assert facts["best"]["dev_error"] == min(float(row["dev_error"]) for row in rows)


def test_early_stopping_waits_for_an_improvement_larger_than_min_delta(tmp_path: Path) -> None:
    spec = written(EVERYTHING.replace("OPTIMIZER", "adam"), tmp_path)
    stopping = ["training.early_stopping.patience=2", "training.early_stopping.min_delta=0.9"]
    session = train(spec, tmp_path / "run", "training.epochs=50", *stopping)
    assert session.facts["final"]["epoch"] == 3
    assert session.facts["kept_epoch"] == session.facts["best"]["epoch"]


@pytest.mark.parametrize(
    "place",
    ["dlx.runs.training.train.provenance", "dlx.show.terminal.TrainingProgress", "dlx.runs.training.train.prepare"],
)
def test_a_signal_before_the_first_step_leaves_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call_dlx: Callable[..., Any]
) -> None:
    def interrupted(*arguments: object, **named: object) -> None:
        signal.raise_signal(signal.SIGINT)

    spec = written("data: {source: moons}\n", tmp_path)
    monkeypatch.setattr(place, interrupted)
    result = call_dlx("train", spec, cwd=tmp_path)
    assert (result.code, result.stdout, result.stderr) == (130, "", "interrupted\n")
    assert [path for path in tmp_path.rglob("*") if path.name not in ("runs", spec.name)] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_end_is_written_waits_until_it_is(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(experiment: Supervised) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        signal.raise_signal(number)
        return describe(experiment)

    monkeypatch.setattr("dlx.runs.training.trained_network.describe", interrupted)
    train(written("data: {source: moons}\n", tmp_path), tmp_path / "run")
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "completed"
    assert (tmp_path / "run" / "model.npz").is_file()


def test_exact_statistics_are_those_of_the_model_that_is_kept(tmp_path: Path) -> None:
    text = EVERYTHING.replace("OPTIMIZER", "adam").replace("batch_norm: true", "batch_norm: {statistics: exact}")
    with Session.start(load_spec(written(text, tmp_path)), [], tmp_path / "run", tmp_path) as session:
        interrupted = session.records()
        next(interrupted)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted):
            next(interrupted)
    model = Model(*RunDirectory.open(tmp_path / "run").model())
    assert isinstance(session.experiment, Supervised)
    dev = session.experiment.dataset.parts["dev"]
    wrong = model.outputs(dev.X).argmax(axis=1) != dev.y
    assert wrong.mean() == pytest.approx(session.run.diagnosis().errors["dev"].value)


def test_a_last_batch_of_one_is_refused_with_batch_norm(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    text = "data: {source: {name: moons, m: 65}}\narchitecture: {hidden: [5], batch_norm: true}\n"
    spec = written(text + "training:\n  batch_size: 64\n", tmp_path)
    result = call_dlx("train", spec)
    assert result.code == 2
    assert f"{spec}:4:15: training.batch_size: 65 examples in batches of 64 leave a last batch of one" in result.stderr


@pytest.mark.draws
@pytest.mark.parametrize("batch_norm", ["false", "true"])
def test_a_diverging_run_stops_at_once_and_keeps_its_last_finite_state(
    batch_norm: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    spec = written(
        f"data: {{source: moons}}\narchitecture: {{hidden: [5, 5], batch_norm: {batch_norm}}}\n"
        "optimizer: {learning_rate: 1e30}\ntraining: {epochs: 50}\n",
        tmp_path,
    )
    result = call_dlx("train", spec, "--out", tmp_path / "run")
    assert result.code == 4
    assert "diverged in epoch " in result.stderr
    assert "layer" in result.stderr
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert facts["status"] == "diverged"
    arrays, _ = RunDirectory.open(tmp_path / "run").model()
    assert all(np.isfinite(array).all() for array in arrays.values())


@pytest.mark.parametrize(
    ("overrides", "where"),
    [
        (["architecture.batch_norm=true", "optimizer.learning_rate=1e20"], "first in sigma²1 of layer 1"),
        (
            ["architecture.batch_norm={statistics: exact}", "optimizer.learning_rate=1e18"],
            "the cost of the frozen network on train is not finite",
        ),
        (["training.batch_size=full", "training.epochs=1", "optimizer.learning_rate=1e20"], "on train is not finite"),
    ],
)
def test_what_overflows_only_in_the_frozen_network_has_diverged(
    overrides: list[str], where: str, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    """The cost of the mini-batches stays finite: batch norm divides by the infinite σ, or there is no further step."""
    spec = written(
        "data: {source: moons, split: {train: 60, dev: 40}}\narchitecture: {hidden: [8, 5]}\n"
        "optimizer: adam\ntraining: {epochs: 5, batch_size: 16}\n",
        tmp_path,
    )
    result = call_dlx("train", spec, "--out", tmp_path / "run", *overrides)
    assert (result.code, where in result.stderr) == (4, True), result.stderr
    assert all(row["train_cost"] not in ("nan", "inf") for row in rows_of(tmp_path / "run"))


def test_predictions_that_are_not_finite_are_an_error(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    data = "data: {source: moons, split: {train: 60, dev: 40}}"
    spec = written(f"dtype: float32\n{data}\narchitecture: {{hidden: [4]}}\ntraining: {{epochs: 1}}\n", tmp_path)
    train(spec, tmp_path / "run")
    (tmp_path / "far.csv").write_text("x1,x2\n1,2\n1e300,3\n")
    result = call_dlx("predict", tmp_path / "run", tmp_path / "far.csv", "--strict")
    assert (result.code, "the prediction for example 2 is not finite (so for 1 of 2" in result.stderr) == (5, True)
    with RunDirectory.open(tmp_path / "run", writing=True) as run:
        arrays, facts = run.model()
        run.write_model(arrays | {"b2": arrays["b2"] + np.nan}, facts)
    result = call_dlx("predict", tmp_path / "run", tmp_path / "far.csv")
    assert (result.code, "none of its predictions is finite" in result.stderr) == (4, True)


def test_rows_come_in_the_first_epoch_every_so_many_and_the_last(tmp_path: Path) -> None:
    spec = written("data: {source: moons}\ntraining: {epochs: 8, evaluate_every: 3}\n", tmp_path)
    session = Session.start(load_spec(spec), [], tmp_path / "run", tmp_path)
    with session:
        records: Iterator[EpochRecord | Progress] = session.records()
        assert [record.epoch for record in records if isinstance(record, EpochRecord)] == [1, 4, 7, 8]


def test_the_cost_weighs_the_short_last_batch_by_its_size(tmp_path: Path) -> None:
    """With a learning rate of nearly 0 the mean over mini-batches is the cost over the whole train set."""
    spec = written(
        "dtype: float64\ndata: {source: {name: moons, m: 90}}\noptimizer: {learning_rate: 1e-300}\n"
        "training: {epochs: 1, batch_size: 64}\n",
        tmp_path,
    )
    session = train(spec, tmp_path / "run")
    last = session.experiment.position.last
    assert last is not None
    assert last.cost == pytest.approx(last.train_cost, rel=1e-12)
    assert last.step == 2


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_a_signal_finishes_the_step_saves_and_exits_with_its_code(number: signal.Signals, tmp_path: Path) -> None:
    spec = written(EVERYTHING.replace("OPTIMIZER", "adam").replace("epochs: 6", "epochs: 1000000"), tmp_path)
    spec.write_text(spec.read_text().replace(", early_stopping: {patience: 4}", ""))
    command: list[str | Path] = [Path(sysconfig.get_path("scripts")) / "dlx", "train", spec, "--out", tmp_path / "run"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        process.stderr.readline()  # the first line of progress: training has begun
        process.send_signal(number)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "--resume" in error
    assert json.loads((tmp_path / "run" / "run.json").read_text())["status"] == "interrupted"
    written_files = {path.name for path in (tmp_path / "run").iterdir()}
    assert written_files | {"curves.png"} == FILES  # there may be no row yet, and then nothing to draw


def test_a_second_writer_is_refused(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    spec = written("data: {source: moons}\n", tmp_path)
    with Session.start(load_spec(spec), [], tmp_path / "run", tmp_path):
        result = call_dlx("train", "--resume", tmp_path / "run")
    assert result.code == 6
    assert "locked" in result.stderr


def test_changed_data_cannot_be_gone_on_with(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    table = tmp_path / "t.csv"
    table.write_text("x,y\n" + "".join(f"{i},{i % 2}\n" for i in range(20)))
    spec = written("data: {source: {name: file, path: t.csv, target: y}}\n", tmp_path)
    train(spec, tmp_path / "run")
    table.write_text(table.read_text().replace("7,1", "7,0"))
    result = call_dlx("train", "--resume", tmp_path / "run")
    assert result.code == 5
    assert "data have changed" in result.stderr


@pytest.mark.draws
def test_the_outputs_of_the_command(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    spec = written("name: m\ndata: {source: moons}\ntraining: {epochs: 2}\n", tmp_path)
    quiet = call_dlx("train", spec, "--quiet", cwd=tmp_path)
    run = tmp_path / quiet.stdout.strip()
    assert quiet.code == 0
    assert (run / "boundary.png").read_bytes().startswith(b"\x89PNG")
    document = json.loads(call_dlx("train", spec, "--json", cwd=tmp_path).stdout)
    assert document["status"] == "completed"
    assert (tmp_path / document["run"] / "run.json").is_file()
    forecast = json.loads(call_dlx("train", spec, "--dry-run", "--json", cwd=tmp_path).stdout)
    assert forecast["steps"] == 4
    assert len(list((tmp_path / "runs" / "m").iterdir())) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="permissions differ")
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    spec = written("data: {source: moons}\n", tmp_path)
    (tmp_path / "file").write_text("")
    result = call_dlx("train", spec, "--out", tmp_path / "file" / "run")
    assert result.code == 2  # no fault of the machine: a file is taken for a folder
    assert len(result.stderr.strip().splitlines()) == 1


REFIT = """
name: again
data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 120, dev: 40, test: 40}}
architecture: {hidden: [6]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 12, batch_size: 8, refit: true, early_stopping: {patience: 5}}
"""


def test_a_run_that_was_stopped_in_its_refit_goes_on_to_the_same_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call_dlx: Callable[..., Any]
) -> None:
    spec = written(REFIT, tmp_path)
    whole = train(spec, tmp_path / "whole").run
    monkeypatch.setattr("dlx.training.fit.SECONDS_BETWEEN_REPORTS", 0.0)
    with Session.start(load_spec(spec), [], tmp_path / "stopped", tmp_path) as session:

        def enough(record: EpochRecord | Progress) -> bool:
            return session.experiment.position.finished is not None and isinstance(record, Progress) and record.step > 9

        for _ in session.records(enough):
            pass
    stopped = RunDirectory.open(tmp_path / "stopped")
    assert stopped.facts()["status"] == "interrupted"
    assert not stopped.holds("refit.npz")
    assert stopped.facts()["refit"] == {"examples": 200, "done": False}
    (tmp_path / "points.csv").write_text("x1,x2\n0.5,0.5\n")
    said = call_dlx("predict", tmp_path / "stopped", tmp_path / "points.csv")
    assert "has not been trained again on all 200 examples yet" in said.stderr
    with Session.resume(tmp_path / "stopped") as session:
        for _ in session.records():
            pass
    assert_same(whole.path, stopped.path)
    for name in ("model.npz", "refit.npz"):
        (arrays, facts), (other_arrays, other_facts) = whole.model(name), stopped.model(name)
        assert facts == other_facts
        assert all(np.array_equal(array, other_arrays[key]) for key, array in arrays.items())


def test_the_network_of_a_refit_predicts_and_every_place_with_errors_says_so(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    spec, note = written(REFIT, tmp_path), "the network that predicts was trained again on all 200 examples"
    said = call_dlx("train", spec, "--out", tmp_path / "run")
    assert note in " ".join(said.stdout.split())
    (tmp_path / "points.csv").write_text("x1,x2,y\n0.5,0.5,0\n-1,0.3,1\n")
    run = RunDirectory.open(tmp_path / "run")
    value = Model(*run.model("refit.npz")).outputs(np.array([[0.5, 0.5], [-1, 0.3]]))[:, 0]
    rows = csv.DictReader(call_dlx("predict", tmp_path / "run", tmp_path / "points.csv").stdout.splitlines())
    np.testing.assert_allclose([float(row["p(1)"]) for row in rows], value, rtol=1e-6)
    for command in ("diagnose", "evaluate"):
        files = [tmp_path / "points.csv", "--target", "y"] if command == "evaluate" else []
        answer = call_dlx(command, tmp_path / "run", *files)
        assert note in " ".join((answer.stdout + answer.stderr).split()), command
    call_dlx("report", tmp_path / "run")
    assert note in (tmp_path / "run" / "report.html").read_text()
    train(spec, tmp_path / "other", "training.refit=false", "seed=2")
    compared = call_dlx("compare", tmp_path / "run", tmp_path / "other", "--json", cwd=tmp_path)
    assert any(note in remark for remark in json.loads(compared.stdout)["remarks"])


def test_weights_that_float32_cannot_hold_are_told_by_one_message(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    """NumPy's own warnings would be errors here."""
    spec = written(
        "data: {source: moons}\ninitializer: {name: normal, scale: 1e200}\ntraining: {epochs: 2}\n", tmp_path
    )
    result = call_dlx("train", spec, "--out", tmp_path / "run", "--quiet")
    assert result.code == 4
    assert "diverged in epoch 1, step 1" in result.stderr
    assert "no learning rate helps" in result.stderr
