"""Boosted trees: a sum of small regression trees, each fitted to what those before it leave of the error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

import numpy as np

from dlx.types import Array

DEPTH, BINS = 3, 32
LEAST_IN_LEAF = 5
MOST_OF_STEP = 4.0  # by which a leaf moves a logit at most
TINY = 1e-9

Kind = Literal["values", "class", "labels"]


@dataclass(frozen=True)
class Tree:
    """A tree of depth 3: each node asks whether a column lies above a threshold; each leaf has a value per output.

    columns, thresholds: (7,), of the nodes, level by level.
    leaves: (8, k).
    """

    columns: Array
    thresholds: Array
    leaves: Array

    def leaf_of(self, X: Array) -> Array:
        """The leaf that each row comes to, (m,)."""
        node, row = np.zeros(len(X), np.intp), np.arange(len(X))
        for _ in range(DEPTH):
            is_above = X[row, self.columns[node]] > self.thresholds[node]
            node = 2 * node + 1 + is_above
        leaves: Array = node - (2**DEPTH - 1)
        return leaves

    def predict(self, X: Array) -> Array:
        """(m, k)."""
        values: Array = self.leaves[self.leaf_of(X)]
        return values


@dataclass(frozen=True)
class Binned:
    """Columns of X by quantiles: the bin of each value, (m, n), and the upper edges of the bins, (n, 31)."""

    codes: Array
    edges: Array

    @classmethod
    def of(cls, X: Array) -> Self:
        """Of at most 32 different values each has its bin; of more, bins have about as many examples."""
        edges = np.quantile(X, np.arange(1, BINS) / BINS, axis=0, method="lower").T
        for column, own in enumerate(edges):
            values = np.unique(X[:, column])
            if len(values) <= BINS:
                own[:] = values[-1]
                own[: len(values) - 1] = values[:-1]
        codes = np.stack([np.searchsorted(own, x) for own, x in zip(edges, X.T, strict=True)], axis=1)
        return cls(codes, edges)


@dataclass(frozen=True)
class BoostedTrees:
    """The sum of trees, each with a rate, from a constant start.

    Each tree is fitted to the negative slopes of the loss by least squares; then each of its leaves is a Newton step,
    Σ −slope/Σ curvature (J. Friedman, "Greedy function approximation: a gradient boosting machine", Annals of
    Statistics 29 (2001)). The outputs share the tree.
    """

    kind: Kind
    start: Array
    rate: float
    trees: tuple[Tree, ...]

    @classmethod
    def fit(cls, X: Array, Y: Array, kind: Kind, rounds: int, rate: float, columns: int, seed: int = 0) -> Self:
        """So many trees on X (m, n) and Y (m, k).

        Args:
            X: the features.
            Y: values; or one-hot codes of a class; or labels that are 0 or 1.
            kind: which of these, with the loss of squares, cross-entropy of a softmax, or of logistic outputs.
            rounds: how many trees.
            rate: the share of each that is taken.
            columns: how many columns each tree may ask about, drawn anew.
            seed: of that drawing.
        """
        binned, rng, trees = Binned.of(X), np.random.default_rng(seed), list[Tree]()
        start = Y.mean(axis=0)
        if kind != "values":
            start = np.log(np.clip(start, TINY, 1 - TINY)) - (np.log(np.clip(1 - start, TINY, 1)) * (kind == "labels"))
        outputs = np.tile(start, (len(X), 1))
        for _ in range(rounds):
            slopes, curvature = _slopes(kind, outputs, Y)
            chosen = np.sort(rng.permutation(X.shape[1])[:columns])
            tree, leaf = _tree(binned, chosen, slopes, curvature)
            trees.append(tree)
            outputs += rate * tree.leaves[leaf]
        return cls(kind, start, rate, tuple(trees))

    def outputs(self, X: Array) -> Array:
        """Values, or logits, (m, k)."""
        outputs = np.tile(self.start, (len(X), 1))
        for tree in self.trees:
            outputs += self.rate * tree.predict(X)
        return outputs


def _slopes(kind: Kind, outputs: Array, Y: Array) -> tuple[Array, Array]:
    """The negative slopes of the loss and its curvature, (m, k) each."""
    if kind == "values":
        return Y - outputs, np.ones_like(Y)
    if kind == "class":
        p = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        k = p.shape[1]
        return Y - p, p * (1 - p) * k / (k - 1)  # Friedman's (k − 1)/k, turned over
    p = 1 / (1 + np.exp(-np.clip(outputs, -500, 500)))
    return Y - p, p * (1 - p)


def _tree(binned: Binned, chosen: Array, slopes: Array, curvature: Array) -> tuple[Tree, Array]:
    """A tree on the chosen columns, and the leaf of each example."""
    codes, m = binned.codes[:, chosen], len(slopes)
    node, columns, thresholds = np.zeros(m, np.intp), list[Array](), list[Array]()
    for level in range(DEPTH):
        column, edge = _splits(codes, node, 2**level, slopes)
        columns.append(chosen[column])
        thresholds.append(np.where(edge < 0, np.inf, binned.edges[chosen[column], np.maximum(edge, 0)]))
        is_above = (codes[np.arange(m), column[node]] > edge[node]) & (edge[node] >= 0)
        node = 2 * node + is_above
    steps = [np.bincount(node, values, 2**DEPTH) for values in slopes.T]
    curvatures = [np.bincount(node, values, 2**DEPTH) for values in curvature.T]
    leaves = np.stack(steps, axis=1) / np.maximum(np.stack(curvatures, axis=1), TINY)
    if (curvature != 1).any():
        leaves = leaves.clip(-MOST_OF_STEP, MOST_OF_STEP)
    return Tree(np.concatenate(columns), np.concatenate(thresholds), leaves), node


def _splits(codes: Array, node: Array, nodes: int, slopes: Array) -> tuple[Array, Array]:
    """For each node the column and the bin up to which examples go left; a bin of −1 where none does better."""
    n = codes.shape[1]
    places = ((node[:, np.newaxis] * n + np.arange(n)) * BINS + codes).ravel()
    shape = (nodes, n, BINS)
    counts = np.bincount(places, minlength=nodes * n * BINS).reshape(shape).cumsum(axis=2)
    gains = np.zeros(shape)
    total = counts[:, :, -1:]
    for values in slopes.T:
        sums = np.bincount(places, np.repeat(values, n), nodes * n * BINS).reshape(shape).cumsum(axis=2)
        right = sums[:, :, -1:] - sums
        gains += sums**2 / np.maximum(counts, 1) + right**2 / np.maximum(total - counts, 1)
        gains -= sums[:, :, -1:] ** 2 / np.maximum(total, 1)
    is_split = (counts >= LEAST_IN_LEAF) & (total - counts >= LEAST_IN_LEAF)
    gains = np.where(is_split, gains, 0.0).reshape(nodes, -1)
    most = gains.max(axis=1)
    best = (gains >= (1 - TINY) * most[:, np.newaxis]).argmax(axis=1)  # the first of those that rounding tells apart
    edge = np.where(most > TINY, best % BINS, -1)
    return best // BINS, edge
