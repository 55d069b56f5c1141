"""A run directory to write to, below a folder of runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dlx.runs.files.directory import RunDirectory


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def run(root: Path) -> Iterator[RunDirectory]:
    with RunDirectory.create("digits", root) as directory:
        directory.write_config("name: digits\n")
        yield directory
