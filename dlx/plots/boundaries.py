"""The decision regions of several networks side by side, over the same plane and the same examples."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from dlx.plots.boundary import Parts, Plane, Predict, plane, some
from dlx.plots.canvas import house_style, new_figure, png

COLUMNS = 4
PANEL, GAP, ABOVE = 2.7, 0.22, 0.75  # inches
GRID = 120  # rows and columns at which each network is asked


class Panel(NamedTuple):
    """One network: what stands above its plane, and what it says of X (rows, 2)."""

    label: str
    predict: Predict


@house_style()
def boundaries(panels: Sequence[Panel], parts: Parts, *, title: str, task: str) -> bytes:
    """The plane of the two inputs once for each network, as PNG; arguments as those of `boundary`.

    Of a regression the colours are the same numbers in every panel.
    """
    columns = min(COLUMNS, len(panels))
    rows = ceil(len(panels) / columns)
    width, height = columns * (PANEL + GAP) + GAP, ABOVE + rows * (PANEL + 2 * GAP)
    figure = new_figure(width, height, title)
    drawn = {name: some(X, y) for name, (X, y) in parts.items()}
    xs, ys = plane(np.concatenate([X for X, _ in drawn.values()]), np.array([1.0, 1.0]), GRID)
    places = np.column_stack([grid.ravel() for grid in np.meshgrid(xs, ys)])
    said = [np.nan_to_num(np.asarray(one.predict(places), dtype=float), posinf=0, neginf=0) for one in panels]
    limits = _limits(said, drawn) if task == "regression" else None
    for number, (one, values) in enumerate(zip(panels, said, strict=True)):
        left = (GAP + number % columns * (PANEL + GAP)) / width
        bottom = 1 - (ABOVE + (number // columns) * (PANEL + 2 * GAP) + PANEL) / height
        axes = figure.add_axes((left, bottom, PANEL / width, PANEL / height))
        axes.set(xticks=[], yticks=[])
        axes.set_title(one.label, size=9.5, parse_math=False)
        draw = Plane(axes, xs, ys, drawn)
        shaped = values.reshape(GRID, GRID, -1)
        if limits is None:
            draw.regions(shaped)
        else:
            draw.surface(shaped[:, :, 0], limits)
    return png(figure)


def _limits(said: Sequence[np.ndarray], parts: Parts) -> tuple[float, float]:
    every = [*(values.ravel() for values in said), *(np.ravel(y) for _, y in parts.values())]
    return min(float(values.min()) for values in every), max(float(values.max()) for values in every)
