"""The time of a training step on one machine: measured with dlx for small batches, and the line through these."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from dlx.runs.preparation import prepare
from dlx.spec.loader import load_spec
from dlx.spec.yaml_text.writing import dump

MEASURED = (16, 64, 256)  # batches
REPETITIONS = 15
HIDDEN = {
    "784-128-10": [128],
    "784-512-256-10": [512, 256],
    "1024-2048-2048-10": [2048, 2048],
    "1024-4096×3-10": [4096] * 3,
}


@dataclass(frozen=True)
class StepTime:
    """The seconds of a step with b examples, ``base`` + ``slope``·b, of a network with so many parameters."""

    name: str
    parameters: int
    base: float
    slope: float

    def seconds(self, batch: float, cores: float = 1.0) -> float:
        """Of a step where machines are so many times as fast."""
        return (self.base + self.slope * batch) / cores


def measured(name: str, folder: Path) -> StepTime:
    """What a step takes, at its fastest, by the time of the processor: other programs count for nothing."""
    seconds = [_step(name, batch, folder) for batch in MEASURED]
    (slope, base), parameters = (
        np.polyfit(MEASURED, [time for time, _ in seconds], 1, w=1 / np.array(MEASURED)),
        seconds[0][1],
    )
    return StepTime(name, parameters, max(float(base), 0.0), float(slope))


def _step(name: str, batch: int, folder: Path) -> tuple[float, int]:
    n_x = int(name.partition("-")[0])
    rng = np.random.default_rng(1)
    path = folder / f"{n_x}.npz"
    if not path.exists():
        X = rng.normal(size=(2 * max(MEASURED), n_x)).astype(np.float32)
        np.savez(path, X=X, y=np.arange(len(X)) % 10)
    spec: dict[str, Any] = {
        "data": {
            "source": {"name": "file", "path": str(path)},
            "split": {"train": max(MEASURED), "dev": max(MEASURED)},
        },
        "architecture": {"hidden": HIDDEN[name]},
        "optimizer": {"name": "adam", "learning_rate": 1e-4},
        "training": {"batch_size": batch, "epochs": 1, "threads": 1},
    }
    file = folder / "spec.yaml"
    file.write_text(dump(spec), encoding="utf-8")
    experiment = prepare(load_spec(file).spec)
    experiment.steps.begin_epoch()
    times = []
    for _ in range(REPETITIONS):
        started = process_time()
        experiment.steps.run_first(batch)
        experiment.update(experiment.learning_rate(), 1.0)
        times.append(process_time() - started)
    return min(times), experiment.parameters.theta.size
