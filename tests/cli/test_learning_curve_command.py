"""``dlx diagnose RUN --learning-curve``: from the command to its table, its files and its refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.runs.training.train import Session
from dlx.spec.loader import load_spec

MOONS = """
name: moons
data: {source: {name: moons, m: 300, noise: 0.25}, split: {train: 160, dev: 140}}
architecture: {hidden: [5]}
optimizer: {name: adam, learning_rate: 0.03}
training: {epochs: 10, batch_size: 20, evaluate_every: 10}
"""
Call = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a run."""
    (tmp_path / "moons.yaml").write_text(MOONS, encoding="utf-8")
    with Session.start(load_spec(tmp_path / "moons.yaml"), [], tmp_path / "run", tmp_path) as session:
        session.light = True
        for _ in session.records():
            pass
    return tmp_path


def test_the_command_trains_tells_and_keeps(folder: Path, call_dlx: Call) -> None:
    arguments = ("diagnose", "run", "--learning-curve", "--seeds", 2, "--sizes", "20,40,80,160", "--target", "3%")
    result = call_dlx(*arguments, cwd=folder)
    assert result.code == 0
    assert result.stdout.splitlines()[0] == "moons  learning curve on 140 dev examples"
    assert "verdict   " in result.stdout
    document = json.loads(call_dlx(*arguments, "--json", cwd=folder).stdout)
    assert document["target"]["error"] == pytest.approx(0.03)
    assert [point["m"] for point in document["points"]] == [20, 40, 80, 160]
    assert json.loads((folder / "run" / "learning_curve.json").read_text()) == document
    assert (folder / "run" / "learning_curve.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((folder / "run" / "trials").iterdir())) == 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--learning-curve", "--act"), "error: --learning-curve takes a run and"),
        (("run", "--learning-curve", "seed=3"), "error: --learning-curve takes a run and"),
        (("--errors", "train=.1", "--learning-curve"), "error: --learning-curve takes a run and"),
        (("run", "--sizes", "20,40"), "error: --sizes and --target say how --learning-curve is to be done: add it"),
        (
            ("run", "--seeds", 3),
            "error: --seeds, --budget, --workers and --cluster say how --act or --learning-curve is to be",
        ),
        (
            ("run", "--learning-curve", "--sizes", "20,many"),
            "error: --sizes 20,many: expected numbers of examples such",
        ),
        (("run", "--learning-curve", "--sizes", "20,400"), "error: --sizes: train has 160 examples (allowed 2 to 160)"),
        (("run", "--learning-curve", "--target", "low"), "error: --target low: expected an error above 0 such as 0.03"),
        (("run", "--learning-curve", "--budget", "soon"), "error: --budget soon: expected a time such as 90s"),
        (("moons.yaml", "--learning-curve"), "error: moons.yaml: is a spec, not a run"),
    ],
)
def test_what_it_refuses(folder: Path, call_dlx: Call, arguments: tuple[Any, ...], message: str) -> None:
    result = call_dlx("diagnose", *arguments, cwd=folder)
    assert result.code == 2
    assert result.stderr.startswith(message)
    assert not (folder / "run" / "trials").exists()


def test_an_interruption_says_how_to_go_on_and_loses_nothing(folder: Path, call_dlx: Call) -> None:
    dlx = Path(sysconfig.get_path("scripts")) / "dlx"
    arguments = ["diagnose", "run", "--learning-curve", "--seeds", "40", "--sizes", "20,40", "--workers", "2"]
    command = subprocess.Popen([dlx, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True)
    ended = folder / "run" / "trials"
    give_up = time.monotonic() + 60
    while len(list(ended.glob("*/model.npz"))) < 3:
        assert time.monotonic() < give_up
        time.sleep(0.01)
    os.killpg(command.pid, signal.SIGINT)
    _, stderr = command.communicate(timeout=60)
    assert command.returncode == 130
    assert stderr.strip().endswith("interrupted: dlx diagnose run --learning-curve goes on from here")
    done = {
        path: path.read_bytes() for path in ended.glob("*/run.json") if b'"status": "completed"' in path.read_bytes()
    }
    assert len(done) >= 3
    while _is_alive(command.pid):  # until the last worker has been reaped
        assert time.monotonic() < give_up
    assert call_dlx(*arguments[:3], "--sizes", "20,40", cwd=folder).code == 0
    assert all(path.read_bytes() == content for path, content in done.items())


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
