"""``dlx calibrate``: what it prints and keeps, and what it refuses; ``dlx compare --metric`` beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
name: moons
data: {source: {name: moons, m: 300, noise: 0.35, seed: 1}, split: {train: 100, dev: 200}}
architecture: {hidden: [16]}
optimizer: {name: adam, learning_rate: 0.05}
training: {epochs: 40, batch_size: 32}
"""
Call = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path, call_dlx: Call) -> Path:
    (tmp_path / "moons.yaml").write_text(SPEC)
    assert call_dlx("train", "moons.yaml", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    return tmp_path


def test_it_shows_the_curve_and_draws_it_into_the_run(folder: Path, call_dlx: Call) -> None:
    result = call_dlx("calibrate", "run", "--threshold", "cost=1,5", cwd=folder)
    assert result.code == 0, result.stderr
    assert "ECE" in result.stdout
    assert "threshold  cost of 1 and 5  answered 1" in result.stdout
    assert "dlx calibrate run --threshold cost=1,5 --apply" in result.stdout
    assert (folder / "run" / "calibration.png").read_bytes().startswith(b"\x89PNG")
    assert not (folder / "run" / "calibration.json").exists()


def test_json_is_one_document_and_what_is_applied_stands_in_the_manifest(folder: Path, call_dlx: Call) -> None:
    result = call_dlx("calibrate", "run", "--json", "--apply", "--out", "curve.png", cwd=folder)
    document = json.loads(result.stdout)
    assert (document["schema_version"], document["applied"], document["picture"]) == (1, True, "curve.png")
    assert document["after"]["log_loss"]["value"] <= document["before"]["log_loss"]["value"]
    kept = json.loads((folder / "run" / "calibration.json").read_text())
    assert kept["temperature"] == document["temperature"]
    assert "calibration.json" in json.loads((folder / "run" / "manifest.json").read_text())["files"]
    assert call_dlx("doctor", "run", cwd=folder).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["calibrate", "run", "--threshold", "f11"], "did you mean f1?"),
        (["calibrate", "run", "--threshold", "cost=1"], "expected two numbers"),
        (["calibrate", "moons.yaml"], "moons.yaml"),
        (["compare", "run", "run", "--metric", "f11"], "there is no metric named 'f11'"),
        (["diagnose", "moons.yaml", "--worst", "w.csv"], "--worst writes the examples that a run is most wrong about"),
    ],
)
def test_refusals(folder: Path, call_dlx: Call, arguments: list[str], message: str) -> None:
    result = call_dlx(*arguments, cwd=folder)
    assert result.code == 2
    assert message in result.stderr
