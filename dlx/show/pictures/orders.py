"""The picture of how the error of numeric derivatives falls with ε, until rounding takes over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlx.show.pictures.canvas import CLASSES, DEV, GREY, TRAIN, house_style, new_figure, png

WIDTH, HEIGHT = 6.0, 4.0
COLORS, MARKERS = (DEV, TRAIN, CLASSES[2]), "os^"


def orders(epsilons: Sequence[float], curves: Mapping[str, Sequence[float]], title: str) -> bytes:
    """The errors of up to three methods by their labels, over ε on logarithmic axes, as a PNG; no point where 0."""
    with house_style():
        figure = new_figure(WIDTH, HEIGHT, title)
        axes = figure.add_axes((0.13, 0.14, 0.83, 0.74))
        for (label, errors), color, marker in zip(curves.items(), COLORS, MARKERS, strict=False):
            points = [(epsilon, error) for epsilon, error in zip(epsilons, errors, strict=True) if error > 0]
            coordinates = [epsilon for epsilon, _ in points], [error for _, error in points]
            axes.loglog(*coordinates, f"{marker}-", color=color, markersize=4, label=label)
        axes.set_xlabel("ε", color=GREY)
        axes.set_ylabel("error of the derivative", color=GREY)
        axes.grid(True)
        axes.legend()
        return png(figure)
