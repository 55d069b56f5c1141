"""``dlx train``: what it refuses says how to have it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]

SPEC = """
name: longer
data: {source: {name: moons, m: 100, noise: 0.3}}
architecture: {hidden: [4]}
optimizer: {name: adam, learning_rate: 0.01}
training: {epochs: 2, batch_size: full}
"""


def test_a_setting_for_a_run_that_is_gone_on_with_is_refused_with_both_ways_to_have_it(
    call_dlx: Run, tmp_path: Path
) -> None:
    (tmp_path / "s.yaml").write_text(SPEC)
    assert call_dlx("train", "s.yaml", "--out", "my run", cwd=tmp_path).code == 0
    result = call_dlx("train", "--resume", "my run", "training.batch_size=50", cwd=tmp_path)
    assert result.code == 2
    begin, weights = result.stderr.partition("; ")[2].split(" begins a new run with it, ")
    extra = weights.partition("where ")[2].partition(" stands behind it")[0]
    for number, words in enumerate((shlex.split(begin), [*shlex.split(begin), *shlex.split(extra)])):
        assert call_dlx(*words[1:], "--out", f"new {number}", cwd=tmp_path).code == 0
    again, further = (json.loads((tmp_path / f"new {number}" / "run.json").read_text()) for number in (0, 1))
    assert again["final"]["step"] == further["final"]["step"] == 4
    whole = json.loads((tmp_path / "my run" / "run.json").read_text())
    assert further["final"]["train_cost"] < whole["final"]["train_cost"]


def test_nothing_to_train(call_dlx: Run) -> None:
    assert call_dlx("train").stderr == "error: dlx train takes a spec, or --resume RUN and nothing beside it\n"
