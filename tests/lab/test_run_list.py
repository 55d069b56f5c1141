"""The list of runs: what it tells is what the files tell, of past runs and of one that another process trains."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.lab.run_list import MOST_COMPARED, RunList
from dlx.runs.directory import RunDirectory
from dlx.runs.train import Session
from dlx.spec.loader import load_spec
from dlx.training.records import EpochRecord

pytestmark = pytest.mark.usefixtures("blank_pictures")


@pytest.fixture
def runs(spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]) -> Path:
    """A folder with two runs of the tiny spec."""
    for overrides in ([], ["optimizer.learning_rate=0.01", "seed=3"]):
        assert call_dlx("train", spec, *overrides, "--quiet", cwd=tmp_path).code == 0
    return tmp_path / "runs"


def test_rows_are_those_of_dlx_runs(runs: Path, tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    document = RunList(runs).document()
    listed = json.loads(call_dlx("runs", "--json", cwd=tmp_path).stdout)["runs"]
    assert [row["id"] for row in document["runs"]] == [run["id"] for run in reversed(listed)]
    for row, run in zip(document["runs"], reversed(listed), strict=True):
        assert {name: row[name] for name in document["columns"]} == {name: run[name] for name in document["columns"]}


def test_chosen_runs_have_their_curves_and_what_differs(runs: Path) -> None:
    run_list = RunList(runs)
    keys = [row["key"] for row in run_list.document()["runs"]]
    compared = run_list.compared(keys)
    for key, run in zip(keys, compared["runs"], strict=True):
        metrics = RunDirectory(runs / key).metrics()
        assert run["columns"] == {name: metrics[name] for name in run["columns"]}
        assert run["columns"]["epoch"] == [1, 2, 3, 4, 5, 6]
    assert {entry["key"]: entry["values"] for entry in compared["differences"]} == {
        "seed": ["3", "1"],
        "optimizer.learning_rate": ["0.01", "0.05"],
    }


def test_what_is_no_key_of_the_list_is_not_read(runs: Path, tmp_path: Path) -> None:
    run_list = RunList(runs)
    key = run_list.document()["runs"][0]["key"]
    outside = [f"../runs/{key}", str(runs / key), "..", "", "latest", "tiny/../" + key]
    assert run_list.compared(outside) == {"runs": [], "differences": []}
    assert len(run_list.compared([key] * 40)["runs"]) == MOST_COMPARED


def test_a_run_of_another_process_is_followed(spec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_list = RunList(tmp_path / "runs")
    epochs = []
    with Session.start(load_spec(spec), [], None, tmp_path) as session:
        for record in session.records():
            if isinstance(record, EpochRecord):
                (row,) = run_list.document()["runs"]
                epochs.append((row["status"], row["epoch"], row["train_error"]))
                assert run_list.compared([row["key"]])["runs"][0]["columns"]["epoch"][-1] == record.epoch
                assert epochs[-1] == ("running", record.epoch, record.train_error)
    assert len(epochs) == 6
    assert run_list.document()["runs"][0]["status"] == "completed"


def test_a_run_that_is_damaged_or_gone_does_not_hide_the_others(runs: Path) -> None:
    run_list = RunList(runs)
    first, second = (runs / row["key"] for row in run_list.document()["runs"])
    (first / "run.json").write_text("{")
    (second / "config.yaml").write_text("nonsense\n")
    rows = {row["id"]: row for row in run_list.document()["runs"]}
    assert rows[first.name]["status"] == "damaged"
    assert rows[first.name]["fault"]
    compared = run_list.compared([f"tiny/{first.name}", f"tiny/{second.name}"])
    assert all(run["fault"] for run in compared["runs"])
    for path in second.iterdir():
        if path.is_file():
            path.unlink()
    assert [row["id"] for row in run_list.document()["runs"]] == [first.name]
