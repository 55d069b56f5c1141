"""The benchmark still drives dlx and does the same work by hand; what it measures is not a test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from dlx.spec.yaml_text.reading import load
from experiments.benchmark.bench import interleaved
from experiments.benchmark.circles import by_hand
from experiments.benchmark.processes import write_circles
from experiments.benchmark.searches import NUMPY_ONLY, PLAN, Version
from experiments.benchmark.tables import Target, ratio_row
from experiments.benchmark.targets import ABSENT, COLUMNS, MEMORY_MAPPED, TARGETS
from experiments.benchmark.worker import PEERS
from experiments.benchmark.workloads import WORKLOADS
from tests.conftest import Result

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("peer", ["dlx", "dlx compiled"])
def test_the_worker_trains_dlx_and_answers_with_its_pace(peer: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(tmp_path / "X.npy", rng.standard_normal((40, 3)).astype(np.float32))
    np.save(tmp_path / "y.npy", np.arange(40) % 3)
    work = {"units": [3, 4, 3], "m": 40, "batch_size": 16, "batch_norm": True, "keep_prob": 0.5}
    done = subprocess.run(
        [sys.executable, "-m", "experiments.benchmark.worker", peer, "0", tmp_path, json.dumps(work)],
        cwd=ROOT,
        input="0.01\n0.01\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    about, *samples = map(json.loads, done.stdout.splitlines())
    assert about["versions"][0].startswith("dlx-lab ")
    assert [sample["microseconds"] > 0 for sample in samples] == [True, True]


def test_every_target_is_of_columns_that_are_measured() -> None:
    assert set(COLUMNS) == set(PEERS)
    for subject, above, below, *_ in TARGETS:
        assert {above, below} <= {*COLUMNS, MEMORY_MAPPED} - ABSENT.get(subject, set())
        assert subject in WORKLOADS


@pytest.mark.parametrize(
    ("target", "end"),
    [
        (Target("W1", "JAX", "dlx", "≥", 3), ["3.00", "2.00–4.00", "≥ 3", "yes"]),
        (Target("W1", "JAX", "dlx", ">", 3), ["3.00", "2.00–4.00", "> 3", "**no**"]),
        (Target("W1", "JAX", "dlx"), ["3.00", "2.00–4.00", "–", "–"]),
        (Target("W1", "slow", "dlx", "≤", 5), ["5.00", "5.00–5.00", "≤ 5", "yes"]),
        (Target("W1", "absent", "dlx", "≤", 5), ["–", "–", "≤ 5", "not measured"]),
    ],
)
def test_a_ratio_is_taken_within_each_round(target: Target, end: list[str]) -> None:
    samples = {"dlx": [1.0, 10.0, 2.0], "JAX": [2.0, 30.0, 8.0], "slow": [5.0]}
    assert ratio_row(target, samples)[2:] == end


def test_the_first_round_does_not_count_and_slow_commands_take_part_in_few() -> None:
    fast, slow = count(), count()
    samplers = {"fast": lambda: next(fast), "slow": lambda: next(slow)}
    assert interleaved(samplers, 3, {"slow": 2}) == {"fast": [1, 2, 3], "slow": [0, 1]}


def test_the_circles_by_hand_start_with_the_published_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with np.load(write_circles(tmp_path / "circles.npz")) as examples:
        X, y = examples["X"], examples["y"]
    monkeypatch.setattr(by_hand, "EPOCHS", 2)
    first, second = by_hand.train(X.T, y[None], by_hand.first_parameters())
    assert first[0] == pytest.approx(0.883054, abs=1e-6)
    assert first[1] == second[0] > second[1]


def test_the_search_is_of_64_trainings_with_300_steps(call_dlx: Callable[..., Result]) -> None:
    plan = load(PLAN).plain()
    training, m = plan["base"]["training"], plan["base"]["data"]["train"]["m"]
    assert training["epochs"] * -(-m // training["batch_size"]) == 300
    assert call_dlx("tune", PLAN, "--dry-run").code == 0


def test_a_process_without_the_compiler_has_the_engine_of_numpy_alone(tmp_path: Path) -> None:
    spec = ROOT / "configs" / "course" / "circles_he.yaml"
    with pytest.raises(subprocess.CalledProcessError) as refused:
        Version(ROOT, ("-c", NUMPY_ONLY)).run(tmp_path, "train", spec, "training.engine=compiled", "--dry-run")
    assert b"llvmlite" in refused.value.stderr
