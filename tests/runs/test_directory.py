"""The run directory: made exclusively, locked while written, found again, and honest about damage."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dlx.errors import DataError, EnvironmentProblem, UsageError
from dlx.runs import lock
from dlx.runs.directory import RunDirectory
from dlx.runs.references import open_run
from dlx.training.records import EpochRecord


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def run(root: Path) -> Iterator[RunDirectory]:
    with RunDirectory.create("digits", root) as made:
        made.write_config("name: digits\n")
        yield made


def row(epoch: int) -> EpochRecord:
    return EpochRecord(epoch, epoch, 0.1, 0.5, 0.5, 0.1, None, None, 1.0, 0.1)


# --- made and found


def test_a_run_has_a_directory_of_its_own_named_by_time(run: RunDirectory, root: Path) -> None:
    assert run.path.parent == root / "digits"
    assert re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{6}", run.path.name)


def test_two_at_once_never_meet(root: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from dlx.runs.directory import RunDirectory\n"
        "for _ in range(30): print(RunDirectory.create('same', Path(sys.argv[1])).path)"
    )
    command = [sys.executable, "-c", script, str(root)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other,
    ):
        paths = one.communicate(timeout=60)[0].split() + other.communicate(timeout=60)[0].split()
    assert len(set(paths)) == 60
    assert (one.returncode, other.returncode) == (0, 0)
    assert str((root / "latest").resolve()) in {str(Path(path).resolve()) for path in paths}
    assert sorted(path.name for path in root.iterdir()) == ["latest", "same"]


def test_an_identifier_that_is_taken_is_drawn_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter(["aaaaaa", "aaaaaa", "aaaaaa", "bbbbbb", "cccccc"])
    monkeypatch.setattr(lock, "_now", lambda: "20260101T000000Z")
    monkeypatch.setattr(lock.secrets, "token_hex", lambda size: next(draws))
    names = [RunDirectory.create("a", root).path.name for _ in range(2)]
    assert names == ["20260101T000000Z-aaaaaa", "20260101T000000Z-bbbbbb"]


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
        with RunDirectory.create(name, root) as made:
            made.write_config("")
    assert not (root / "latest").is_symlink()
    assert open_run("latest", root).path == RunDirectory.open(root / "latest").path == made.path


def test_a_directory_of_ones_own_choice(root: Path, tmp_path: Path) -> None:
    with RunDirectory.create("a", root, out=tmp_path / "mine" / "deep") as made:
        assert made.path == tmp_path / "mine" / "deep"
        assert made.path.is_dir()
    assert not root.exists()
    with RunDirectory.create("a", root, out=made.path) as again:
        again.write_config("")
    with pytest.raises(UsageError, match="deep: is not empty: a new or an empty directory is needed"):
        RunDirectory.create("a", root, out=made.path)
    with pytest.raises(UsageError, match=r"config\.yaml: is a file"):
        RunDirectory.create("a", root, out=made.config)


def test_latest_follows_a_chosen_directory_too(run: RunDirectory, root: Path, tmp_path: Path) -> None:
    with RunDirectory.create("a", root, out=tmp_path / "mine") as made:
        made.write_config("")
    assert open_run("latest", root).path.resolve() == made.path.resolve()


def test_a_run_cannot_be_called_latest(root: Path) -> None:
    with pytest.raises(UsageError, match="latest is taken"):
        RunDirectory.create("latest", root)


def test_what_is_no_run_is_refused(root: Path, tmp_path: Path) -> None:
    for path, why in (
        (tmp_path, r"holds no config\.yaml"),
        (tmp_path / "x", "does not exist"),
        ("latest", "not exist"),
    ):
        with pytest.raises(UsageError, match=f"{path}: is no run directory: .*{why}.*allowed"):
            open_run(path, root)


def test_a_root_that_is_a_file_is_an_environment_problem(root: Path) -> None:
    root.write_text("")
    with pytest.raises(EnvironmentProblem, match="digits: cannot be written"):
        RunDirectory.create("digits", root)


# --- one writer


def test_a_second_writer_is_refused(run: RunDirectory) -> None:
    with pytest.raises(EnvironmentProblem, match="is locked: another process is writing to it"):
        RunDirectory.open(run.path, writing=True)
    RunDirectory.open(run.path)
    run.close()
    with RunDirectory.open(run.path, writing=True):
        pass


def test_a_writer_that_died_holds_no_lock(root: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from dlx.runs.directory import RunDirectory\n"
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


def test_facts_are_added_to_those_that_are_there(run: RunDirectory) -> None:
    run.write_facts(name="digits", status="running", parameters=np.int64(7))
    run.write_facts(status="completed", final=row(3), best=None, cost=float("nan"))
    facts = json.loads((run.path / "run.json").read_text())
    assert facts == run.document("run.json")
    assert (facts["schema_version"], facts["name"], facts["status"], facts["parameters"]) == (
        1,
        "digits",
        "completed",
        7,
    )
    assert (facts["final"]["epoch"], facts["final"]["dev_cost"], facts["best"], facts["cost"]) == (3, None, None, None)


def test_every_file_stands_under_its_name(run: RunDirectory) -> None:
    run.write_facts(name="digits")
    run.append_metrics(row(1))
    run.write_curves(b"png")
    run.write_boundary(b"png")
    run.write_diagnosis({"schema_version": 1})
    run.write_model({"W1": np.zeros(1)}, {})
    run.save_checkpoint({}, {})
    assert {path.name for path in run.path.iterdir()} == {
        *("config.yaml", "run.json", "metrics.csv", "curves.png", "boundary.png"),
        *("diagnosis.json", "model.npz", "checkpoint", "manifest.json"),
    }
    assert json.loads((run.path / "diagnosis.json").read_text()) == {"schema_version": 1}


def test_training_goes_on_from_the_checkpoint(run: RunDirectory) -> None:
    assert not run.has_checkpoint()
    for epoch in (1, 2):
        run.append_metrics(row(epoch))
    run.save_checkpoint({"theta": np.arange(3.0)}, {"epoch": 2})
    run.append_metrics(row(3))
    run.close()
    with RunDirectory.open(run.path, writing=True) as again:
        assert again.has_checkpoint()
        arrays, meta = again.load_checkpoint()
        again.rewind_tables(meta["epoch"])
        again.append_metrics(row(3))
        assert again.metrics()["epoch"] == [1, 2, 3]
    assert arrays["theta"].tolist() == [0, 1, 2]


MODEL = {"W1": np.array([[0.1, -2e-38]], np.float32), "mu1": np.array([np.inf])}
MODEL_FACTS = {
    "name": "x",
    "dtype": "float32",
    "plugins": [],
    "task": "multiclass",
    "loss": {"name": "softmax"},
    "n_x": 2,
    "layers": [{"units": 1, "activation": None, "bias": True, "batch_norm": None}],
    "classes": ["ñ", 3, True, 0.1 + 0.2],
    "preprocessing": {"columns": [], "options": {}, "task": "multiclass", "classes": []},
}


def test_the_model_comes_back_and_needs_nothing_but_numpy(run: RunDirectory) -> None:
    run.write_model(MODEL, MODEL_FACTS)
    arrays, meta = run.model()
    assert meta == {"schema_version": 1, **MODEL_FACTS}
    assert {name: array.tobytes() for name, array in arrays.items()} == {n: a.tobytes() for n, a in MODEL.items()}
    with np.load(run.path / "model.npz", allow_pickle=False) as plain:
        assert sorted(plain) == ["W1", "meta", "mu1"]


def test_a_damaged_model_is_named(run: RunDirectory) -> None:
    run.write_model(MODEL, MODEL_FACTS)
    path = run.path / "model.npz"
    content = path.read_bytes()
    for damaged in (b"", b"PK", content[: len(content) // 2], content.replace(b"NUMPY", b"numpy"), content[:-40]):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=r"model\.npz: (is damaged|was edited)"):
            run.model()


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "is damaged"), ("[]", "is damaged"), ('{"schema_version": 2}', "has schema_version 2, this dlx reads 1")],
)
def test_facts_that_are_none_are_named(run: RunDirectory, content: str, why: str) -> None:
    for name, read in (("run.json", run.facts), ("diagnosis.json", run.diagnosis)):
        run.write(name, content.encode())
        with pytest.raises(DataError, match=f"{name}: {why}"):
            read()
        (run.path / name).unlink()
        with pytest.raises(DataError, match=f"{name}: cannot be read: it is missing"):
            read()
