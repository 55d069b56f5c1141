"""Data sets in memory, of several natures, into which tests plant what is wrong with data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.data.normalization import Standard
from dlx.data.sources import Digits
from dlx.data.targets.labels import Labels
from dlx.words import Task

Array = np.ndarray[Any, Any]


def dataset(X: Array, y: Array, parts: Mapping[str, Array], in_file: bool = False) -> Dataset:
    """The examples cut into parts by rows; targets where y has columns. in_file: whether rows are a file's."""
    n = X.shape[1]
    if y.ndim > 1:
        labels = Labels(Task.REGRESSION, targets=y.shape[1])
    else:
        classes = int(y.max()) + 1
        labels = Labels(Task.BINARY if classes == 2 else Task.MULTICLASS, tuple(range(classes)))
        y = y.astype(np.uint8)
    cut = {name: Part(X[rows], y[rows], rows if in_file else None) for name, rows in parts.items()}
    names = tuple(f"x{j + 1}" for j in range(n))
    shift, scale = Standard().fit(X[parts["train"]])
    return Dataset(cut, labels, names, None, shift, scale, {"columns": [[name, None] for name in names]})


def halved(X: Array, share: float = 0.7) -> dict[str, Array]:
    """Train and dev, one after the other."""
    middle = round(share * len(X))
    return {"train": np.arange(middle), "dev": np.arange(middle, len(X))}


def clouds(rng: np.random.Generator, m: int, classes: int = 4) -> tuple[Array, Array]:
    y = rng.integers(classes, size=m)
    return rng.uniform(-2, 2, (classes, 6))[y] + rng.standard_normal((m, 6)), y


def moons(rng: np.random.Generator, m: int) -> tuple[Array, Array]:
    t, y = rng.uniform(0, np.pi, m), rng.integers(2, size=m)
    first = np.where(y, 1 - np.cos(t), np.cos(t))
    return np.column_stack([first, np.where(y, 0.5 - np.sin(t), np.sin(t))]) + 0.15 * rng.standard_normal((m, 2)), y


def friedman(rng: np.random.Generator, m: int) -> tuple[Array, Array]:
    X = rng.uniform(size=(m, 6))
    f = 10 * np.sin(np.pi * X[:, 0] * X[:, 1]) + 20 * (X[:, 2] - 0.5) ** 2 + 10 * X[:, 3] + 5 * X[:, 4]
    return X, (f + rng.standard_normal(m))[:, np.newaxis]


def counts(rng: np.random.Generator, m: int) -> tuple[Array, Array]:
    words, y = rng.dirichlet(np.full(80, 0.3), size=3), rng.integers(3, size=m)
    return rng.poisson(15 * words[y]).astype(float), y


def tails(rng: np.random.Generator, m: int) -> tuple[Array, Array]:
    X = rng.standard_t(2, size=(m, 5))
    return X, (np.tanh(X[:, 0]) + np.tanh(X[:, 1] - X[:, 2]) > 0).astype(int)


def wide(rng: np.random.Generator, m: int) -> tuple[Array, Array]:
    y, n = rng.integers(2, size=m), 2 * m
    direction = rng.standard_normal(n)
    direction *= 4 / np.linalg.norm(direction)
    return rng.standard_normal((m, n)) + np.where(y[:, np.newaxis] == 1, direction, -direction), y


def digits(rng: np.random.Generator, m: int) -> tuple[Array, Array]:
    examples = Digits().load()["all"]
    rows = rng.permutation(len(examples.X))[:m]
    return np.asarray(examples.X, float)[rows].reshape(len(rows), -1) / 16, np.asarray(examples.y)[rows]


NATURES = {nature.__name__: nature for nature in (clouds, moons, friedman, counts, tails, wide, digits)}


def in_a_circle(y: Array) -> Array:
    """Other labels: the next class, or targets mirrored at their mean."""
    return 2 * y.mean(axis=0) - y if y.ndim > 1 else (y + 1) % (int(y.max()) + 1)
