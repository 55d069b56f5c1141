"""The memory that ``dlx train --dry-run`` predicts, against what the training takes."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory as Linux counts it")

SPEC = """
data: {source: digits, split: {train: 0.8, dev: 0.2}}
architecture: {hidden: [400]}
optimizer: adam
training: {epochs: 1, batch_size: 512, threads: 1}
"""


def run(*arguments: object) -> tuple[bytes, int]:
    """What the command prints, and the bytes that its process took at its peak."""
    read, write = os.pipe()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "dlx", *map(str, arguments)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)],
    )
    os.close(write)
    with os.fdopen(read, "rb") as out:
        text = out.read()
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    return text, 1024 * usage.ru_maxrss


def test_predicted_memory_is_what_training_takes(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    predicted = json.loads(run("train", tmp_path / "spec.yaml", "--dry-run", "--json")[0])["predicted_bytes"]
    _, taken = run("train", tmp_path / "spec.yaml", "--out", tmp_path / "run", "--quiet")
    assert abs(predicted - taken) < max(0.15 * taken, 30e6)
