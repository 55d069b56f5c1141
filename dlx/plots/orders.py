"""The picture of how the error of numeric differences falls with ε, until rounding takes over."""

from __future__ import annotations

from collections.abc import Sequence

from dlx.plots.canvas import DEV, GREY, TRAIN, house_style, new_figure, png

WIDTH, HEIGHT = 6.0, 4.0


def orders(
    epsilons: Sequence[float],
    one_sided: Sequence[float],
    two_sided: Sequence[float],
    labels: tuple[str, str],
    title: str,
) -> bytes:
    """Both errors over ε on logarithmic axes, as a PNG; ``labels`` tell the two curves apart."""
    with house_style():
        figure = new_figure(WIDTH, HEIGHT, title)
        axes = figure.add_axes((0.13, 0.14, 0.83, 0.74))
        for errors, color, label in ((one_sided, DEV, labels[0]), (two_sided, TRAIN, labels[1])):
            axes.loglog(epsilons, errors, "o-", color=color, markersize=3, label=label)
        axes.set_xlabel("ε", color=GREY)
        axes.set_ylabel("error of the difference", color=GREY)
        axes.grid(True)
        axes.legend()
        return png(figure)
