"""What lies in a run directory is used as it was written or not at all; what dlx did not write is never removed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.errors import EnvironmentProblem, Remark, UsageError
from dlx.files import from_signed_json, to_signed_json
from dlx.runs.files import checkpoint
from dlx.runs.files.directory import RunDirectory
from dlx.runs.files.file_names import FILES
from dlx.runs.files.manifest import MANIFEST, Content, Manifest
from dlx.runs.training.train import Session
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from dlx.training.records import EpochRecord, Progress

pytestmark = pytest.mark.usefixtures("blank_pictures")

Call = Callable[..., Any]

DAMAGED = ["config.yaml", "run.json", "metrics.csv", "layers.csv", "diagnosis.json", "model.npz"]
LINKS = ["checkpoint", "trials", "metrics.csv", "model.npz", "manifest.json", ".run.json.1.tmp"]

SPEC = """
name: rows
data: {source: {name: moons, m: 90, noise: 0.2}, split: {train: 60, dev: 20, test: 10}}
architecture: {hidden: [4]}
training: {epochs: 4, batch_size: 20}
"""


def reaches(epoch: int, record: EpochRecord | Progress) -> bool:
    return record.epoch >= epoch


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``spec.yaml``, a run of it, ``whole``, and an interrupted one, ``part``; not to be changed."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "spec.yaml").write_text(SPEC)
    for name, enough in (("whole", 99), ("part", 3)):
        with Session.start(load_spec(folder / "spec.yaml"), [], folder / name, folder) as session:
            for _ in session.records(partial(reaches, enough)):
                pass
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(trained, tmp_path / "copy"))


def flipped(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1
    path.write_bytes(content)


def cut(path: Path, place: int) -> None:
    path.write_bytes(path.read_bytes()[: place % path.stat().st_size])


def outcome(run: Path) -> tuple[list[str], dict[str, bytes]]:
    """What must be the same after resuming: the rows without their time, and the arrays of the model."""
    rows = [line.rpartition(",")[0] for line in (run / "metrics.csv").read_text().splitlines()]
    rows += (run / "layers.csv").read_text().splitlines()
    with np.load(run / "model.npz", allow_pickle=False) as arrays:
        return rows, {name: arrays[name].tobytes() for name in arrays.files}


# --- damage


COMMANDS = (["diagnose", "whole"], ["compare", "whole", "part"], ["predict", "whole", "rows.csv"], ["runs"])
ROWS = "x1,x2\n0.5,0.1\n"


@pytest.fixture(scope="module")
def undamaged(trained: Path, tmp_path_factory: pytest.TempPathFactory, call_dlx: Call) -> dict[str, str]:
    """What these commands say of runs that nothing has happened to."""
    folder = Path(shutil.copytree(trained, tmp_path_factory.mktemp("undamaged") / "copy"))
    (folder / "rows.csv").write_text(ROWS)
    return {str(command): call_dlx(*command, cwd=folder).stdout for command in COMMANDS}


@pytest.mark.parametrize("name", DAMAGED)
def test_damage_is_named_where_it_matters(name: str, folder: Path, undamaged: dict[str, str], call_dlx: Call) -> None:
    """Wherever a file is flipped or cut, a command names it, or says what it says without that."""
    (folder / "rows.csv").write_text(ROWS)
    path, whole = folder / "whole" / name, shutil.copytree(folder / "whole", folder / "untouched")
    for damage, place in ((flipped, 0), (flipped, 171), (cut, 97)):
        for command in COMMANDS:
            damage(path, place)
            result = call_dlx(*command, cwd=folder)
            assert name in result.stderr + result.stdout or result.stdout == undamaged[str(command)], (
                damage,
                place,
                command,
                result,
            )
            assert result.code == 5 or result.code == 0, result
            shutil.rmtree(folder / "whole")
            shutil.copytree(whole, folder / "whole")


@pytest.mark.parametrize("name", DAMAGED)
def test_an_interrupted_run_that_is_damaged_ends_the_same_or_says_why_not(
    name: str, folder: Path, call_dlx: Call
) -> None:
    for damage, place in ((flipped, 150), (cut, 60)):
        shutil.copytree(folder / "part", folder / "damaged")
        damage(folder / "damaged" / name, place)
        result = call_dlx("train", "--resume", "damaged", "--quiet", cwd=folder)
        if name in ("config.yaml", "run.json"):
            assert (result.code, name in result.stderr) == (5, True), result
        else:  # made anew
            assert result.code == 0, result
            assert outcome(folder / "damaged") == outcome(folder / "whole")
            assert call_dlx("doctor", "damaged", cwd=folder).code == 0
        shutil.rmtree(folder / "damaged")


def test_a_damaged_table_is_read_from_the_checkpoint(folder: Path) -> None:
    whole = RunDirectory.open(folder / "whole").metrics()
    for damage in (flipped, cut, lambda path, place: path.unlink()):
        damage(folder / "whole" / "metrics.csv", 200)
        with pytest.warns(Remark, match=r"metrics\.csv: .*its rows are those of the checkpoint"):
            assert RunDirectory.open(folder / "whole").metrics() == whole


def test_without_the_checkpoint_a_damaged_table_is_refused(folder: Path, call_dlx: Call) -> None:
    shutil.rmtree(folder / "whole" / "checkpoint")
    flipped(folder / "whole" / "metrics.csv", 200)
    result = call_dlx("diagnose", "whole", cwd=folder)
    assert "the errors are those of diagnosis.json, because whole/metrics.csv: is damaged, or was" in result.stdout
    result = call_dlx("report", "whole", cwd=folder)
    assert (result.code, "metrics.csv: is damaged, or was edited" in result.stderr) == (5, True)
    result = call_dlx("train", "--resume", "whole", cwd=folder)
    assert (result.code, "its checkpoint is gone" in result.stderr) == (5, True)


def test_a_manifest_that_is_gone_or_damaged_vouches_for_nothing(folder: Path, call_dlx: Call) -> None:
    manifest = folder / "whole" / MANIFEST
    flipped(manifest, 200)
    for what in ("is damaged", "is missing"):
        result = call_dlx("diagnose", "whole", cwd=folder)
        assert (result.code, f"manifest.json: {what}" in result.stderr) == (5, True), result
        assert call_dlx("doctor", "whole", cwd=folder).code == 5
        manifest.unlink(missing_ok=True)
    assert call_dlx("doctor", "whole", "--accept", cwd=folder).code == 0
    assert call_dlx("diagnose", "whole", cwd=folder).code == 0
    assert call_dlx("train", "--resume", "whole", "--quiet", cwd=folder).code == 0


def test_a_run_of_an_older_dlx_is_read_resumed_and_verified_from_then_on(folder: Path, call_dlx: Call) -> None:
    """One without a manifest, and whose checkpoint holds no tables."""
    run = folder / "part"
    (run / MANIFEST).unlink()
    facts = json.loads((run / "run.json").read_text())
    del facts["manifest"]
    (run / "run.json").write_text(json.dumps(facts))
    manifest = from_signed_json((run / "checkpoint" / MANIFEST).read_bytes())
    assert manifest is not None
    for entry in manifest.pop("tables").values():
        (run / "checkpoint" / entry["file"]).unlink()
    (run / "checkpoint" / MANIFEST).write_bytes(to_signed_json(manifest))
    assert call_dlx("compare", "part", "whole", cwd=folder).code == 0
    assert call_dlx("train", "--resume", "part", "--quiet", cwd=folder).code == 0
    assert outcome(run) == outcome(folder / "whole")
    flipped(run / "model.npz", 300)
    assert call_dlx("diagnose", "part", cwd=folder).code == 0  # by the errors of diagnosis.json
    assert "model.npz" in call_dlx("doctor", "part", cwd=folder).stdout


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("run.json", lambda document: document.pop("seed"), "run.json: is damaged: there is no seed"),
        ("run.json", lambda document: document.update(data=[]), "run.json: is damaged: data is [], expected a mapping"),
        ("run.json", lambda document: document.update(status=1), "run.json: is damaged: status is 1, expected text"),
        (
            "run.json",
            lambda document: document.update(status="ended"),
            "status is 'ended', expected one of running, comp",
        ),
        ("diagnosis.json", lambda document: document["errors"]["dev"].pop("m"), "there is no errors.dev.m"),
        ("diagnosis.json", lambda document: document.update(findings={}), "findings is {}, expected a list"),
    ],
)
def test_a_document_with_other_keys_is_called_damaged(
    name: str,
    change: Callable[[dict[str, Any]], object],
    message: str,
    folder: Path,
    call_dlx: Call,
    rewrite: Callable[[Path, object], None],
) -> None:
    """Also where its sum is right: of an older dlx there is none."""
    document = json.loads((folder / "whole" / name).read_text())
    change(document)
    rewrite(folder / "whole" / name, document)
    result = call_dlx("compare", "whole", "part", cwd=folder)
    assert (result.code, message in result.stderr) == (5, True), result


def test_a_model_whose_loss_is_none_is_refused_by_its_name(folder: Path, call_dlx: Call) -> None:
    with RunDirectory.open(folder / "whole", writing=True) as run:
        arrays, facts = run.model()
        run.write_model(arrays, facts | {"loss": {"name": "relu"}})
    (folder / "rows.csv").write_text("x1,x2\n0.5,0.1\n")
    result = call_dlx("predict", "whole", "rows.csv", cwd=folder)
    assert (result.code, "model.npz: there is no loss named 'relu'" in result.stderr) == (5, True), result


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("seconds", None, "position.seconds is None"),
        ("step", "3", "position.step is '3'"),
        ("best", {"epoch": 1}, "there is no position.best.step"),
    ],
)
def test_a_state_of_another_shape_is_called_damaged(
    key: str, value: object, says: str, folder: Path, call_dlx: Call
) -> None:
    """Its sum fits, as where another program wrote it."""
    place = folder / "part" / "checkpoint"
    arrays, state = checkpoint.load(place)
    state["position"][key] = value
    checkpoint.save(place, arrays, state, checkpoint.load_tables(place))
    result = call_dlx("train", "--resume", folder / "part")
    assert (result.code, "checkpoint is damaged" in result.stderr, says in result.stderr) == (5, True, True), result


def test_an_edit_is_an_edit(folder: Path, call_dlx: Call) -> None:
    config = folder / "part" / "config.yaml"
    config.write_text(config.read_text().replace("epochs: 4", "epochs: 40"))
    result = call_dlx("train", "--resume", "part", cwd=folder)
    assert (result.code, "config.yaml: was edited, or is damaged" in result.stderr) == (5, True), result
    told = call_dlx("doctor", "part", cwd=folder)
    assert (told.code, f"dlx train {Path('part') / 'config.yaml'}" in told.stdout) == (5, True), told
    assert call_dlx("train", "part/config.yaml", "--out", "edited", cwd=folder).code == 0


# --- what dlx did not write


def planted(path: Path) -> dict[str, bytes]:
    """A folder of somebody's files, named as dlx names its own."""
    path.mkdir()
    for name in ("theta.npy", "state-0123456789ab.json", "metrics.csv", "x.tmp", "run.json"):
        (path / name).write_text("mine")
    return contents(path)


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(
    "command",
    [
        ("train", "--resume", "part"),
        ("diagnose", "part"),
        ("diagnose", "part", "--learning-curve", "--sizes", "20,30,40,50", "--seeds", "2"),
        ("runs", "remove", "part", "--yes"),
        ("compare", "part", "whole"),
    ],
    ids=lambda command: " ".join(command[:3]),
)
def test_a_link_in_a_run_is_refused(link: str, command: tuple[str, ...], folder: Path, call_dlx: Call) -> None:
    before = planted(folder / "others")
    path = folder / "part" / link
    if path.exists():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.symlink_to(folder / "others" / ("" if path.suffix == "" else "metrics.csv"))
    result = call_dlx(*command, cwd=folder)
    assert (result.code, "is a link to" in result.stderr) == (2, True), result
    assert contents(folder / "others") == before
    assert path.is_symlink()


@pytest.mark.parametrize("depth", ["key", "trials"])
def test_a_link_in_place_of_a_trial_is_refused(depth: str, folder: Path) -> None:
    trial, trials = Trial.of(load_spec(folder / "spec.yaml").spec), folder / "search" / "trials"
    before = planted(folder / "others")
    link = trials / trial.key if depth == "key" else trials
    link.parent.mkdir(parents=True)
    link.symlink_to(folder / "others", target_is_directory=True)
    with pytest.raises(UsageError, match="is a link to"):
        run_trial(trial, trials)
    assert contents(folder / "others") == before


def test_a_link_in_a_checkpoint_is_refused(folder: Path, call_dlx: Call) -> None:
    before = planted(folder / "others")
    (folder / "part" / "checkpoint" / "more.npy").symlink_to(folder / "others" / "theta.npy")
    result = call_dlx("train", "--resume", "part", cwd=folder)
    assert (result.code, "more.npy: is a link" in result.stderr) == (2, True), result
    assert contents(folder / "others") == before


def test_files_of_others_outlive_every_command(folder: Path, call_dlx: Call) -> None:
    run = folder / "part"
    others = ("notes.txt", ".notes.tmp", "checkpoint/mine.npy", "checkpoint/x.tmp", "checkpoint/theta-0123456789ab.npy")
    for name in others:
        (run / name).write_text("mine")
    assert call_dlx("train", "--resume", "part", "--quiet", cwd=folder).code == 0
    assert call_dlx("diagnose", "part", cwd=folder).code == 0
    result = call_dlx("runs", "remove", "part", "--yes", cwd=folder)
    assert (result.code, result.stdout) == (0, "removed part\n")
    left = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert left == set(others)
    assert all(f"{Path('part') / name}: stays" in result.stderr for name in others)
    assert call_dlx("runs", "remove", "whole", "--yes", cwd=folder).code == 0
    assert not (folder / "whole").exists()


def test_a_trial_does_not_clear_away_what_it_does_not_know(folder: Path) -> None:
    trial, trials = Trial.of(load_spec(folder / "spec.yaml").spec), folder / "trials"
    (trials / trial.key).mkdir(parents=True)
    (trials / trial.key / "run.json").write_text("mine")
    with pytest.raises(UsageError, match=r"holds what dlx did not write \(run\.json\)"):
        run_trial(trial, trials)
    assert (trials / trial.key / "run.json").read_text() == "mine"


def test_a_damaged_trial_is_set_aside_and_trained_again(folder: Path) -> None:
    trial, trials = Trial.of(load_spec(folder / "spec.yaml").spec), folder / "trials"
    first = run_trial(trial, trials)
    flipped(trials / trial.key / "diagnosis.json", 100)
    damaged = (trials / trial.key / "diagnosis.json").read_bytes()
    assert run_trial(trial, trials).errors == first.errors
    [aside] = (trials / "damaged").iterdir()
    assert (aside / "diagnosis.json").read_bytes() == damaged


# --- a start that died


def test_a_start_that_died_is_begun_anew(folder: Path, call_dlx: Call) -> None:
    """At whatever moment it died before there was a run."""
    names = [MANIFEST, "run.json", "config.yaml"]
    whole = {name: (folder / "whole" / name).read_bytes() for name in names}
    states = [{}, {".manifest.json.17.tmp": whole[MANIFEST][:50]}]
    states += [{MANIFEST: whole[MANIFEST], ".run.json.17.tmp": whole["run.json"][:100]}]
    states += [{MANIFEST: whole[MANIFEST], "run.json": whole["run.json"], ".config.yaml.17.tmp": b""}]
    for name in ("run.json", "config.yaml"):
        Manifest({name: (None, Content.of(whole[name]))}).write(folder, durable=False)  # announced, and no more
        states += [{MANIFEST: (folder / MANIFEST).read_bytes(), f".{name}.17.tmp": whole[name][:50]}]
    for number, state in enumerate(states):
        out = folder / f"out{number}"
        out.mkdir()
        for name, content in state.items():
            (out / name).write_bytes(content)
        result = call_dlx("train", "spec.yaml", "--out", out, "--quiet", cwd=folder)
        assert result.code == 0, (state.keys(), result)
        assert {path.name for path in out.iterdir()} <= {*FILES, MANIFEST, "checkpoint"}
        assert outcome(out) == outcome(folder / "whole")


def test_files_of_others_are_no_start_that_died(folder: Path, call_dlx: Call) -> None:
    for name in ("run.json", "notes.txt", ".run.json.17.tmp", "metrics.csv"):
        out = folder / f"of {name}"
        out.mkdir()
        (out / name).write_text("mine")
        result = call_dlx("train", "spec.yaml", "--out", out, cwd=folder)
        assert (result.code, "is not empty" in result.stderr) == (2, True), (name, result)
        assert (out / name).read_text() == "mine"


def test_a_run_whose_first_checkpoint_failed_begins_anew(
    folder: Path, call_dlx: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise EnvironmentProblem("the disk is full")

    with monkeypatch.context() as without_room:
        without_room.setattr(checkpoint, "save", full)
        without_room.setattr("dlx.runs.training.train.SECONDS_BETWEEN_CHECKPOINTS", -1.0)
        assert call_dlx("train", "spec.yaml", "--out", "full", cwd=folder).code == 6
    assert json.loads((folder / "full" / "run.json").read_text())["status"] in ("failed", "running")
    result = call_dlx("train", "--resume", "full", "--quiet", cwd=folder)
    assert result.code == 0, result
    assert outcome(folder / "full") == outcome(folder / "whole")


def test_a_table_that_power_loss_took_comes_back_with_its_checkpoint(folder: Path, call_dlx: Call) -> None:
    for lost in ("layers.csv", "metrics.csv"):
        run = Path(shutil.copytree(folder / "part", folder / f"without {lost}"))
        (run / lost).unlink()
        assert call_dlx("train", "--resume", run, "--quiet", cwd=folder).code == 0
        assert outcome(run) == outcome(folder / "whole")


# --- examples that change


@pytest.mark.parametrize("how", ["one row", "replaced"])
def test_examples_in_a_file_are_compared_whole(how: str, tmp_path: Path, call_dlx: Call) -> None:
    generator = np.random.default_rng(0)
    X = generator.integers(0, 9, (3000, 2), np.uint8)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", X[:, 0] > 4)
    source = "{name: file, path: X.npy, target: y.npy}"
    (tmp_path / "spec.yaml").write_text(
        f"data: {{source: {source}, split: {{train: 0.8, dev: 0.2}}}}\ntraining: {{epochs: 2}}\n"
    )
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    again = np.array(X)
    again[1 if how == "one row" else slice(1, None, 2)] ^= 1  # a sample of every third row would not see it
    np.save(tmp_path / "X.npy", again)
    result = call_dlx("train", "--resume", "run", cwd=tmp_path)
    assert (result.code, "the data have changed" in result.stderr) == (5, True), result
    assert "the data have changed" in call_dlx("diagnose", "run", cwd=tmp_path).stdout


def test_a_very_large_file_is_known_by_its_time(
    tmp_path: Path, call_dlx: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlx.data.rows.mapped.FULLY_SUMMED", 100)
    X, path = np.random.default_rng(0).integers(0, 9, (3000, 2), np.uint8), tmp_path / "X.npy"
    np.save(path, X)
    np.save(tmp_path / "y.npy", X[:, 0] > 4)
    source = "{name: file, path: X.npy, target: y.npy}"
    (tmp_path / "spec.yaml").write_text(
        f"data: {{source: {source}, split: {{train: 0.8, dev: 0.2}}}}\ntraining: {{epochs: 2}}\n"
    )
    assert call_dlx("train", "spec.yaml", "--out", "run", "--quiet", cwd=tmp_path).code == 0
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
    result = call_dlx("train", "--resume", "run", cwd=tmp_path)
    assert (result.code, "was written again since the run began" in result.stderr) == (5, True), result
    command = result.stderr.partition("give it that time back: ")[2].split()
    subprocess.run([*command[:-1], path], check=True)
    assert call_dlx("train", "--resume", "run", "--quiet", cwd=tmp_path).code == 0


# --- a repeat


def test_a_repeat_says_that_it_is_one(folder: Path, call_dlx: Call, rewrite: Callable[[Path, object], None]) -> None:
    result = call_dlx("train", "whole/config.yaml", "--out", "again", cwd=folder)
    assert "repeats whole: every row and every parameter is the same, bit for bit" in result.stderr
    repeat = json.loads((folder / "again" / "run.json").read_text())["repeat"]
    assert (repeat["run"], repeat["same"]) == ("whole", True)
    table = (folder / "whole" / "metrics.csv").read_text().splitlines(keepends=True)
    rewrite(folder / "whole" / "metrics.csv", "".join([*table[:-1], table[-1].replace(",", ",1", 3)]))
    result = call_dlx("train", "whole/config.yaml", "--out", "other", cwd=folder)
    assert "does not repeat whole: first in epoch 4, where step is" in result.stderr
