"""The facts behind a result: command, versions, linear algebra, git."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dlx.provenance import blas, git, provenance, utc_now


def in_git(directory: Path, *arguments: str) -> str:
    name = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", *name, *arguments], cwd=directory, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_git_tells_the_commit_and_whether_tracked_files_differ(tmp_path: Path) -> None:
    in_git(tmp_path, "init")
    assert git(tmp_path) == {"commit": None, "dirty": False}
    (tmp_path / "spec.yaml").write_text("a")
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-m", "first")
    commit = in_git(tmp_path, "rev-parse", "HEAD")
    (tmp_path / "untracked").touch()
    assert git(tmp_path) == {"commit": commit, "dirty": False}
    (tmp_path / "spec.yaml").write_text("b")
    assert git(tmp_path) == {"commit": commit, "dirty": True}


def test_where_git_has_no_answer_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert git(tmp_path) is None
    monkeypatch.setenv("PATH", os.devnull)
    assert git(tmp_path) is None


def test_the_facts_name_what_ran(tmp_path: Path) -> None:
    facts = provenance(["/somewhere/bin/dlx", "train", "my spec.yaml"], tmp_path)
    assert list(facts) == ["command", "versions", "blas", "git"]
    assert facts["command"] == "dlx train 'my spec.yaml'"
    assert facts["versions"]["numpy"] == np.__version__


def test_the_threads_of_the_matrix_products_are_those_that_are_set() -> None:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        facts = blas()
    assert facts is None or (facts["threads"] == 1 and facts["name"])


def test_times_are_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", utc_now())
