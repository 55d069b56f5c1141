"""The six training workloads, and the examples that every library is given for them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A network (ReLU, logistic or softmax output), its examples and how it is trained."""

    units: tuple[int, ...]
    m: int
    batch_size: int
    optimizer: str = "adam"
    learning_rate: float = 0.001
    batch_norm: bool = False
    keep_prob: float = 1.0
    images: bool = False  # pixels as uint8, else real numbers
    memory_mapped: bool = False

    @property
    def binary(self) -> bool:
        return self.units[-1] == 1

    @property
    def parameters(self) -> int:
        hidden = 2 * sum(self.units[1:-1]) if self.batch_norm else sum(self.units[1:-1])
        return sum(n_in * n_out for n_in, n_out in pairwise(self.units)) + hidden + self.units[-1]


WORKLOADS = {
    "W1": Workload((2, 10, 5, 1), m=300, batch_size=300, optimizer="gradient_descent", learning_rate=0.01),
    "W2": Workload((2, 5, 2, 1), m=300, batch_size=64),
    "W3": Workload((784, 128, 10), m=60_000, batch_size=64, images=True),
    "W4": Workload((784, 512, 256, 10), m=20_000, batch_size=128, images=True, batch_norm=True, keep_prob=0.5),
    "W5": Workload((1024, 2048, 2048, 10), m=5_120, batch_size=512),
    "W6": Workload((784, 10), m=60_000, batch_size=1000, images=True),
}


def write_examples(work: Workload, folder: Path) -> None:
    """X.npy (m, n_x) and y.npy (m,): classes that a random linear map makes, with a tenth of the labels wrong."""
    rng = np.random.default_rng(0)
    n_x, classes = work.units[0], max(work.units[-1], 2)
    teacher = rng.standard_normal((n_x, classes))
    X = np.lib.format.open_memmap(folder / "X.npy", "w+", np.uint8 if work.images else np.float32, (work.m, n_x))
    y = np.lib.format.open_memmap(folder / "y.npy", "w+", np.int64, (work.m,))
    for start in range(0, work.m, 10_000):
        rows = slice(start, min(start + 10_000, work.m))
        shape = X[rows].shape
        X[rows] = rng.integers(0, 256, shape) if work.images else rng.standard_normal(shape)
        scores = (X[rows] - np.float32(127.5 if work.images else 0)) @ teacher
        wrong = rng.random(len(scores)) < 0.1
        y[rows] = np.where(wrong, rng.integers(0, classes, len(scores)), scores.argmax(axis=1))


def read_examples(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    return np.load(folder / "X.npy"), np.load(folder / "y.npy")
