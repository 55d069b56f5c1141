"""Directories of trainings in folds: what is gone or was edited is named by every command, with what makes it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SPEC = """
name: moons
data: {source: {name: moons, m: 40}, folds: 2}
architecture: {hidden: [2]}
training: {epochs: 1}
"""


@pytest.fixture
def folder(tmp_path: Path, call_dlx: Callable[..., Any]) -> Path:
    (tmp_path / "spec.yaml").write_text(SPEC)
    assert call_dlx("train", "spec.yaml", "--out", "out", cwd=tmp_path).code == 0
    return tmp_path


COMMANDS = (["report", "out"], ["compare", "out"])


@pytest.mark.parametrize("command", [*COMMANDS, ["diagnose", "out"], ["predict", "out", "spec.yaml"]])
def test_a_document_that_is_gone_is_made_again(folder: Path, call_dlx: Callable[..., Any], command: list[str]) -> None:
    before = (folder / "out" / "folds.json").read_bytes()
    (folder / "out" / "folds.json").unlink()
    refused = call_dlx(*command, cwd=folder)
    assert refused.code == 5
    what = "out: is the directory of a training in folds, and its folds.json is gone: dlx train --resume out"
    assert what in " ".join(refused.stderr.split())
    if command == ["report", "out"]:
        assert call_dlx("train", "--resume", "out", cwd=folder).code == 0
        assert len((folder / "out" / "folds.json").read_bytes()) == pytest.approx(len(before), abs=40)


@pytest.mark.parametrize("command", [["report", "out"], ["train", "--resume", "out"]])
def test_without_a_manifest_too_nothing_can_be_made_of_it(
    folder: Path, call_dlx: Callable[..., Any], command: list[str]
) -> None:
    for name in ("folds.json", "manifest.json"):
        (folder / "out" / name).unlink()
    refused = call_dlx(*command, cwd=folder)
    assert refused.code == 5
    assert "dlx train out/plan.yaml --out DIR trains all folds anew" in " ".join(refused.stderr.split())


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["folds.json", "predictions.csv"])
def test_what_was_edited_is_not_reported(
    folder: Path, call_dlx: Callable[..., Any], command: list[str], name: str
) -> None:
    path = folder / "out" / name
    path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    refused = call_dlx(*command, cwd=folder)
    assert refused.code == 5
    assert f"out/{name}: is damaged, or was edited" in refused.stderr
