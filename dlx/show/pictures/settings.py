"""Why not a grid: the settings that a grid would have tried beside those of a search with as many trials."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlx.language import translated
from dlx.show.charts.trials import Trials
from dlx.show.pictures.canvas import ALARM, DEV, GREY, TRAIN, house_style, new_figure, png
from dlx.show.pictures.scales import Scale, tail
from dlx.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure

    from dlx.documents.tuning import SearchedDimension, TuningDocument

WIDTH, HEIGHT = 9.4, 4.9
RUG = 0.025  # of the axes
CROWDED = 150


@house_style()
def settings(document: TuningDocument) -> bytes:
    """Two panels over the two most important hyperparameters, those of many values before all others, as PNG.

    On the left a grid of at most as many trials: k = ⌊(n/options)^(1/d)⌋ values of each of d numbers, however many
    trials that takes. On the right the trials of the search, by their error. Of a search that is a grid itself, it
    stands on the left, and on the right as many trials drawn at random. The ticks along the axes are the distinct
    values.

    Args:
        document: ``tune.json``.
    """
    trials, count = Trials(document), len(document.trials)
    title = translated(f"{tail(document.name, 40)}: what {count:,} trials try of each hyperparameter")
    figure = new_figure(WIDTH, HEIGHT, title)
    scales = [Scale(dimension) for dimension in _most_important(document)]
    columns = [scale.places([trial.settings[scale.key] for trial in document.trials]) for scale in scales]
    if document.method == "grid":
        searched = _Sample("this search, a grid", columns, (34, 13))
        samples = searched, _random(scales, count)
    else:
        searched = _Sample("this search", columns, (34, 13))
        samples = _grid(document, scales), searched
    for left, sample in zip((0.088, 0.545), samples, strict=True):
        axes = figure.add_axes((left, 0.12, 0.35, 0.66))
        for axis, scale, column in zip((axes.xaxis, axes.yaxis), scales, columns, strict=False):
            scale.write(axis, column)
        if len(scales) == 1:
            _number_trials(axes)
        if sample is searched:
            _color_bar(figure, _points(axes, scales, sample, trials), trials)
        else:
            axes.scatter(sample.columns[0], sample.heights, s=sample.size, color=GREY, zorder=2, clip_on=False)
        _rug(axes, sample.columns)
        _words(axes, scales, sample)
    return png(figure)


class _Sample(NamedTuple):
    """Settings: their places along each scale that is shown, and the sizes of their dots where they are few or many."""

    title: str
    columns: Sequence[Array]
    sizes: tuple[int, int]

    @property
    def heights(self) -> Array:
        """The second place, or the number of the trial where there is only one hyperparameter."""
        return self.columns[1] if len(self.columns) > 1 else np.arange(len(self.columns[0]), dtype=float)

    @property
    def size(self) -> int:
        """Of a dot."""
        return self.sizes[0] if len(self.columns[0]) < CROWDED else self.sizes[1]


def _most_important(document: TuningDocument) -> Sequence[SearchedDimension]:
    """Two dimensions of the space, or one where there is only one."""
    weight = {share.key: share.value for share in document.importance}

    def rank(dimension: SearchedDimension) -> tuple[bool, bool, float]:
        scale = Scale(dimension)
        return scale.is_choice, scale.is_discrete, -weight.get(scale.key, 0)

    return sorted(document.space, key=rank)[:2]


def _grid(document: TuningDocument, scales: Sequence[Scale]) -> _Sample:
    """As many values of each number as a grid of no more trials than there are has room for."""
    numbers = sum(dimension.scale != "choice" for dimension in document.space)
    options = prod(len(dimension.choices) for dimension in document.space if dimension.scale == "choice")
    each = 1
    while numbers and options * (each + 1) ** numbers <= len(document.trials):
        each += 1
    more = f" ({each + 1} of each would take {options * (each + 1) ** numbers:,} trials)" if numbers else ""
    values = np.meshgrid(*(_grid_places(scale, each) for scale in scales))
    return _Sample(f"a grid{more}", [places.ravel() for places in values], (60, 16))


def _grid_places(scale: Scale, count: int) -> Array:
    if scale.is_choice:
        return np.arange(float(len(scale.options)))
    return _whole(scale, np.linspace(*scale.ends, count) if count > 1 else np.array([sum(scale.ends) / 2]))


def _random(scales: Sequence[Scale], count: int) -> _Sample:
    rng = np.random.default_rng(0)
    return _Sample("as many trials drawn at random", [_draws(scale, rng.random(count)) for scale in scales], (34, 13))


def _draws(scale: Scale, u: Array) -> Array:
    if scale.is_choice:
        return np.asarray(np.floor(u * len(scale.options)))
    return _whole(scale, scale.ends[0] + u * (scale.ends[1] - scale.ends[0]))


def _whole(scale: Scale, places: Array) -> Array:
    """The places of the nearest whole numbers where the scale has no others."""
    return scale.places([round(scale.value(place)) for place in places]) if scale.is_integer else places


def _number_trials(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.set_ylabel("trial")
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))


def _points(axes: Axes, scales: Sequence[Scale], sample: _Sample, trials: Trials) -> PathCollection:
    """The trials in the colour of their error; returns what has a colour."""
    from matplotlib.colors import LogNorm, Normalize

    norm = (LogNorm if trials.is_logarithmic else Normalize)(trials.bottom, trials.top)
    x, y = scales[0].beside(sample.columns[0]), sample.heights
    y = scales[1].beside(y[::-1])[::-1] if len(scales) > 1 else y  # not by the same draws
    lost = ~trials.ended
    axes.scatter(x[lost], y[lost], marker="x", s=sample.size * 0.6, color=ALARM, linewidths=1, alpha=0.7)
    order = np.argsort(-np.nan_to_num(trials.values))
    order = order[trials.ended[order]]  # the best on top
    points = axes.scatter(
        x[order], y[order], c=trials.heights[order], s=sample.size, cmap="viridis", norm=norm, edgecolors="white",
        linewidths=0.4, zorder=2, clip_on=False,
    )  # fmt: skip
    if trials.best is not None:
        at = x[trials.best], y[trials.best]
        axes.scatter(*at, marker="*", s=210, color=DEV, edgecolors="white", zorder=5, clip_on=False)
    return points


def _rug(axes: Axes, columns: Sequence[Array]) -> None:
    """A tick for each value along the axis."""
    ends = [0, RUG]
    for place in np.unique(columns[0].round(12)):
        axes.plot([place, place], ends, color=TRAIN, linewidth=0.7, transform=axes.get_xaxis_transform())
    for place in np.unique(columns[1].round(12)) if len(columns) > 1 else ():
        axes.plot(ends, [place, place], color=TRAIN, linewidth=0.7, transform=axes.get_yaxis_transform())


def _words(axes: Axes, scales: Sequence[Scale], sample: _Sample) -> None:
    """What is shown, and how many distinct values there are."""
    axes.text(0, 1.155, translated(sample.title), transform=axes.transAxes, size=9, parse_math=False, weight="bold")
    for number, (scale, column) in enumerate(zip(scales, sample.columns, strict=True), 1):
        distinct = len(np.unique(column.round(12)))
        line = f"{distinct:,} distinct value{'s' * (distinct != 1)} of {tail(scale.key, 34)}"
        height = 1.155 - 0.055 * number
        axes.text(0, height, translated(line), transform=axes.transAxes, size=9, parse_math=False, color=TRAIN)


def _color_bar(figure: Figure, points: PathCollection, trials: Trials) -> None:
    from matplotlib.ticker import LogLocator

    bar = figure.colorbar(points, cax=figure.add_axes((0.925, 0.12, 0.014, 0.66)))
    if trials.is_logarithmic:
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    bar.ax.yaxis.set_major_formatter("{x:,g}")
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.set_label(trials.quantity.name, parse_math=False)
