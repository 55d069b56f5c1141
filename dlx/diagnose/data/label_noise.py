"""Neighbours: whether the labels of train agree less with those of similar examples than the labels of dev do."""

from __future__ import annotations

from collections.abc import Iterator
from math import erfc, sqrt

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.samples import sampled_part
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_variance import early_stopping, narrower, strong_dropout, strong_l2
from dlx.types import Array
from dlx.words import percent

ROWS, HELD_OUT_ROWS = 4096, 512  # of train, in which neighbours are looked for, and of each part that is compared
NEIGHBOURS = 15
# Train and dev are asked the same of the same neighbours, so that how hard the classes are to tell apart cancels out;
# what is left is noise in the labels of train alone. So large a difference comes by chance once in 10,000 splits.
LEVEL, LEAST = 1e-4, 0.08
FEWEST = 100  # examples of either side: the labels of fewer hang together too much for that to hold


LABEL_NOISE = Cause(
    "label_noise",
    "look through the worst examples of train and correct the labels that are wrong",
    "Bias and variance",
    (early_stopping, strong_l2, strong_dropout, narrower),
    explains_training=False,
    shows_in_rows=True,
    refuted_if=End.NEAR_THE_BEST,
)


def label_noise_findings(dataset: Dataset) -> Iterator[Finding]:
    """A finding where the majority of its neighbours in train contradicts train's labels far more often than dev's."""
    parts = dataset.parts
    other = next((name for name in ("train_dev", "dev", "test") if name in parts), None)
    if not dataset.task.has_one_class or other is None:
        return
    X, y = sampled_part(parts["train"], ROWS, seed=6)
    shuffled = np.random.default_rng(8).permutation(len(X))
    X, y = X[shuffled], y[shuffled]
    X_other, y_other = sampled_part(parts[other], HELD_OUT_ROWS, seed=7)
    X, X_other = (((part_rows - dataset.shift) * dataset.scale).astype(np.float32) for part_rows in (X, X_other))
    if len(X) < 4 * NEIGHBOURS:
        return
    own = contradicted(X, y, X[:HELD_OUT_ROWS], y[:HELD_OUT_ROWS], own=True)
    theirs = contradicted(X, y, X_other, y_other)
    if min(len(own), len(theirs)) < FEWEST:
        return
    probability = _more(own, theirs)
    if own.mean() - theirs.mean() > LEAST and probability < LEVEL:
        evidence = f"{percent(own.mean())} of the labels of train, {percent(theirs.mean())} of {other}"
        evidence = f"{evidence}, contradict most of their {NEIGHBOURS} nearest neighbours in train"
        evidence = f"{evidence} (by chance {probability:.0e})"
        yield LABEL_NOISE.finding(evidence, float(own.mean()), float(theirs.mean()) + LEAST)


def contradicted(X: Array, y: Array, queries: Array, labels: Array, own: bool = False) -> Array:
    """Whether the most frequent label among the nearest of X is another, for each query; ``own``: they begin X."""
    squares = np.square(X).sum(axis=1)
    distances = squares[np.newaxis] - 2 * queries @ X.T  # without each example's own square, which changes no order
    if own:
        distances[np.arange(len(queries)), np.arange(len(queries))] = np.inf
    nearest = np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    votes = np.eye(int(y.max()) + 1)[y[nearest]].sum(axis=1)
    return np.asarray(votes.argmax(axis=1) != labels)


def _more(a: Array, b: Array) -> float:
    """The probability of so much larger a share in the first, by a one-sided z test of two proportions."""
    pooled = (a.sum() + b.sum() + 1) / (len(a) + len(b) + 2)
    error = sqrt(pooled * (1 - pooled) * (1 / len(a) + 1 / len(b)))
    return erfc(float(a.mean() - b.mean()) / error / sqrt(2)) / 2
