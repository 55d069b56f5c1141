"""The race of remedies: its process is that of `dlx diagnose --act`, its lanes are what the files of that hold."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.lab import tied_process
from dlx.lab.race import RemedyRace
from dlx.runs.files.directory import RunDirectory

pytestmark = pytest.mark.usefixtures("blank_pictures")
REMEDY = {"name": "longer_training", "why": "it may", "change": {"value": -0.1, "low": -0.2, "high": -0.01}}
STORY = {"status": "done", "verdict": "high bias", "bet": None, "spec": "act.yaml"}
ACT = {**STORY, "rounds": [{"remedies": [{**REMEDY, "verdict": "keep", "overrides": {}}]}]}


@pytest.fixture
def run(spec: Path, tmp_path: Path, call_dlx: Callable[..., Any]) -> Path:
    """A run with two trials, one of them another replicate."""
    for name, overrides in (("run", []), ("run/trials/a", ["seed=2"]), ("run/trials/b", ["architecture.hidden=[7]"])):
        assert call_dlx("train", spec, *overrides, "--out", tmp_path / "runs" / name, "-q", cwd=tmp_path).code == 0
    return tmp_path / "runs" / "run"


@pytest.fixture
def begin(run: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[RemedyRace, list[str]]]:
    """``begin(program)``: a race whose process runs this program, and the words of the command that it stands for."""

    def begun(program: str) -> tuple[RemedyRace, list[str]]:
        words: list[str] = []
        popen = subprocess.Popen

        def process(command: list[str], **more: Any) -> Any:
            words.extend(command)
            return popen([sys.executable, "-c", program], **more)

        monkeypatch.setattr("dlx.lab.race.subprocess.Popen", process)
        return RemedyRace(run), words

    return begun


def test_its_lanes_are_those_of_the_files(begin: Callable[..., Any], run: Path) -> None:
    started, words = begin(f"print({json.dumps({'act': ACT})!r})")
    assert words[1:5] == ["-m", "dlx.lab.tied_process", "diagnose", str(run)]
    assert "--act" in words
    started._process.wait(20)
    (message,) = started.news()
    lanes = {lane["label"]: lane["points"] for lane in message["lanes"]}
    assert set(lanes) == {"", "architecture.hidden.0.units 7"}
    metrics = RunDirectory(run / "trials" / "b").metrics()
    expected = [list(pair) for pair in zip(metrics["epoch"], metrics["dev_error"], strict=True)]
    assert lanes["architecture.hidden.0.units 7"] == expected
    assert message["end"]["remedies"][0]["verdict"] == "keep"
    assert message["end"]["command"] == "dlx train act.yaml"
    assert started.has_ended
    assert started.news() == []
    shutil.rmtree(run)
    started.renew()  # for a page that was loaded anew
    assert started.news() == [message]
    started.close()


def test_news_are_told_once(begin: Callable[..., Any], run: Path) -> None:
    started, _ = begin("import time; time.sleep(60)")
    assert started.news()[0]["running"]
    assert started.news() == []
    shutil.rmtree(run / "trials" / "b")
    assert [lane["label"] for lane in started.news()[0]["lanes"]] == [""]
    started.close()
    assert started._process.returncode


def test_a_process_that_fails_is_said(begin: Callable[..., Any]) -> None:
    started, _ = begin("import sys; sys.exit('error: there is no dev set')")
    started._process.wait(20)
    assert started.news()[0]["end"]["fault"] == "error: there is no dev set"
    started.close()


def test_its_process_ends_with_its_owner(tmp_path: Path) -> None:
    """Also where that is killed: what the command has reached is saved, as after Ctrl-C."""
    started = tied_process.start(["lab", "--no-browser"], *(opened := [(tmp_path / name).open("w+b") for name in "ab"]))
    assert started.stdin is not None
    while not (tmp_path / "a").read_text():
        assert started.poll() is None
    started.stdin.close()  # as the system does for a process that is gone
    assert started.wait(20) == 143
    for file in opened:
        file.close()
    assert "Traceback" not in (tmp_path / "b").read_text()
