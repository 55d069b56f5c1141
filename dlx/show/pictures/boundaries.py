"""The decision regions of several networks side by side, over the same plane, each with its examples."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

import numpy as np

from dlx.show.pictures.boundary import Plane, Predict, plane, subsample
from dlx.show.pictures.canvas import house_style, new_figure, png
from dlx.words import Task

COLUMNS = 4
PANEL, GAP, ABOVE = 2.55, 0.22, 0.95  # inches
GRID = 120  # rows and columns at which each network is asked
LONGEST = 34  # characters above a panel


class Panel(NamedTuple):
    """One network: what stands above its plane, what it says of X (rows, 2), and the examples that it learned of."""

    label: str
    predict: Predict
    X: np.ndarray
    y: np.ndarray


@house_style()
def boundaries(panels: Sequence[Panel], *, title: str, task: str) -> bytes:
    """The plane of the two inputs once for each network, as PNG; `task` as that of `boundary`.

    The plane holds the examples of all networks, so that what differs in their data is seen. Of a regression the
    colours are the same numbers in every panel.
    """
    rows = ceil(len(panels) / COLUMNS)
    columns = ceil(len(panels) / rows)
    width, height = max(columns * (PANEL + GAP) + GAP, 4.5), ABOVE + rows * (PANEL + 2 * GAP)
    figure = new_figure(width, height, title, "examples of train on what the network of the first seed says")
    examples = [subsample(panel.X, panel.y) for panel in panels]
    xs, ys = plane(np.concatenate([X for X, _ in examples]), np.array([1.0, 1.0]), GRID)
    places = np.column_stack([grid.ravel() for grid in np.meshgrid(xs, ys)])
    predictions = [
        np.nan_to_num(np.asarray(panel.predict(places), dtype=float), posinf=0, neginf=0) for panel in panels
    ]
    limits = _limits([*predictions, *(y for _, y in examples)]) if task == Task.REGRESSION else None
    for number, (panel, sample, values) in enumerate(zip(panels, examples, predictions, strict=True)):
        left = (GAP + number % columns * (PANEL + GAP)) / width
        bottom = 1 - (ABOVE + (number // columns) * (PANEL + 2 * GAP) + PANEL) / height
        axes = figure.add_axes((left, bottom, PANEL / width, PANEL / height))
        axes.set(xticks=[], yticks=[])
        axes.set_title(shortened(panel.label), size=9.5, parse_math=False)
        draw = Plane(axes, xs, ys, {"train": sample})
        shaped = values.reshape(GRID, GRID, -1)
        if limits is None:
            draw.regions(shaped)
        else:
            draw.surface(shaped[:, :, 0], limits)
    return png(figure)


def _limits(values: Sequence[np.ndarray]) -> tuple[float, float]:
    return min(float(array.min()) for array in values), max(float(array.max()) for array in values)


def shortened(label: str) -> str:
    """The end has the error; of a name that is too long the middle is left out."""
    if len(label) <= LONGEST:
        return label
    half = LONGEST // 2
    return f"{label[: half - 1]}…{label[-half:]}"
