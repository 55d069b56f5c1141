"""The noise that batch norm adds to one example's answer, over the size of the mini-batch that it comes in.

A trained network with batch norm in three layers of 64 ReLU; an example of the digits stands first in 300 random
mini-batches of each size, and the noise is the standard deviation of its logits. By the central limit theorem the mean
over a mini-batch of size n deviates by 1/√n: on logarithmic axes a slope of −½. The rows of batch sizes are trainings
of as many steps each on 200 noisy moons with a network that is far too large for them, means over six data sets.
"""

from __future__ import annotations

import numpy as np

from dlx.data.batches import Scaling
from dlx.runs.predictions.predict import model_of
from experiments.reproduce.drawing import Chart, Line, charts
from experiments.reproduce.measuring import Bench, Measured

DIGITS = "../configs/batch_norm.yaml"
NETWORK = (
    "architecture={hidden: [64, 64, 64], activation: relu, batch_norm: true}",
    "initializer=he",
    "dtype=float64",
    "training.epochs=10",
)
SIZES = (8, 16, 32, 64, 128, 256, 512)
DRAWS, LOOKED_AT = 300, 10

MOONS = "../configs/overfitting.yaml"
STEPS, TRAIN, REPLICATES = 2000, 200, 6
BATCHES = (10, 40, 200)


def measure(bench: Bench) -> Measured:
    """The noise, and what it does to dev."""
    noise = _noise(bench)
    slope = float(np.polyfit(np.log(SIZES), np.log([noise[size] for size in SIZES]), 1)[0])
    rows: dict[str, dict[str, float]] = {"noise": {f"of_{size}": noise[size] for size in SIZES} | {"slope": slope}}
    rows |= _regularized(bench)
    reference = [noise[SIZES[0]] * (SIZES[0] / size) ** 0.5 for size in SIZES]
    lines = {"noise": Line(SIZES, [noise[size] for size in SIZES]), "1/√n": Line(SIZES, reference, dashed=True)}
    chart = Chart(lines, "mini-batch size n", "standard deviation of a logit", xscale="log", yscale="log")
    return Measured(rows, {"noise": charts(chart, title="Batch norm's noise falls with the mini-batch")})


def _noise(bench: Bench) -> dict[int, float]:
    run = bench.trained(DIGITS, {"net": NETWORK})["net"]
    model, train = model_of(str(run.path)), bench.built(DIGITS, *NETWORK).dataset.parts["train"]
    every = np.empty((train.m, train.X.shape[1]))
    Scaling(model.shift, model.scale, every.dtype).write(np.asarray(train.X), every)
    rng, found = np.random.default_rng(1), {}
    for size in SIZES:
        X, Y = np.empty((size, every.shape[1])), np.zeros((10, size))
        step = model.network.record_step(X, Y)
        deviations = []
        for example in range(LOOKED_AT):
            logits = []
            for _ in range(DRAWS):
                X[...] = every[rng.integers(0, train.m, size)]
                X[0] = every[example]
                step.run()
                logits.append(step.Z[:, 0].copy())
            deviations.append(np.std(logits, axis=0).mean())
        found[size] = float(np.mean(deviations))
    return found


def _regularized(bench: Bench) -> dict[str, dict[str, float]]:
    changes = {
        f"{norm} {size} {seed}": _overrides(norm, size, seed)
        for norm in ("true", "false")
        for size in BATCHES
        for seed in range(1, REPLICATES + 1)
    }
    runs = bench.trained(MOONS, changes)
    names = {"true": "batch_norm", "false": "none"}
    rows = {}
    for norm, name in names.items():
        for size in BATCHES:
            finals = [runs[f"{norm} {size} {seed}"].facts()["final"] for seed in range(1, REPLICATES + 1)]
            rows[f"{name}_{size}"] = {
                key: float(np.mean([one[key] for one in finals])) for key in ("train_error", "dev_error", "dev_cost")
            }
    return rows


def _overrides(norm: str, size: int, seed: int) -> tuple[str, ...]:
    epochs = STEPS * size // TRAIN
    return (
        f"data={{source: {{m: 1400, noise: 0.3, seed: {seed}}}, split: {{train: {TRAIN}, dev: 1000, test: 200}}}}",
        f"architecture={{hidden: [64, 32], activation: relu, batch_norm: {norm}}}",
        f"training={{batch_size: {size}, epochs: {epochs}, evaluate_every: {epochs}}}",
        f"seed={seed}",
    )
