"""The process that draws: the same pictures, and drawn here wherever it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlx.show import drawing_process
from dlx.show.drawing_process import DrawingProcess

OWN_NUMBER = "str(__import__('os').getpid()).encode()"
HERE = str(os.getpid()).encode()
NETWORK = """
data: {source: {name: moons, m: 60}, split: {train: 0.7, dev: 0.3}}
architecture: {hidden: [3]}
training: {epochs: 2}
"""
OBJECTIVE = """
objective: {name: quadratic, spectrum: [1, 10]}
optimizer: {name: momentum, learning_rate: 0.05}
training: {epochs: 5}
"""


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes are made for the shortest training."""
    monkeypatch.setattr(drawing_process, "SECONDS", -1)
    monkeypatch.setattr(drawing_process, "available", lambda: 2)
    monkeypatch.setattr(drawing_process, "has_matplotlib", lambda: False)


@pytest.fixture
def process(at_once: None) -> Iterator[DrawingProcess]:
    process = DrawingProcess()
    process.prepare()
    yield process
    process.close()


def test_what_goes_wrong_there_is_done_here(process: DrawingProcess) -> None:
    there = process.draw(eval, OWN_NUMBER)
    assert there.isdigit()
    assert there != HERE
    assert process.draw(lambda: HERE) == HERE  # which cannot be pickled
    with pytest.raises(ZeroDivisionError):
        process.draw(eval, "1 / 0")
    assert process.draw(eval, OWN_NUMBER) == there
    assert process.draw(eval, f"{OWN_NUMBER} if {OWN_NUMBER} == {HERE!r} else __import__('os')._exit(1)") == HERE
    assert process.draw(eval, OWN_NUMBER) == HERE


def test_it_needs_no_pydantic(process: DrawingProcess) -> None:
    assert process.draw(eval, "str(sorted({'matplotlib', 'pydantic'} & {*__import__('sys').modules})).encode()") == (
        b"['matplotlib']"
    )


def test_none_is_made_for_what_is_short_or_has_one_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_process, "SECONDS", 1000)
    monkeypatch.setattr(drawing_process, "available", lambda: 2)
    short = DrawingProcess()
    monkeypatch.setattr(drawing_process, "SECONDS", -1)
    monkeypatch.setattr(drawing_process, "available", lambda: 1)
    alone = DrawingProcess()
    for process in (alone, DrawingProcess(is_wanted=False)):
        process.prepare()
        assert process.draw(eval, OWN_NUMBER) == HERE
    monkeypatch.setattr(drawing_process, "SECONDS", 1000)
    short.prepare()
    assert short.draw(eval, OWN_NUMBER) == HERE


def test_none_is_made_where_matplotlib_is_here(at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_process, "has_matplotlib", lambda: True)
    with DrawingProcess() as process:
        process.begin()
        assert process.draw(eval, OWN_NUMBER) == HERE


def test_it_ends_with_its_input() -> None:
    command = [sys.executable, "-c", drawing_process.START, json.dumps(sys.path)]
    assert subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False).returncode == 0


@pytest.mark.parametrize("spec", [NETWORK, OBJECTIVE], ids=["network", "objective"])
def test_a_training_has_the_same_pictures(
    spec: str,
    call_dlx: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    (tmp_path / "spec.yaml").write_text(spec)
    assert call_dlx("train", "spec.yaml", "--out", "here", cwd=tmp_path).code == 0
    request.getfixturevalue("at_once")
    drawn, there = DrawingProcess._picture_from_there, list[bytes | None]()

    def noted(self: DrawingProcess, call: Any) -> bytes | None:
        there.append(drawn(self, call))
        return there[-1]

    monkeypatch.setattr(DrawingProcess, "_picture_from_there", noted)
    assert call_dlx("train", "spec.yaml", "--out", "there", cwd=tmp_path).code == 0
    here = [path.read_bytes() for path in (tmp_path / "here").glob("*.png")]
    assert len(here) == 2
    assert sorted(filter(None, there)) == sorted(here)
    assert sorted(path.read_bytes() for path in (tmp_path / "there").glob("*.png")) == sorted(here)
