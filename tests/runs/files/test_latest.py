"""The newest run: a link leads to it, or a file where links fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlx.errors import UsageError
from dlx.runs.files.directory import RunDirectory
from dlx.runs.reading.listing import remove
from dlx.runs.reading.references import open_run


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


def test_latest_follows_a_chosen_directory_where_there_were_no_runs(tmp_path: Path) -> None:
    with RunDirectory.create("a", tmp_path / "runs", out=tmp_path / "mine") as directory:
        directory.write_config("")
    assert open_run("latest", tmp_path / "runs").path.resolve() == directory.path.resolve()


def test_a_link_to_what_is_gone_is_no_run(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(tmp_path / "gone")
    with pytest.raises(UsageError, match="there are no runs here yet"):
        open_run("latest", tmp_path)


def test_a_run_elsewhere_needs_no_folder_of_runs(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file stands where the folder would")
    with RunDirectory.create("a", tmp_path / "runs", out=tmp_path / "mine") as directory:
        directory.write_config("")
    assert open_run(tmp_path / "mine").path == tmp_path / "mine"


def test_latest_outlives_the_removal_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    paths = list[Path]()
    for out in (None, None, Path("mine")):
        with RunDirectory.create("a", out=out) as directory:
            directory.write_config("")
            directory.write_facts(name="a", status="completed", started=f"2026-01-0{len(paths) + 1}T00:00:00Z")
        paths.append(directory.path)
    remove([paths[0]])
    assert open_run("latest").path.resolve() == paths[2].resolve()
    remove([paths[2]])
    assert open_run("latest").path.resolve() == paths[1].resolve()
