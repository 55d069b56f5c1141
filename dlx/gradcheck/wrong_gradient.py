"""A gradient of one operation that is wrong: what the backward pass says, and what is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlx.gradcheck.operations import Operation
from dlx.types import Array

SAME = 1e-6  # two gradients this close are the same


@dataclass(frozen=True)
class WrongGradient:
    """A gradient that is wrong: its analytic and numeric values in the flat ``entries`` that were judged.

    ``wrong`` says which of them are, ``stale`` that they change with the pass before, ``independent`` that they do not
    change with anything but u.
    """

    operation: Operation
    name: str
    shape: tuple[int, ...]
    entries: Array
    analytic: Array
    numeric: Array
    wrong: Array
    stale: bool
    independent: bool = False

    def explained_by(self, values: Array) -> bool:
        """Whether they are these values, and their being wrong is explained by that."""
        rest = float(np.linalg.norm(self.analytic - values))
        size, error = np.linalg.norm(self.analytic), np.linalg.norm(self.analytic - self.numeric)
        return rest < min(SAME * float(size), 0.1 * float(error))


def factor_of(analytic: Array, values: Array) -> float | None:
    """The c of analytic = c·values, if there are any such values."""
    size = float(values @ values)
    return float(values @ analytic) / size if np.isfinite(size) and size else None
