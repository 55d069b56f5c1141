"""A file that takes long to read has a bar on a terminal, and nowhere else."""

from __future__ import annotations

import gzip
import io
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from dlx.cli import reading_bar
from dlx.cli.reading_bar import reading_shown
from dlx.data.files.reading import watcher
from dlx.data.sources import Source
from dlx.events import Count
from dlx.show import terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    stream = Screen()
    monkeypatch.setattr(reading_bar, "PATIENCE", -1.0)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def read(folder: Path, name: str = "prices.csv") -> list[list[float]]:
    text = b"a,y\n1,0\n2,1\n"
    (folder / name).write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    source = Source.parse({"name": "file", "path": str(folder / name), "target": "y"})
    rows: list[list[float]] = source.load()["all"].X[:].tolist()
    return rows


@pytest.mark.parametrize("name", ["prices.csv", "prices.csv.gz"])
def test_a_bar_shows_how_far_the_file_is_read(tmp_path: Path, screen: Screen, name: str) -> None:
    with redirect_stderr(screen), reading_shown(["train", "spec.yaml"]):
        assert read(tmp_path, name) == [[1], [2]]
    assert f"reading {name}" in screen.getvalue()
    assert "100%" in screen.getvalue()
    assert watcher.get() is None


@pytest.mark.parametrize("option", ["--json", "--quiet", "-q"])
def test_there_is_none_where_nothing_is_to_be_shown(tmp_path: Path, screen: Screen, option: str) -> None:
    with redirect_stderr(screen), reading_shown(["train", "spec.yaml", option]):
        read(tmp_path)
    assert screen.getvalue() == ""


@pytest.mark.usefixtures("screen")
def test_there_is_none_but_on_a_terminal(tmp_path: Path) -> None:
    out = io.StringIO()
    with redirect_stderr(out), reading_shown(["train"]):
        read(tmp_path)
    assert out.getvalue() == ""


def test_there_is_none_before_a_while_has_passed(
    tmp_path: Path, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_bar, "PATIENCE", 3600.0)
    with redirect_stderr(screen), reading_shown(["train"]):
        read(tmp_path)
    assert screen.getvalue() == ""


def test_there_is_none_within_another_picture(tmp_path: Path, screen: Screen) -> None:
    view = terminal.CountProgress("trainings")
    with redirect_stderr(screen), reading_shown(["study"]), terminal.progress(view) as display:
        display.update(Count(1, 2))
        read(tmp_path)
    assert "trainings" in screen.getvalue()
    assert "reading" not in screen.getvalue()


def test_a_file_is_read_in_the_same_way_where_nobody_watches(tmp_path: Path) -> None:
    assert read(tmp_path) == [[1], [2]]
