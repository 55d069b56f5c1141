"""Normalizations of the inputs, fitted on train and applied to every part alike."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import numpy as np
from pydantic import Field

from dlx.component import Component
from dlx.data.examples import chunks, feature_chunks
from dlx.data.rows.stored_rows import StoredRows
from dlx.types import Array

SORTED_AT_ONCE = 2**22  # numbers: 32 MiB of float64


class Normalization(Component):
    """x_norm = (x − shift)·scale, feature by feature."""

    kind = "normalization"

    @abstractmethod
    def fit(self, X: Array | StoredRows) -> tuple[Array, Array]:
        """shift (n_x,) and scale (n_x,) in float64 from the rows of train, read once, in pieces."""


class Unchanged(Normalization):
    """The inputs as they are: shift 0, scale 1."""

    name = "none"

    def fit(self, X: Array | StoredRows) -> tuple[Array, Array]:
        return np.zeros(X.shape[1]), np.ones(X.shape[1])


class Scaled(Normalization):
    """A normalization that may leave features that are 0 or 1 by their making as they are."""

    one_hot: Annotated[
        bool | None,
        Field(
            description="whether features that are 0 or 1 by their making are scaled too: those of categories and "
            "hashed texts, and indicators of missing values; false when left out (in complete specs of before there "
            "was a choice, true)"
        ),
    ] = None


class Standard(Scaled):
    """Mean 0 and variance 1 over train: shift = μ, scale = 1/σ, with σ² = 1/m Σ(x − μ)²; scale 1 where σ = 0.

    Sums are of differences from the first row, which keeps them small and a constant feature's σ exactly 0 (shifted
    data: Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance: analysis and recommendations").
    """

    name = "standard"

    def fit(self, X: Array | StoredRows) -> tuple[Array, Array]:
        first = X[:1][0].astype(np.float64)
        total, squares = np.zeros_like(first), np.zeros_like(first)
        for chunk in chunks(X):
            difference = chunk - first
            total += difference.sum(axis=0)
            squares += np.square(difference, out=difference).sum(axis=0)
        mean = total / len(X)
        sigma = np.sqrt(np.maximum(squares / len(X) - mean * mean, 0))
        return first + mean, np.divide(1, sigma, where=sigma != 0, out=np.ones_like(sigma))


class MinMax(Scaled):
    """Train's least value becomes 0 and its largest 1: shift = min, scale = 1/(max − min); scale 1 where they agree."""

    name = "minmax"

    def fit(self, X: Array | StoredRows) -> tuple[Array, Array]:
        extremes = [(chunk.min(axis=0), chunk.max(axis=0)) for chunk in chunks(X)]
        low = np.min([low for low, _ in extremes], axis=0).astype(np.float64)
        width = np.max([high for _, high in extremes], axis=0) - low
        return low, np.divide(1, width, where=width != 0, out=np.ones_like(width))


class Robust(Scaled):
    """Train's median becomes 0, its middle half 1 wide: scale = 1/(upper − lower quartile), or 1 where they agree.

    Far values count no more than others. Rows in a file are read once for each few features.
    """

    name = "robust"

    def fit(self, X: Array | StoredRows) -> tuple[Array, Array]:
        quartiles = np.empty((3, X.shape[1]))
        width = max(1, SORTED_AT_ONCE // len(X))
        for start in range(0, X.shape[1], width):
            columns, row = np.empty((len(X), min(width, X.shape[1] - start))), 0
            for chunk in feature_chunks(X, start, start + columns.shape[1]):
                columns[row : row + len(chunk)] = chunk
                row += len(chunk)
            of_columns = quartiles[:, start : start + width]
            np.quantile(columns, (0.25, 0.5, 0.75), axis=0, out=of_columns, overwrite_input=True)
        width_of_half = quartiles[2] - quartiles[0]
        return quartiles[1], np.divide(1, width_of_half, where=width_of_half != 0, out=np.ones_like(width_of_half))
