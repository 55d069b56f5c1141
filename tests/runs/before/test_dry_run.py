"""The memory that ``dlx train --dry-run`` predicts, against what the training takes, and the time of measured steps."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from dlx.errors import Diverged
from dlx.runs.before import dry_run
from dlx.runs.preparation import prepare
from dlx.spec.loader import load_spec
from dlx.spec.trust import NamedBy
from dlx.training.experiment import Experiment

SPEC = """
data: {source: digits, split: {train: 0.8, dev: 0.2}}
architecture: {hidden: [400]}
optimizer: adam
training: {epochs: 1, batch_size: 512, threads: 1}
"""


def run(*arguments: object) -> tuple[bytes, int]:
    """What the command prints, and the bytes that its process took at its peak."""
    read, write = os.pipe()
    pid = os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "dlx", *map(str, arguments)],
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)],
    )
    os.close(write)
    with os.fdopen(read, "rb") as out:
        text = out.read()
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    return text, 1024 * usage.ru_maxrss


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory as Linux counts it")
def test_predicted_memory_is_what_training_takes(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(SPEC)
    predicted = json.loads(run("train", tmp_path / "spec.yaml", "--dry-run", "--json")[0])["predicted_bytes"]
    _, taken = run("train", tmp_path / "spec.yaml", "--out", tmp_path / "run", "--quiet")
    assert abs(predicted - taken) < max(0.15 * taken, 30e6)


class Machine:
    """A clock that goes on only while steps are taken: 3 seconds for the first, then 1/64 of one for each."""

    def __init__(self, breaks_after: float = float("inf")) -> None:
        self.now, self.steps, self.breaks_after = 0.0, 0, breaks_after

    def clock(self) -> float:
        return self.now

    def take_steps(self, experiment: Experiment, count: int) -> None:
        self.now += (3 if self.steps == 0 else 1 / 64) + (count - 1) / 64
        self.steps += count
        if self.steps > self.breaks_after:
            raise Diverged("too far")


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """One with ten steps in an epoch."""
    path = tmp_path_factory.mktemp("dry") / "spec.yaml"
    path.write_text("data: {source: {name: moons, m: 50}, split: {train: 40, dev: 10}}\ntraining: {batch_size: 4}\n")
    resolved = load_spec(path, [], named_by=NamedBy.USER)
    return prepare(resolved.spec, resolved.origins)


@pytest.mark.parametrize(
    ("most", "breaks_after", "steps", "seconds"),
    [
        (1000, 1e9, 15, 3 + 999 / 64),  # 1, 2, 4 and 8 at a time: the last three take 14 / 64 s
        (2, 1e9, 1, 6),  # of the second nothing is known
        (1000, 1, 3, 3000),  # it diverged in the second or third
    ],
)
def test_the_first_step_does_not_count_for_all(
    most: int, breaks_after: float, steps: int, seconds: float, experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine(breaks_after)
    monkeypatch.setattr(dry_run, "perf_counter", machine.clock)
    monkeypatch.setattr(dry_run, "take_steps", machine.take_steps)
    _, times = dry_run.step_times(experiment, most)
    assert times.of(most) == pytest.approx(seconds)
    assert machine.steps == steps
