"""A project that was moved or copied: its runs find their files again, and changed ones are not taken for them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.errors import Remark
from dlx.spec.moved import with_moved_files
from dlx.spec.tree import tree_of
from dlx.spec.yaml_text.reading import load

pytestmark = pytest.mark.usefixtures("blank_pictures")
Run = Callable[..., Any]

PETS = "height,weight,kind\n" + "".join(f"{1 + i % 2 + i / 90:.2f},{3 + i % 5},{'ab'[i % 2]}\n" for i in range(40))
SPEC = "data: {source: {name: file, path: ../data/pets.csv, target: kind}, split: {train: 30, dev: 10}}\n"
SPEC += "architecture: {hidden: [4]}\ntraining: {epochs: 2, batch_size: 30}\n"


@pytest.fixture
def moved(tmp_path: Path, call_dlx: Run) -> Path:
    """A project with a run, in another place than where it was trained."""
    project = tmp_path / "before" / "project"
    for folder in ("data", "specs"):
        (project / folder).mkdir(parents=True)
    (project / "data" / "pets.csv").write_text(PETS, encoding="utf-8")
    (project / "specs" / "pets.yaml").write_text(SPEC, encoding="utf-8")
    assert call_dlx("train", "specs/pets.yaml", "-q", cwd=project).code == 0
    (tmp_path / "now").mkdir()
    shutil.move(project, tmp_path / "now" / "moved")
    return tmp_path / "now" / "moved"


def test_a_moved_project_works(moved: Path, call_dlx: Run) -> None:
    for arguments in (["diagnose", "latest"], ["gradcheck", "latest"], ["train", "--resume", "latest"], ["report"]):
        result = call_dlx(*arguments, cwd=moved)
        assert result.code == 0, result.stderr
        assert "is not there any more: " in result.stderr
        assert "the errors are those of diagnosis.json" not in result.stdout
    assert call_dlx("train", "specs/pets.yaml", "-q", "--out", "again", cwd=moved).code == 0
    [config] = (moved / "runs" / "experiment").glob("*/config.yaml")
    assert "repeats" in call_dlx("train", config, "--out", "same", cwd=moved).stderr


def test_another_file_in_its_place_is_refused(moved: Path, call_dlx: Run) -> None:
    (moved / "data" / "pets.csv").write_text(PETS.replace("a\n", "b\n", 3), encoding="utf-8")
    result = call_dlx("train", "--resume", "latest", cwd=moved)
    assert result.code == 5
    assert "the data have changed since the run began" in result.stderr


def test_the_longest_end_of_the_path_is_looked_for_first_and_nearest(tmp_path: Path) -> None:
    run = tmp_path / "project" / "runs" / "a" / "b"
    for place in (tmp_path / "data", tmp_path / "project" / "data", run):
        place.mkdir(parents=True, exist_ok=True)
        (place / "x.csv").touch()
    (run / "manifest.json").touch()
    config = run / "config.yaml"
    config.write_text("data: {source: {path: /nowhere/project/data/x.csv, other: /nowhere/y.csv, name: x.csv}}\n")
    with pytest.warns(Remark, match="stands in for it"):
        tree = with_moved_files(load(config), config).plain()
    expected = {"path": str(tmp_path / "project" / "data" / "x.csv"), "other": "/nowhere/y.csv", "name": "x.csv"}
    assert tree == {"data": {"source": expected}}


def test_other_files_are_left_as_they_are(tmp_path: Path) -> None:
    tree = tree_of({"path": "/nowhere/x.csv"}, load(_written(tmp_path / "spec.yaml")).place)
    (tmp_path / "x.csv").touch()
    assert with_moved_files(tree, tmp_path / "spec.yaml") is tree
    assert with_moved_files(tree, tmp_path / "config.yaml") is tree  # beside no manifest


def _written(path: Path) -> Path:
    path.write_text("seed: 1\n", encoding="utf-8")
    return path
