"""An evaluation says how many of the examples training has seen, and whether anybody can tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.runs.predictions import seen_examples

pytestmark = pytest.mark.usefixtures("blank_pictures")

SPEC = """
name: rows
data:
  source: {name: file, path: t.csv, target: y, impute: mean}
  split: {train: 40, dev: 20, test: 0}
architecture: {hidden: [3]}
training: {epochs: 1, batch_size: 10}
"""


def write_rows(path: Path, seed: int, m: int = 60) -> list[str]:
    rng = np.random.default_rng(seed)
    lines = [
        f"{a:.6f},{'' if i % 9 == 0 else b},{'yes' if a > 0 else 'no'}"
        for i, (a, b) in enumerate(rng.normal(size=(m, 2)))
    ]
    path.write_text("\n".join(["a,b,y", *lines]) + "\n")
    return lines


@pytest.fixture
def folder(tmp_path: Path, call_dlx: Callable[..., Any]) -> Path:
    write_rows(tmp_path / "t.csv", seed=1)
    (tmp_path / "spec.yaml").write_text(SPEC)
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    return tmp_path


def evaluated(folder: Path, call_dlx: Callable[..., Any], run: str, file: str) -> tuple[int | None, str]:
    result = call_dlx("evaluate", run, file, "--json", cwd=folder)
    assert result.code == 0, result.stderr
    return json.loads(result.stdout)["in_train"], result.stderr


def test_examples_that_were_trained_on_are_counted_and_remarked_on(folder: Path, call_dlx: Callable[..., Any]) -> None:
    count, remark = evaluated(folder, call_dlx, "run", "t.csv")
    assert count == 40
    assert remark.startswith("remark: 40 of the 60 examples are among those that run was trained on")
    assert "60 examples, 40 of them trained on" in call_dlx("evaluate", "run", "t.csv", cwd=folder).stdout
    write_rows(folder / "new.csv", seed=2)
    assert evaluated(folder, call_dlx, "run", "new.csv") == (0, "")


def test_an_example_with_another_label_is_another_one(folder: Path, call_dlx: Callable[..., Any]) -> None:
    text = (folder / "t.csv").read_text()
    swapped = text.replace("yes", "?").replace("no", "yes").replace("?", "no")
    (folder / "swapped.csv").write_text(swapped)
    assert evaluated(folder, call_dlx, "run", "swapped.csv")[0] == 0


def test_a_network_that_was_trained_again_has_seen_all(folder: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "spec.yaml", "training.refit=true", "--out", "all", "--quiet", cwd=folder).code == 0
    count, remark = evaluated(folder, call_dlx, "all", "t.csv")
    assert count == 60
    assert "remark: all 60 examples are among those that all was trained on" in remark


def test_without_the_data_of_the_run_nobody_can_tell(folder: Path, call_dlx: Callable[..., Any]) -> None:
    (folder / "moved.csv").write_text((folder / "t.csv").read_text())
    write_rows(folder / "t.csv", seed=3)
    assert evaluated(folder, call_dlx, "run", "moved.csv") == (None, "")
    assert "moved.csv: 60 examples\n" in call_dlx("evaluate", "run", "moved.csv", cwd=folder).stdout
    (folder / "t.csv").unlink()
    assert evaluated(folder, call_dlx, "run", "moved.csv") == (None, "")


@pytest.mark.parametrize(("model", "m"), [("run", 40), ("all", 60)])
def test_nobody_can_tell_of_a_train_set_beyond_the_limit(
    model: str, m: int, folder: Path, call_dlx: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if model == "all":
        assert call_dlx("train", "spec.yaml", "training.refit=true", "--out", "all", "--quiet", cwd=folder).code == 0
    for limit, count in ((m * 2 * 8, m), (m * 2 * 8 - 1, None)):
        monkeypatch.setattr(seen_examples, "MOST_BYTES", limit)
        assert evaluated(folder, call_dlx, model, "t.csv")[0] == count
