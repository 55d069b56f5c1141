"""Watching: what is told of a training is what its files hold, until it has ended or its process is gone."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import dlx
from dlx.errors import DataError, UsageError
from dlx.events import WatchedWork
from dlx.lab.run_list import RunList
from dlx.runs.files.collection import collection_at
from dlx.runs.files.directory import RunDirectory
from dlx.runs.reading.watch import find_work, watch
from dlx.runs.training.train import Session
from dlx.show.terminal.watching import counted, line_of
from dlx.spec.loader import load_spec
from dlx.training.records import EpochRecord
from dlx.words import Status

pytestmark = pytest.mark.usefixtures("blank_pictures")
SPEC = """name: tiny
data: {source: {name: moons, m: 60, noise: 0.2, seed: 1}, split: {train: 40, dev: 20}}
architecture: {hidden: [3]}
training: {epochs: 4, batch_size: 20}
"""
STUDY = """base: spec.yaml
seeds: 1
variants: {small: {}, large: {architecture.hidden: [6]}}
expect: [small.epochs == 4, large.epochs == 5]
"""
RUN = "runs/tiny/20260101T000000Z-aaaaaa"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call_dlx: Callable[..., Any]) -> Path:
    """A run that has ended, and a study one of whose claims fails; not to be changed."""
    folder = tmp_path_factory.mktemp("watched")
    for name, text in (("spec.yaml", SPEC), ("study.yaml", STUDY)):
        (folder / name).write_text(text, encoding="utf-8")
    assert call_dlx("train", "spec.yaml", "--out", RUN, "-q", cwd=folder).code == 0
    assert call_dlx("study", "study.yaml", "-q", cwd=folder).code == 3
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
    path = Path(RUN)
    facts = json.loads((path / "run.json").read_text())
    rewrite(path / "run.json", {**facts, "status": "running"})
    assert RunDirectory(path).is_locked() is False
    assert [look.status for look in watch(path, no_rest)] == [Status.INTERRUPTED]


def test_a_study_has_its_counts_and_its_best(copy: Path) -> None:
    (look,) = watch(find_work(None), no_rest)
    document = json.loads((look.path / "study.json").read_text())
    assert look.counts == {Status.COMPLETED: 2}
    values = {variant["name"]: variant["errors"]["dev"]["value"] for variant in document["variants"]}
    assert dict(look.best) == values
    assert [value for _, value in look.best] == sorted(values.values())


def test_what_is_meant(copy: Path) -> None:
    run = Path(RUN)
    (study,) = (path.parent for path in Path("runs").glob("*/*/study.json"))
    assert find_work(None) == find_work("latest") == find_work(str(study)) == find_work(study.name[:17]) == study
    assert find_work(str(run)) == find_work("aaaaaa") == run
    with pytest.raises(UsageError, match="nothing: is no run"):
        find_work("nothing")


def test_what_is_removed_or_damaged_is_said(copy: Path) -> None:
    path = Path(RUN)
    (path / "run.json").write_text("{")
    with pytest.raises(DataError, match=r"run\.json"):
        list(watch(path, no_rest))
    looks = watch(path, no_rest)
    shutil.rmtree(path)
    with pytest.raises(UsageError, match="has been removed"):
        list(looks)


def test_the_command(copy: Path, call_dlx: Callable[..., Any], rewrite: Callable[[Path, object], None]) -> None:
    run = RUN
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
        (path,) = {path.parent for path in Path("runs").glob("*/*/run.json")} - {Path(RUN)}
        assert json.loads((path / "run.json").read_text())["status"] == "running"
        records.close()


def test_what_was_begun_last_is_meant_wherever_it_is(copy: Path, call_dlx: Callable[..., Any]) -> None:
    assert call_dlx("train", "spec.yaml", "--out", "elsewhere", "-q").code == 0
    assert find_work(None).resolve() == find_work("latest").resolve() == copy / "elsewhere"


@pytest.fixture
def study(copy: Path) -> Path:
    (path,) = (path.parent for path in Path("runs").glob("*/*/study.json"))
    return path


@pytest.fixture
def kill(rewrite: Callable[[Path, object], None]) -> Callable[[Path], None]:
    """``kill(path)``: what a process leaves that is killed while it writes a document."""

    def leave(path: Path) -> None:
        rewrite(path, {**json.loads(path.read_text()), "status": "running"})

    return leave


def test_who_was_killed_is_interrupted_wherever_it_is_shown(
    copy: Path, study: Path, kill: Callable[[Path], None], call_dlx: Callable[..., Any]
) -> None:
    """One process is gone, and the same is said of it in every list."""
    kill(Path(RUN, "run.json"))
    kill(study / "study.json")
    trial = min(study.glob("trials/*"))
    kill(trial / "run.json")
    (row,) = json.loads(call_dlx("runs", "--json").stdout)["runs"]
    rows = RunList(Path("runs")).document()
    documents = [json.loads(call_dlx(*words, "--json").stdout) for words in (("doctor", study), ("watch", study))]
    statuses = [row["status"], dlx.Run(RUN).status, rows["runs"][0]["status"], rows["searches"][0]["status"]]
    assert {*statuses, *(document["status"] for document in documents)} == {"interrupted"}
    assert documents[1]["trials"] == {"completed": 1, "interrupted": 1}
    assert rows["searches"][0]["trainings"] == "1 trained, 1 interrupted"
    with RunDirectory(trial) as again:
        again.acquire()
        (look,) = watch(study, no_rest)
        assert look.counts == {Status.COMPLETED: 1, Status.RUNNING: 1}
    page = call_dlx("report", RUN, "--out", "page.html")
    assert page.code == 0
    assert "interrupted" in Path("page.html").read_text()


def test_a_study_is_judged_as_by_its_own_command(copy: Path, study: Path, call_dlx: Callable[..., Any]) -> None:
    own, watched = call_dlx("study", "--resume", study), call_dlx("watch", study)
    assert own.code == watched.code == 3
    assert "1 of 2 claims fails" in own.stderr or "1 of 2 claims fail" in own.stderr
    assert own.stderr.splitlines()[-1] == watched.stderr.splitlines()[-1]


def test_what_goes_on_with_it_is_named_and_helps(
    copy: Path, study: Path, kill: Callable[[Path], None], call_dlx: Callable[..., Any]
) -> None:
    kill(study / "study.json")
    watched = call_dlx("watch", study)
    assert watched.code == 3
    again = f"dlx study --resume {study}"
    assert f"{again} goes on with it" in watched.stderr
    assert again in call_dlx("doctor", study).stdout
    call_dlx(*again.split()[1:])
    assert json.loads((study / "study.json").read_text())["status"] == "completed"
    assert again not in call_dlx("doctor", study).stdout
    assert again not in call_dlx("watch", study).stderr


def test_a_training_that_waits_for_its_turn_is_not_said_to_be_interrupted(study: Path) -> None:
    """Of the trainings of a search that goes on those of a weak setting have stopped early; others wait at a rung."""
    counts = {Status.COMPLETED: 2, Status.EARLY_STOPPED: 1, Status.INTERRUPTED: 3, Status.STOPPED: 4}
    assert counted(counts, Status.RUNNING) == ["3 trained", "3 waiting", "4 stopped early"]
    assert counted(counts, Status.INTERRUPTED) == ["3 trained", "3 interrupted", "4 stopped early"]


def test_an_objective_takes_steps(copy: Path, call_dlx: Callable[..., Any]) -> None:
    Path("ravine.yaml").write_text("name: ravine\nobjective: ravine\ntraining: {epochs: 3}\n")
    assert call_dlx("train", "ravine.yaml", "-q").code == 0
    ended = call_dlx("watch", "latest")
    assert ended.stdout.startswith("completed  step 3/3  cost ")


def test_what_is_only_just_being_started_is_waited_for(copy: Path) -> None:
    """The directory is there before anything is in it."""
    path = Path("runs/tiny/begun")
    path.mkdir()
    steps = iter(["begin", *["train"] * 99])
    with ExitStack() as opened:
        records: Iterator[object] = iter(())

        def rest() -> None:
            nonlocal records
            if next(steps) == "begin":
                session = opened.enter_context(Session.start(load_spec(Path("spec.yaml")), [], path, copy))
                records = session.records()
            next(records, None)

        looks = list(watch(find_work(str(path)), rest))
    assert [look.is_starting for look in looks[:2]] == [True, False]
    assert looks[-1].status is Status.COMPLETED
    assert looks[-1].metrics["epoch"] == [1, 2, 3, 4]


def test_what_never_starts_is_not_waited_for_for_ever(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path("runs/tiny/begun")
    path.mkdir()
    monkeypatch.setattr("dlx.runs.reading.watch.PATIENCE", 0.0)
    with pytest.raises(UsageError, match="is no run directory"):
        list(watch(find_work(str(path)), no_rest))


def test_the_best_by_a_cost_is_a_number(copy: Path, study: Path, rewrite: Callable[[Path, object], None]) -> None:
    """A search minimizes an error, a cost or a metric: of these only errors are shares."""
    search = {"name": "x", "task": "binary", "status": "completed", "method": "grid", "seeds": 1, "space": []}
    search |= {"rounds": [], "messages": [], "counts": {}, "confirmation": None, "importance": [], "best_spec": None}
    trial = {"index": 0, "round": 1, "settings": {"seed": 1}, "at": {}, "value": 0.25, "status": "completed"}
    trial |= {"epoch": 1, "seconds": 1.0, "message": "", "trials": []}
    path = Path("runs/x/20260101T000000Z-bbbbbb")
    path.mkdir(parents=True)
    for objective, text in (("dev_cost", "best 0.25: seed 1"), ("dev_error", "best 25.00 %: seed 1")):
        document = {**search, "objective": objective, "trials": [trial], "seconds": 1.0, "schema_version": 1}
        rewrite(path / "tune.json", document)
        assert collection_at(path) is not None
        (look,) = watch(path, no_rest)
        assert line_of(look) == f"nothing trained yet; {text}"
