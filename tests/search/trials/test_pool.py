"""Trials on worker processes: the same outcomes for any number of workers, whatever happens to them or their owner."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dlx.errors import Interrupted, UsageError
from dlx.runs.files.directory import RunDirectory
from dlx.search.trials.executors import executor_for
from dlx.search.trials.outcome import known_outcome
from dlx.search.trials.pool import TrialsLost, run_trials
from dlx.search.trials.processes import Processes
from dlx.search.trials.training import run_trial
from dlx.search.trials.trial import Trial
from dlx.search.trials.worker import START, Worker
from tests.search.trials.conftest import (
    ENDLESS,
    by_key,
    gate_shut,
    in_training,
    rows,
    trials_of,
    waited_for,
    written,
)

LONG = ("training.epochs=1000", "training.evaluate_every=25")
SEARCH = """
import sys
from pathlib import Path
from dlx.errors import Interrupted
from dlx.search.trials.executors import executor_for
from dlx.search.trials.pool import run_trials
from dlx.search.trials.trial import Trial
from dlx.spec.loader import load_spec

spec, workers, *overrides = sys.argv[1:]
trials = [Trial.of(load_spec(Path(spec), [f"seed={seed}", *overrides]).spec) for seed in range(3)]
with executor_for(int(workers)) as executor:
    try:
        for outcome in run_trials(trials, Path(spec).parent / "trials", executor):
            pass
    except Interrupted as error:
        sys.exit(error.exit_code)
"""


@pytest.fixture
def search_of() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a search in a process group of its own, which ends with the test."""
    searches: list[subprocess.Popen[bytes]] = []

    def start(spec: Path, workers: int, stderr: int | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SEARCH, str(spec), str(workers), ENDLESS]
        searches.append(subprocess.Popen(command, start_new_session=True, stderr=stderr))
        return searches[-1]

    yield start
    for search in searches:
        if group_is_alive(search.pid):
            os.killpg(search.pid, signal.SIGKILL)
            search.wait()


@pytest.fixture
def own_workers() -> Iterator[Processes]:
    """Two workers for a test in which they die."""
    with Processes(2) as executor:
        yield executor


def group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_outcomes_are_the_same_for_any_number_of_workers(tmp_path: Path, two_workers: Processes) -> None:
    trials = trials_of(written(tmp_path), 6, "regularization.keep_prob=0.8")
    here = by_key(run_trials(trials, tmp_path / "here"))
    there = by_key(run_trials(trials, tmp_path / "there", two_workers))
    assert here == there
    assert list(here) == [trial.key for trial in trials]
    for key in here:
        first, second = (RunDirectory.open(tmp_path / place / key) for place in ("here", "there"))
        assert first.config.read_bytes() == second.config.read_bytes()
        assert (first.path / "model.npz").read_bytes() == (second.path / "model.npz").read_bytes()
    assert len(two_workers.pids) == 2


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.thorough)])
def test_a_trial_whose_worker_is_killed_is_done_again(
    tmp_path: Path, own_workers: Processes, fresh_plugins: None, number: signal.Signals
) -> None:
    spec, folder, killed = written(tmp_path), tmp_path / "trials", []
    with gate_shut(tmp_path, folder, 0) as gate:
        trials = trials_of(spec, 2, f"plugins=[{gate}]", "schedule=gate", "training.epochs=20")

        def kill_one_in_training() -> Iterator[Trial]:
            yield from trials
            waited_for(in_training([folder / trial.key for trial in trials]))
            killed.append(own_workers.pids[0])
            os.kill(killed[0], number)
            (tmp_path / "shut").unlink()

        outcomes = by_key(run_trials(kill_one_in_training(), folder, own_workers))
    assert len(own_workers.pids) <= 2
    assert killed[0] not in own_workers.pids
    assert outcomes == by_key(run_trials(trials, tmp_path / "undisturbed"))


def test_a_trial_that_kills_every_worker_is_lost_and_the_others_go_on(
    tmp_path: Path, own_workers: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "deadly.py"
    plugin.write_text("import os\nif 'DEADLY' in os.environ: os.kill(os.getpid(), 9)\n", encoding="utf-8")
    spec = written(tmp_path)
    good, bad = trials_of(spec, 1)[0], trials_of(spec, 1, f"plugins=[{plugin}]")[0]
    monkeypatch.setenv("DEADLY", "yes")
    running = run_trials([bad, good], tmp_path / "trials", own_workers)
    assert next(running).status == "completed"
    with pytest.raises(TrialsLost, match="a trial was lost: the worker died 3 times, at last by signal 9"):
        next(running)
    monkeypatch.delenv("DEADLY")
    outcomes = by_key(run_trials([bad, good], tmp_path / "trials"))
    assert [outcomes[trial.key].status for trial in (bad, good)] == ["completed", "completed"]


def test_what_fails_or_diverges_is_told_and_the_others_go_on(tmp_path: Path, two_workers: Processes) -> None:
    spec = written(tmp_path)
    good, wild, unfit = (
        trials_of(spec, 1, *overrides)[0]
        for overrides in (
            (),
            ("optimizer={name: gradient_descent, learning_rate: 1e300}",),
            ("architecture.batch_norm=true", "training.batch_size=59"),
        )
    )
    outcomes = by_key(run_trials([wild, unfit, good], tmp_path / "trials", two_workers))
    assert [outcomes[trial.key].status for trial in (good, wild, unfit)] == ["completed", "diverged", "failed"]
    assert "diverged in epoch" in outcomes[wild.key].message
    assert "60 examples in batches of 59 leave a last batch of one" in outcomes[unfit.key].message
    assert not outcomes[wild.key].usable
    assert by_key(run_trials([wild, unfit, good], tmp_path / "trials")) == outcomes


def test_plugins_and_relative_paths_mean_the_same_in_a_worker(tmp_path: Path, two_workers: Processes) -> None:
    (tmp_path / "cubic.py").write_text(
        "from dlx.nn.schedules import Schedule\n\n\n"
        "class Cubic(Schedule):\n"
        '    """α = α₀·(1 − t/total)³."""\n\n'
        '    name = "cubic"\n\n'
        "    def rate(self, alpha0, t, total):\n"
        "        return alpha0 * (1 - t / total) ** 3\n",
        encoding="utf-8",
    )
    lines = "".join(f"{i % 7},{i % 5},{int(i % 7 > i % 5)}\n" for i in range(60))
    (tmp_path / "table.csv").write_text("a,b,y\n" + lines, encoding="utf-8")
    data = "{source: {name: file, path: table.csv, target: y}, split: {train: 40, dev: 20}}"
    text = f"plugins: [cubic.py]\ndata: {data}\n"
    trials = trials_of(written(tmp_path, text), 2, "schedule={name: cubic, first: 0}", "training.epochs=2")
    outcomes = by_key(run_trials(trials, tmp_path / "trials", two_workers))
    assert [outcome.status for outcome in outcomes.values()] == ["completed", "completed"]


@pytest.mark.parametrize("workers", [1, 2])
def test_when_the_time_is_up_trials_stop_and_go_on_later(tmp_path: Path, two_workers: Processes, workers: int) -> None:
    trials = trials_of(written(tmp_path), 2, *LONG)
    executor = two_workers if workers == 2 else executor_for()
    assert list(run_trials(trials, tmp_path / "trials", executor, seconds=0.0)) == []  # none was known
    started = list(run_trials(trials, tmp_path / "trials", executor, seconds=0.02))
    assert {outcome.status for outcome in started} <= {"interrupted", "completed"}
    outcomes = by_key(run_trials(trials, tmp_path / "trials", executor))
    assert outcomes == by_key(run_trials(trials, tmp_path / "whole"))


@pytest.mark.parametrize(
    ("workers", "number", "to_all"),  # to all: as a terminal does on Ctrl-C, the workers get it too
    [
        (1, signal.SIGTERM, False),
        pytest.param(2, signal.SIGTERM, False, marks=pytest.mark.thorough),
        (2, signal.SIGINT, True),
        pytest.param(2, signal.SIGTERM, True, marks=pytest.mark.thorough),
        pytest.param(2, signal.SIGHUP, True, marks=pytest.mark.thorough),
    ],
)
def test_a_signal_stops_all_and_nothing_is_lost(
    search_of: Callable[..., subprocess.Popen[bytes]],
    tmp_path: Path,
    workers: int,
    number: signal.Signals,
    to_all: bool,
) -> None:
    spec = written(tmp_path)
    trials = trials_of(spec, workers, ENDLESS)
    search = search_of(spec, workers, stderr=subprocess.PIPE)
    runs = [tmp_path / "trials" / trial.key for trial in trials]
    waited_for(in_training(runs))
    (os.killpg if to_all else os.kill)(search.pid, number)
    _, complaints = search.communicate(timeout=30)
    assert complaints == b""
    assert search.returncode == 128 + number
    facts = [json.loads((run / "run.json").read_text()) for run in runs]
    assert [fact["status"] for fact in facts] == ["interrupted"] * workers
    assert all((run / "checkpoint" / "manifest.json").exists() for run in runs)
    assert not group_is_alive(search.pid)


def test_when_their_owner_is_killed_the_workers_save_and_end(
    search_of: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    spec = written(tmp_path)
    trials = trials_of(spec, 2, ENDLESS)
    search = search_of(spec, 2)
    runs = [tmp_path / "trials" / trial.key for trial in trials]
    waited_for(in_training(runs))
    search.kill()
    search.wait(30)
    waited_for(lambda: all(RunDirectory(run).facts()["status"] == "interrupted" for run in runs))
    waited_for(lambda: not group_is_alive(search.pid))


def test_a_worker_whose_answer_nobody_hears_ends_without_a_word() -> None:
    command = [sys.executable, "-c", START, json.dumps([sys.path, sys.argv])]
    worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stderr is not None
    with worker, worker.stdin as calls, worker.stderr as errors:
        worker.stdout.close()
        pickle.dump(pickle.dumps((abs, (-1,), {})), calls)
        calls.flush()
        assert errors.read() == b""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals of POSIX")
def test_a_signal_to_a_worker_that_starts_or_waits_is_told_by_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    question = pickle.dumps((abs, (-1,), {}))
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        starting, waiting = Worker(), Worker()
        assert waiting.call(question) == (True, 1)
        for worker in (starting, waiting):
            os.kill(worker.pid, number)
            if number == signal.SIGINT:  # which it leaves to its owner
                assert worker.call(question) == (True, 1)
            assert worker.end() in (0, 128 + number, 128 + signal.SIGTERM)
    assert capfd.readouterr() == ("", "")


def test_two_searches_share_the_work_and_train_nothing_twice(tmp_path: Path, two_workers: Processes) -> None:
    spec = written(tmp_path)
    trials = trials_of(spec, 3)
    other = subprocess.Popen([sys.executable, "-c", SEARCH, spec, "1"])
    outcomes = by_key(run_trials(trials, tmp_path / "trials", two_workers))
    assert other.wait(60) == 0
    assert outcomes == by_key(run_trials(trials, tmp_path / "trials"))
    for trial in trials:
        epochs = [row.split(",")[0] for row in rows(tmp_path / "trials" / trial.key)]
        assert epochs == ["1", "3", "5", "6"]


def test_closing_interrupts_what_is_in_training(tmp_path: Path) -> None:
    trials = trials_of(written(tmp_path), 3, ENDLESS)
    folder = tmp_path / "trials"
    with Processes(2) as executor:
        futures = [executor.submit(run_trial, trial, folder) for trial in trials]
        waited_for(in_training([folder / trial.key for trial in trials[:2]]))
    assert futures[2].cancelled()
    assert [type(future.exception()) for future in futures[:2]] == [Interrupted, Interrupted]
    assert known_outcome(trials[0], folder) is None
    stopped = run_trial(replace(trials[0], until_epoch=2), folder)
    assert stopped.status == "stopped"
    assert stopped.final is not None
    assert stopped.final.epoch > 2


def test_what_a_power_cut_left_of_a_training_is_set_aside(tmp_path: Path) -> None:
    trial, folder = trials_of(written(tmp_path), 1)[0], tmp_path / "trials"
    (folder / trial.key).mkdir(parents=True)
    (folder / trial.key / "run.json").write_bytes(b"")
    (folder / trial.key / "layers.csv").write_text("epoch,layer\n")
    assert run_trial(trial, folder).status == "completed"
    assert (folder / "damaged" / f"{trial.key}-1" / "layers.csv").read_text() == "epoch,layer\n"


def test_what_others_have_put_there_is_not_moved(tmp_path: Path) -> None:
    trial, folder = trials_of(written(tmp_path), 1)[0], tmp_path / "trials"
    (folder / trial.key).mkdir(parents=True)
    (folder / trial.key / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds what dlx did not write \(notes\.txt\)"):
        run_trial(trial, folder)
    assert (folder / trial.key / "notes.txt").read_text() == "mine"
