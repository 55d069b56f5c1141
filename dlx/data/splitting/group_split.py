"""Splits by group: all examples of a group in one part, in sizes as near as possible to those that are stated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlx.data.splitting.splits import class_shares
from dlx.types import Array, Rng

MOST_TRIED = 60_000  # ways to divide the groups, that all of them are looked at
MOST_CELLS = 10_000_000  # groups times classes; beyond it groups are divided by their sizes alone
MOST_REPAIRS = 200
Choice = tuple[Array, Array]  # sizes, and a group of each


@dataclass
class Division:
    """Groups on their way into parts.

    counts: (G, C), the examples of each class in each group.
    goal: (P,), the examples that each part should have; only the last of them may stay without a group.
    part: (G,), of each group, −1 as long as it has none.
    may_be_empty: whether the last part is what the others leave over.
    """

    counts: Array
    goal: Array
    part: Array
    may_be_empty: bool

    @property
    def sizes(self) -> Array:
        """The examples of each group."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def targets(self) -> Array:
        """(C, P): each class in its share of each part."""
        return np.outer(self.counts.sum(axis=0), self.goal) / max(1, int(self.counts.sum()))

    @property
    def reached(self) -> Array:
        """(C, P): the examples of each class in each part so far."""
        placed = self.part >= 0
        cells = np.zeros((len(self.goal), self.counts.shape[1]), np.int64)
        np.add.at(cells, self.part[placed], self.counts[placed])
        return cells.T

    @property
    def needed(self) -> int:
        """How many parts must have a group."""
        return len(self.goal) - self.may_be_empty


def parts_of_groups(groups: Array, strata: Array, goal: list[int], may_be_empty: bool, rng: Rng) -> Array:
    """The part of each example, (m,), from 0; the groups are ordered by one ``rng.permutation(m)``.

    Of few groups all ways to divide them are compared: first come the sizes, then the classes that the first part
    lacks, then the shares of the classes. More of them are given out one by one, the largest first, each to where it
    is needed most; groups of one example fill up what is left, each class in its share.

    Args:
        groups: (m,), codes from 0; there are at least as many as parts that need one.
        strata: (m,), class codes, or all zeros.
        goal: the examples that each part should have; they add up to m.
        may_be_empty: whether the last part is what the others leave over.
        rng: decides between what is equally good.
    """
    shuffled = rng.permutation(len(groups))
    _, first = np.unique(groups[shuffled], return_index=True)
    order = np.argsort(first)  # the groups as they come in the random order
    counts = _class_counts(groups, strata)[order]
    division = Division(counts, np.array(goal), np.full(len(order), -1), may_be_empty)
    if len(goal) ** min(len(order), 20) <= MOST_TRIED:
        division.part[:] = _best_of_all(division)
    else:
        _give_out(division)
        _repair(division)
        _fill_empty(division)
    part = np.empty(len(order), np.intp)
    part[order] = division.part
    return part[groups]


def _class_counts(groups: Array, strata: Array) -> Array:
    G, C = int(groups.max()) + 1, int(strata.max()) + 1
    if G * C > MOST_CELLS:
        return np.bincount(groups, minlength=G)[:, np.newaxis]
    return np.bincount(groups * C + strata.astype(np.intp), minlength=G * C).reshape(G, C)


def _best_of_all(division: Division) -> Array:
    """The best of all ways to divide the groups; of equally good ones the first, as the groups are in random order."""
    G, P = len(division.part), len(division.goal)
    ways = np.indices((P,) * G).reshape(G, -1).T
    total = np.maximum(division.counts.sum(axis=0), 1)
    off, absent, unshared = (np.zeros(len(ways)) for _ in range(3))
    for part in range(P):
        is_in = ways == part
        of_class = is_in @ division.counts
        off += np.abs(of_class.sum(axis=1) - division.goal[part])
        unshared += ((of_class - division.targets[:, part]) ** 2 / total).sum(axis=1)
        off[~is_in.any(axis=1) & (part < division.needed)] = np.inf
        if part == 0:
            absent = (of_class == 0).sum(axis=1)
    return np.asarray(ways[np.lexsort((unshared, absent, off))[0]])


def _give_out(division: Division) -> None:
    """Each group to the part that it brings nearest to its size and to its shares of the classes."""
    counts, sizes, targets = division.counts, division.sizes, division.targets
    weights, total = 1 / np.maximum(counts.sum(axis=0), 1)[:, np.newaxis], 1 / max(1, int(sizes.sum()))
    reached = np.zeros_like(targets)
    several = np.flatnonzero(sizes > 1)
    for group in several[np.argsort(-sizes[several], kind="stable")]:
        v = counts[group][:, np.newaxis]
        by_class = (v * (2 * (reached - targets) + v) * weights).sum(axis=0)
        size, surplus = sizes[group], (reached - targets).sum(axis=0)
        part = int((by_class + size * (2 * surplus + size) * total).argmin())
        division.part[group] = part
        reached[:, part] += counts[group]
    _fill_up(division, np.flatnonzero(sizes == 1))


def _fill_up(division: Division, single: Array) -> None:
    """Groups of one example, so that the sizes are exact where the others have left room."""
    if len(single) == 0:
        return
    room = np.maximum(division.goal - division.reached.sum(axis=0), 0)
    room = np.floor(room * len(single) / max(1, room.sum())).astype(np.int64)
    room[int(np.argmax(division.goal))] += len(single) - room.sum()
    strata = division.counts[single].argmax(axis=1)
    shares = class_shares(np.bincount(strata), room.tolist())[:, :-1]
    by_class = single[np.argsort(strata, kind="stable")]
    division.part[by_class] = np.repeat(np.tile(np.arange(len(room)), len(shares)), shares.ravel())


def _repair(division: Division) -> None:
    """Move a group, or exchange two, as long as the sizes come nearer to those that are stated."""
    for _ in range(MOST_REPAIRS):
        surplus = division.reached.sum(axis=0) - division.goal
        over, under = np.flatnonzero(surplus > 0).tolist(), np.flatnonzero(surplus < 0).tolist()
        groups = {part: _one_of_each_size(division, part) for part in (*over, *under)}
        moves = [(*_best_move(groups[a], groups[b], surplus[[a, b]]), a, b) for a in over for b in under]
        gain, leaving, coming, a, b = max(moves, key=lambda move: move[0], default=(0, -1, -1, 0, 0))
        if gain <= 0:
            return
        division.part[leaving] = b
        if coming >= 0:
            division.part[coming] = a


def _best_move(groups: Choice, others: Choice, surplus: Array) -> tuple[int, int, int]:
    """What moving a group from one part to another gains, which one, and which comes in exchange for it, or −1."""
    (out, leaving), (back, coming) = groups, others
    if len(out) == 0:
        return 0, -1, -1
    net = out[:, np.newaxis] - np.append(back, 0)
    gains = np.abs(surplus).sum() - np.abs(surplus[0] - net) - np.abs(surplus[1] + net)
    row, column = divmod(int(gains.argmax()), gains.shape[1])
    return int(gains[row, column]), int(leaving[row]), int(np.append(coming, -1)[column])


def _one_of_each_size(division: Division, part: int) -> Choice:
    """The different sizes of the groups in a part, and a group of each."""
    inside = np.flatnonzero(division.part == part)
    sizes, first = np.unique(division.sizes[inside], return_index=True)
    return sizes, inside[first]


def _fill_empty(division: Division) -> None:
    """Give each part that needs one a group: the smallest of the part that has the most."""
    for part in range(division.needed):
        held = np.bincount(division.part, minlength=len(division.goal))
        if held[part] == 0:
            inside = np.flatnonzero(division.part == held.argmax())
            division.part[inside[division.sizes[inside].argmin()]] = part
