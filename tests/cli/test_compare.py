"""``dlx compare``: the table, the curves in letters, the verdict, the documents, the picture, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec

MOONS = """
name: moons
data: {source: {name: moons, m: 240, noise: 0.3}, split: {train: 120, dev: 120}}
architecture: {hidden: [6]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 6, batch_size: 32}
randomness: {split: {seed: 5}}
"""
SLOW = "optimizer.learning_rate=0.002"

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seeds of two learning rates: runs/fast/… and runs/slow/…."""
    folder = tmp_path_factory.mktemp("compare")
    (folder / "moons.yaml").write_text(MOONS, encoding="utf-8")
    for name, overrides in (("fast", []), ("slow", [SLOW])):
        for seed in (1, 2, 3):
            spec = load_spec(folder / "moons.yaml", [f"seed={seed}", f"name={name}", *overrides]).spec
            run_trial(Trial.of(spec), folder / "runs" / name)
    return folder


def test_the_table_the_curves_and_the_verdict_fit_on_a_plain_terminal(call_dlx: Run, folder: Path) -> None:
    result = call_dlx("compare", "fast", "slow", cwd=folder)
    assert result.code == 0
    lines = result.stdout.splitlines()
    assert "\x1b" not in result.stdout
    header = lines[0].split()
    assert header[:4] == ["run", "name", "seed", "learning_rate"]
    assert sum(line.startswith(("A ", "B ")) and " % " in line for line in lines) == 6 + 2
    start = next(i for i, line in enumerate(lines) if line.startswith("dev error over the epochs"))
    plot = lines[start + 1 : lines.index("", start)]
    assert len(plot) <= 12
    assert "6 epochs" in plot[-1]
    assert all(any(letter in line for line in plot) for letter in "AB")
    words = ("dev error", "verdict", "note", "picture")
    assert all(len(line) <= 80 for line in lines if not line.startswith(words))
    assert any(line.startswith("dev error ") and "paired by seed and by dev example: 3 pairs" in line for line in lines)
    verdict = next(line for line in lines if line.startswith("verdict"))
    assert "established" in verdict


def test_two_runs_stand_in_columns(call_dlx: Run, folder: Path) -> None:
    lines = call_dlx("compare", "fast/~0", "slow/~0", cwd=folder).stdout.splitlines()
    assert lines[0].split()[0::2] == ["run", lines[0].split()[2], lines[0].split()[4]]
    assert lines[2].split() == ["learning_rate", "0.02", "0.002"]


def test_json_has_all_of_it(call_dlx: Run, folder: Path) -> None:
    document = json.loads(call_dlx("compare", "fast", "--against", "slow", "--json", cwd=folder).stdout)
    assert document["schema_version"] == 1
    assert document["differing"] == ["name", "seed", "optimizer.learning_rate"]
    assert [len(group["runs"]) for group in document["groups"]] == [3, 3]
    difference = document["difference"]
    assert difference["low"] <= difference["value"] <= difference["high"]
    assert difference["of"] == "learning_rate 0.02"
    assert document["picture"] is None
    assert {"status", "epochs", "seconds", "parameters", "cost", "errors"} <= document["runs"][0].keys()


@pytest.mark.parametrize(
    "arguments",
    [
        "fast/~0 fast/~1 --against slow/~0 slow/~1 --json",
        "--against=slow/~0 slow/~1 --json fast/~0 fast/~1",
        "fast/~0 --against slow/~0 --json fast/~1 --against slow/~1",
    ],
)
def test_all_that_follow_against_are_the_other_group(call_dlx: Run, folder: Path, arguments: str) -> None:
    document = json.loads(call_dlx("compare", *arguments.split(), cwd=folder).stdout)
    kinds = [{Path(run).parent.name for run in group["runs"]} for group in document["groups"]]
    assert [len(group["runs"]) for group in document["groups"]] == [2, 2]
    assert kinds == [{"fast"}, {"slow"}]


def test_csv_and_markdown_are_tables(call_dlx: Run, folder: Path) -> None:
    text = call_dlx("compare", "fast", "slow", "--csv", cwd=folder).stdout
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["optimizer.learning_rate"] for row in rows] == ["0.02"] * 3 + ["0.002"] * 3
    assert all(0 <= float(row["dev_low"]) <= float(row["dev_error"]) <= float(row["dev_high"]) for row in rows)
    assert {row["dev_m"] for row in rows} == {"120"}
    lines = call_dlx("compare", "fast", "slow", "--md", cwd=folder).stdout.splitlines()
    assert lines[0].startswith("| run | name | seed | learning_rate |")
    assert len({line.count("|") for line in lines[:8]}) == 1
    assert any(line.startswith("**verdict**") for line in lines)


def test_the_picture_is_drawn_where_it_belongs_and_replaces_only_its_like(call_dlx: Run, folder: Path) -> None:
    place = folder / "runs" / "comparison.png"
    assert call_dlx("compare", "fast", "slow", "--json", cwd=folder).code == 0
    call_dlx("compare", "fast", "slow", cwd=folder)
    first = place.read_bytes()
    assert call_dlx("compare", "fast", "slow", "--md", "--out", "mine.png", cwd=folder).code == 0
    assert (folder / "mine.png").read_bytes() == first
    assert call_dlx("compare", "fast/~0", "slow/~0", "--out", "mine.png", cwd=folder).code == 0
    assert (folder / "mine.png").read_bytes() != first
    (folder / "notes.png").write_text("not a picture")
    refused = call_dlx("compare", "fast", "slow", "--out", "notes.png", cwd=folder)
    assert (refused.code, "dlx made no such file" in refused.stderr) == (2, True)
    assert (folder / "notes.png").read_text() == "not a picture"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["fast/~0"], 2, "two or more"),
        (["fast", "nothing"], 2, "nothing: is no run"),
        (["fast", "--against", "fast/~0"], 2, "both sides"),
        (["fast", "slow", "--json", "--csv"], 2, "one document at a time"),
        (["fast", "slow", "--out", "runs"], 2, "is a directory"),
        (["fast", "slow", "--out", "nowhere/a.png"], 6, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    call_dlx: Run, folder: Path, arguments: list[str], code: int, message: str
) -> None:
    result = call_dlx("compare", *arguments, cwd=folder)
    assert result.code == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_damaged_run_is_told(call_dlx: Run, folder: Path, tmp_path: Path) -> None:
    run = next((folder / "runs" / "fast").iterdir())
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in run.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    (broken / "run.json").write_text("{")
    result = call_dlx("compare", "slow", broken, cwd=folder)
    assert (result.code, result.stderr.count("\n")) == (5, 1)
    assert "run.json: is damaged" in result.stderr


def test_where_no_picture_can_be_written_there_is_the_table(call_dlx: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder would be")
    runs = sorted((folder / "runs" / "fast").iterdir())[:2]
    result = call_dlx("compare", *runs, cwd=tmp_path)
    assert (result.code, "dev error" in result.stdout) == (6, True), result.stderr
    assert "comparison.png: cannot be written" in result.stderr
