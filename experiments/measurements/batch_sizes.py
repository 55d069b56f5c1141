"""The mini-batch size on 1,024 moons: steps, epochs and time until the cost is 0.12, and the time of a step.

Times are multiples of those with mini-batches of 64, since seconds are another number on each machine.
A 2-32-16-1 network of ReLU, gradient descent; for each size the learning rate out of seven that needs the fewest steps.
Near powers of two, the time per example of a 784-256-10 network: the median over nine interleaved rounds, for sizes of
one and two less and more against the power itself. Many are five million examples in mini-batches of a thousand.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import numpy as np

from dlx.nn.activations import Activation
from dlx.nn.initializers import Initializer
from dlx.nn.losses import Loss
from dlx.nn.network import LayerPlan, Network, Step
from dlx.runs.files.directory import RunDirectory
from dlx.training import threads
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured, Row

SPEC = "../configs/stochastic.yaml"
M, USUAL, COST = 1024, 64, 0.12
EPOCHS = {1: 20, 8: 30, 64: 60, 256: 200, M: 500}
ALPHAS = (0.01, 0.03, 0.1, 0.3, 1, 2, 4)
NAMES = {1: "1", 64: "64", M: "all 1,024"}
POWERS, BESIDE, ROUNDS, STEPS = (64, 128, 256), (-2, -1, 1, 2), 9, 30


def measure(bench: Bench) -> Measured:
    """All of it."""
    runs = {size: _best(bench, size) for size in EPOCHS}
    usual = _times(runs[USUAL])
    rows: dict[str, Row] = {f"size_{size}": _row(run, usual) for size, run in runs.items()}
    rows["powers_of_two"] = _powers()
    rows["many"] = _many(bench)
    return Measured(rows, {"pace": _pace(runs)})


def _best(bench: Bench, size: int) -> RunDirectory:
    """The one that needs the fewest steps, trained again three times, of which the fastest is shown."""
    given = {
        str(alpha): (
            f"data={{source: {{m: {M + 256}}}, split: {{train: {M}, dev: 256}}}}",
            "architecture={hidden: [32, 16]}",
            f"optimizer.learning_rate={alpha}",
            f"training={{batch_size: {size}, epochs: {EPOCHS[size]}}}",
        )
        for alpha in ALPHAS
    }
    runs = bench.trained(SPEC, given)
    best = min(runs, key=lambda alpha: _first(runs[alpha])["steps"])
    again = bench.trained(SPEC, {name: (*given[best], f"name={name}") for name in ("one", "two", "three")})
    return min(again.values(), key=lambda run: _first(run)["seconds"])


def _first(run: RunDirectory) -> dict[str, float]:
    """Where the cost is below the mark for the first time."""
    metrics = run.metrics()
    k = next((k for k, cost in enumerate(metrics["train_cost"]) if cost < COST), None)
    names = {"steps": "step", "epochs": "epoch", "seconds": "seconds"}
    return {name: np.inf if k is None else metrics[column][k] for name, column in names.items()}


def _row(run: RunDirectory, usual: Mapping[str, float]) -> dict[str, float]:
    first = _first(run)
    counts = {name: first[name] for name in ("steps", "epochs")}
    return counts | {name: value / usual[name] for name, value in _times(run).items()}


def _times(run: RunDirectory) -> dict[str, float]:
    """The seconds until the cost is below the mark, and those of a step."""
    metrics = run.metrics()
    return {"time": _first(run)["seconds"], "step_time": metrics["seconds"][-1] / metrics["step"][-1]}


def _pace(runs: Mapping[int, RunDirectory]) -> bytes:
    """The cost over steps and epochs."""
    metrics = {name: runs[size].metrics() for size, name in NAMES.items()}
    axes = {"step": "steps", "epoch": "epochs"}
    shown = [
        Chart(
            {name: Line(one[column], one["train_cost"]) for name, one in metrics.items()},
            label,
            "train cost",
            xscale="log",
            yscale="log",
        )
        for column, label in axes.items()
    ]
    return charts(*shown, title="The same examples in mini-batches of one, of 64, and all at once")


def _powers() -> dict[str, float]:
    """Time per example beside a power of two, against that at it."""
    sizes = [power + beside for power in POWERS for beside in (0, *BESIDE)]
    steps = {size: _step(size) for size in sizes}
    spent: dict[int, list[float]] = {size: [] for size in sizes}
    threads.limit(1)
    for _ in range(ROUNDS):
        for size, step in steps.items():
            started = time.perf_counter()
            for _ in range(STEPS):
                step.run()
            spent[size].append((time.perf_counter() - started) / size)
    median = {size: float(np.median(each)) for size, each in spent.items()}
    return {f"beside_{power}": max(_ratios(median, power)) for power in POWERS}


def _ratios(median: Mapping[int, float], power: int) -> Iterator[float]:
    return (median[power + beside] / median[power] for beside in BESIDE)


def _step(size: int) -> Step:
    he = Initializer.parse("he")
    plans = [LayerPlan(256, Activation.parse("relu"), he), LayerPlan(10, None, he)]
    network, rng = Network(784, plans, Loss.parse("softmax"), np.float32), np.random.default_rng(1)
    network.initialize(rng)
    X = rng.standard_normal((size, 784)).astype(np.float32)
    return network.record_step(X, np.ascontiguousarray(np.eye(10, dtype=np.float32)[:, rng.integers(0, 10, size)]))


def _many(bench: Bench) -> dict[str, float]:
    """One epoch over five million examples."""
    given = (
        "data={source: {m: 5100000}, split: {train: 5000000, dev: 100000}}",
        "training={batch_size: 1000, epochs: 1}",
        "optimizer.learning_rate=0.5",
    )
    run = bench.trained(SPEC, {"many": given})["many"]
    final = run.facts()["final"]
    return {"steps": final["step"], "epochs": final["epoch"], "dev_error": final["dev_error"]}
