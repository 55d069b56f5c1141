"""A reference that needs no training: the error that nearest neighbours, or a kernel, reach on the same data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.data.normalization import Standard
from dlx.diagnose.data.samples import rows, sample
from dlx.training.layer_statistics import contradicted
from dlx.types import Array
from dlx.words import Task

NEIGHBOURS = 5
RIDGE = 0.1
CLEARLY = 0.02  # by how much smaller the kernel's error is, where it stands for the neighbours
MOST_LABELED = {"neighbours": 2000, "kernel": 500}  # examples of train that are looked at
MOST_QUERIES = 500  # examples that an error is measured on
MOST_NUMBERS = 2**24  # of those examples together: 64 MiB
MOST_PRODUCTS = 5 * 10**8  # of two numbers, in all distances from one part: less than a tenth of a second


@dataclass(frozen=True)
class Baseline:
    """The errors of a method without training: on examples of train by the others of train, and on those of dev.

    by: the method, in words.
    sample_size: how many examples of train it was measured on.
    contradicted: of class labels, the share of the examples of train whose label is not what the neighbours say, in
        the half of them where the neighbours agree best.
    dev_by_half: the error on dev by either half of the examples, on average; queries: how many of dev it is of.
    """

    by: str
    train: float
    sample_size: int
    dev: float | None = None
    contradicted: float | None = None
    dev_by_half: float | None = None
    queries: int = 0


@lru_cache(maxsize=2)  # the trials of a search share their data
def reference(dataset: Dataset) -> Baseline | None:
    """What could be expected of a network on this data; None where there are too few examples, or they overflow.

    Of classes it is the vote of the five nearest neighbours: with enough examples the error of one is at most twice
    the least possible (Cover & Hart 1967), and that of five is lower. Of a regression, and of classes where that is
    clearly better, as in many dimensions, it is kernel ridge regression with a Gaussian as wide as the median distance
    (Saunders, Gammerman & Vovk 1998), each example of train by the formula for leaving one out. Examples are sampled
    where there are many, in the data's own normalization, or where there is none with mean 0 and variance 1.

    A network that has learned what there is to learn errs about as little, or less.
    """
    few = _labeled_examples(dataset, MOST_LABELED["kernel"])
    if few is None:
        return None
    by_kernel = _kernel(few, dataset)
    many = _labeled_examples(dataset, MOST_LABELED["neighbours"]) if dataset.task.has_one_class else None
    if many is None:
        return by_kernel
    by_neighbours = _neighbours(many, dataset)
    if by_kernel.train < by_neighbours.train - CLEARLY:
        return replace(by_kernel, contradicted=by_neighbours.contradicted)
    return by_neighbours


def _labeled_examples(dataset: Dataset, most: int) -> _LabeledExamples | None:
    with np.errstate(all="ignore"):  # what overflows is not finite
        examples = _LabeledExamples.of(dataset, min(most, MOST_NUMBERS // dataset.n_x))
    return examples if examples.m > NEIGHBOURS and np.isfinite(examples.X).all() else None


@dataclass(frozen=True)
class _LabeledExamples:
    """Examples that predictions are made from: X (m, n_x) normalized by shift and scale, y as in the data."""

    X: Array
    y: Array
    shift: Array
    scale: Array

    @classmethod
    def of(cls, dataset: Dataset, most: int) -> _LabeledExamples:
        part = dataset.parts["train"]
        which = sample(part.m, most, seed=5)
        raw, shift, scale = rows(part.X, which), dataset.shift, dataset.scale
        if (scale == 1).all():
            shift, scale = Standard().fit(raw)
        return cls(_normalized(raw, shift, scale), part.y[which], shift, scale)

    @property
    def m(self) -> int:
        return len(self.X)

    def queries(self, part: Part) -> tuple[Array, Array]:
        """X and y of some examples of a part, normalized like these; so many that it takes no longer than it should."""
        which = sample(part.m, self.most, seed=7)
        return _normalized(rows(part.X, which), self.shift, self.scale), part.y[which]

    @property
    def most(self) -> int:
        return min(MOST_QUERIES, max(50, MOST_PRODUCTS // self.X.size))

    def squares(self, X: Array) -> Array:
        """‖x − x′‖² of each row x to each labeled x′."""
        squares: Array = (X**2).sum(axis=1)[:, np.newaxis] - 2 * X @ self.X.T + (self.X**2).sum(axis=1)
        return squares


def _normalized(raw: Array, shift: Array, scale: Array) -> Array:
    """Within ±1e15, so that squares do not overflow."""
    normalized: Array = np.clip((raw - shift) * scale, -1e15, 1e15).astype(np.float32)
    return normalized


def _neighbours(examples: _LabeledExamples, dataset: Dataset) -> Baseline:
    classes, own = len(dataset.classes), sample(examples.m, examples.most, seed=6)
    squares = examples.squares(examples.X[own])
    squares[np.arange(len(own)), own] = np.inf  # each by the others
    predicted, lead = _vote(examples.y, squares, classes)
    wrong = predicted != examples.y[own]
    by, train, contradiction = "five nearest neighbours", float(wrong.mean()), contradicted(lead, wrong)
    if "dev" not in dataset.parts:
        return Baseline(by, train, len(own), contradicted=contradiction)
    X, y = examples.queries(dataset.parts["dev"])
    squares = examples.squares(X)
    dev = float((_vote(examples.y, squares, classes)[0] != y).mean())
    halves = [half for half in _halves(examples.m) if len(half) > NEIGHBOURS]
    by_half = [float((_vote(examples.y[half], squares[:, half], classes)[0] != y).mean()) for half in halves]
    return Baseline(by, train, len(own), dev, contradiction, float(np.mean(by_half)) if by_half else None, len(y))


def _halves(m: int) -> list[Array]:
    """The numbers 0 … m − 1 in two halves, drawn by chance, since files may be sorted."""
    first = sample(m, m // 2, seed=8)
    return [first, np.setdiff1d(np.arange(m), first)]


def _vote(y: Array, squares: Array, classes: int) -> tuple[Array, Array]:
    """The class that most neighbours have, and by how many votes it leads."""
    nearest = y[np.argpartition(squares, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]]
    votes = np.stack([(nearest == code).sum(axis=1) for code in range(classes)])
    second, first = np.partition(votes, -2, axis=0)[-2:] if classes > 1 else (0 * votes[0], votes[0])
    return votes.argmax(axis=0), first - second


def _kernel(examples: _LabeledExamples, dataset: Dataset) -> Baseline:
    """Of classes, a column of 0 and 1 for each is learned, and the largest answer says which it is."""
    task = dataset.task
    y = dataset.in_error_unit(examples.y)
    Y = np.eye(len(dataset.classes))[y] if task.has_one_class else y.astype(np.float64)
    squares, mean = examples.squares(examples.X).astype(np.float64), Y.mean(axis=0)
    width = float(np.median(squares)) or 1.0
    inverse = np.linalg.inv(np.exp(-squares / width) + RIDGE * np.eye(examples.m))
    weights = inverse @ (Y - mean)
    left_out = Y - weights / inverse.diagonal()[:, np.newaxis]  # what the others say (Allen 1974, PRESS)
    error = _share_wrong if task.has_one_class else _root_mean_square
    error = _share_of_labels_wrong if task is Task.MULTILABEL else error
    by, train = "kernel regression", error(left_out, y)
    if "dev" not in dataset.parts:
        return Baseline(by, train, examples.m)
    X, of_dev = examples.queries(dataset.parts["dev"])
    to_dev, y_dev = np.exp(-examples.squares(X).astype(np.float64) / width), dataset.in_error_unit(of_dev)
    dev = error(to_dev @ weights + mean, y_dev)
    kernel = np.exp(-squares / width)
    by_half = [
        error(to_dev[:, half] @ _fit(kernel[np.ix_(half, half)], Y[half]) + Y[half].mean(axis=0), y_dev)
        for half in _halves(examples.m)
    ]
    return Baseline(by, train, examples.m, dev, None, float(np.mean(by_half)), len(y_dev))


def _fit(kernel: Array, Y: Array) -> Array:
    """The weights of kernel ridge regression on what is left of Y without its mean."""
    weights: Array = np.linalg.solve(kernel + RIDGE * np.eye(len(Y)), Y - Y.mean(axis=0))
    return weights


def _root_mean_square(predictions: Array, y: Array) -> float:
    return float(np.sqrt(((predictions - y) ** 2).mean()))


def _share_of_labels_wrong(predictions: Array, y: Array) -> float:
    return float(((predictions > 0.5) != y).mean())


def _share_wrong(predictions: Array, y: Array) -> float:
    return float((predictions.argmax(axis=1) != y).mean())
