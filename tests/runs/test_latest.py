"""The newest run: a link leads to it, or a file where links fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.runs.directory import RunDirectory
from dlx.runs.references import open_run


def test_latest_is_the_newest(run: RunDirectory, root: Path) -> None:
    assert (root / "latest").is_symlink()
    with RunDirectory.create("moons", root) as newer:
        newer.write_config("")
    for name in ("latest", root / "latest"):
        assert open_run(name, root).path == newer.path


def test_latest_is_a_plain_file_where_links_fail(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    for name in ("a", "b"):
        with RunDirectory.create(name, root) as directory:
            directory.write_config("")
    assert not (root / "latest").is_symlink()
    assert open_run("latest", root).path == RunDirectory.open(root / "latest").path == directory.path


def test_latest_follows_a_chosen_directory_too(run: RunDirectory, root: Path, tmp_path: Path) -> None:
    with RunDirectory.create("a", root, out=tmp_path / "mine") as directory:
        directory.write_config("")
    assert open_run("latest", root).path.resolve() == directory.path.resolve()
