"""The lock on a run directory, also where a directory cannot be opened, as on Windows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dlx import locks
from dlx.runs.files import lock
from dlx.runs.files.directory import RunDirectory


@pytest.fixture(params=["directory", "file"])
def _kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "OPENS_DIRECTORIES", request.param == "directory")


@pytest.mark.usefixtures("_kind")
def test_a_second_writer_is_refused_and_nothing_is_left_of_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "run"
    with RunDirectory.create("moons", tmp_path, out=path) as run:
        run.write_config("name: moons\n")
        with pytest.raises(lock.Locked, match="is locked"):
            RunDirectory.open(path, writing=True)
        with pytest.raises(lock.Locked, match="is locked"):
            RunDirectory(path).acquire()
        assert run.foreign() == []
    with RunDirectory.open(path, writing=True) as run:
        run.remove_own()
    assert list(path.iterdir()) == []


def test_what_a_crash_left_of_the_lock_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "OPENS_DIRECTORIES", False)
    path = tmp_path / "run"
    path.mkdir()
    (path / lock.LOCK_FILE).touch()
    with RunDirectory.create("moons", tmp_path, out=path) as run:
        run.write_config("name: moons\n")
    assert not (path / lock.LOCK_FILE).exists()


@pytest.mark.usefixtures("_kind")
def test_who_asks_whether_it_is_locked_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "run"
    assert lock.Lock(path).is_taken() is False
    with RunDirectory.create("moons", tmp_path, out=path) as run:
        assert RunDirectory(path).is_locked()
        assert run.is_locked()
    assert RunDirectory(path).is_locked() is False
    with RunDirectory(path) as run:
        run.acquire()
        run.remove_own()


def test_a_writer_waits_for_who_only_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if another process asked in that very moment: it lets go while the writer waits."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    assert locks.take(descriptor, shares=True)
    assert lock.Lock(tmp_path).is_taken() is False  # nor do those who ask see each other
    monkeypatch.setattr("dlx.runs.files.lock.time.sleep", lambda seconds: os.close(descriptor))
    taken = lock.Lock(tmp_path)
    taken.take()
    assert lock.Lock(tmp_path).is_taken()
    taken.give_up()
