"""Why not a grid: the settings that a grid would have tried beside those of a search with as many trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.show.pictures.canvas import ALARM, DEV, GREY, TRAIN, house_style, new_figure, png
from dlx.show.pictures.scales import Scale, tail
from dlx.show.pictures.trials import Trials
from dlx.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 9.4, 4.9
RUG = 0.025  # of the axes
CROWDED = 150

Document = Mapping[str, Any]


@house_style()
def settings(document: Document) -> bytes:
    """Two panels over the two most important hyperparameters, those of many values before all others, as PNG.

    On the left a grid of at most as many trials: k = ⌊(n/options)^(1/d)⌋ values of each of d numbers, however many
    trials that takes. On the right the trials of the search, by their error. Of a search that is a grid itself, it
    stands on the left, and on the right as many trials drawn at random. The ticks along the axes are the distinct
    values.

    Args:
        document: ``tune.json``.
    """
    trials, count = Trials(document), len(document["trials"])
    figure = new_figure(
        WIDTH, HEIGHT, f"{tail(document['name'], 40)}: what {count:,} trials try of each hyperparameter"
    )
    scales = [Scale(entry) for entry in _most_important(document)]
    panels: tuple[type[_Panel], ...] = (
        (_SearchedGrid, _Random) if document.get("method") == "grid" else (_Grid, _Searched)
    )
    for left, panel in zip((0.088, 0.545), panels, strict=True):
        axes = figure.add_axes((left, 0.12, 0.35, 0.66))
        drawing = panel(axes, document, scales, trials)
        drawing.draw()
        if drawing.points is not None:
            _color_bar(figure, drawing, trials)
    return png(figure)


def _most_important(document: Document) -> Sequence[Document]:
    """Two entries of the space, or one where there is only one."""
    weight = {entry["key"]: entry["value"] for entry in document.get("importance", [])}

    def rank(entry: Document) -> tuple[bool, bool, float]:
        scale = Scale(entry)
        return scale.is_choice, scale.is_discrete, -weight.get(scale.key, 0)

    return sorted(document["space"], key=rank)[:2]


class _Panel:
    """One pair of axes; the second is the number of the trial where there is only one hyperparameter."""

    def __init__(self, axes: Axes, document: Document, scales: Sequence[Scale], trials: Trials) -> None:
        self.axes, self.document, self.scales, self.trials = axes, document, scales, trials
        self.points: Any = None

    def columns(self) -> list[Array]:
        """The places of all trials along each hyperparameter that is shown."""
        return [
            scale.places([trial["settings"][scale.key] for trial in self.document["trials"]]) for scale in self.scales
        ]

    def draw(self) -> None:
        """The points, the distinct values along the axes, and how many there are."""
        from matplotlib.ticker import MaxNLocator

        searched, columns = self.columns(), self.places()
        for axis, scale, column in zip((self.axes.xaxis, self.axes.yaxis), self.scales, searched, strict=False):
            scale.write(axis, column)
        y = columns[1] if len(columns) > 1 else np.arange(len(columns[0]), dtype=float)
        if len(columns) == 1:
            self.axes.set_ylabel("trial")
            self.axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        self.scatter(columns[0], y)
        self.rug(columns)
        lines = [
            self.title(),
            *(self.counted(scale, column) for scale, column in zip(self.scales, columns, strict=True)),
        ]
        for number, line in enumerate(lines):
            style: dict[str, Any] = {"weight": "bold"} if number == 0 else {"color": TRAIN}
            height = 1.155 - 0.055 * number
            self.axes.text(0, height, line, transform=self.axes.transAxes, size=9, parse_math=False, **style)

    def title(self) -> str:
        """What is shown."""
        raise NotImplementedError

    def places(self) -> list[Array]:
        """Where the points stand."""
        raise NotImplementedError

    def scatter(self, x: Array, y: Array) -> None:
        """Draw them."""
        raise NotImplementedError

    def counted(self, scale: Scale, column: Array) -> str:
        """How many distinct values there are."""
        distinct = len(np.unique(column.round(12)))
        return f"{distinct:,} distinct value{'s' * (distinct != 1)} of {tail(scale.key, 34)}"

    def rug(self, columns: Sequence[Array]) -> None:
        """A tick for each value along the axis."""
        ends = [0, RUG]
        for place in np.unique(columns[0].round(12)):
            self.axes.plot([place, place], ends, color=TRAIN, linewidth=0.7, transform=self.axes.get_xaxis_transform())
        for place in np.unique(columns[1].round(12)) if len(columns) > 1 else ():
            self.axes.plot(ends, [place, place], color=TRAIN, linewidth=0.7, transform=self.axes.get_yaxis_transform())


class _Grid(_Panel):
    def title(self) -> str:
        each = self._each() + 1
        more = f" ({each} of each would take {self._taken(each):,} trials)" if self.numbers else ""
        return f"a grid{more}"

    def places(self) -> list[Array]:
        each = [self._values(scale) for scale in self.scales]
        return [coordinates.ravel() for coordinates in np.meshgrid(*each)]

    def _values(self, scale: Scale) -> Array:
        if scale.is_choice:
            return np.arange(float(len(scale.options)))
        count = self._each()
        places = np.linspace(*scale.ends, count) if count > 1 else np.array([sum(scale.ends) / 2])
        return scale.places([round(scale.value(place)) for place in places]) if scale.is_integer else places

    def _each(self) -> int:
        """Values of each number."""
        each = 1
        while self.numbers and self._taken(each + 1) <= len(self.document["trials"]):
            each += 1
        return each

    def _taken(self, each: int) -> int:
        """Trials of a grid with so many values of each number."""
        options = prod(len(entry["choices"]) for entry in self.document["space"] if entry["scale"] == "choice")
        return int(options * each**self.numbers)

    @property
    def numbers(self) -> int:
        """Hyperparameters with a scale."""
        return sum(entry["scale"] != "choice" for entry in self.document["space"])

    def scatter(self, x: Array, y: Array) -> None:
        self.axes.scatter(x, y, s=60 if len(x) < CROWDED else 16, color=GREY, zorder=2, clip_on=False)


class _Searched(_Panel):
    def title(self) -> str:
        return "this search"

    def places(self) -> list[Array]:
        return self.columns()

    def scatter(self, x: Array, y: Array) -> None:
        from matplotlib.colors import LogNorm, Normalize

        trials = self.trials
        norm = (LogNorm if trials.is_logarithmic else Normalize)(trials.bottom, trials.top)
        x = self.scales[0].beside(x)
        y = self.scales[1].beside(y[::-1])[::-1] if len(self.scales) > 1 else y  # not by the same draws
        size = 34 if len(x) < CROWDED else 13
        lost = ~trials.ended
        self.axes.scatter(x[lost], y[lost], marker="x", s=size * 0.6, color=ALARM, linewidths=1, alpha=0.7)
        order = np.argsort(-np.nan_to_num(trials.values))
        order = order[trials.ended[order]]  # the best on top
        self.points = self.axes.scatter(
            x[order], y[order], c=trials.heights[order], s=size, cmap="viridis", norm=norm, edgecolors="white",
            linewidths=0.4, zorder=2, clip_on=False,
        )  # fmt: skip
        if trials.best is not None:
            at = x[trials.best], y[trials.best]
            self.axes.scatter(*at, marker="*", s=210, color=DEV, edgecolors="white", zorder=5, clip_on=False)


class _SearchedGrid(_Searched):
    def title(self) -> str:
        return "this search, a grid"


class _Random(_Panel):
    def title(self) -> str:
        return "as many trials drawn at random"

    def places(self) -> list[Array]:
        rng, count = np.random.default_rng(0), len(self.document["trials"])
        return [self._sample(scale, rng.random(count)) for scale in self.scales]

    @staticmethod
    def _sample(scale: Scale, u: Array) -> Array:
        if scale.is_choice:
            return np.asarray(np.floor(u * len(scale.options)))
        places = scale.ends[0] + u * (scale.ends[1] - scale.ends[0])
        return scale.places([round(scale.value(place)) for place in places]) if scale.is_integer else np.asarray(places)

    def scatter(self, x: Array, y: Array) -> None:
        size = 34 if len(x) < CROWDED else 13
        self.axes.scatter(x, y, s=size, color=GREY, zorder=2, clip_on=False)


def _color_bar(figure: Any, drawing: _Panel, trials: Trials) -> None:
    from matplotlib.ticker import LogLocator

    axes = figure.add_axes((0.925, 0.12, 0.014, 0.66))
    bar = figure.colorbar(drawing.points, cax=axes)
    if trials.is_logarithmic:
        bar.ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    bar.ax.yaxis.set_major_formatter("{x:,g}")
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    bar.set_label(trials.label)
