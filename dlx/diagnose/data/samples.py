"""Samples of a part: as many rows as a judgement needs, however many there are and wherever they lie."""

from __future__ import annotations

import numpy as np

from dlx.data.dataset import Part
from dlx.data.examples import select
from dlx.data.rows.stored_rows import StoredRows
from dlx.types import Array

BLOCK = 64  # neighbouring rows that are drawn together where very many are wanted of a file


def sample(m: int, most: int, seed: int) -> Array:
    """Up to ``most`` different numbers below m, ascending; all of them where they suffice."""
    if m <= most:
        return np.arange(m)
    return np.sort(np.random.default_rng(seed).choice(m, most, replace=False))


def block_sample(m: int, most: int, seed: int) -> Array:
    """The same in blocks of 64 neighbours, which a file gives up faster than single rows."""
    if m <= most:
        return np.arange(m)
    blocks = sample(m // BLOCK, max(1, most // BLOCK), seed)
    return (blocks[:, np.newaxis] * BLOCK + np.arange(BLOCK)).ravel()


def rows(X: Array | StoredRows, which: Array) -> Array:
    """These rows, in memory."""
    selected = X if len(which) == len(X) else select(X, which)
    return selected[:] if isinstance(selected, StoredRows) else selected


def sampled_part(part: Part, most: int, seed: int) -> tuple[Array, Array]:
    """X and y of up to ``most`` examples, drawn by chance."""
    which = sample(part.m, most, seed)
    return rows(part.X, which), part.y[which]


def part_sample(part: Part, most: int, seed: int) -> Part:
    """Up to ``most`` examples in memory, drawn by chance, with their weights."""
    return part_rows(part, sample(part.m, most, seed))


def part_rows(part: Part, which: Array) -> Part:
    """These examples of a part, in memory, with their weights."""
    weights = None if part.weights is None else part.weights[which]
    return Part(rows(part.X, which), part.y[which], weights=weights)
