"""The lock on a run directory, also where a directory cannot be opened, as on Windows."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.runs import lock
from dlx.runs.directory import RunDirectory


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
