"""Row hashes: a number for each row of an array, by which rows that are equal are found."""

from __future__ import annotations

import numpy as np

from dlx.data.examples import chunks
from dlx.data.rows.stored_rows import StoredRows
from dlx.types import Array


def hashes(X: Array | StoredRows) -> Array:
    """A number of 64 bits for each row, (m,): equal for equal rows, and else different but for a chance of 2⁻⁶⁴."""
    chunk_hashes = [_hashes(np.ascontiguousarray(chunk)) for chunk in chunks(X)]
    return np.concatenate(chunk_hashes)


def _hashes(X: Array) -> Array:
    if X.dtype.kind == "f":
        X = X + 0  # −0 becomes 0
    data = X.view(np.uint8).reshape(len(X), -1)
    words = np.zeros((len(X), -(-data.shape[1] // 8) * 8), np.uint8)
    words[:, : data.shape[1]] = data
    mixed = words.view(np.uint64)
    factors = np.random.default_rng(0).integers(2**63, size=mixed.shape[1], dtype=np.uint64) * 2 + 1
    with np.errstate(over="ignore"):
        for factor in (factors, np.uint64(0xBF58476D1CE4E5B9)):  # of splitmix64 (Steele et al. 2014)
            mixed = (mixed ^ (mixed >> np.uint64(31))) * factor
        return np.asarray((mixed ^ (mixed >> np.uint64(29))).sum(axis=1, dtype=np.uint64))
