"""Keeping: a training that was begun on the page is a run like any other, with the bits that the shell gives."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.lab.playground import Playground
from tests.lab.test_playground import about, do

pytestmark = pytest.mark.usefixtures("blank_pictures")


def bits(run: Path) -> tuple[list[dict[str, str]], dict[str, bytes], Any]:
    """The rows of metrics.csv without their times, the arrays of the model, and the diagnosis."""
    with (run / "metrics.csv").open(encoding="utf-8") as file:
        rows = [{key: value for key, value in row.items() if key != "seconds"} for row in csv.DictReader(file)]
    with np.load(run / "model.npz", allow_pickle=False) as model:
        arrays = {name: model[name].tobytes() for name in model.files}
    return rows, arrays, json.loads((run / "diagnosis.json").read_text())["errors"]


def kept(playground: Playground) -> Path:
    assert playground.kept_run is not None
    return playground.kept_run.path


@pytest.mark.parametrize("moment", [["play"], ["step", "step"], ["epoch", "step"], []])
def test_a_run_of_the_page_has_the_bits_of_the_saved_spec(
    moment: list[str], spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    """Whenever it is kept: at its end, in an epoch, at its beginning."""
    playground = Playground(spec, tmp_path / "runs")
    do(playground, "change", key="regularization.keep_prob", value=0.7)
    do(playground, "change", key="training.early_stopping", value=True)
    for name in moment:
        do(playground, name)
    do(playground, "keep")
    run = kept(playground)
    do(playground, "save")
    if moment != ["play"]:
        do(playground, "play")
    playground.close()
    saved = tmp_path / "runs" / "lab" / "tiny.yaml"
    assert call_dlx("train", saved, "--out", tmp_path / "again", "--quiet").code == 0
    assert bits(run) == bits(tmp_path / "again")
    assert (run / "config.yaml").read_text() == (tmp_path / "again" / "config.yaml").read_text()
    assert call_dlx("runs", "tag", run, "good", cwd=tmp_path).code == 0  # it is nobody's any more
    facts, other = (json.loads((path / "run.json").read_text()) for path in (run, tmp_path / "again"))
    assert facts["status"] == other["status"]
    assert facts["overrides"] == ["regularization.keep_prob=0.7", "training.early_stopping=true"]
    assert facts["command"].startswith("dlx train ")


@pytest.mark.parametrize("steps", [0, 1, 7])
def test_a_kept_run_that_is_left_can_be_gone_on_with(
    steps: int, spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    playground = Playground(spec, tmp_path / "runs")
    do(playground, "keep")
    for _ in range(steps):
        do(playground, "step")
    run = kept(playground)
    playground.close()
    assert json.loads((run / "run.json").read_text())["status"] == "interrupted"
    assert call_dlx("train", "--resume", run).code == 0
    assert call_dlx("train", spec, "--out", tmp_path / "again", "--quiet").code == 0
    assert bits(run) == bits(tmp_path / "again")


def test_a_change_leaves_the_kept_run_as_it_is(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path / "runs")
    do(playground, "epoch")
    do(playground, "keep")
    run = kept(playground)
    outbox = do(playground, "change", key="seed", value=3)
    assert about(outbox, "frame")["kept"] is None
    assert json.loads((run / "run.json").read_text())["status"] == "interrupted"
    assert (run / "metrics.csv").read_text().count("\n") == 2


def test_a_run_whose_folder_goes_is_an_error_on_the_page(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path / "runs")
    (tmp_path / "runs").write_text("no folder")
    note = about(do(playground, "keep"), "note")
    assert note["error"]
    assert "runs" in note["text"]
    assert about(do(playground, "play"), "frame")["ended"]


def test_a_run_that_is_removed_while_it_trains_is_an_error_on_the_page(spec: Path, tmp_path: Path) -> None:
    playground = Playground(spec, tmp_path / "runs")
    do(playground, "epoch")
    do(playground, "keep")
    shutil.rmtree(kept(playground))
    outbox = do(playground, "play")
    assert "it is missing" in about(outbox, "note")["text"]
    assert about(outbox, "frame")["kept"] is None
    assert about(do(playground, "play"), "frame")["status"] == "completed"  # it goes on, and nothing is lost
    undisturbed = Playground(spec, tmp_path)
    do(undisturbed, "play")
    rows = [[row.train_cost for row in each.stage.trainer.rows] for each in (playground, undisturbed)]
    assert rows[0] == rows[1]
    assert len(rows[0]) == 6
    assert about(do(playground, "change", key="seed", value=3), "spec")["problems"] == []
    assert about(do(playground, "play"), "frame")["epoch"] == 6
