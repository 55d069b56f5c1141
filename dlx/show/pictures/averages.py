"""The picture of a series and its exponentially weighted averages, with and without their bias corrected."""

from __future__ import annotations

from collections.abc import Mapping

from dlx.show.charts.averages import label_of
from dlx.show.pictures.canvas import CLASSES, GREY, house_style, new_figure, png
from dlx.types import Array

WIDTH, HEIGHT = 9.0, 4.2
LINES = CLASSES[1:]


def averages(
    series: Array, plain: Mapping[float, Array], corrected: Mapping[float, Array], title: str, name: str
) -> bytes:
    """The values as points, for each β the corrected average as a line and the plain one dashed, as a PNG."""
    with house_style():
        figure = new_figure(WIDTH, HEIGHT, title)
        axes = figure.add_axes((0.08, 0.13, 0.9, 0.75))
        t = range(1, len(series) + 1)
        axes.plot(t, series, ".", color=CLASSES[0], markersize=4, alpha=0.5, label=f"{name} as it is")
        for number, beta in enumerate(corrected):
            color = LINES[number % len(LINES)]
            axes.plot(t, plain[beta], "--", color=color, linewidth=1, alpha=0.8, zorder=2 + beta)
            axes.plot(t, corrected[beta], color=color, linewidth=1.8, zorder=2 + beta, label=label_of(beta))
        axes.plot([], [], "--", color=GREY, linewidth=1, label="bias not corrected")
        axes.set_xlabel("t", color=GREY)
        axes.set_ylabel(name, color=GREY, parse_math=False)
        axes.set_xlim(0, len(series) + 1)
        axes.grid(True)
        axes.legend(fontsize=9)
        return png(figure)
