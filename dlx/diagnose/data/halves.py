"""Halves: what simple models learn from one half of train, and what they answer for the other half and other parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.diagnose.data.marks import without_marks
from dlx.diagnose.data.samples import rows, sample
from dlx.stats.linear_models import ridge
from dlx.types import Array
from dlx.words import Task

MOST_LEARNED, MOST_QUERIES = 1200, 600  # examples of one half that are learned from, and of each part that is answered
FEWEST = 60  # examples of train: half of fewer teaches nothing
MOST_FEATURES = 512  # of more, as many random projections keep the distances (Johnson & Lindenstrauss 1984)
NEIGHBOURS = 7
FAR = 8.0  # standard deviations beyond which a value counts as that far, so that none decides all distances


@dataclass(frozen=True)
class Answered:
    """Examples of a part, standardized by train, and what the better simple model answers for them.

    which: (m,) their places in the part. y: (m,) class codes or (m, k) targets; answers: likewise.
    """

    which: Array
    X: Array
    y: Array
    answers: Array

    @property
    def mistakes(self) -> Array:
        """(m,) 1 where the class is wrong; of a regression the mean squared residual."""
        if self.y.ndim == 1:
            return np.asarray(self.answers != self.y, np.float64)
        return np.asarray(np.square(self.answers - self.y).mean(axis=1))


@dataclass(frozen=True)
class Halves:
    """What the one half of train teaches.

    by: the model that errs less on the other half, in words.
    X, y: the examples that were learned from. own: the other half; others: the other parts, by name.
    """

    by: str
    X: Array
    y: Array
    own: Answered
    others: Mapping[str, Answered]


@lru_cache(maxsize=2)  # several checks ask for the same
def halves_of(dataset: Dataset) -> Halves | None:
    """What simple models, fitted on one half of train, answer for the other one and for the other parts.

    Of five neighbours and more, and of a linear model fitted by least squares, the one that errs less on train's other
    half is taken. Nothing of several labels, nor of too few examples.
    """
    train = dataset.parts["train"]
    if train.m < FEWEST or dataset.task is Task.MULTILABEL:
        return None
    with np.errstate(all="ignore"):
        return _halves(dataset, train)


def _halves(dataset: Dataset, train: Part) -> Halves | None:
    in_order = sample(train.m, MOST_LEARNED + MOST_QUERIES, seed=10)
    shuffled = np.random.default_rng(11).permutation(len(in_order))
    which, raw = in_order[shuffled], _raw(dataset, train, in_order)[shuffled]
    middle = max(len(which) // 2, len(which) - MOST_QUERIES)
    view = _View.of(raw)
    X, y = view.of_rows(raw), train.y[which]
    if not np.isfinite(X).all():
        return None
    parts = {"train": (which[middle:], X[middle:], y[middle:])}
    for name in dataset.parts.keys() - {"train"}:
        chosen = sample(dataset.parts[name].m, MOST_QUERIES, seed=12)
        part = dataset.parts[name]
        parts[name] = chosen, view.of_rows(_raw(dataset, part, chosen)), part.y[chosen]
    A, y_A, classes = X[:middle], y[:middle], len(dataset.classes)
    best: tuple[float, str, dict[str, Answered]] | None = None
    for by, answer in (("nearest neighbours", neighbours), ("a linear model", linear)):
        queries = np.concatenate([part[1] for part in parts.values()])
        answers = np.split(answer(A, y_A, queries, classes), np.cumsum([len(part[0]) for part in parts.values()])[:-1])
        answered = {name: Answered(*part, own) for (name, part), own in zip(parts.items(), answers, strict=True)}
        error = float(answered["train"].mistakes.mean())
        if best is None or error < best[0]:
            best = error, by, answered
    assert best is not None
    return Halves(best[1], A, y_A, best[2].pop("train"), best[2])


def _raw(dataset: Dataset, part: Part, which: Array) -> Array:
    return without_marks(dataset, rows(part.X, which).astype(np.float64))


@dataclass(frozen=True)
class _View:
    """How rows are looked at: standardized, and projected where there are very many features."""

    mean: Array
    scale: Array
    projection: Array | None

    @classmethod
    def of(cls, raw: Array) -> _View:
        deviation = raw.std(axis=0)
        scale = np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 0)
        n = raw.shape[1]
        if n <= MOST_FEATURES:
            return cls(raw.mean(axis=0), scale, None)
        projection = np.random.default_rng(13).standard_normal((n, MOST_FEATURES)) / np.sqrt(MOST_FEATURES)
        return cls(raw.mean(axis=0), scale, projection)

    def of_rows(self, raw: Array) -> Array:
        X = np.clip((raw - self.mean) * self.scale, -FAR, FAR)
        return np.asarray(X if self.projection is None else X @ self.projection)


def squares(A: Array, B: Array) -> Array:
    """‖a − b‖² of each row a to each row b, not below 0, to the digits that an order needs."""
    A, B = A.astype(np.float32), B.astype(np.float32)
    distances: Array = np.square(A).sum(axis=1)[:, np.newaxis] - 2 * A @ B.T + np.square(B).sum(axis=1)
    return np.asarray(np.maximum(distances, 0))


def neighbours(A: Array, y: Array, queries: Array, classes: int) -> Array:
    """What the seven nearest say: the class that most of them have, or the mean of their targets."""
    nearest = y[np.argpartition(squares(queries, A), NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
    if not classes:
        return np.asarray(nearest.mean(axis=1))
    votes = np.zeros((len(queries), classes))
    for column in nearest.T:
        votes[np.arange(len(queries)), column] += 1
    return np.asarray(votes.argmax(axis=1))


def linear(A: Array, y: Array, queries: Array, classes: int) -> Array:
    """What least squares say, of classes as 0 and 1."""
    W, b = ridge(A, np.eye(classes)[y] if classes else y.astype(np.float64))
    outputs = queries @ W + b
    return np.asarray(outputs.argmax(axis=1) if classes else outputs)
