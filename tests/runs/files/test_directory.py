"""The run directory: made exclusively, locked while written, found again, and honest about damage."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlx.diagnose.verdict import diagnose
from dlx.errors import EnvironmentProblem, UsageError
from dlx.runs.files import locked_directory
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import BOUNDARY, CURVES
from dlx.runs.reading.references import open_run
from dlx.stats.intervals import exact
from tests.runs.conftest import row

# --- made and found


def test_a_run_has_a_directory_of_its_own_named_by_time(run: RunDirectory, root: Path) -> None:
    assert run.path.parent == root / "digits"
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", run.path.name)


def test_two_at_once_never_meet(root: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from dlx.runs.files.directory import RunDirectory\n"
        "for _ in range(30): print(RunDirectory.create('same', Path(sys.argv[1])).path)"
    )
    command = [sys.executable, "-c", script, str(root)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other,
    ):
        paths = first.communicate(timeout=60)[0].split() + other.communicate(timeout=60)[0].split()
    assert len(set(paths)) == 60
    assert (first.returncode, other.returncode) == (0, 0)
    assert str((root / "latest").resolve()) in {str(Path(path).resolve()) for path in paths}
    assert sorted(path.name for path in root.iterdir()) == ["latest", "same"]


def test_an_identifier_that_is_taken_is_drawn_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter(["aaaaaa", "aaaaaa", "aaaaaa", "bbbbbb", "cccccc"])
    monkeypatch.setattr(locked_directory, "_now", lambda: "20260101T000000Z")
    monkeypatch.setattr("secrets.token_hex", lambda size: next(draws))
    names = [RunDirectory.create("a", root).path.name for _ in range(2)]
    assert names == ["20260101T000000Z-aaaaaa", "20260101T000000Z-bbbbbb"]


def test_a_directory_of_ones_own_choice(root: Path, tmp_path: Path) -> None:
    with RunDirectory.create("a", root, out=tmp_path / "mine" / "deep") as directory:
        assert directory.path == tmp_path / "mine" / "deep"
        assert directory.path.is_dir()
    with RunDirectory.create("a", root, out=directory.path) as again:
        again.write_config("")
    with pytest.raises(UsageError, match="deep: is not empty: a new or an empty directory is needed"):
        RunDirectory.create("a", root, out=directory.path)
    with pytest.raises(UsageError, match=r"config\.yaml: is a file"):
        RunDirectory.create("a", root, out=directory.config)


@pytest.mark.parametrize("left", ["checkpoint/.layers-941468095126.csv.5419.tmp", ".run.json.5419.tmp"])
def test_a_start_of_which_a_power_cut_left_a_temporary_file_alone_begins_anew(left: str, tmp_path: Path) -> None:
    (tmp_path / "run" / left).parent.mkdir(parents=True)
    (tmp_path / "run" / left).write_bytes(b"")
    run = RunDirectory.claim(tmp_path / "run")
    assert run is not None
    with run:
        run.write_model({}, {})
        assert sorted(path.name for path in run.path.iterdir()) == ["manifest.json", "model.npz"]


def test_a_run_cannot_be_called_latest(root: Path) -> None:
    with pytest.raises(UsageError, match="latest is taken"):
        RunDirectory.create("latest", root)


def test_what_is_no_run_is_refused(root: Path, tmp_path: Path) -> None:
    for path, why in (
        (tmp_path, r"holds no config\.yaml"),
        (tmp_path / "x", "does not exist"),
    ):
        with pytest.raises(UsageError, match=f"{path}: is no run directory: .*{why}.*allowed"):
            open_run(path, root)
    with pytest.raises(UsageError, match=r"latest: there are no runs here yet \(dlx\.train\(spec\) makes one\)"):
        open_run("latest", root)


def test_a_root_that_is_a_file_is_an_environment_problem(root: Path) -> None:
    root.write_text("")
    with pytest.raises(EnvironmentProblem, match="digits: cannot be written"):
        RunDirectory.create("digits", root)


# --- one writer


def test_a_second_writer_is_refused(run: RunDirectory) -> None:
    with pytest.raises(EnvironmentProblem, match="is locked: another process"):
        RunDirectory.open(run.path, writing=True)
    RunDirectory.open(run.path)
    run.close()
    with RunDirectory.open(run.path, writing=True):
        pass


def test_a_writer_that_died_holds_no_lock(root: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from dlx.runs.files.directory import RunDirectory\n"
        "run = RunDirectory.create('a', Path(sys.argv[1])); run.write_config(''); os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(root)], timeout=60).returncode == 9
    open_run("latest", root, writing=True).close()


def test_a_directory_that_was_not_taken_is_not_kept_locked(run: RunDirectory, root: Path) -> None:
    run.close()
    with pytest.raises(UsageError):
        RunDirectory.create("a", root, out=run.path)
    RunDirectory.open(run.path, writing=True).close()


# --- its files


def test_every_file_stands_under_its_name(run: RunDirectory) -> None:
    run.write_facts(name="digits")
    run.append_metrics(row(1))
    run.write(CURVES, b"png")
    run.write(BOUNDARY, b"png")
    run.write_diagnosis(diagnose({"train": exact(0.1)}, 0.0, 0.02))
    run.write_model({"W1": np.zeros(1)}, {})
    run.save_checkpoint({}, {})
    assert {path.name for path in run.path.iterdir()} == {
        *("config.yaml", "run.json", "metrics.csv", "curves.png", "boundary.png"),
        *("diagnosis.json", "model.npz", "checkpoint", "manifest.json"),
    }
    assert json.loads((run.path / "diagnosis.json").read_text())["schema_version"] == 1
