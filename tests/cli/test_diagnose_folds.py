"""`dlx diagnose` of a training in folds, and small files: one command, which is another one until there is an end."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.usefixtures("blank_pictures"), pytest.mark.probes]

SPEC = """
name: small
data:
  source: {name: file, path: small.csv, target: y}
  split: {train: 0.6, dev: 0.2, test: 0.2}
architecture: {hidden: [16]}
optimizer: {name: adam, learning_rate: 0.02}
training: {epochs: 20, batch_size: 16}
"""


def write(folder: Path, m: int, rate: float) -> None:
    """A table of two classes, of which the rarer one has this share and cannot be told from the inputs."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(m, 3)), np.arange(m) < rate * m
    rows = "".join(f"{a:.3f},{b:.3f},{c:.3f},{'no' if not label else 'yes'}\n" for (a, b, c), label in zip(X, y))  # noqa: B905
    (folder / "small.csv").write_text(f"p,q,r,y\n{rows}")
    (folder / "spec.yaml").write_text(SPEC)


def first_command(shown: str) -> list[str]:
    command = re.search(r"^ +(dlx (?:.*\\\n)*.*)$", shown[shown.index("advice") :], re.MULTILINE)
    return shlex.split(command[1].replace("\\\n", " "))[1:] if command else []


def test_few_examples_are_judged_by_folds_and_the_chain_ends(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    write(tmp_path, 30, 0.4)
    shown = call_dlx("train", "spec.yaml", cwd=tmp_path).stdout
    words = first_command(shown)
    assert "data.folds=5" in words
    assert "few_examples" in shown
    typed = []
    while words[:1] == ["train"]:
        assert words not in typed
        typed.append(words)
        assert len(typed) < 8
        shown = call_dlx(*words, cwd=tmp_path).stdout
        words = first_command(shown)
    assert "over all folds the network is not surely better: answering always no errs" in " ".join(shown.split())
    assert words == []  # since it is of no use


def test_folds_are_diagnosed_as_their_training_said(tmp_path: Path, call_dlx: Callable[..., Any]) -> None:
    """A class of 4 % that cannot be told errs but 4 %, which is not done."""
    write(tmp_path, 300, 0.04)
    shown = call_dlx("train", "spec.yaml", "data.folds=3", "--out", "folds", cwd=tmp_path).stdout
    again = call_dlx("diagnose", "folds", cwd=tmp_path)
    assert again.code == 0
    assert first_command(again.stdout) == first_command(shown)
    assert "data.class_weight=balanced" in first_command(shown)
    document = json.loads(call_dlx("diagnose", "folds", "--json", cwd=tmp_path).stdout)
    assert document["verdict"] == json.loads((tmp_path / "folds" / "folds.json").read_text())["verdict"]
    refused = call_dlx("diagnose", "folds", "--act", cwd=tmp_path)
    assert refused.code == 2
    assert "data.folds=null" in refused.stderr
