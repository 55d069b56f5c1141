"""The commands where nothing is there that only POSIX has: no fcntl, resource, links, signals but two, /proc."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx import files, locks
from dlx.runs.files import lock
from dlx.runs.training import signals
from tests.test_locks import locks_of_windows

pytestmark = [
    pytest.mark.usefixtures("blank_pictures"),
    pytest.mark.skipif(sys.platform != "linux", reason="Windows is played on Linux"),
]

SPEC = """
name: tiny
data: {source: {name: moons, m: 60, noise: 0.2}, split: {train: 30, dev: 20, test: 10}}
architecture: {hidden: [3]}
training: {epochs: 3, batch_size: 16}
"""
PLAN = """
base: spec.yaml
search: {method: random, trials: 2, fresh_seeds: 2, finalists: 1, space: {training.batch_size: {choice: [8, 16]}}}
"""
OF_POSIX = {
    os: ("O_DIRECTORY", "fork", "geteuid", "getuid", "kill", "killpg", "sched_getaffinity", "sysconf"),
    signal: ("SIGALRM", "SIGHUP", "SIGPIPE", "SIGUSR1", "pthread_sigmask"),
}


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which there is a spec and a plan, on what is no POSIX."""

    def no_links(*arguments: object, **options: object) -> None:
        raise OSError(1314, "A required privilege is not held by the client")

    opened = Path.open

    def no_proc(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.is_relative_to("/proc") or path.is_relative_to("/sys"):
            raise FileNotFoundError(2, "No such file or directory")
        return opened(path, *arguments, **options)

    for module, names in OF_POSIX.items():
        for name in names:
            monkeypatch.delattr(module, name, raising=False)
    monkeypatch.setattr(signals, "NUMBERS", [signal.SIGINT, signal.SIGTERM])
    monkeypatch.setattr(signals, "HANGUP", None)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(Path, "symlink_to", no_links)
    monkeypatch.setattr(Path, "open", no_proc)
    monkeypatch.setattr(files, "ON_WINDOWS", True)
    monkeypatch.setattr(lock, "OPENS_DIRECTORIES", False)
    monkeypatch.setattr(locks, "_lock", vars(locks_of_windows())["_lock"])
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "data.csv").write_text("x1,x2\n0.5,0.5\n1,-1\n", encoding="utf-8")
    (tmp_path / "tune.yaml").write_text(PLAN, encoding="utf-8")
    return tmp_path


def test_a_run_is_trained_resumed_judged_and_removed(windows: Path, call_dlx: Callable[..., Any]) -> None:
    for arguments in (
        ["new", "--out", "new.yaml"],
        ["train", "spec.yaml", "--dry-run"],
        ["train", "spec.yaml"],
        ["train", "spec.yaml", "seed=2"],
        ["train", "--resume", "latest"],
        ["diagnose", "latest"],
        ["predict", "latest", "data.csv"],
        ["compare", "~0", "~1"],
        ["report", "latest"],
        ["export", "latest", "--to", "csv"],
        ["export", "latest", "--to", "pytorch"],
        ["doctor", "latest"],
        ["doctor"],
        ["runs"],
        ["runs", "tag", "~1", "first"],
        ["runs", "remove", "first", "--yes"],
    ):
        result = call_dlx(*arguments, cwd=windows)
        assert (result.code, "Traceback" in result.stderr) == (0, False), f"{arguments}: {result.stderr}"
    (run,) = (windows / "runs/tiny").iterdir()
    assert (windows / "runs/latest").is_file()
    assert not (run / lock.LOCK_FILE).exists()


@pytest.mark.thorough
def test_a_search_trains_with_processes(windows: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "tune.yaml", "--workers", "2", "--out", "search", cwd=windows)
    assert result.code == 0, result.stderr
    assert call_dlx("doctor", "search", cwd=windows).code == 0
