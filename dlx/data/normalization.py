"""Normalizations of the inputs, fitted on train and applied to every part alike."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from dlx.component import Component
from dlx.data.examples import chunks
from dlx.data.mapped import MappedRows
from dlx.types import Array


class Normalization(Component):
    """x_norm = (x − shift)·scale, feature by feature."""

    kind = "normalization"

    @abstractmethod
    def fit(self, X: Array | MappedRows) -> tuple[Array, Array]:
        """shift (n_x,) and scale (n_x,) in float64 from the rows of train, read once, in pieces."""


class Unchanged(Normalization):
    """The inputs as they are: shift 0, scale 1."""

    name = "none"

    def fit(self, X: Array | MappedRows) -> tuple[Array, Array]:
        return np.zeros(X.shape[1]), np.ones(X.shape[1])


class Standard(Normalization):
    """Mean 0 and variance 1 over train: shift = μ, scale = 1/σ, with σ² = 1/m Σ(x − μ)²; scale 1 where σ = 0.

    Sums are of differences from the first row, which keeps them small and a constant feature's σ exactly 0 (shifted
    data: Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance: analysis and recommendations").
    """

    name = "standard"

    def fit(self, X: Array | MappedRows) -> tuple[Array, Array]:
        first = X[:1][0].astype(np.float64)
        total, squares = np.zeros_like(first), np.zeros_like(first)
        for chunk in chunks(X):
            difference = chunk - first
            total += difference.sum(axis=0)
            squares += np.square(difference, out=difference).sum(axis=0)
        mean = total / len(X)
        sigma = np.sqrt(np.maximum(squares / len(X) - mean * mean, 0))
        return first + mean, np.divide(1, sigma, where=sigma != 0, out=np.ones_like(sigma))


class MinMax(Normalization):
    """Train's least value becomes 0 and its largest 1: shift = min, scale = 1/(max − min); scale 1 where they agree."""

    name = "minmax"

    def fit(self, X: Array | MappedRows) -> tuple[Array, Array]:
        extremes = [(chunk.min(axis=0), chunk.max(axis=0)) for chunk in chunks(X)]
        low = np.min([low for low, _ in extremes], axis=0).astype(np.float64)
        width = np.max([high for _, high in extremes], axis=0) - low
        return low, np.divide(1, width, where=width != 0, out=np.ones_like(width))
