"""The picture of the examples that a network is most wrong about: each image with what it was taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.documents.classes import WorstExample
from dlx.language import translated
from dlx.show.charts.images import brightness
from dlx.show.pictures.canvas import ALARM, GREY, TRAIN, house_style, new_figure, png
from dlx.text import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 8
TILE, CAPTION, TOP = 1.15, 0.42, 0.45  # inches


@house_style()
def worst(images: np.ndarray, answers: Sequence[WorstExample], title: str) -> bytes:
    """A sheet of the images, the most wrong first, as PNG.

    Args:
        images: (k, h, w) or (k, h, w, c), as the data have them.
        answers: of the network, k of them.
        title: stands above the picture.
    """
    columns = min(COLUMNS, max(len(images), 6))
    rows = -(-len(images) // columns)
    width, height = 0.3 + columns * TILE, TOP + rows * (TILE + CAPTION)
    figure = new_figure(width, height, translated(f"{title}: the worst first, class → taken for with probability p"))
    sheet = figure.add_axes(
        (0, 0, 1, 1)
    )  # one for all, in inches: axes of its own for each image cost most of the time
    for number, (image, answer) in enumerate(zip(brightness(images), answers, strict=True)):
        row, column = divmod(number, columns)
        left, top = 0.15 + column * TILE, height - TOP - row * (TILE + CAPTION)
        _tile(sheet, (left + 0.45 * TILE, top - 0.525 * TILE), image, answer)
    sheet.set(xlim=(0, width), ylim=(0, height), aspect="auto")
    sheet.set_axis_off()
    return png(figure)


def _tile(sheet: Axes, center: tuple[float, float], image: np.ndarray, answer: WorstExample) -> None:
    """An image that fills its place in one direction, in a frame, over its caption."""
    x, y = center
    half = [0.45 * TILE * side / max(image.shape[:2]) for side in image.shape[1::-1]]
    extent = (x - half[0], x + half[0], y - half[1], y + half[1])
    sheet.imshow(image, cmap="gray", vmin=0, vmax=1, interpolation="nearest", extent=extent)
    sheet.plot([extent[k] for k in (0, 1, 1, 0, 0)], [extent[k] for k in (2, 2, 3, 3, 2)], color=GREY, linewidth=0.5)
    color = TRAIN if answer.label == answer.predicted else ALARM
    words = f"{_short(answer.label)} → {_short(answer.predicted)}"
    options: dict[str, Any] = {"ha": "center", "va": "top", "parse_math": False}
    sheet.text(x, y - half[1] - 0.05 * TILE, words, color=color, size=9, weight="bold", **options)
    sheet.text(
        x,
        y - half[1] - 0.2 * TILE,
        f"no. {answer.index:,}, p {'–' if answer.probability is None else f'{answer.probability:.2f}'}",
        color=GREY,
        size=7,
        **options,
    )


def _short(label: object) -> str:
    return shorten(str(label), 8)
