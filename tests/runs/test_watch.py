"""Watching: what is told of a training is what its files hold, until it has ended or its process is gone."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dlx.errors import DataError, UsageError
from dlx.events import WatchedWork
from dlx.runs.train import Session
from dlx.runs.watch import find_work, watch, writer_is_there
from dlx.spec.loader import load_spec
from dlx.training.records import EpochRecord
from dlx.words import Status

pytestmark = pytest.mark.usefixtures("blank_pictures")
SPEC = """name: tiny
data: {source: {name: moons, m: 60, noise: 0.2, seed: 1}, split: {train: 40, dev: 20}}
architecture: {hidden: [3]}
training: {epochs: 4, batch_size: 20}
"""
STUDY = "base: spec.yaml\nseeds: 1\nvariants: {small: {}, large: {architecture.hidden: [6]}}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Callable[..., Any]) -> Path:
    """A run that has ended and a study that has; not to be changed."""
    folder = tmp_path_factory.mktemp("watched")
    for name, text in (("spec.yaml", SPEC), ("study.yaml", STUDY)):
        (folder / name).write_text(text, encoding="utf-8")
    assert call_dlx("train", "spec.yaml", "--out", "runs/tiny/20260101T000000Z-aaaaaa", "-q", cwd=folder).code == 0
    assert call_dlx("study", "study.yaml", "-q", cwd=folder).code == 0
    return folder


@pytest.fixture
def copy(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(folder, tmp_path / "copy", symlinks=True)
    monkeypatch.chdir(tmp_path / "copy")
    return tmp_path / "copy"


def no_rest() -> None:
    raise AssertionError("it has ended, and is watched further")


def test_a_run_is_followed_from_row_to_row(copy: Path) -> None:
    looks: list[WatchedWork] = []
    with Session.start(load_spec(Path("spec.yaml")), [], None, copy) as session:
        records = (record for record in session.records() if isinstance(record, EpochRecord))
        watching = watch(find_work(None), lambda: next(records, None))
        for look in watching:
            looks.append(look)
    epochs = [look.metrics["epoch"][-1] if look.metrics.get("epoch") else 0 for look in looks]
    assert sorted(set(epochs)) == epochs or epochs[-2:] == [4, 4]
    assert {1, 2, 3, 4} <= set(epochs)
    assert [look.status for look in looks][-1] is Status.COMPLETED
    assert {look.status for look in looks[:-1]} == {Status.RUNNING}
    assert {look.epochs for look in looks} == {4}
    facts = json.loads((looks[-1].path / "run.json").read_text())
    assert looks[-1].document()["last"]["dev_error"] == facts["final"]["dev_error"]


def test_a_process_that_is_gone_is_not_waited_for(copy: Path, rewrite: Callable[[Path, object], None]) -> None:
    path = Path("runs/tiny/20260101T000000Z-aaaaaa")
    facts = json.loads((path / "run.json").read_text())
    rewrite(path / "run.json", {**facts, "status": "running"})
    assert writer_is_there(path) is False
    assert [look.status for look in watch(path, no_rest)] == [Status.INTERRUPTED]


def test_a_study_has_its_counts_and_its_best(copy: Path) -> None:
    (look,) = watch(find_work(None), no_rest)
    document = json.loads((look.path / "study.json").read_text())
    assert look.counts == {Status.COMPLETED: 2}
    values = {variant["name"]: variant["errors"]["dev"]["value"] for variant in document["variants"]}
    assert dict(look.best) == values
    assert [value for _, value in look.best] == sorted(values.values())


def test_what_is_meant(copy: Path) -> None:
    run = Path("runs/tiny/20260101T000000Z-aaaaaa")
    (study,) = (path.parent for path in Path("runs").glob("*/*/study.json"))
    assert find_work(None) == find_work("latest") == find_work(str(study)) == find_work(study.name[:17]) == study
    assert find_work(str(run)) == find_work("aaaaaa") == run
    with pytest.raises(UsageError, match="nothing: is no run"):
        find_work("nothing")


def test_what_is_removed_or_damaged_is_said(copy: Path) -> None:
    path = Path("runs/tiny/20260101T000000Z-aaaaaa")
    (path / "run.json").write_text("{")
    with pytest.raises(DataError, match=r"run\.json"):
        list(watch(path, no_rest))
    looks = watch(path, no_rest)
    shutil.rmtree(path)
    with pytest.raises(UsageError, match="has been removed"):
        list(looks)


def test_the_command(copy: Path, call_dlx: Callable[..., Any], rewrite: Callable[[Path, object], None]) -> None:
    run = "runs/tiny/20260101T000000Z-aaaaaa"
    ended = call_dlx("watch", run, cwd=copy)
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("completed  epoch 4/4  cost ")
    document = json.loads(call_dlx("watch", "latest", "--json", cwd=copy).stdout)
    assert document["trials"] == {"completed": 2}
    facts = json.loads((copy / run / "run.json").read_text())
    for status, code, words in (("running", 3, f"dlx train --resume {run}"), ("diverged", 4, f"dlx diagnose {run}")):
        rewrite(copy / run / "run.json", {**facts, "status": status})
        result = call_dlx("watch", run, cwd=copy)
        assert result.code == code
        assert words in result.stderr


def test_a_signal_ends_the_watching_alone(
    copy: Path, call_dlx: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session.start(load_spec(Path("spec.yaml")), [], None, copy) as session:
        records = session.records()
        next(records)
        monkeypatch.setattr("dlx.cli.watch.time.sleep", lambda seconds: signal.raise_signal(signal.SIGINT))
        result = call_dlx("watch", cwd=copy)
        assert result.code == 130
        (path,) = {path.parent for path in Path("runs").glob("*/*/run.json")} - {
            Path("runs/tiny/20260101T000000Z-aaaaaa")
        }
        assert json.loads((path / "run.json").read_text())["status"] == "running"
        records.close()


def test_what_was_begun_last_is_meant_wherever_it_is(copy: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "spec.yaml", "--out", "elsewhere", "-q").code == 0
    assert find_work(None).resolve() == find_work("latest").resolve() == copy / "elsewhere"
