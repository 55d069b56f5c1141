"""Forests of extremely randomized trees over a space that is cut into cells, and the variance on which two agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from dlx.types import Array

POINTS = 128  # of the space, drawn for each partition, at which forests are compared
NOTHING = 1e-12  # of a node's sum of squares: below it all its responses are the same number


@dataclass(frozen=True)
class Sample:
    """Trials as the trees see them.

    Args:
        cells: (n, d) whole numbers: the cell of each dimension, from 0 up.
        sizes: (d,) the number of cells of each dimension, all of them equally wide.
        unordered: (d,) whether the order of the cells means nothing.
        y: (n,) the responses.
        counts: (n,) how often each trial counts; 0 leaves it out.
    """

    cells: Array
    sizes: Array
    unordered: Sequence[bool]
    y: Array
    counts: Array


def agreement(sample: Sample, partitions: int, trees: int, rng: np.random.Generator) -> Array:
    """The variance that each dimension explains alone, and behind them what only several explain together, (d + 1,).

    The trials are parted in two halves at random, so many times, and a forest is grown on either half. Each forest is
    taken apart: f = f_0 + Σ f_i(x_i) + rest, with f_i the mean over all other dimensions, exact from the boxes of the
    leaves (Hutter, Hoos & Leyton-Brown 2014, section 3). What is returned is the mean over the partitions of the
    covariances ⟨f_i, f_i'⟩ and ⟨rest, rest'⟩ of the two forests over the space. Two halves have no trial in common, so
    neither has their noise: that of a dimension without effect is 0 on average, and may be negative.

    The trees are extremely randomized (Geurts, Ernst & Wehenkel 2006): of a third of the dimensions, but two at least,
    each with one cut drawn between its extremes in the node, the best is taken, until a node has one trial. With all
    dimensions to choose from, the strongest takes most cuts, and the others' effects are flattened.

    An unordered dimension gets its cells in an order drawn for each partition.
    """
    present = np.flatnonzero(sample.counts)
    rows, tree = _halves(present, partitions, trees, rng)
    partition = tree // (2 * trees)
    orders = _orders(sample, partitions, rng)
    dimension = np.arange(len(sample.sizes))
    x = orders[partition[:, None], dimension, sample.cells[rows]]
    points = rng.integers(sample.sizes, size=(partitions, POINTS, len(dimension)))
    growth = _Growth(
        x, sample.y[rows], sample.counts[rows].astype(float), tree, np.repeat(points, 2 * trees, axis=0), sample.sizes
    )
    while len(growth.x):
        growth.deepen(rng)
    marginals = growth.marginals.reshape(2 * partitions, trees, *growth.marginals.shape[1:]).mean(axis=1)
    values = growth.values.reshape(2 * partitions, trees, POINTS).mean(axis=1)
    return _covariances(marginals, values, np.repeat(points, 2, axis=0), sample.sizes)


def _halves(present: Array, partitions: int, trees: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """The trials of all trees, one after the other, and the tree of each; forest 2·partition + half has `trees`."""
    rows, tree = [], []
    for partition in range(partitions):
        shuffled = rng.permutation(present)
        for half in range(2):
            mine = shuffled[half::2]
            first = trees * (2 * partition + half)
            rows.append(np.tile(mine, trees))
            tree.append(np.repeat(np.arange(first, first + trees), len(mine)))
    return np.concatenate(rows), np.concatenate(tree)


def _orders(sample: Sample, partitions: int, rng: np.random.Generator) -> Array:
    """Where each cell stands, (partitions, d, cells)."""
    orders = np.tile(np.arange(sample.sizes.max()), (partitions, len(sample.sizes), 1))
    for number, (size, unordered) in enumerate(zip(sample.sizes, sample.unordered, strict=True)):
        if unordered:
            for partition in range(partitions):
                orders[partition, number, :size] = rng.permutation(size)
    return orders


class _Growth:
    """All trees at once, a level at a time; the arrays hold what is not yet in a leaf, sorted by its node.

    A node is a box of cells, `low` up to below `high`; `tree` is whose it is.
    """

    def __init__(self, x: Array, y: Array, weight: Array, tree: Array, points: Array, sizes: Array) -> None:
        self.x, self.y, self.weight, self.node = x, y, weight, tree
        self.sizes = sizes
        count, each, d = points.shape
        self.points, self.place, self.at = points.reshape(-1, d), np.arange(count * each), np.repeat(range(count), each)
        self.tree = np.arange(count)
        self.low, self.high = np.zeros((count, d), dtype=int), np.tile(sizes, (count, 1))
        self.values = np.zeros(count * each)  # of each tree at each point
        self._steps = np.zeros(count * d * (sizes.max() + 1))

    @property
    def marginals(self) -> Array:
        """Of each tree and dimension the mean over all others in each cell, (trees, d, cells)."""
        shape = (-1, len(self.sizes), self.sizes.max() + 1)
        marginals: Array = np.cumsum(self._steps.reshape(shape), axis=2)[:, :, :-1]
        return marginals

    def deepen(self, rng: np.random.Generator) -> None:
        """Make leaves of the nodes that are not to be cut, and cut the others."""
        starts = np.flatnonzero(np.r_[True, self.node[1:] != self.node[:-1]])
        total, mass, squares = (
            np.add.reduceat(part, starts) for part in (self.weight * self.y, self.weight, self.weight * self.y * self.y)
        )
        first, last = np.minimum.reduceat(self.x, starts), np.maximum.reduceat(self.x, starts)
        cuts = first + 1 + (rng.random(first.shape) * (last - first)).astype(int)
        gain = self._gain(cuts, starts, total, mass)
        gain[~_candidates(first != last, rng)] = -np.inf
        best = gain.argmax(axis=1)
        varies = squares - total**2 / mass > NOTHING * squares
        is_cut = varies & (first != last).any(axis=1)
        self._leave(~is_cut, total / mass)
        self._descend(is_cut, best, cuts[np.arange(len(best)), best])

    def _gain(self, cuts: Array, starts: Array, total: Array, mass: Array) -> Array:
        """For each node and dimension how much of the variance the cut explains, up to a constant of the node."""
        is_left = self.x < cuts[self.node]
        left = np.add.reduceat(np.where(is_left, (self.weight * self.y)[:, None], 0), starts)
        left_mass = np.add.reduceat(np.where(is_left, self.weight[:, None], 0), starts)
        right, right_mass = total[:, None] - left, mass[:, None] - left_mass
        # A node that cannot be cut in a dimension has all on one side; what comes out there is not used.
        gain: Array = left**2 / np.maximum(left_mass, 1) + right**2 / np.maximum(right_mass, 1)
        return gain

    def _leave(self, is_leaf: Array, means: Array) -> None:
        """Add the leaves to the marginals, and give their points their values."""
        low, high, tree = self.low[is_leaf], self.high[is_leaf], self.tree[is_leaf]
        share = (high - low) / self.sizes
        amount = (means[is_leaf] * share.prod(axis=1))[:, None] / share
        first = (tree[:, None] * len(self.sizes) + np.arange(len(self.sizes))) * (self.sizes.max() + 1)
        for ends, sign in ((low, 1), (high, -1)):
            self._steps += sign * np.bincount((first + ends).ravel(), amount.ravel(), len(self._steps))
        arrived = is_leaf[self.at]
        self.values[self.place[arrived]] = means[self.at[arrived]]
        self.points, self.place, self.at = (part[~arrived] for part in (self.points, self.place, self.at))

    def _descend(self, is_cut: Array, best: Array, cut: Array) -> None:
        """Go from each node that is cut to its two children."""
        number = np.cumsum(is_cut) - 1

        def child(x: Array, node: Array) -> Array:
            return 2 * number[node] + (x[np.arange(len(x)), best[node]] >= cut[node])

        stays = is_cut[self.node]
        x, node = self.x[stays], child(self.x[stays], self.node[stays])
        order = np.argsort(node, kind="stable")
        self.x, self.y, self.weight, self.node = x[order], self.y[stays][order], self.weight[stays][order], node[order]
        self.at = child(self.points, self.at)
        self.tree, self.low, self.high = (
            np.repeat(part[is_cut], 2, axis=0) for part in (self.tree, self.low, self.high)
        )
        left, dimension = 2 * np.arange(is_cut.sum()), best[is_cut]
        self.high[left, dimension] = self.low[left + 1, dimension] = cut[is_cut]


def _candidates(can_be_cut: Array, rng: np.random.Generator) -> Array:
    """A third of the dimensions for each node, two at least, of those that can be cut."""
    count = can_be_cut.shape[1]
    tried = max(2, ceil(count / 3))
    draws = np.where(can_be_cut, rng.random(can_be_cut.shape), 1)
    if tried < count:
        can_be_cut = can_be_cut & (draws <= np.partition(draws, tried - 1, axis=1)[:, tried - 1 : tried])
    return can_be_cut


def _covariances(marginals: Array, values: Array, points: Array, sizes: Array) -> Array:
    """Of the two forests of each partition, averaged: of every main effect exactly, of the rest over the points."""
    inside = np.arange(marginals.shape[2]) < sizes[:, None]
    mean = (marginals * inside).sum(axis=2) / sizes  # the same for every dimension
    effects = (marginals - mean[:, :, None]) * inside
    fitted = np.take_along_axis(effects, points.transpose(0, 2, 1), axis=2).sum(axis=1)
    rest = values - mean[:, :1] - fitted
    main = (effects[0::2] * effects[1::2]).sum(axis=2) / sizes
    return np.append(main.mean(axis=0), (rest[0::2] * rest[1::2]).mean())
