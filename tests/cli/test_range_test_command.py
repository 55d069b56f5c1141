"""``dlx tune --learning-rate``: what it shows, the command that it prints, and what it refuses."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.usefixtures("blank_pictures"), pytest.mark.probes]

MOONS = """name: small
data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 100, dev: 60, test: 40}}
architecture: {hidden: [8]}
optimizer: {name: adam, learning_rate: 30}
training: {epochs: 4, batch_size: 20}
"""
RAVINE = "name: steep\nobjective: {name: ravine}\noptimizer: gradient_descent\ntraining: {epochs: 200}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spec.yaml").write_text(MOONS)
    (tmp_path / "ravine.yaml").write_text(RAVINE)
    return tmp_path


def printed_commands(stdout: str) -> list[list[str]]:
    return [shlex.split(line[line.index("dlx ") :])[1:] for line in stdout.splitlines() if " dlx " in line]


@pytest.mark.parametrize("overrides", [[], ["optimizer={name: momentum, learning_rate: 500}", "seed=2"]])
def test_the_command_that_it_prints_can_be_typed(
    folder: Path, call_dlx: Callable[..., Any], overrides: list[str]
) -> None:
    result = call_dlx("tune", "--learning-rate", "spec.yaml", *overrides, cwd=folder)
    assert result.code == 0, result.stderr
    (command,) = printed_commands(result.stdout)
    assert command[:2] == ["train", "spec.yaml"]
    document = json.loads(call_dlx("tune", "--learning-rate", "spec.yaml", *overrides, "--json", cwd=folder).stdout)
    trained = call_dlx(*command, "--quiet", "--out", "run", cwd=folder)
    assert trained.code == 0, trained.stderr
    shown = call_dlx("config", "show", "run/config.yaml", cwd=folder).stdout
    assert f"learning_rate: {document['tested']['suggested']:g}" in shown
    assert document["next"] == [shlex.join(["dlx", *command])]


def test_the_curve_has_its_rates_below_it_and_fits_a_screen(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "--learning-rate", "spec.yaml", cwd=folder)
    lines = result.stdout.splitlines()
    assert "▲ suggested" in result.stdout
    assert any("└" in line and "0.01" in line for line in lines)
    assert "(the spec has 30)" in result.stdout
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.stdout + result.stderr
    assert {path.name for path in folder.iterdir()} == {"spec.yaml", "ravine.yaml"}


def test_one_mistake_takes_one_command(folder: Path, call_dlx: Callable[..., Any]) -> None:
    """A rate of 30 is mended by what the summary of the training, the diagnosis and the page print."""
    trained = call_dlx("train", "spec.yaml", "training.epochs=20", "--out", "run", cwd=folder)
    command = printed_commands(trained.stdout)[0]
    assert "learning_rate_too_high" in trained.stdout
    assert command[-1].startswith("optimizer.learning_rate=0.")
    diagnosed = call_dlx("diagnose", "run", "--full", cwd=folder)
    assert printed_commands(diagnosed.stdout)[0] == command
    assert "tested    learning rates: in 5 sweeps" in diagnosed.stdout
    assert call_dlx("report", "run", cwd=folder).code == 0
    assert "Learning rates were tested: in 5 sweeps" in (folder / "run" / "report.html").read_text("utf-8")
    assert call_dlx(*command, "--quiet", "--out", "mended", cwd=folder).code == 0
    before, after = (json.loads((folder / name / "diagnosis.json").read_text()) for name in ("run", "mended"))
    assert after["errors"]["dev"]["value"] < before["errors"]["dev"]["value"] - 0.1


def test_the_steps_on_an_objective_have_a_rate(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "--learning-rate", "ravine.yaml", cwd=folder)
    (command,) = printed_commands(result.stdout)
    assert call_dlx(*command, "--quiet", cwd=folder).code == 0


def test_where_no_rate_does_the_cause_is_asked_for(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "--learning-rate", "spec.yaml", "initializer=zeros", "optimizer=adam", cwd=folder)
    assert "no learning rate brings the cost down" in result.stdout
    (command,) = printed_commands(result.stdout)
    assert command[:2] == ["diagnose", "spec.yaml"]
    assert "symmetric_units" in call_dlx(*command, cwd=folder).stdout


@pytest.mark.draws
def test_a_picture_is_drawn_over_none_but_its_own(folder: Path, call_dlx: Callable[..., Any]) -> None:
    arguments = ("tune", "--learning-rate", "spec.yaml", "--picture")
    assert call_dlx(*arguments, "rates.png", cwd=folder).code == 0
    assert (folder / "rates.png").read_bytes().startswith(b"\x89PNG")
    refused = call_dlx(*arguments, "spec.yaml", cwd=folder)
    assert refused.code == 2
    assert (folder / "spec.yaml").read_text() == MOONS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--learning-rate"], "takes the spec of an experiment"),
        (["--learning-rate", "spec.yaml", "--workers", "2"], "--learning-rate takes a spec, key=value"),
        (["--learning-rate", "spec.yaml", "--out", "search"], "--learning-rate takes a spec, key=value"),
        (["--picture", "rates.png", "spec.yaml"], "--picture goes with it"),
        (["--learning-rate", "spec.yaml", "optimizer.rate=1"], "unknown key of optimizer adam"),
        (["--learning-rate", "none.yaml"], "there is no such file"),
        (["--learning-rate", "spec.yaml", "schedule={name: manual, table: [[0, 0.1]]}"], "none to test"),
    ],
)
def test_what_is_refused(folder: Path, call_dlx: Callable[..., Any], arguments: list[str], message: str) -> None:
    result = call_dlx("tune", *arguments, cwd=folder)
    assert result.code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


INTERRUPTED = """
import os, signal, sys
from dlx.diagnose.before import range_test
sweep = range_test.swept


def interrupted(*arguments, **options):
    os.kill(os.getpid(), signal.SIGINT)
    return sweep(*arguments, **options)


range_test.swept = interrupted
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a parent may have had ignored
sys.argv = ["dlx", "tune", "--learning-rate", "spec.yaml"]
from dlx.cli import main
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_ends_it_without_a_trace(folder: Path) -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], cwd=folder, capture_output=True, check=False)
    assert done.returncode == 130, done.stderr
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""
    assert {path.name for path in folder.iterdir()} == {"spec.yaml", "ravine.yaml"}
