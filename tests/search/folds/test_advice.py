"""Advice after folds: the first command is accepted as it stands, and trains in folds again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.runs.reading.result import Result
from dlx.runs.training.earlier import past_of
from dlx.spec.loader import load_spec

SPEC = """
name: moons
data: {source: {name: moons, m: 240, noise: 0.1}, split: {train: 0.8, test: 0.2}, folds: 3}
architecture: {hidden: [UNITS]}
optimizer: {name: adam, learning_rate: RATE}
training: {epochs: 40, batch_size: 32}
diagnosis: {tolerance: 0.05}
"""


@pytest.mark.parametrize(
    ("units", "rate", "asks"), [(2, 0.02, True), (16, 1e-7, True), pytest.param(64, 0.02, False, id="done")]
)
def test_the_advice_of_folds_can_be_typed(
    units: int, rate: float, asks: bool, tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC.replace("UNITS", str(units)).replace("RATE", f"{rate:g}"))
    result = call_dlx("train", "spec.yaml", "--out", "run", cwd=tmp_path)
    assert result.code == 0, result.stderr
    lines = result.stdout.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("advice"))
    commands = [line.strip() for line in lines[start + 1 :] if line.startswith(" " * 10 + "dlx train")]
    if not asks:
        assert re.search(r"advice    .*done", lines[start])
        return
    words = shlex.split(commands[0])
    assert words[:3] == ["dlx", "train", "run/plan.yaml"]
    changed = load_spec(tmp_path / "run" / "plan.yaml", words[3:]).spec
    assert changed.data.folds == 3
    assert words[3].partition("=")[0] in lines[start]


OUTLIERS = """
name: far
data: {source: {name: file, path: far.csv, target: y}, folds: 3, normalize: standard, normalize_targets: standard}
architecture: {hidden: [8]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 60, batch_size: 32}
"""


def test_rows_that_carry_the_error_are_named_after_folds_and_the_loss_against_them_helps(
    tmp_path: Path, call_dlx: Callable[..., Any]
) -> None:
    """Three of 120 rows; what helps is measured on all others, each by a network that was not given it."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(120, 2)).round(3)
    y = (3 * X[:, 0] - X[:, 1] + 0.3 * rng.normal(size=120)).round(2)
    y[[20, 60, 100]] = 90.0, -70.0, 80.0
    lines = [f"{a},{b},{c}" for (a, b), c in zip(X, y, strict=True)]
    (tmp_path / "far.csv").write_text("\n".join(["p,q,y", *lines]) + "\n")
    (tmp_path / "spec.yaml").write_text(OUTLIERS)
    before = call_dlx("train", "spec.yaml", "--out", "before", cwd=tmp_path)
    shown = " ".join(before.stdout.split())
    for row, value in ((21, "90"), (61, "-70"), (101, "80")):
        assert f"{row} ({value}," in shown
    [line] = [line.strip() for line in before.stdout.splitlines() if "loss=" in line]
    after = call_dlx(*shlex.split(line)[1:], "--out", "after", cwd=tmp_path)
    assert after.code == 0, after.stderr
    medians = []
    for folder in ("before", "after"):
        table = np.loadtxt(tmp_path / folder / "predictions.csv", delimiter=",", skiprows=1)
        medians.append(np.median(np.abs(table[:, 2] - table[:, 3])))
    assert medians[1] < medians[0] / 2
    assert "few rows carry the error, which this loss lets count less" in " ".join(after.stdout.split())


def test_a_run_knows_the_folds_that_have_judged_its_spec_since(
    tmp_path: Path, call_dlx: Callable[..., Any], blank_pictures: None
) -> None:
    """They differ in how the examples are divided alone; folds of another spec have judged another one."""
    spec = SPEC.replace("UNITS", "2").replace("RATE", "0.02").replace("epochs: 40", "epochs: 1")
    (tmp_path / "spec.yaml").write_text(spec.replace(", folds: 3", ""))
    call_dlx("train", "spec.yaml", "--out", "run", cwd=tmp_path)
    for folder, overrides in (("folds", []), ("others", ["optimizer.learning_rate=0.1"])):
        assert past_of(Result.read(tmp_path / "run"))["judged_by"] == (
            None if folder == "folds" else tmp_path / "folds"
        )
        folds = call_dlx("train", "run/config.yaml", "data.folds=2", *overrides, "--out", folder, cwd=tmp_path)
        assert folds.code == 0, folds.stderr
    assert past_of(Result.read(tmp_path / "run"))["judged_by"] == tmp_path / "folds"
    for damaged in ("data: 3\n", "- 1\n", "a: [\n"):  # what is beside a run does not keep it from being judged
        (tmp_path / "others" / "plan.yaml").write_text(damaged)
        assert past_of(Result.read(tmp_path / "run"))["judged_by"] == tmp_path / "folds"
    (tmp_path / "folds" / "plan.yaml").write_text("data: 3\n")
    assert past_of(Result.read(tmp_path / "run"))["judged_by"] is None
