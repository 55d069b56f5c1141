"""Parameters: all of a network's W, b, γ and β as one vector θ, and dθ beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite, sqrt
from typing import NoReturn

import numpy as np
from numpy.typing import DTypeLike

from dlx.types import Array

Shapes = Mapping[str, tuple[int, ...]]


class Flat(Mapping[str, Array]):
    """Named arrays that are views into one contiguous vector, in the order of ``shapes``.

    ``flat["W1"]`` is the view of its shape; ``flat.vector`` is everything. Write into the views and the vector, never
    rebind them.
    """

    def __init__(self, shapes: Shapes, dtype: DTypeLike) -> None:
        sizes = [int(np.prod(shape)) for shape in shapes.values()]
        ends = np.cumsum([0, *sizes])
        self.vector: Array = np.zeros(int(ends[-1]), dtype)
        self.slices = {name: slice(int(a), int(b)) for name, a, b in zip(shapes, ends, ends[1:], strict=False)}
        self._views = {name: self.vector[self.slices[name]].reshape(shape) for name, shape in shapes.items()}

    def __reduce__(self) -> NoReturn:
        raise TypeError("parameters are neither copied nor pickled: copies of views are no views of the copy")

    def __getitem__(self, name: str) -> Array:
        return self._views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __len__(self) -> int:
        return len(self._views)


class Parameters(Flat):
    """θ, weights first, then b, γ, β and others; ``gradients`` has the same views into dθ.

    That the weights come first makes the penalty λ/(2m)·Σ‖W‖² one slice. Biases, γ and β are columns (n, 1). The w of
    an objective are weights too.
    """

    def __init__(self, shapes: Shapes, dtype: DTypeLike) -> None:
        ordered = {name: shapes[name] for name in sorted(shapes, key=_rank)}
        super().__init__(ordered, dtype)
        self.gradients = Flat(ordered, dtype)
        self.theta = self.vector
        self.d_theta = self.gradients.vector
        n_weights = sum(view.size for name, view in self.items() if _rank(name) < 2)
        self.weights = self.theta[:n_weights]
        self.d_weights = self.d_theta[:n_weights]
        self._row, self._squares = self.d_theta.reshape(1, -1), np.empty(1, dtype)

    def gradient_norm(self) -> float:
        """‖dθ‖; where the sum of squares overflows the type of dθ, it is taken anew in float64."""
        self._row.dot(self.d_theta, self._squares)
        squares: float = self._squares.item()
        return sqrt(squares) if isfinite(squares) else float(np.linalg.norm(self.d_theta.astype(np.float64)))


def _rank(name: str) -> int:
    """W or w before b before γ before β before others; a stable sort keeps the layers in order."""
    prefixes = ("W", "w", "b", "gamma", "beta")
    prefix = name.rstrip("0123456789")
    return prefixes.index(prefix) if prefix in prefixes else len(prefixes)
