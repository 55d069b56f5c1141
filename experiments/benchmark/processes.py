"""Whole processes, from shell to prompt: dlx beside the same training written by hand, in JAX, scikit-learn, PyTorch.

The programs in circles/ measure cost and error after each epoch, as a row of dlx's does, and keep them in a list; they
write no run directory, and one of them draws a picture. All must end with the same cost.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

from dlx.data.toy_sets import Circles

from .bench import ROOT, WORKER, Bench, interleaved
from .tables import RATIO_COLUMNS, quartiles, ratio_row, table
from .targets import BY_HAND, PROCESS_TARGETS
from .workloads import WORKLOADS

DLX = Path(sys.executable).with_name("dlx")
SPEC = ROOT / "configs" / "course" / "circles_he.yaml"
EACH = "a row in each of 15,000 epochs: "
OWN = "dlx train circles_he.yaml"
SLOW = {"scikit-learn", "PyTorch"}  # they take a minute
ROUNDS_IF_SLOW = 2


@dataclass(frozen=True)
class Command:
    """What is typed, and within how many seconds it should be over."""

    arguments: tuple[str | Path, ...]
    most_seconds: float | None = None


def process_sections(bench: Bench) -> Iterator[str]:
    """A table of seconds, and one of ratios within the rounds."""
    commands = own_commands(bench) | {EACH + name: command for name, command in each_epoch(bench).items()}
    costs: dict[str, float] = {}
    samplers = {label: partial(timed, bench, label, command, costs) for label, command in commands.items()}
    fewer = {EACH + name: min(ROUNDS_IF_SLOW, bench.rounds) for name in SLOW}
    seconds = interleaved(samplers, bench.rounds, fewer)
    refuse_differences(costs)
    rows = [time_row(label, values, commands[label].most_seconds) for label, values in seconds.items()]
    yield "## Whole processes (s)\n\n" + table(["command", "median", "quartiles", "rounds", "target", "met"], rows)
    ratios = [ratio_row(target, samples_of(target.subject, seconds)) for target in PROCESS_TARGETS]
    yield "## Ratios of whole processes\n\n" + table(["rows", *RATIO_COLUMNS[1:]], ratios)


def own_commands(bench: Bench) -> dict[str, Command]:
    """The help, and the training with the file's own fifteen rows; JAX takes the same steps and measures nothing."""
    work = WORKLOADS["W1"]
    return {
        "dlx --help": Command((DLX, "--help"), 0.12),
        OWN: Command(train(bench, "numpy"), 2.0),
        f"{OWN}, compiled": Command(train(bench, "compiled"), 2.0),
        "JAX, the same 15,000 steps": Command(
            (*WORKER, "JAX", "0", bench.examples(work), json.dumps(asdict(work)), "15000")
        ),
    }


def each_epoch(bench: Bench) -> dict[str, Command]:
    examples = write_circles(bench.folder / "circles.npz")
    every = "training.evaluate_every=1"

    def program(name: str, *more: str | Path) -> Command:
        return Command((sys.executable, "-m", f"{__package__}.circles.{name}", examples, *more))

    return {
        "dlx": Command(train(bench, "numpy", every)),
        "dlx compiled": Command(train(bench, "compiled", every)),
        BY_HAND: program("by_hand"),
        f"{BY_HAND}, with a picture": program("by_hand", bench.folder / "costs.png"),
        "JAX": program("with_jax"),
        "JAX scan": program("with_jax", "scan"),
        "scikit-learn": program("with_sklearn"),
        "PyTorch": program("with_torch"),
    }


def train(bench: Bench, engine: str, *overrides: str) -> tuple[str | Path, ...]:
    """Run directory and pictures included."""
    return (DLX, "train", SPEC, f"training.engine={engine}", *overrides, "--out", bench.folder / "run")


def write_circles(path: Path) -> Path:
    """The examples of the spec: 300 to train on and 100 to test."""
    train_set, test_set = (Circles(m=m, noise=0.05, seed=seed).load()["all"] for m, seed in ((300, 1), (100, 2)))
    np.savez(path, X=train_set.X, y=train_set.y, X_test=test_set.X, y_test=test_set.y)  # type: ignore[arg-type]
    return path


def timed(bench: Bench, label: str, command: Command, costs: dict[str, float]) -> float:
    """Seconds; what the training has come to goes to ``costs``."""
    run = bench.folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    start = time.perf_counter()
    ended = subprocess.run(command.arguments, check=True, capture_output=True, cwd=ROOT, text=True)
    seconds = time.perf_counter() - start
    if (metrics := run / "metrics.csv").exists():
        with metrics.open(newline="") as file:
            costs[label] = float([*csv.DictReader(file)][-1]["train_cost"])
    elif label.startswith(EACH):
        costs[label] = json.loads(ended.stdout)["train_cost"]
    return seconds


def refuse_differences(costs: dict[str, float]) -> None:
    """Raises RuntimeError where a program has trained something else than dlx."""
    expected = costs[OWN]
    if wrong := {label: cost for label, cost in costs.items() if not math.isclose(cost, expected, rel_tol=1e-6)}:
        raise RuntimeError(f"the last cost on train is {expected} in dlx, but otherwise {wrong}")


def time_row(label: str, seconds: list[float], most: float | None) -> list[str]:
    target = ["", ""] if most is None else [f"≤ {most:g}", "yes" if median(seconds) <= most else "**no**"]
    return [label, f"{median(seconds):.3f}", quartiles(seconds, "{:.3f}"), str(len(seconds)), *target]


def samples_of(rows: str, seconds: dict[str, list[float]]) -> dict[str, list[float]]:
    """By the names that the targets use: those with a row in each epoch, or those with the rows of the file."""
    if rows == "each":
        return {label.removeprefix(EACH): values for label, values in seconds.items() if label.startswith(EACH)}
    names = {"dlx": OWN, "dlx compiled": f"{OWN}, compiled", "JAX": "JAX, the same 15,000 steps"}
    return {name: seconds[label] for name, label in names.items()}
