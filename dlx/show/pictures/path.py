"""Where an objective's variables have been: on the curve of J for one of them, on its contours for two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from dlx.show.pictures.canvas import ALARM, DEV, GREY, INK, TRAIN, house_style, new_figure, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 7.0, 5.2  # of the figure, in inches
CURVE_POINTS, GRID = 400, 120
MARGIN = 0.2  # of the range of the path, on each side
NARROWEST = 0.25  # of the wider range: a path along an axis still has its surroundings
WIDE = 400  # pixels of axes whose contours have room for their heights
CROWDED = 200  # points beyond which they are a line without dots
LEVELS = 16
HUGE = 1e100  # beyond this costs are no longer drawn
RUNAWAY = 1e3  # times the cost at the start, above the lowest, at which a path leaves the picture

Costs = Callable[[np.ndarray], np.ndarray]


@house_style()
def path(steps: Sequence[int], points: np.ndarray, costs: Costs, *, title: str) -> bytes:
    """The path of one or two variables as PNG, its start and its end marked.

    Args:
        steps: the numbers of the steps.
        points: w after each of them, (points, 1) or (points, 2).
        costs: (k, n) → J of each row, (k,).
        title: stands above the picture.
    """
    figure = new_figure(WIDTH, HEIGHT, title)
    axes = figure.add_axes((0.85 / WIDTH, 0.6 / HEIGHT, 1 - 1.15 / WIDTH, 1 - 1.3 / HEIGHT))
    if not (np.abs([*points[0], *costs(points[:1])]) < HUGE).all():
        axes.set_axis_off()
        axes.text(0.5, 0.5, "the start lies beyond what can be drawn", ha="center", transform=axes.transAxes)
        return png(figure)
    trajectory = within_reach(np.asarray(points, dtype=float), costs)
    xs, ys = ground(axes, trajectory, costs, surroundings(trajectory))
    _walk(axes, xs, ys, steps[: len(trajectory)])
    if len(trajectory) < len(points):
        message = f"beyond the picture after {steps[len(trajectory)]:,} of {steps[-1]:,} steps"
        axes.text(0.01, 0.02, message, color=ALARM, transform=axes.transAxes)
    return png(figure)


def ground(
    axes: Axes, points: np.ndarray, costs: Costs, limits: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the curve of J or its contours within the limits; returns where the points lie, x and y."""
    draw = _on_a_curve if points.shape[1] == 1 else _on_contours
    return draw(axes, points, costs, *limits)


def within_reach(points: np.ndarray, costs: Costs) -> np.ndarray:
    """The path up to where it runs away to costs that would leave nothing else to be seen."""
    J = costs(points)
    lowest = np.minimum.accumulate(np.where(np.isfinite(J), J, np.inf))
    limit = RUNAWAY * max(abs(J[0]), J[0] - lowest.min(), np.finfo(float).tiny)
    lost = ~(np.abs(J) <= limit) | ~(np.abs(points) < HUGE).all(axis=1)
    lost[0] = False  # the start is always shown
    return points[: int(lost.argmax())] if lost.any() else points


def _on_a_curve(
    axes: Axes, points: np.ndarray, costs: Costs, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    w = np.linspace(low[0], high[0], CURVE_POINTS)
    J = costs(w[:, np.newaxis])
    axes.plot(w, np.where(np.abs(J) < HUGE, J, np.nan), color=GREY, linewidth=1.4, zorder=1)
    axes.set(xlabel="w", ylabel="J(w)", xlim=(low[0], high[0]))
    axes.grid()
    return points[:, 0], costs(points)


def _on_contours(
    axes: Axes, points: np.ndarray, costs: Costs, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    from matplotlib import colormaps

    xs, ys = np.linspace(low, high, GRID).T
    grid = np.column_stack([coordinates.ravel() for coordinates in np.meshgrid(xs, ys)])
    J = np.nan_to_num(costs(grid).reshape(GRID, GRID), nan=HUGE, posinf=HUGE, neginf=-HUGE).clip(-HUGE, HUGE)
    levels = contour_levels(J)
    if len(levels):
        shades = colormaps["Blues"](np.linspace(0.0, 0.6, len(levels) + 1))
        axes.contourf(xs, ys, J, levels=levels, colors=shades, extend="both", zorder=0)
        lines = axes.contour(xs, ys, J, levels=levels, colors=GREY, linewidths=0.6, linestyles="solid", zorder=1)
        if axes.bbox.width > WIDE:
            axes.clabel(lines, levels=levels[::3], fontsize=9, fmt="{:.3g}".format)
    axes.set(xlabel="w1", ylabel="w2", xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    return points[:, 0], points[:, 1]


def surroundings(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest w that are shown: the path with a margin, and not too narrow a strip."""
    low, high = points.min(axis=0), points.max(axis=0)
    widest = float((high - low).max()) or max(1.0, float(np.abs(low).max()))
    span = np.maximum(high - low, NARROWEST * widest) * (1 + 2 * MARGIN)
    return (low + high - span) / 2, (low + high + span) / 2


def contour_levels(J: np.ndarray) -> np.ndarray:
    """Heights of the contours, ascending: even steps of ln(J − min) where J spans decades, else of √(J − min).

    Steps of √(J − min) lie evenly in a bowl; where J spans decades they would all lie on the walls, and the floor,
    where the path is, would be blank.
    """
    above = J - J.min()
    typical, highest = float(np.median(above)), float(above.max())
    if highest <= 0:
        return np.empty(0)
    if highest < 20 * typical:
        steps: np.ndarray = J.min() + highest * np.linspace(0, 1, LEVELS + 2)[1:-1] ** 2
        return steps
    lowest = max(float(np.quantile(above, 0.002)), 1e-9 * highest)
    return np.unique(J.min() + np.geomspace(lowest, highest, LEVELS + 1)[:-1])


def _walk(axes: Axes, xs: np.ndarray, ys: np.ndarray, steps: Sequence[int]) -> None:
    """The path with its start and end; its dots are left out where they would be one line."""
    on_a_curve = axes.get_xlabel() == "w"  # where a line between the dots would hide how far each step goes
    marker, line = "o" if on_a_curve or len(xs) <= CROWDED else "", "" if on_a_curve else "-"
    axes.plot(xs, ys, color=TRAIN, linestyle=line, linewidth=1.0, marker=marker, markersize=2.5, zorder=2)
    last = steps[-1]
    for place, color, caption in ((0, DEV, "start"), (-1, ALARM, f"after {last:,} step{'s' * (last != 1)}")):
        label = f"{caption}: {_place(axes, xs[place], ys[place])}"
        axes.plot(xs[place], ys[place], linestyle="", marker="o", markersize=7, color=color, label=label, zorder=3)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, labelcolor=INK, borderaxespad=0.2)


def _place(axes: Axes, x: float, y: float) -> str:
    """Such as `w = 5, J = 0.1`, or the two variables."""
    return f"w = {x:.4g}, J = {y:.4g}" if axes.get_xlabel() == "w" else f"({x:.4g}, {y:.4g})"
