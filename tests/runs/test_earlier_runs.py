"""Runs that an earlier dlx made, and left in the middle: they are read, verified, gone on with and reported."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")

EARLIER = Path(__file__).parents[1] / "fixtures" / "earlier_runs"
THERE = b"/photos/"  # where they were made


@pytest.fixture
def folder(tmp_path: Path, call_dlx: Callable[..., Any]) -> Path:
    """A copy of them: ``plain``, ``mapped`` (an NPY pair, augmented), ``table`` (a CSV with categories, days and gaps)
    and ``search``.
    """
    folder = Path(shutil.copytree(EARLIER, tmp_path / "earlier"))
    for name in ("mapped", "table"):
        config, facts = folder / name / "config.yaml", folder / name / "run.json"
        before = sha256(config.read_bytes()).hexdigest()
        config.write_bytes(config.read_bytes().replace(THERE, os.fsencode(f"{folder}/")))
        facts.write_text(facts.read_text("utf-8").replace(before, sha256(config.read_bytes()).hexdigest()), "utf-8")
        assert call_dlx("doctor", name, "--accept", cwd=folder).code == 0
    return folder


@pytest.mark.parametrize("name", ["plain", "search"])
def test_their_files_are_intact(name: str, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("doctor", EARLIER / name, "--json")
    assert (result.code, result.stderr) == (0, "")
    assert json.loads(result.stdout)["status"] == "interrupted"


@pytest.mark.parametrize("name", ["plain", "mapped"])
def test_a_run_comes_to_the_end_of_one_that_was_not_interrupted(
    name: str, folder: Path, call_dlx: Callable[..., Any]
) -> None:
    shutil.copytree(folder / name, folder / "copy")
    resumed = call_dlx("train", "--resume", name, "--json", cwd=folder)
    assert resumed.code == 0, resumed.stderr
    whole = call_dlx("train", "copy/config.yaml", "--out", "whole", "--json", cwd=folder)
    first, second = json.loads(resumed.stdout), json.loads(whole.stdout)
    assert (first["status"], second["status"]) == ("completed", "completed")
    assert first["final"]["step"] == second["final"]["step"]
    for key in ("cost", "train_cost", "dev_cost"):  # of a few steps, so that other last digits stay last digits
        assert first["final"][key] == pytest.approx(second["final"][key], rel=1e-3)


@pytest.mark.parametrize("command", ["diagnose", "report", "gradcheck"])
@pytest.mark.parametrize("name", ["plain", "mapped"])
def test_a_run_is_read(command: str, name: str, folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx(command, name, cwd=folder)
    assert (result.code, result.stderr) == (0, "")


def test_runs_are_compared(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("compare", "plain", "mapped", "--csv", cwd=folder)
    assert result.code == 0, result.stderr
    assert [line.split(",")[0] for line in result.stdout.splitlines()[1:]] == ["plain", "mapped"]


def test_a_search_goes_on_to_its_end(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "--resume", "search", "--json", cwd=folder)
    assert result.code == 0, result.stderr
    assert json.loads(result.stdout)["status"] == "completed"
    assert call_dlx("report", "search", cwd=folder).code == 0
    assert call_dlx("doctor", "search", cwd=folder).code == 0


def test_the_columns_of_a_table_mean_what_they_meant(folder: Path, call_dlx: Callable[..., Any]) -> None:
    """Days are categories, and features of categories are scaled with the numbers, as its complete spec says."""
    again = call_dlx("train", "table/config.yaml", "--out", "again", "--json", cwd=folder)
    assert again.code == 0, again.stderr
    assert "6 different dates or times: each becomes a category" in again.stderr
    before = json.loads((folder / "table" / "run.json").read_text("utf-8"))
    assert json.loads(again.stdout)["data"]["fingerprint"] == before["data"]["fingerprint"]
    for key in ("cost", "train_cost", "dev_cost"):
        assert json.loads(again.stdout)["final"][key] == pytest.approx(before["final"][key], rel=1e-3)
    before_times, complete = ((folder / name / "config.yaml").read_text("utf-8") for name in ("table", "again"))
    assert set(before_times.splitlines()) <= set(re.sub("engine: [a-z]+, ", "", complete).splitlines())
    assert "times" not in complete
    assert "one_hot" not in complete
    predictions = json.loads(call_dlx("predict", "table", "table.csv", "--json", cwd=folder).stdout)["predictions"]
    assert [row["p(1)"] for row in predictions[:3]] == pytest.approx([0.32928273, 0.35309026, 0.30339578], rel=1e-4)
