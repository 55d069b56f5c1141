"""A training in folds on the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.documents.folds import FoldRecord, FoldsDocument
from dlx.show.terminal import folds
from dlx.words import Status


def test_how_a_fold_ended_is_said_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    record = FoldRecord(1, "key", Status.EARLY_STOPPED, "", {}, 3, 1.0)
    folds(FoldsDocument("moons", Status.COMPLETED, "binary", 2, 1.0, trainings=[record]), Path("runs/moons"))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.endswith("key")]
    assert line.split() == ["1", "3", "early", "stopped", "key"]
