"""The trail of an objective: where w has been, step by step, thinned where the steps are very many."""

from __future__ import annotations

import numpy as np

from dlx.types import Array

MOST_POINTS, LEAST_POINTS = 1000, 20
MOST_NUMBERS = 100_000  # of all points together: of very many variables fewer points are kept


class Trail:
    """Copies of w before the first step, after each of the first steps, and then after every so many.

    A fifth of the points are of the first steps, where w moves most; the rest lie evenly over all steps that are
    planned. What is kept depends on the numbers of the steps alone, so training that goes on keeps the same.
    """

    def __init__(self, w: Array, steps: int) -> None:
        self._w = w
        most = min(max(MOST_NUMBERS // w.size, LEAST_POINTS), MOST_POINTS)
        self._first = most // 5
        self._every = -(-steps // (most - self._first))
        self._steps: list[int] = []
        self._points: list[Array] = []

    def see(self, step: int) -> None:
        """Keep w as it is after this step, if that is due."""
        if step <= self._first or step % self._every == 0:
            self._steps.append(step)
            self._points.append(self._w.copy())

    def table(self, step: int) -> tuple[list[int], Array]:
        """The steps, and w after each of them, (points, n); the last is ``step``, after which w is where it is now."""
        missing = not self._steps or self._steps[-1] != step
        points = [*self._points, self._w.copy()] if missing else self._points
        return [*self._steps, step] if missing else self._steps, np.array(points)

    def arrays(self) -> dict[str, Array]:
        """What ``load`` needs."""
        return {"trail_steps": np.array(self._steps, np.int64), "trail": np.array(self._points, self._w.dtype)}

    def load(self, arrays: dict[str, Array]) -> None:
        """Stand where ``arrays`` was called."""
        self._steps, self._points = arrays["trail_steps"].tolist(), list(arrays["trail"])
