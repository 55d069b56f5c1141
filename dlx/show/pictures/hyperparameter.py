"""The picture of one hyperparameter: the error of every trial of a search over it, on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.show.charts.trials import Trials
from dlx.show.pictures.canvas import ALARM, DEV, GREY, INK, house_style, new_figure, png
from dlx.show.pictures.scales import Scale, spelled, tail
from dlx.types import Array

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlx.documents.tuning import TuningDocument

WIDTH, HEIGHT = 8.0, 4.4
FIRST, LAST = np.array([0.62, 0.78, 0.91]), np.array([0.02, 0.24, 0.46])  # the colours of the rounds run between them
FEWEST = 10  # trials of which a course is drawn
SHARE, MOST = 0.15, 30  # of the trials, and at most so many, that each point of the course is taken from
STEPS = 120
CROWDED = 150  # trials, from which on points are smaller
MOST_ROUNDS = 6  # that the legend names one by one
BRACKET = 0.016  # of the height, between the stretches of two rounds
MOST_BRACKETS = 8
FEW_DECADES = 25
HEADROOM = 0.07  # of the axes above the highest error, for what has none


@house_style()
def hyperparameter(document: TuningDocument, key: str) -> bytes:
    """Every trial's error over one hyperparameter, on the scale it was drawn on, as PNG.

    The line is the running median of the trials nearest in this hyperparameter, the band their middle half; diverged
    trials count as higher than all others. The bars on top are the stretches that each round drew from.

    Args:
        document: ``tune.json``.
        key: of the hyperparameter.
    """
    dimension = next(dimension for dimension in document.space if dimension.key == key)
    trials, scale = Trials(document), Scale(dimension)
    figure = new_figure(WIDTH, HEIGHT, f"{tail(document.name, 40)}: {trials.what} over {tail(key, 40)}")
    axes = figure.add_axes((0.085, 0.125, 0.705, 0.74))
    drawing = _Drawing(axes, trials, scale, document)
    drawing.course()
    drawing.trials_of_each_round()
    drawing.lost()
    drawing.best()
    drawing.stretches()
    legend = axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.02), fontsize=9, labelspacing=0.55)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return png(figure)


def color_of(round_: int, rounds: int) -> tuple[float, float, float]:
    """From pale for the first round to dark for the last; a single one lies between."""
    at = (round_ - 1) / (rounds - 1) if rounds > 1 else 0.7
    red, green, blue = (FIRST + at * (LAST - FIRST)).tolist()
    return red, green, blue


class _Drawing:
    """The axes, and where each trial stands along them."""

    def __init__(self, axes: Axes, trials: Trials, scale: Scale, document: TuningDocument) -> None:
        self.axes, self.trials, self.scale = axes, trials, scale
        self.regions = [round_.region.get(scale.key, []) for round_ in document.rounds]
        self.places = scale.places([trial.settings[scale.key] for trial in document.trials])
        scale.write(axes.xaxis, self.places)
        self.edge = _scale_errors(axes, trials)
        self.count = int(max([1, *trials.rounds]))
        self.x = scale.beside(self.places)
        self.size = 26 if len(self.x) < CROWDED else 11

    def course(self) -> None:
        """The running median and the middle half; of a choice the median of each option."""
        if self.scale.is_discrete:
            self._medians()
            return
        if len(self.x) < FEWEST or np.ptp(self.places) == 0:
            return
        nearest = min(max(FEWEST // 2, round(SHARE * len(self.x))), MOST)
        along = np.linspace(self.places.min(), self.places.max(), STEPS)
        rows = np.array([self._quartiles(np.argsort(np.abs(self.places - x), kind="stable")[:nearest]) for x in along])
        rows = np.apply_along_axis(_smooth, 0, rows)
        self.axes.fill_between(along, rows[:, 0], rows[:, 2], color=INK, alpha=0.06, linewidth=0, zorder=1)
        self.axes.plot(along, rows[:, 1], color=INK, alpha=0.65, linewidth=1.3, zorder=3, label="running median")

    def _quartiles(self, rows: Array) -> Array:
        high = np.where(self.trials.ended, self.trials.heights, self.trials.top)[rows]
        return np.asarray(np.quantile(high, (0.25, 0.5, 0.75)))

    def _medians(self) -> None:
        distinct = np.unique(self.places)
        half = 0.35 * (
            float(np.diff(distinct).min()) if len(distinct) > 1 else 0.1 * (self.scale.high - self.scale.low)
        )
        for number, place in enumerate(distinct):
            middle = self._quartiles(np.flatnonzero(self.places == place))[1]
            label = None if number else "median"
            ends = [place - half, place + half]
            self.axes.plot(ends, [middle] * 2, color=INK, alpha=0.65, linewidth=1.5, zorder=3, label=label)

    def trials_of_each_round(self) -> None:
        """Filled where trained to the end, hollow where stopped early."""
        trials, y = self.trials, self.trials.heights
        named = set(range(1, self.count + 1)) if self.count <= MOST_ROUNDS else {1, self.count}
        for number in range(1, self.count + 1):
            color = color_of(number, self.count)
            mine = trials.ended & ~trials.beyond & (trials.rounds == number)
            if not mine.any():
                continue
            label = f"round {number}" if number in named and self.count > 1 else None
            whole, cut = mine & ~trials.stopped, mine & trials.stopped
            options: dict[str, Any] = {"s": self.size, "zorder": 2, "clip_on": False}
            self.axes.scatter(self.x[cut], y[cut], facecolors="none", edgecolors=[color], linewidths=1, **options)
            self.axes.scatter(self.x[whole], y[whole], color=[color], edgecolors="white", linewidths=0.4, **options)
            if label:
                self.axes.scatter([], [], color=[color], s=26, label=label)
        if (trials.ended & trials.stopped).any():
            self.axes.scatter([], [], facecolors="none", edgecolors=GREY, s=26, label="stopped early")

    def lost(self) -> None:
        """At the upper edge what diverged or failed, and what is higher than the axis."""
        across = self.axes.get_xaxis_transform()
        kinds = ((~self.trials.ended, "x", ALARM, "diverged, failed"), (self.trials.beyond, "^", GREY, "higher"))
        for mine, marker, color, label in kinds:
            if mine.any():
                self.axes.scatter(
                    self.x[mine], [self.edge] * mine.sum(), marker=marker, color=color, s=18, linewidths=1, zorder=4,
                    transform=across, clip_on=False, label=label,
                )  # fmt: skip

    def best(self) -> None:
        """The best trial, with its value and its error."""
        row = self.trials.best
        if row is None:
            return
        at = self.x[row], self.trials.heights[row]
        value = self.scale.options[int(self.places[row])] if self.scale.is_choice else self._value(row)
        what = "winner" if self.trials.is_confirmed else "best"
        label = f"{what}: {spelled(value)}\n{self.trials.quantity.written(self.trials.values[row])}"
        self.axes.scatter(*at, marker="*", s=210, color=DEV, edgecolors="white", zorder=5, clip_on=False, label=label)
        self.axes.plot([at[0]] * 2, [self.axes.get_ylim()[0], at[1]], color=DEV, linewidth=0.8, linestyle=":", zorder=1)

    def _value(self, row: int) -> float | int:
        value = self.scale.value(float(self.places[row]))
        return round(value) if self.scale.is_integer else value

    def stretches(self) -> None:
        """A bar above the axes for each round that drew from a part of the scale, in its colour."""
        if len(self.regions) < 2:
            return
        across = self.axes.get_xaxis_transform()
        for number, region in enumerate(self.regions[:MOST_BRACKETS], 1):
            y = 1.02 + BRACKET * (number - 1)
            color = color_of(number, max(self.count, len(self.regions)))
            for low, high in self.scale.span(region):
                self.axes.plot([low, high], [y, y], color=color, linewidth=2.6, transform=across, clip_on=False,
                               solid_capstyle="butt")  # fmt: skip


def _scale_errors(axes: Axes, trials: Trials) -> float:
    """Scale and number the vertical axis; returns the height at which what has no place on it stands."""
    from matplotlib.ticker import LogLocator, NullLocator

    axes.set_ylabel(trials.quantity.name, parse_math=False)
    if trials.is_logarithmic:
        axes.set_yscale("log")
        reach = trials.top / trials.bottom
        axes.set_ylim(trials.bottom / 1.08, trials.top * reach ** (HEADROOM / (1 - HEADROOM)))
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if reach < FEW_DECADES**2 else (1,)))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        reach = trials.top - trials.bottom
        axes.set_ylim(trials.bottom - 0.02 * reach, trials.top + reach * HEADROOM / (1 - HEADROOM))
    axes.yaxis.set_major_formatter("{x:,g}")
    axes.grid(axis="y")
    return 1 - HEADROOM / 2


def _smooth(values: Array) -> Array:
    """A short moving mean, so that the course does not jump where one trial leaves and another comes."""
    padded = np.pad(values, 4, mode="edge")
    return np.convolve(padded, np.ones(9) / 9, mode="valid")
