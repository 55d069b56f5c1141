"""A run directory to write to, below a folder of runs, and rows for its table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dlx.runs.files.directory import RunDirectory
from dlx.training.records import EpochRecord


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def run(root: Path) -> Iterator[RunDirectory]:
    with RunDirectory.create("digits", root) as directory:
        directory.write_config("name: digits\n")
        yield directory


def row(epoch: int) -> EpochRecord:
    return EpochRecord(epoch, epoch, 0.1, 0.5, 0.5, 0.1, None, None, 1.0, 0.1)
