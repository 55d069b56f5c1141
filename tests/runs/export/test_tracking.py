"""Runs that are exported for programs that track experiments are there as these programs read them themselves."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from dlx.runs.export import event_log
from dlx.runs.export.history import RunHistory, tag
from dlx.runs.export.trackers.tensorboard_events import whole_records
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.spec.loader import load_spec
from dlx.training.records import EpochRecord

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
name: tiny
data: {source: {name: moons, m: 60, noise: 0.2}, split: {train: 30, dev: 20, test: 10}}
architecture: {hidden: [3, 2]}
training: {epochs: 6, batch_size: 16}
metrics: [f1]
"""
EPOCHS = 6
NOT_MEASURED = ("epoch", "step", "seconds")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, blank_picture: bytes, call_dlx: Callable[..., Any]) -> Path:
    """A folder with runs of two seeds; not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    with pytest.MonkeyPatch.context() as inside:
        for name in ("curves", "boundary"):
            inside.setattr(f"dlx.show.pictures.{name}", lambda *arguments, **options: blank_picture)
        for seed in (1, 2):
            result = call_dlx("train", "spec.yaml", f"seed={seed}", "--out", f"many/{seed}", cwd=folder)
            assert result.code == 0, result.stderr
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(trained, tmp_path / "trained"))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def events(path: Path) -> Any:
    """What TensorBoard's own reader finds below a directory."""
    accumulators = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator", reason="pip install tensorboard"
    )
    accumulator = accumulators.EventAccumulator(str(path), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    accumulator.Reload()
    return accumulator


def scalars(reader: Any, name: str) -> list[tuple[int, Any]]:
    return [(event.step, event.value) for event in reader.Scalars(name)]


def expected_scalars(run: Path, column: str) -> list[tuple[int, Any]]:
    rows = table(run / "metrics.csv")
    return [(int(row["epoch"]), pytest.approx(float(row[column]), rel=1e-6)) for row in rows if row[column]]


def test_csv_has_what_the_runs_have(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("export", "many", "--to", "csv", cwd=folder)
    assert result.stdout.split() == ["many/export_runs.csv", "many/export_epochs.csv"]
    runs, epochs = table(folder / "many/export_runs.csv"), table(folder / "many/export_epochs.csv")
    assert [(row["run"], row["seed"], row["architecture.hidden"]) for row in runs] == [
        (f"many/{seed}", str(seed), '[{"units": 3}, {"units": 2}]') for seed in (1, 2)
    ]
    for seed, row in enumerate(runs, start=1):
        history = RunHistory.read(folder / "many" / str(seed))
        assert float(row["test_error"]) == history.test["error"]
        assert float(row["dev_f1"]) == history.kept_row["dev_f1"]
    both = [dict(row, run=f"many/{seed}") for seed in (1, 2) for row in table(folder / f"many/{seed}/metrics.csv")]
    assert epochs == both


def test_csv_of_a_run_belongs_to_it_and_replaces_no_file_of_the_user(
    folder: Path, call_dlx: Callable[..., Any]
) -> None:
    for _ in range(2):
        assert call_dlx("export", "many/1", "--to", "csv", cwd=folder).code == 0
    assert RunDirectory(folder / "many/1").foreign() == []
    (folder / "mine_runs.csv").write_text("a,b\n", encoding="utf-8")
    result = call_dlx("export", "many/1", "--to", "csv", "--out", "mine", cwd=folder)
    assert result.code == 2
    assert "dlx made no such file" in result.stderr


def test_an_onnx_file_says_what_was_measured_of_its_network(folder: Path, call_dlx: Callable[..., Any]) -> None:
    def measured(run: str) -> Any:
        path = call_dlx("export", run, "--to", "onnx", cwd=folder).stdout.strip()
        properties = {entry.key: entry.value for entry in onnx.load(folder / path).metadata_props}
        return json.loads(properties.get("measured", "{}"))

    run = RunHistory.read(folder / "many/1")
    assert measured("many/1") == run.final_figures
    assert measured("many/1")["test_error"] == run.test["error"]
    assert call_dlx("calibrate", "many/1", "--apply", cwd=folder).code == 0
    assert measured("many/1").keys() == {"train_error", "dev_error", "test_error"}
    again = call_dlx("train", "spec.yaml", "training.refit=true", "--out", "refit", cwd=folder)
    assert again.code == 0, again.stderr
    assert measured("refit") == {}


def test_tensorboard_reads_rows_settings_figures_and_pictures(
    folder: Path, blank_picture: bytes, call_dlx: Callable[..., Any]
) -> None:
    events(folder)  # skips
    files = call_dlx("export", "many", "--to", "tensorboard", cwd=folder).stdout.split()
    assert files == [f"many/{seed}/events.tfevents" for seed in (1, 2)]
    run = RunHistory.read(folder / "many/2")
    assert run.run.foreign() == []
    reader = events(run.path)
    columns = [name for name in table(run.path / "metrics.csv")[0] if name not in NOT_MEASURED]
    for column in columns:
        assert scalars(reader, tag(column)) == expected_scalars(run.path, column)
    assert scalars(reader, "final/test_error") == [(run.kept_epoch, pytest.approx(run.test["error"], rel=1e-6))]
    assert [image.encoded_image_string for image in reader.Images("curves")] == [blank_picture]
    assert b"Verdict: " in reader.Tensors("summary")[0].tensor_proto.string_val[0]
    assert settings_in(reader)["training.epochs"] == EPOCHS
    assert settings_in(reader)["optimizer.name"] == run.settings["optimizer.name"]


def settings_in(reader: Any) -> dict[str, Any]:
    """The hyperparameters as TensorBoard's plugin takes them."""
    from tensorboard.plugins.hparams import metadata

    content = reader.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
    values = metadata.parse_session_start_info_plugin_data(content).hparams
    return {name: getattr(value, str(value.WhichOneof("kind"))) for name, value in values.items()}


def test_a_log_while_it_trains_is_what_is_exported_afterwards(
    folder: Path, call_dlx: Callable[..., Any], run_dlx: Callable[..., Any]
) -> None:
    events(folder)  # skips
    assert call_dlx("train", "spec.yaml", "--log", "tensorboard", "--out", "logged", cwd=folder).code == 0
    logged = (folder / "logged/events.tfevents").read_bytes()
    # in a process of its own, where maps of protocol buffers have another order
    assert run_dlx("export", "logged", "--to", "tensorboard", "--out", "out", cwd=folder).code == 0
    assert (folder / "out/tiny/logged/events.tfevents").read_bytes() == logged
    assert whole_records(logged) == len(logged)
    assert call_dlx("doctor", "logged", cwd=folder).code == 0
    assert call_dlx("train", "--resume", "logged", cwd=folder).code == 0
    assert scalars(events(folder / "logged"), "error/dev") == expected_scalars(folder / "logged", "dev_error")


@pytest.fixture
def killed(folder: Path) -> Path:
    """A run as it is on the disk after three epochs, and amid an event."""
    resolved = load_spec(folder / "spec.yaml")
    with (
        Session.start(resolved, [], folder / "whole/run", folder) as session,
        event_log.logging(session.run, "tensorboard") as log,
    ):
        for record in session.records():
            log(record)
            if isinstance(record, EpochRecord) and record.epoch == 3:
                shutil.copytree(folder / "whole", folder / "killed")
    with (folder / "killed/run/events.tfevents").open("ab") as file:
        file.write(b"\x40\0\0\0\0\0\0\0cut off")
    return folder / "killed/run"


@pytest.mark.parametrize("damage", [False, True])
def test_a_log_goes_on_after_a_kill(
    damage: bool, request: pytest.FixtureRequest, folder: Path, call_dlx: Callable[..., Any]
) -> None:
    events(folder)  # skips
    run: Path = request.getfixturevalue("killed")
    path = run / "events.tfevents"
    if damage:
        path.write_bytes(b"\xff" + path.read_bytes()[1:])
    node = path.stat().st_ino
    assert call_dlx("train", "--resume", run, cwd=folder).code == 0
    reader = events(run)
    for column in ("dev_error", "cost", "train_f1"):
        assert scalars(reader, tag(column)) == expected_scalars(run, column)
    assert [step for step, _ in scalars(reader, "cost/batches")] == list(range(1, EPOCHS + 1))
    assert damage or path.stat().st_ino == node  # TensorBoard goes on reading the file that it has open
    assert call_dlx("doctor", run, cwd=folder).code == 0


def test_where_tensorboard_is_missing_a_log_ends_and_training_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call_dlx: Callable[..., Any]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto", None)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    for arguments in (["export", "many/1", "--to"], ["train", "spec.yaml", "--log"]):
        result = call_dlx(*arguments, "tensorboard", cwd=folder)
        assert result.code == 6
        assert "needs tensorboard, which is not installed" in result.stderr
    with RunDirectory.open(folder / "many/1", writing=True) as run:
        run.write("events.tfevents", b"\x18\0\0\0\0\0\0\0")
    result = call_dlx("train", "--resume", "many/1", cwd=folder)
    assert (result.code, "events.tfevents does not go on" in result.stderr) == (0, True)


@pytest.mark.parametrize(
    ("missing", "message"),
    [("mlflow.tracking", "needs mlflow-skinny, which is not installed"), ("sqlalchemy", "needs sqlalchemy, which is")],
)
def test_what_mlflow_lacks_is_named(missing: str, message: str, folder: Path) -> None:
    """In a process of its own, since MLflow does not survive that its modules are imported twice."""
    if missing != "mlflow.tracking" and importlib.util.find_spec("mlflow") is None:
        pytest.skip("pip install mlflow-skinny")
    program = "import sys; sys.modules[sys.argv.pop()] = None; from dlx.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "export", "many/1", "--to", "mlflow", missing],
        cwd=folder,
        env=os.environ | {"MLFLOW_TRACKING_URI": "sqlite:///other.db"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, message in done.stderr) == (6, True), done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["export", "many/1", "--to", "tensorbord"], "did you mean tensorboard?"),
        (["train", "spec.yaml", "--log", "mlflow"], "allowed tensorboard"),
        (
            ["train", "spec.yaml", "data.folds=3", "data.split={train: 40, dev: 20, test: 0}", "--log", "tensorboard"],
            "dlx export DIR",
        ),
        (["export", "many/1", "--to", "mlflow", "--out", "x"], "MLFLOW_TRACKING_URI"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], message: str, folder: Path, call_dlx: Callable[..., Any]
) -> None:
    if "--log" in arguments and "tensorboard" in arguments:
        events(folder)  # skips
    result = call_dlx(*arguments, cwd=folder)
    assert result.code == 2
    assert message in result.stderr


@pytest.mark.filterwarnings("ignore")  # MLflow's own
@pytest.mark.parametrize("store", ["mlruns", pytest.param("sqlite:///mlflow.db", marks=pytest.mark.thorough)])
def test_mlflow_reads_rows_settings_figures_and_files(
    store: str, folder: Path, monkeypatch: pytest.MonkeyPatch, call_dlx: Callable[..., Any]
) -> None:
    pytest.importorskip("mlflow.tracking", reason="pip install mlflow-skinny")
    from mlflow.tracking import MlflowClient

    monkeypatch.chdir(folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    first = call_dlx("export", "many", "--to", "mlflow", cwd=folder)
    assert first.code == 0, first.stderr
    (folder / "many/2").rename(folder / "many/it's")
    assert call_dlx("export", "many", "--to", "mlflow", cwd=folder).stdout == first.stdout  # nothing is there twice
    (folder / "many/it's").rename(folder / "many/2")
    client = MlflowClient()
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
    assert [line.rpartition("/")[2] for line in first.stdout.split()] == [run.info.run_id for run in runs]
    for seed, counterpart in enumerate(runs, start=1):
        run = RunHistory.read(folder / f"many/{seed}")
        assert counterpart.info.status == "FINISHED"
        assert counterpart.data.params == {name: str(value) for name, value in run.settings.items()}
        assert counterpart.data.metrics["final/test_error"] == run.test["error"]
        history = client.get_metric_history(counterpart.info.run_id, "error/dev")
        assert [(metric.step, metric.value) for metric in history] == expected_scalars(run.path, "dev_error")
        files = {file.path for file in client.list_artifacts(counterpart.info.run_id)}
        assert {"config.yaml", "metrics.csv", "model.npz", "curves.png"} <= files
