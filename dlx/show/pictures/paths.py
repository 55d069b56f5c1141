"""Where several optimizers have been on objectives, side by side, each on its curve of J or its contours."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from dlx.language import translated
from dlx.show.pictures.boundaries import shortened
from dlx.show.pictures.canvas import DEV, TRAIN, house_style, new_figure, png
from dlx.show.pictures.path import CROWDED, Costs, ground, surroundings, within_reach

COLUMNS = 3
PANEL, GAP, BETWEEN, LEFT, RIGHT, ABOVE = 2.7, 0.7, 0.95, 0.75, 0.2, 1.15  # inches


class DescentPath(NamedTuple):
    """One path: its name, the numbers of its steps, w after each of them (points, n ≤ 2), and J of rows of points."""

    label: str
    steps: Sequence[int]
    points: np.ndarray
    costs: Costs


@house_style()
def paths(ways: Sequence[DescentPath], *, title: str) -> bytes:
    """A panel for each path, as PNG; all show the same part of w, in which every path lies.

    Above each stands J at its end and after how many steps that is. What runs away leaves its picture (see `path`).
    """
    rows = ceil(len(ways) / COLUMNS)
    columns = ceil(len(ways) / rows)
    width, height = max(LEFT + columns * (PANEL + GAP) - GAP + RIGHT, 4.5), ABOVE + rows * (PANEL + BETWEEN) - 0.35
    figure = new_figure(width, height, title, "from the start (ring) to the end (dot)")
    trajectories = [within_reach(np.asarray(way.points, dtype=float), way.costs) for way in ways]
    limits = _square(*surroundings(np.concatenate(trajectories)))
    for number, (way, points) in enumerate(zip(ways, trajectories, strict=True)):
        left = (LEFT + number % columns * (PANEL + GAP)) / width
        bottom = 1 - (ABOVE + (number // columns) * (PANEL + BETWEEN) + PANEL) / height
        axes = figure.add_axes((left, bottom, PANEL / width, PANEL / height))
        xs, ys = ground(axes, points, way.costs, limits)
        single = points.shape[1] == 1  # where a line between the dots would hide how far each step goes
        marker = "o" if single or len(points) <= CROWDED else ""
        axes.plot(xs, ys, color=TRAIN, linestyle="" if single else "-", linewidth=1.0, marker=marker, markersize=2.2)
        for place, inside in ((0, "white"), (-1, DEV)):
            axes.plot(xs[place], ys[place], "o", markersize=6, color=DEV, markerfacecolor=inside, zorder=3)
        axes.set_title(_label(way, points), size=9.5, parse_math=False)
        axes.tick_params(labelsize=9)
    return png(figure)


def _square(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """As wide as high, so that what is round is drawn round."""
    middle, span = (low + high) / 2, (high - low).max()
    return middle - span / 2, middle + span / 2


def _label(way: DescentPath, points: np.ndarray) -> str:
    if len(points) < len(way.points):
        return f"{shortened(way.label)}\n{translated(f'gone after {_steps(way.steps[len(points)])}')}"
    return f"{shortened(way.label)}\nJ = {way.costs(points[-1:])[0]:.2g} {translated(f'after {_steps(way.steps[-1])}')}"


def _steps(count: int) -> str:
    return f"{count:,} step{'s' * (count != 1)}"
