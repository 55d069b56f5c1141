"""Data of other natures: sparse counts, n > m, twenty classes, heavy tails, mixed columns, several targets."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from .bases import Base, Plain, base, layers, optimizer, training
from .files import Array, Workshop

FRESH = 2000  # examples of dev: what an error is, within a hundredth
Nature = Callable[[Workshop, int, int], tuple[Plain, float]]  # how many to train on, seed; data and best known error


def _parted(workshop: Workshop, X: Array, y: Array, train: int, **options: Any) -> Plain:
    parts = {"X_train": X[:train], "y_train": y[:train], "X_dev": X[train:], "y_dev": y[train:]}
    return {"source": {"name": "file", "path": str(workshop.written(**parts))}, **options}


def counts(workshop: Workshop, train: int, seed: int) -> tuple[Plain, float]:
    """How often each of 120 words stands in a text of one of three subjects; nearly all are absent."""
    rng = np.random.default_rng(seed)
    words = rng.dirichlet(np.full(120, 0.3), size=3) * 0.6 + 0.4 * rng.dirichlet(np.full(120, 0.3))
    y = rng.integers(3, size=train + FRESH)
    X = rng.poisson(20 * words[y]).astype(np.float64)
    likelihoods = X @ np.log(20 * words + 1e-12).T - 20 * words.sum(axis=1)
    best = float((likelihoods.argmax(axis=1) != y)[train:].mean())
    return _parted(workshop, X, y, train), best


def wide(workshop: Workshop, train: int, seed: int) -> tuple[Plain, float]:
    """Two classes in more directions than there are examples: n = 1.3·m, with six deviations between their means."""
    rng = np.random.default_rng(seed)
    n = round(1.3 * train)
    direction = rng.standard_normal(n)
    direction *= 3 / np.linalg.norm(direction)
    y = rng.integers(2, size=train + FRESH)
    X = rng.standard_normal((train + FRESH, n)) + np.where(y[:, np.newaxis] == 1, direction, -direction)
    best = float(((X @ direction > 0) != y)[train:].mean())
    return _parted(workshop, X, y, train), best


def twenty_classes(workshop: Workshop, train: int, seed: int) -> tuple[Plain, float]:
    """Twenty clouds in ten directions."""
    rng = np.random.default_rng(seed)
    centers = 2.0 * rng.standard_normal((20, 10))
    y = rng.integers(20, size=train + FRESH)
    X = centers[y] + rng.standard_normal((train + FRESH, 10))
    squares = np.square(X[:, np.newaxis] - centers).sum(axis=2)
    best = float((squares.argmin(axis=1) != y)[train:].mean())
    return _parted(workshop, X, y, train), best


def heavy_tails(workshop: Workshop, train: int, seed: int) -> tuple[Plain, float]:
    """Six features with t's distribution of three degrees of freedom; the class is the sign of a smooth score."""
    rng = np.random.default_rng(seed)
    X = rng.standard_t(3, size=(train + FRESH, 6))
    score = 1.5 * np.tanh(X[:, 0]) - 0.7 * np.abs(X[:, 1]) + np.tanh(X[:, 2] + X[:, 3]) + 0.5
    y = (score + 0.3 * rng.standard_normal(len(X)) > 0).astype(np.int64)
    best = float(((score > 0) != y)[train:].mean())
    return _parted(workshop, X, y, train), best


def mixed(workshop: Workshop, train: int, seed: int) -> tuple[Plain, float]:
    """A CSV of words, numbers, yes and no, and values that are missing; split by chance."""
    rng = np.random.default_rng(seed)
    m = train + FRESH
    town = rng.choice(["Oslo", "Rome", "Lima", "Kyoto"], m, p=[0.4, 0.3, 0.2, 0.1])
    plan = rng.choice(["a", "b", "c"], m)
    income, age = np.exp(10 + 0.5 * rng.standard_normal(m)), rng.integers(18, 90, m)
    member, visits = rng.random(m) < 0.4, rng.poisson(3, m)
    score = 1.2 * (np.log(income) - 10) / 0.5 + (age - 54) / 20 * np.where(member, 1.0, -1.0)
    score += 0.4 * (visits - 3) + np.select([town == "Oslo", town == "Rome"], [0.8, -0.8], 0.0) + 0.5 * (plan == "c")
    y = score + 0.4 * rng.standard_normal(m) > 0
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["town", "plan", "income", "age", "member", "visits", "buys"])
    for row in range(m):
        lacks = rng.random() < 0.02
        cells = [town[row], plan[row], "" if lacks else f"{income[row]:.0f}", age[row], "ny"[int(member[row])]]
        writer.writerow([*cells, visits[row], ("no", "yes")[int(y[row])]])
    path = _text(workshop, text.getvalue())
    source = {"name": "file", "path": str(path), "target": "buys", "impute": "median"}
    data = {"source": source, "split": {"train": train, "dev": FRESH}}
    return data, float(((score > 0) != y).mean())


def _text(workshop: Workshop, text: str) -> Path:
    """The path of a CSV with this text, named by what is in it."""
    path = workshop.written(text=np.frombuffer(text.encode(), np.uint8)).with_suffix(".csv")
    if not path.is_file():
        unfinished = path.with_suffix(f".{np.random.default_rng().integers(2**62)}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)  # whole or not at all, whoever else writes it
    return path


def several_targets(workshop: Workshop, train: int, seed: int) -> tuple[Plain, float]:
    """Three targets of six features, each of variance 1 about, with noise of 0.2."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, size=(train + FRESH, 6))
    f = [np.sin(2 * X[:, 0]) + X[:, 1], 1.8 * X[:, 2] * X[:, 3] + X[:, 0], X[:, 4] + np.cos(3 * X[:, 5])]
    Y = np.stack(f, axis=1) / 0.9 + 0.2 * rng.standard_normal((len(X), 3))
    return _parted(workshop, X, Y, train), 0.2


# How many examples each is trained on, and by how many steps.
NATURES: dict[str, tuple[Nature, int, tuple[int, int]]] = {
    "counts": (counts, 1200, (500, 900)),
    "wide": (wide, 300, (200, 400)),
    "twenty_classes": (twenty_classes, 2000, (800, 1500)),
    "heavy_tails": (heavy_tails, 3000, (1000, 2000)),
    "mixed": (mixed, 2000, (800, 1500)),
    "several_targets": (several_targets, 1000, (2000, 3000)),
}


def nature_base(name: str, workshop: Workshop) -> Base:
    """A good spec of a nature, for the fixed half."""
    make, train, steps = NATURES[name]
    data, best = make(workshop, train, 1)
    hidden, rate = ((16,), 0.002) if name == "wide" else ((32, 32), 0.005)
    epochs = round(sum(steps) / 2 * 32 / train)
    return base(
        name,
        data,
        best,
        architecture=layers(*hidden),
        optimizer=optimizer("adam", rate),
        training=training(epochs, 32),
    )
