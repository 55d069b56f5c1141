"""Compares the methods of search on the same space with the same number of trials; writes results.md."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from math import sqrt
from pathlib import Path

import numpy as np

from dlx.events import finish
from dlx.runs.files.collection import TuneDirectory
from dlx.search.trials.executors import executor_for
from dlx.search.tune.file import load_tune
from dlx.search.tune.forecast import check
from dlx.search.tune.tuner import Tuning
from dlx.stats.intervals import CONFIDENCE
from dlx.stats.student import two_sided

HERE = Path(__file__).parent
METHODS = {
    "grid": ["search.method=grid"],
    "random": ["search.method=random"],
    "random, Sobol": ["search.method=random", "search.draw=sobol"],
    "coarse to fine": ["search.method=coarse_to_fine"],
    "TPE (Optuna)": ["search.method=tpe"],
}


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="experiments.tuning", description=__doc__)
    parser.add_argument("--repetitions", type=int, default=20, help="searches of each method, with other draws")
    parser.add_argument("--first", type=int, default=1, help="seed of the first of them")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE / "results.md", help="the file to write")
    return parser.parse_args()


def main() -> None:
    """Search, method by method in turn, so that the machine's moods fall on all alike."""
    arguments = options()
    fresh_errors: dict[str, list[float]] = {name: [] for name in METHODS}
    seconds = dict.fromkeys(METHODS, 0.0)
    with executor_for(arguments.workers) as executor:
        for seed in range(arguments.first, arguments.first + arguments.repetitions):
            for name, overrides in METHODS.items():
                started = time.monotonic()
                fresh_errors[name].append(fresh_error([*overrides, f"search.seed={seed}"], executor))
                seconds[name] += time.monotonic() - started
    text = report({name: np.array(errors) for name, errors in fresh_errors.items()}, seconds, arguments)
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


def fresh_error(overrides: Sequence[str], executor: Executor) -> float:
    """The dev error of what a search has come to, in fresh replicates."""
    plan, space = load_tune(HERE / "digits.yaml", overrides)
    with tempfile.TemporaryDirectory() as folder, TuneDirectory.create(plan.name, out=Path(folder)) as directory:
        document = finish(Tuning(plan, space, directory, executor, check(plan, space)).run())
    assert document.best is not None
    assert document.best.fresh is not None
    return document.best.fresh.value


def report(fresh_errors: dict[str, np.ndarray], seconds: dict[str, float], arguments: argparse.Namespace) -> str:
    """The table, and the paired differences from coarse to fine."""
    best = fresh_errors["coarse to fine"]
    rows = []
    for name, errors in fresh_errors.items():
        difference = errors - best
        more = "" if name == "coarse to fine" else f"{_percent(difference.mean(), '+')} ± {_percent(_half(difference))}"
        mean_and_median = f"{_percent(errors.mean())} ± {_percent(_half(errors))} | {_percent(np.median(errors))}"
        spent = seconds[name] / arguments.repetitions
        rows.append(f"| {name} | {mean_and_median} | {_percent(errors.max())} | {more} | {spent:.1f} s |")
    last = arguments.first + arguments.repetitions - 1
    return f"""# Searches compared

Written by `make tuning`. Each method searches the six hyperparameters of
[`digits.yaml`](digits.yaml) with 64 trials, {arguments.repetitions} times with other draws (seeds {arguments.first} to
{last}; a grid has nothing to draw). What counts is not what a search saw, but the dev
error (719 digits) of its winner in five fresh trainings. Means with 95 % intervals over the repetitions.

| method | fresh dev error | median | worst | more than coarse to fine | time |
| --- | --- | --- | --- | --- | --- |
{chr(10).join(rows)}
"""


def _half(values: np.ndarray) -> float:
    return two_sided(CONFIDENCE, len(values) - 1) * float(values.std(ddof=1)) / sqrt(len(values))


def _percent(value: float, sign: str = "") -> str:
    return f"{100 * value:{sign}.2f} %"


main()
