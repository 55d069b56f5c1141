"""Advice after folds: the first command is accepted as it stands, and trains in folds again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
