"""Longer training: bit for bit that of a run that was begun with so many epochs, or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.usefixtures("blank_pictures")
Run = Callable[..., Any]

SPEC = """name: moons
data: {source: {name: moons, m: 90, noise: 0.2}, split: {train: 60, dev: 30}}
architecture: {hidden: [6, 4], batch_norm: true}
regularization: {keep_prob: 0.8}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 3, batch_size: 16}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "moons.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "settings",
    [[], ["schedule={name: inverse_time, decay_rate: 0.3}"], ["schedule={name: exponential, base: 0.9, unit: step}"]],
)
def test_it_is_the_run_that_was_begun_with_so_many_epochs(
    settings: list[str], spec: Path, tmp_path: Path, call_dlx: Run
) -> None:
    assert call_dlx("train", spec, *settings, "--out", tmp_path / "short", "-q").code == 0
    result = call_dlx("train", "--resume", tmp_path / "short", "training.epochs=7", "-q")
    assert result.code == 0, result.stderr
    assert call_dlx("train", spec, *settings, "training.epochs=7", "--out", tmp_path / "long", "-q").code == 0
    short, long = tmp_path / "short", tmp_path / "long"
    assert (short / "config.yaml").read_bytes() == (long / "config.yaml").read_bytes()
    with np.load(short / "model.npz") as extended, np.load(long / "model.npz") as expected:
        assert extended.files == expected.files
        assert [extended[name].tobytes() for name in expected.files if name.startswith(("W", "b", "gamma"))] == [
            expected[name].tobytes() for name in expected.files if name.startswith(("W", "b", "gamma"))
        ]
    rows = [
        [line.rpartition(",")[0] for line in (run / "metrics.csv").read_text().splitlines()] for run in (short, long)
    ]
    assert rows[0] == rows[1]
    facts = json.loads((short / "run.json").read_text())
    assert (facts["status"], facts["final"]["epoch"]) == ("completed", 7)
    assert call_dlx("doctor", short).code == 0


@pytest.mark.parametrize(
    ("settings", "longer", "why"),
    [
        (
            ["schedule=cosine"],
            "training.epochs=9",
            "cosine, spreads its learning rates over all epochs: the first 3 of 9 would be",
        ),
        (
            ["training.refit=true", "training.early_stopping={}"],
            "training.epochs=9",
            "ends by training once more on all examples",
        ),
        ([], "training.epochs=2", "was begun with 3 epochs, and goes on for more, not for 2"),
        ([], "training.epochs=many", "expected a number of epochs"),
        (["training.evaluate_every=4"], "training.epochs=9", "measured its last epoch because it was the last"),
    ],
)
def test_what_would_have_been_another_training_is_refused(
    settings: list[str], longer: str, why: str, spec: Path, tmp_path: Path, call_dlx: Run
) -> None:
    run = tmp_path / "run"
    assert call_dlx("train", spec, *settings, "--out", run, "-q").code == 0
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    result = call_dlx("train", "--resume", run, longer)
    assert (result.code, result.stdout) == (2, "")
    assert why in result.stderr
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_other_settings_are_refused_as_ever(spec: Path, tmp_path: Path, call_dlx: Run) -> None:
    run = tmp_path / "run"
    assert call_dlx("train", spec, "--out", run, "-q").code == 0
    result = call_dlx("train", "--resume", run, "optimizer.learning_rate=0.1")
    assert (result.code, "begins a new run with it" in result.stderr) == (2, True)
