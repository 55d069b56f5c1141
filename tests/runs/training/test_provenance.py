"""The facts behind a result: command, versions, linear algebra, git."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from dlx.runs.training.provenance import blas, git, provenance, utc_now


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


def executable(path: Path, mark: Path, then: str = "exit 0") -> str:
    """A program that leaves a mark when it is run."""
    path.write_text(f"#!/bin/sh\necho {path.name} >> {mark}\n{then}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def booby_trapped(tmp_path: Path) -> tuple[Path, Path]:
    """A repository in which whatever git could run at its word leaves a mark, and the file of the marks."""
    home, mark, tools = tmp_path / "home", tmp_path / "marks", tmp_path / "tools"
    inner = tmp_path / "inner"
    for folder in (home, tools, inner):
        folder.mkdir()
    in_git(inner, "init")
    in_git(inner, "commit", "--allow-empty", "-m", "inner")
    in_git(home, "init")
    (home / "spec.yaml").write_text("a\n")
    (home / "table.csv").write_text("1,2\n")
    (home / ".gitattributes").write_text("*.csv filter=a=b diff=traced\n*.yaml filter=long diff=traced\n")
    in_git(home, "-c", "protocol.file.allow=always", "submodule", "add", str(inner), "inner")
    in_git(home, "add", ".")
    in_git(home, "commit", "-m", "first")
    settings = {
        "core.fsmonitor": executable(tools / "fsmonitor", mark),
        "core.hooksPath": str(home / "hooks"),
        "core.sshCommand": executable(tools / "ssh", mark),
        "core.pager": executable(tools / "pager", mark, "cat"),
        "pager.status": "true",
        "filter.a=b.clean": executable(tools / "clean", mark, "cat"),
        "filter.a=b.required": "true",
        "filter.long.process": executable(tools / "process", mark),
        "filter.long.clean": executable(tools / "clean_long", mark, "cat"),
        "filter.long.required": "true",
        "diff.external": executable(tools / "external", mark),
        "diff.traced.textconv": executable(tools / "textconv", mark, "cat"),
        "status.submoduleSummary": "true",
        "credential.helper": executable(tools / "credential", mark),
    }
    for key, value in settings.items():
        in_git(home, "config", key, value)
    (home / "hooks").mkdir()
    for hook in ("post-index-change", "fsmonitor-watchman", "pre-commit", "reference-transaction", "post-checkout"):
        executable(home / "hooks" / hook, mark)
    in_git(home / "inner", "config", "core.fsmonitor", executable(tools / "inner_fsmonitor", mark))
    mark.unlink(missing_ok=True)
    return home, mark


def test_nothing_that_a_repository_names_is_run(booby_trapped: tuple[Path, Path]) -> None:
    home, mark = booby_trapped
    commit = in_git(home, "rev-parse", "HEAD")
    os.utime(home / "table.csv", (1, 1))  # so git has to look into them
    os.utime(home / "spec.yaml", (1, 1))
    assert git(home) == {"commit": commit, "dirty": False}
    (home / "table.csv").write_text("3,4\n")
    assert git(home) == {"commit": commit, "dirty": True}
    assert git(home / "inner") is not None
    assert not mark.exists(), mark.read_text()


def test_nothing_is_fetched(tmp_path: Path) -> None:
    home, mark = tmp_path / "home", tmp_path / "marks"
    home.mkdir()
    in_git(home, "init")
    (home / "spec.yaml").write_text("a\n")
    in_git(home, "add", ".")
    in_git(home, "commit", "-m", "first")
    tree = in_git(home, "rev-parse", "HEAD^{tree}")
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": str(home),
        "remote.origin.uploadpack": executable(tmp_path / "uploadpack", mark),
    }
    for key, value in settings.items():
        in_git(home, "config", key, value)
    (home / ".git" / "objects" / tree[:2] / tree[2:]).unlink()  # git would fetch it
    assert git(home) is None
    assert not mark.exists()
    subprocess.run(["git", "status"], cwd=home, capture_output=True)
    assert mark.exists()


def test_the_traps_of_that_repository_do_catch_git(booby_trapped: tuple[Path, Path]) -> None:
    home, mark = booby_trapped
    os.utime(home / "table.csv", (1, 1))
    os.utime(home / "spec.yaml", (1, 1))
    without = ("-c", "filter.long.process=", "-c", "filter.long.required=")
    for settings in ((), without):  # the process fails, and git goes no further
        subprocess.run(["git", *settings, "status"], cwd=home, capture_output=True)
    assert {"fsmonitor", "clean", "process", "inner_fsmonitor"} <= set(mark.read_text().split())
