"""Trials on a cluster: a real scheduler of Dask and its workers, each a process on the loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

import dlx
from dlx import locks
from dlx.errors import EnvironmentProblem, Interrupted, UsageError
from dlx.events import finish
from dlx.runs.files.directory import RunDirectory
from dlx.runs.training.train import Session
from dlx.search.learning_curve import curve
from dlx.search.learning_curve.curve import CurveOptions, learning_curve
from dlx.search.repair import recipe
from dlx.search.trials.cluster import Cluster
from dlx.search.trials.cluster_call import sees
from dlx.search.trials.executors import Serial, executor_for
from dlx.search.trials.pool import TrialsLost, run_trials
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec
from tests.search.trials.conftest import ENDLESS, by_key, in_training, rows, trials_of, waited_for, written

LONG = ("training.epochs=600", "training.evaluate_every=25")
SHORT = ("training.epochs=100", "training.evaluate_every=25")
SEARCH = """
import sys
from pathlib import Path
from dlx.errors import DlxError
from dlx.search.trials.executors import executor_for
from dlx.search.trials.pool import run_trials
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec

spec, address, *overrides = sys.argv[1:]
try:
    with executor_for(cluster=address) as executor:
        trials = [Trial.of(load_spec(Path(spec), [f"seed={seed}", *overrides]).spec) for seed in range(3)]
        for outcome in run_trials(trials, Path(spec).parent / "trials", executor):
            pass
except DlxError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""
SEARCHING = [sys.executable, "-c", SEARCH]
LACKS_DLX = "sys.modules['dlx'] = None"
OTHER_NUMPY = "import numpy; numpy.__version__ = '1.0'"
DEADLY = "import os\nif 'DEADLY' in os.environ: os.kill(os.getppid(), 9); os.kill(os.getpid(), 9)\n"


@contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with Path(os.devnull).open("w") as nothing:
        begun = subprocess.Popen(command, stdout=nothing, stderr=nothing, env=os.environ | environment)
    try:
        yield begun
    finally:
        begun.kill()
        begun.wait()


@contextmanager
def scheduler_in(folder: Path, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    file = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    with process(sys.executable, "-m", "distributed.cli.dask_scheduler", *options, **environment) as begun:
        waited_for(lambda: file.exists() and file.read_text(encoding="utf-8").endswith("}"))
        yield json.loads(file.read_text(encoding="utf-8"))["address"], begun


@contextmanager
def worker_of(address: str, before: str = "", **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process, that runs a line of Python before all else."""
    start = f"import sys\n{before}\nfrom distributed.cli.dask_worker import main; main()"
    options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")
    with process(sys.executable, "-c", start, address, *options, **environment) as begun:
        yield begun


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with scheduler_in(tmp_path_factory.mktemp("scheduler")) as (address, _):
        yield address


@pytest.fixture(scope="module")
def strict_scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """One that gives a call to no second worker; the last test that uses it kills it."""
    with scheduler_in(tmp_path_factory.mktemp("strict"), DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as begun:
        yield begun


@pytest.fixture(scope="module")
def worker(scheduler: str) -> Iterator[subprocess.Popen[bytes]]:
    """One that outlives all that is done with it; the tests in front of the first that uses it need none."""
    with worker_of(scheduler) as begun:
        yield begun


def status(run: Path) -> str:
    return str(json.loads((run / "run.json").read_text(encoding="utf-8"))["status"])


def test_without_workers(scheduler: str) -> None:
    with pytest.raises(EnvironmentProblem, match=r"has had no workers for 0\.1 s: start them with dask worker tcp://"):
        Cluster(scheduler, patience=0.1)


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (LACKS_DLX, r"cannot run dlx: ModuleNotFoundError\(.No module named 'dlx"),
        (OTHER_NUMPY, "has numpy 1.0, here it is "),
    ],
    ids=["dlx", "numpy"],
)
def test_a_worker_with_other_packages_is_refused(scheduler: str, before: str, message: str) -> None:
    with worker_of(scheduler, before), pytest.raises(EnvironmentProblem, match=f"^worker tcp://.* {message}"):
        executor_for(cluster=scheduler)


def test_a_worker_is_killed_midway_and_all_trials_are_done_once_and_the_same(
    tmp_path: Path, scheduler: str, worker: subprocess.Popen[bytes]
) -> None:
    trials = trials_of(written(tmp_path), 2, *LONG) + trials_of(written(tmp_path), 5, *SHORT)[2:]
    here, there = tmp_path / "here", tmp_path / "there"

    def with_one_killed(victim: subprocess.Popen[bytes]) -> Iterator[Trial]:
        yield from trials[:2]
        waited_for(in_training([there / trial.key for trial in trials[:2]]))
        victim.kill()
        yield from trials[2:]

    with worker_of(scheduler) as victim, executor_for(cluster=scheduler) as executor:
        assert isinstance(executor, Cluster)
        waited_for(lambda: executor.slots == 4)
        outcomes = by_key(run_trials(with_one_killed(victim), there, executor))
        assert victim.wait(30) == -signal.SIGKILL
    assert outcomes == by_key(run_trials(trials, here))
    assert {outcome.status for outcome in outcomes.values()} == {"completed"}
    assert sorted(path.name for path in there.iterdir()) == sorted(trial.key for trial in trials)
    for trial in trials:
        serial, spread = here / trial.key, there / trial.key
        assert (spread / "model.npz").read_bytes() == (serial / "model.npz").read_bytes()
        assert [row.split(",")[0] for row in rows(spread)] == [row.split(",")[0] for row in rows(serial)]


def test_a_trial_that_kills_its_workers_is_lost(
    tmp_path: Path, strict_scheduler: tuple[str, subprocess.Popen[bytes]]
) -> None:
    address, _ = strict_scheduler
    (tmp_path / "deadly.py").write_text(DEADLY, encoding="utf-8")
    trials = trials_of(written(tmp_path), 1, f"plugins=[{tmp_path}/deadly.py]")
    with (
        worker_of(address, DEADLY="yes"),
        Cluster(address) as executor,
        pytest.raises(TrialsLost, match=r"a trial was lost: the worker died, at last tcp://127\.0\.0\.1:"),
    ):
        list(run_trials(trials, tmp_path / "trials", executor))


def test_a_signal_lets_the_workers_save(
    tmp_path: Path, scheduler: str, worker: subprocess.Popen[bytes], capfd: pytest.CaptureFixture[str]
) -> None:
    trials = trials_of(written(tmp_path), 2, ENDLESS)
    folder = tmp_path / "trials"

    def interrupted() -> Iterator[Trial]:
        yield trials[0]
        waited_for(in_training([folder / trials[0].key]))
        os.kill(os.getpid(), signal.SIGINT)
        yield trials[1]

    with pytest.raises(Interrupted), Cluster(scheduler) as executor:
        list(run_trials(interrupted(), folder, executor))
    assert [path.name for path in folder.iterdir()] == [trials[0].key]
    assert status(folder / trials[0].key) == "interrupted"
    assert (folder / trials[0].key / "checkpoint" / "manifest.json").exists()
    assert worker.poll() is None
    assert capfd.readouterr() == ("", "")


def test_when_its_owner_dies_the_worker_saves(tmp_path: Path, scheduler: str, worker: subprocess.Popen[bytes]) -> None:
    run = tmp_path / "trials" / trials_of(written(tmp_path), 1, ENDLESS)[0].key
    owner = subprocess.Popen([*SEARCHING, str(tmp_path / "moons.yaml"), scheduler, ENDLESS])
    waited_for(in_training([run]))
    owner.kill()
    owner.wait()
    waited_for(lambda: status(run) == "interrupted")
    assert worker.poll() is None


def test_when_the_scheduler_dies_the_worker_saves_and_the_command_says_so(
    tmp_path: Path, strict_scheduler: tuple[str, subprocess.Popen[bytes]]
) -> None:
    """In a process of its own, to whose end nothing but the message may be printed."""
    address, scheduler = strict_scheduler
    run = tmp_path / "trials" / trials_of(written(tmp_path), 1, ENDLESS)[0].key
    command = [*SEARCHING, str(tmp_path / "moons.yaml"), address, ENDLESS]
    with worker_of(address), subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True) as owner:
        try:
            waited_for(in_training([run]))
            scheduler.kill()
            output = owner.communicate(timeout=60)
        finally:
            owner.kill()
        waited_for(lambda: status(run) == "interrupted")
    gone = f"{address}: the Dask scheduler is gone; what was reached is saved: the same command goes on from there"
    assert (output, owner.returncode) == (("", f"{gone}\n"), EnvironmentProblem.exit_code)


def test_where_no_scheduler_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EnvironmentProblem, match=f"^{address}: no Dask scheduler answers there"):
            Cluster(address, patience=0.2)
    with pytest.raises(EnvironmentProblem, match=f"^{address}: no Dask scheduler answers there"):
        Cluster(address, patience=0.2)
    with pytest.raises(UsageError, match=r"^lab: is no address of a Dask scheduler \(allowed tcp://HOST:PORT\)"):
        executor_for(cluster="lab")


def test_without_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EnvironmentProblem, match=r"needs distributed, .* pip install 'distributed>="):
        executor_for(cluster="tcp://127.0.0.1:8786")


@pytest.mark.skipif(sys.platform != "linux", reason="needs a path that means another place in every process")
def test_a_worker_that_does_not_see_the_folder_is_refused(
    tmp_path: Path, scheduler: str, worker: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    trials = trials_of(written(tmp_path), 1)
    with (
        Cluster(scheduler) as executor,
        pytest.raises(EnvironmentProblem, match="does not see it as it is here"),
    ):
        list(run_trials(trials, Path("/proc/self/cwd/trials"), executor))


def test_what_a_worker_sees(tmp_path: Path) -> None:
    path = tmp_path / "token"
    assert sees(path, "a") == "No such file or directory"
    with path.open("w", encoding="utf-8") as file:
        file.write("a")
        file.flush()
        assert sees(path, "b") == "it holds another file there"
        assert sees(path, "a") == "locks do not reach it"
        assert locks.take(file.fileno())
        assert sees(path, "a") == ""


def run_of(folder: Path) -> RunDirectory:
    with Session.start(load_spec(written(folder), []), [], folder / "run", folder) as session:
        session.light = True
        for _ in session.records():
            pass
    return session.run


def commands_of(run: RunDirectory) -> set[str]:
    """Of the processes that have trained for it."""
    return {
        str(json.loads((trial / "run.json").read_text(encoding="utf-8"))["command"]) for trial in run.trials.iterdir()
    }


def test_a_learning_curve_is_the_same_from_there(
    tmp_path: Path, scheduler: str, worker: subprocess.Popen[bytes]
) -> None:
    run, options = run_of(tmp_path), CurveOptions(replicates=2, sizes=(20, 60))
    here, commands = finish(learning_curve(run, options)), commands_of(run)
    shutil.rmtree(run.trials)
    there = finish(learning_curve(run, replace(options, cluster=scheduler)))
    assert there.points == here.points
    assert (len(commands), len(commands_of(run))) == (1, 1)
    assert commands_of(run) != commands


@pytest.mark.parametrize("how", ["--act", "--learning-curve"])
def test_what_a_diagnosis_trains_is_trained_there(
    how: str, tmp_path: Path, call_dlx: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, blank_pictures: None
) -> None:
    asked: list[object] = []

    def executor(workers: int, cluster: str | None = None) -> Serial:
        asked.append((workers, cluster))
        raise EnvironmentProblem("it was asked for")

    for module in (recipe, curve):
        monkeypatch.setattr(module, "executor_for", executor)
    run = run_of(tmp_path)
    result = call_dlx("diagnose", str(run.path), how, "--cluster", "tcp://host:8786", "--workers", "3")
    assert (result.code, asked) == (6, [(3, "tcp://host:8786")])
    api = dlx.Run(run.path)
    call = api.act if how == "--act" else api.learning_curve
    with pytest.raises(EnvironmentProblem, match="it was asked for"):
        call(cluster="tcp://other:8786")
    assert asked[1] == (1, "tcp://other:8786")


def test_a_cluster_without_what_is_trained_there_is_refused(call_dlx: Callable[..., Any]) -> None:
    result = call_dlx("diagnose", "latest", "--cluster", "tcp://host:8786")
    assert (result.code, "--cluster say how --act or --learning-curve" in result.stderr) == (2, True)
