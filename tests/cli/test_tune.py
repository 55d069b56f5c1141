"""``dlx tune`` from the command line: what it leaves behind, how it goes on, and what it refuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.runs.files.collection import TuneDirectory
from dlx.search.trials import processes
from tests.search.trials.conftest import begun, gate_shut, waited_for

pytestmark = pytest.mark.usefixtures("blank_pictures")

MOONS = """name: small
base:
  name: moons
  data: {source: {name: moons, m: 200, noise: 0.2}, split: {train: 100, dev: 60, test: 40}}
  architecture: {hidden: [4]}
  training: {epochs: 8, batch_size: 20}
search:
  trials: 9
  fresh_seeds: 2
  space:
    optimizer.learning_rate: {log_uniform: [1.0e-3, 1]}
    architecture.activation: {choice: [relu, tanh]}
"""

# Kills every process that trains with it but its owner, where the environment says so.
DEADLY = "import os\nif os.environ.get('OWNER', str(os.getpid())) != str(os.getpid()): os.kill(os.getpid(), 9)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tune.yaml").write_text(MOONS)
    return tmp_path


@pytest.mark.draws
def test_what_a_search_leaves_behind(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "tune.yaml", "--out", "search", cwd=folder)
    assert result.code == 0, result.stderr
    made = folder / "search"
    names = {path.name for path in made.iterdir()}
    pictures = {"optimizer.learning_rate.png", "architecture.activation.png", "settings.png", "importance.png"}
    assert names == {"plan.yaml", "tune.json", "trials.csv", "best.yaml", "trials", "manifest.json", *pictures}
    assert f"dlx train {Path('search') / 'best.yaml'}" in result.stdout
    assert "round 3 of 3" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr
    assert call_dlx("config", "check", "search/plan.yaml", cwd=folder).code == 0
    assert call_dlx("config", "check", "search/best.yaml", cwd=folder).code == 0


def test_documents_and_directories(folder: Path, call_dlx: Callable[..., Any]) -> None:
    document = json.loads(call_dlx("tune", "tune.yaml", "search.trials=3", "--json", cwd=folder).stdout)
    assert document["schema_version"] == 1
    assert len(document["trials"]) == 3
    assert (folder / document["directory"]).parent == folder / "runs" / "small"
    again = call_dlx("tune", "--resume", "latest", "--quiet", cwd=folder)
    assert again.stdout.strip() == document["directory"]
    listed = json.loads(call_dlx("runs", "--json", cwd=folder).stdout)
    assert listed["runs"] == []
    trial = document["trials"][0]["trials"][0]
    told = call_dlx("diagnose", f"{document['directory']}/trials/{trial}", cwd=folder)
    assert told.code == 0, told.stderr


def test_a_dry_run_trains_nothing(folder: Path, call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("tune", "tune.yaml", "--dry-run", "--json", cwd=folder)
    assert json.loads(result.stdout)["trainings"] == 9 + 4 * 2
    table = call_dlx("tune", "tune.yaml", "--dry-run", cwd=folder).stdout
    assert "first settings" in table
    assert "{" not in table
    assert max(map(len, table.splitlines())) <= 80
    assert sorted(path.name for path in folder.iterdir()) == ["tune.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "dlx tune takes the file of a search, or --resume DIR"),
        (("tune.yaml", "--resume", "latest"), 2, "dlx tune takes the file of a search"),
        (("--resume", "nowhere"), 2, "nowhere: does not exist (allowed: a directory that this command made, latest)"),
        (("--resume", "latest"), 2, "latest: does not exist"),
        (("tune.yaml", "--budget", "soon"), 2, "--budget soon: expected a time"),
        (("tune.yaml", "search.methd=grid"), 2, "command line: search.methd=grid: search.methd: unknown key (allowed"),
        (("nowhere.yaml",), 2, "nowhere.yaml: there is no such file"),
        (("tune.yaml", "--out", "."), 2, "is not empty"),
        (("tune.yaml", "--cluster", "nonsense"), 2, "nonsense"),
    ],
)
def test_what_is_refused(
    folder: Path, call_dlx: Callable[..., Any], arguments: tuple[str, ...], code: int, message: str
) -> None:
    result = call_dlx("tune", *arguments, cwd=folder)
    assert result.code == code
    assert message in result.stderr
    assert not (folder / "runs").exists()


@pytest.mark.parametrize("text", ["", "[1, 2]", "3", "search: {}", "base: {}\nsearch: {}"])
def test_files_that_are_no_search(tmp_path: Path, call_dlx: Callable[..., Any], text: str) -> None:
    (tmp_path / "tune.yaml").write_text(text)
    result = call_dlx("tune", "tune.yaml", cwd=tmp_path)
    assert result.code == 2
    assert "tune.yaml" in result.stderr


def test_two_at_once_are_refused(folder: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("tune", "tune.yaml", "search.trials=3", "--out", "search", cwd=folder).code == 0
    with TuneDirectory.open(str(folder / "search"), writing=True):
        result = call_dlx("tune", "--resume", "search", cwd=folder)
    assert result.code == 6
    assert "is locked: another process is writing to it" in result.stderr


@pytest.mark.parametrize("workers", [pytest.param("1", marks=pytest.mark.thorough), "2"])
def test_a_signal_keeps_everything(folder: Path, call_alone: Callable[..., Any], workers: str) -> None:
    (folder / "tune.yaml").write_text(MOONS.replace("trials: 9", "trials: 3"))
    with gate_shut(folder, folder / "search" / "trials", 2) as gate:
        changes = (f"base.plugins=[{gate}]", "base.schedule=gate")
        dlx = Path(sysconfig.get_path("scripts")) / "dlx"
        process = subprocess.Popen(
            [dlx, "tune", "tune.yaml", *changes, "--out", "search", "--workers", workers],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        waited_for(begun(folder / "search" / "trials", 2))
        process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said.endswith("interrupted: dlx tune --resume search goes on from here\n")
    assert json.loads((folder / "search" / "tune.json").read_text())["status"] == "interrupted"
    result = call_alone("tune", "--resume", "search", cwd=folder)
    assert result.code == 0, result.stderr
    assert json.loads((folder / "search" / "tune.json").read_text())["status"] == "completed"


def test_a_search_that_loses_trials_names_no_winner_and_goes_on(
    folder: Path, call_dlx: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "deadly.py").write_text(DEADLY)
    command = ("tune", "tune.yaml", f"base.plugins=[{folder / 'deadly.py'}]", "search.trials=2", "search.method=random")
    monkeypatch.setenv("OWNER", str(os.getpid()))
    monkeypatch.setattr(processes, "ATTEMPTS", 2)  # each is a process; how many there are, tests of the pool know
    lost = call_dlx(*command, "--out", "search", "--workers", "2", cwd=folder)
    assert (lost.code, lost.stdout) == (6, "")
    assert "error: 2 trials were lost: the worker died 2 times, at last by signal 9 (9: perhaps" in lost.stderr
    assert lost.stderr.endswith("; dlx tune --resume search goes on from here\n")
    document = json.loads((folder / "search" / "tune.json").read_text())
    assert (document["status"], document["counts"]["unfinished"]) == ("incomplete", 2)
    assert "winner" not in document
    assert not (folder / "search" / "best.yaml").exists()
    monkeypatch.delenv("OWNER")
    assert json.loads(call_dlx("tune", "--resume", "search", "--json", cwd=folder).stdout)["winner"] in (0, 1)
