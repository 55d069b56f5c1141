"""The view of a landscape: the curve or the contours of an objective of one or two variables, and the path of w."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np

from dlx.show.pictures.path import contour_levels, surroundings, within_reach
from dlx.training.minimization import Minimization
from dlx.types import Array

GRID, CURVE = 96, 120  # points along an axis of two, and of one
NEAR = 0.5  # of each variable, on either side of its start, that is shown in any case
REACHES, SAMPLES = (1.0, 2.0, 4.0, 8.0), 33  # how far a valley is looked for, and at how many points along an axis
GROWTH = 0.5  # of the range, when the path leaves it
HUGE = 1e100


class LandscapeView:
    """What is shown of an objective while its variables move: the part of w where they have been, which may grow."""

    def __init__(self, experiment: Minimization) -> None:
        self.experiment = experiment
        start = np.asarray(experiment.landscape.w, dtype=np.float64)
        self._low, self._high = surroundings(np.stack([start, self._valley(start), start - NEAR, start + NEAR]))
        self._is_due = True  # whether the ground goes with the next picture

    def _valley(self, start: Array) -> Array:
        """The lowest point of the smallest grid around the start that has it inside; the start where none has."""
        for reach in REACHES:
            axes = np.meshgrid(*(np.linspace(w - reach, w + reach, SAMPLES) for w in start))
            points = np.column_stack([axis.ravel() for axis in axes])
            lowest = np.asarray(points[_finite(self.experiment.landscape.costs(points)).argmin()])
            if (np.abs(lowest - start) < 0.99 * reach).all():
                return lowest
        return start

    @staticmethod
    def is_possible(experiment: Minimization) -> bool:
        """Whether there is a picture: of more than two variables there is none."""
        return bool(experiment.landscape.w.size <= 2)

    def document(self) -> dict[str, Any]:
        """What stays as it is: the kind of picture, and the names of its axes."""
        size = self.experiment.landscape.w.size
        return {"kind": "contours" if size == 2 else "curve", "axes": ["w1", "w2"] if size == 2 else ["w", "J(w)"]}

    def picture(self) -> dict[str, Any]:
        """The path so far; and the ground below it, where that is another one than before."""
        steps, points = self.experiment.trail.table(self.experiment.position.step)
        path = np.asarray(points, dtype=np.float64)
        if not ((path >= self._low) & (path <= self._high)).all():
            path = within_reach(path, self.experiment.landscape.costs)
            self._grow(path)
        heights = self.experiment.landscape.costs(path) if path.shape[1] == 1 else np.empty(0)
        is_due, self._is_due = self._is_due, False
        return {
            "path": np.round(path, 9).tolist(),
            "heights": _finite(heights).tolist(),
            "has_left": len(path) < len(points),
            "step": steps[-1],
            **({"ground": self._ground()} if is_due else {}),
        }

    def renew(self) -> None:
        """Give the ground with the next picture again, as to a page that was loaded anew."""
        self._is_due = True

    def _grow(self, path: Array) -> None:
        """Let the path have room."""
        low, high = path.min(axis=0), path.max(axis=0)
        least, most = np.minimum(low, self._low), np.maximum(high, self._high)
        room = GROWTH * (most - least)
        if (low < self._low).any() or (high > self._high).any():
            self._is_due = True
        self._low, self._high = (
            np.where(low < self._low, least - room, self._low),
            np.where(high > self._high, most + room, self._high),
        )

    def _ground(self) -> dict[str, Any]:
        """J on the grid: its heights on a curve, or of contours between which two levels a point lies."""
        limits = {"low": self._low.tolist(), "high": self._high.tolist()}
        costs = self.experiment.landscape.costs
        if len(self._low) == 1:
            w = np.linspace(self._low[0], self._high[0], CURVE)
            return {**limits, "costs": _finite(costs(w[:, np.newaxis])).tolist()}
        xs, ys = (np.linspace(self._low[axis], self._high[axis], GRID) for axis in (0, 1))
        J = _finite(costs(np.column_stack([axis.ravel() for axis in np.meshgrid(xs, ys)])))
        levels = contour_levels(J)
        bands = np.searchsorted(levels, J).astype(np.uint8)
        encoded = b64encode(bands.tobytes()).decode()
        return {**limits, "grid": GRID, "bands": encoded, "levels": len(levels)}


def _finite(J: Array) -> Array:
    return np.asarray(np.nan_to_num(J, nan=HUGE, posinf=HUGE, neginf=-HUGE).clip(-HUGE, HUGE))
