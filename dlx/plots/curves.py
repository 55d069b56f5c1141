"""Cost and error over the epochs: how training went, and where the kept parameters come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlx.plots.canvas import ALARM, DEV, GREY, INK, TRAIN, house_style, new_figure, png

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE = 20  # a ratio of highest to lowest cost that asks for a logarithmic axis
DWARFED = 3  # how far the first tenth of the epochs may overtop the rest before it is cut
FEW = 20  # rows that are drawn with a dot each, and all of them
FEW_DECADES = 1e3
LABEL_GAP = 0.055
HUGE = 1e300  # what lies beyond leaves no room for an axis


class Curve(NamedTuple):
    """One column of the metrics as it is drawn."""

    column: str
    label: str
    color: str
    width: float = 1.8


class View(NamedTuple):
    """What one panel shows: its curves, the name and unit of their values, and how these are written."""

    curves: tuple[Curve, ...]
    label: str
    form: str
    factor: float = 1
    logarithmic: bool = True


OVER_EPOCH = Curve("cost", "cost", GREY, 0.8)
COST = View((OVER_EPOCH, Curve("train_cost", "train", TRAIN), Curve("dev_cost", "dev", DEV)), "cost", "{:.3g}")
ERRORS = (Curve("train_error", "train", TRAIN), Curve("dev_error", "dev", DEV))
ERROR = View(ERRORS, "error (%)", "{:.2f} %", factor=100, logarithmic=False)
RMSE = View(ERRORS, "RMSE (units of the target)", "{:.3g}")


@house_style()
def curves(metrics: Mapping[str, Sequence[float]], *, title: str, task: str, best_epoch: int | None = None) -> bytes:
    """Cost, and error where there is one, of train and dev over the epochs, as PNG.

    Args:
        metrics: the columns of ``metrics.csv``; NaN where there is no value.
        title: stands above the picture.
        task: ``regression`` has its error in the units of the target, the others in percent.
        best_epoch: the epoch of the best row; None marks nothing.
    """
    columns = {name: np.asarray(values, dtype=float) for name, values in metrics.items()}
    views = [COST, RMSE if task == "regression" else ERROR]
    views = [view for view in views if view is COST or np.isfinite(columns["train_error"]).any()]
    figure = new_figure(10, 4.2, title)
    place = {"left": 0.085, "right": 0.905, "bottom": 0.12, "top": 0.83, "wspace": 0.5}
    for axes, view in zip(figure.subplots(1, len(views), squeeze=False, gridspec_kw=place)[0], views, strict=True):
        panel = _Panel(axes, view, columns)
        panel.draw()
        panel.mark(columns["cost"], best_epoch)
    return png(figure)


class _Panel:
    """One pair of axes with its curves, each as its finite values and NaN elsewhere."""

    def __init__(self, axes: Axes, view: View, columns: Mapping[str, np.ndarray]) -> None:
        self.axes, self.view, self.epochs = axes, view, columns["epoch"]
        values = {curve: view.factor * columns[curve.column] for curve in view.curves}
        finite = {curve: np.where(np.abs(value) < HUGE, value, np.nan) for curve, value in values.items()}
        self.curves = {curve: value for curve, value in finite.items() if np.isfinite(value).any()}
        axes.set(xlabel="epoch", ylabel=view.label)
        axes.grid(axis="y")
        self._count()
        if self.curves:
            self._limit(np.stack(list(self.curves.values())))

    def _count(self) -> None:
        from matplotlib.ticker import MaxNLocator, StrMethodFormatter

        if not self.epochs.size:
            return
        room = max(0.5, 0.02 * (self.epochs[-1] - self.epochs[0]))
        self.axes.set_xlim(max(0, self.epochs[0] - room), self.epochs[-1] + room)
        self.axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=(1, 2, 5, 10)))
        self.axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))

    def _limit(self, every: np.ndarray) -> None:
        """A cost that falls far gets a logarithmic axis; else the axis begins at 0 and a far higher start is cut."""
        low, high = float(np.nanmin(every)), float(np.nanmax(every))
        if self.view.logarithmic and low > 0 and high > WIDE * low:
            self._decades(low, high)
            return
        late = every[:, every.shape[1] // 10 :] if every.shape[1] > FEW else every
        settled = float(np.nanmax(late)) if np.isfinite(late).any() else high
        bottom, top = min(low, 0), high if high <= DWARFED * settled or settled <= 0 else 1.5 * settled
        room = (top - bottom) or 1
        self.axes.set_ylim(bottom - 0.02 * room, bottom + 1.05 * room)

    def _decades(self, low: float, high: float) -> None:
        from matplotlib.ticker import LogLocator, NullLocator, StrMethodFormatter

        self.axes.set_yscale("log")
        self.axes.set_ylim(low / 1.2, high * 1.2)
        self.axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < FEW_DECADES * low else (1,)))
        self.axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        self.axes.yaxis.set_minor_locator(NullLocator())

    def draw(self) -> None:
        """The curves, with their names and last values at their ends."""
        marker = "o" if len(self.epochs) <= FEW else ""
        for (_, _, color, width), values in self.curves.items():
            self.axes.plot(self.epochs, values, color=color, linewidth=width, marker=marker, markersize=4)
        ends = {curve: values[np.isfinite(values)][-1] for curve, values in self.curves.items()}
        for (curve, value), height in zip(ends.items(), _apart([self._height(v) for v in ends.values()]), strict=True):
            text = f"{curve.label} {self.view.form.format(value)}"
            self.axes.text(1.02, height, text, color=curve.color, va="center", transform=self.axes.transAxes)

    def _height(self, value: float) -> float:
        """Where a value lies between the lower and the upper end of the axis, 0 to 1."""
        across = self.axes.transData + self.axes.transAxes.inverted()
        return float(np.clip(across.transform((self.epochs[-1], value))[1], 0, 1))

    def mark(self, cost: np.ndarray, best_epoch: int | None) -> None:
        """The best epoch with the value that the curve for choosing has there, and the end of all numbers."""
        lost = self.epochs[~np.isfinite(cost)]
        if lost.size:
            self._line(lost[0], 1.085, f"not finite from epoch {lost[0]:,.0f}", ALARM)
        at = np.flatnonzero(self.epochs == best_epoch)
        if at.size and self.curves:
            curve, values = list(self.curves.items())[-1]
            text = f"best epoch {best_epoch:,}: {curve.label} {self.view.form.format(values[at[0]])}"
            self._line(self.epochs[at[0]], 1.025, text, INK)
            self.axes.plot(self.epochs[at], values[at], marker="o", markersize=8, color=curve.color, zorder=3)
            self.axes.plot(self.epochs[at], values[at], marker="o", markersize=4.5, color="white", zorder=3)

    def _line(self, epoch: float, height: float, text: str, color: str) -> None:
        across = self.axes.get_xaxis_transform()
        first, last = self.axes.get_xlim()
        side = ("left", "center", "right")[int(np.clip(3 * (epoch - first) / (last - first), 0, 2))]
        self.axes.axvline(epoch, color=color, linewidth=0.9, linestyle=(0, (4, 3)), alpha=0.7, zorder=1)
        self.axes.text(epoch, height, text, color=color, size=9, horizontalalignment=side, transform=across)


def _apart(heights: Sequence[float]) -> list[float]:
    """The same heights, moved as little as it takes that labels there do not overlap."""
    order = np.argsort(heights)
    places = np.asarray(heights)[order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + LABEL_GAP)
    places[-1:] = np.minimum(places[-1:], 1)
    for i in range(len(places) - 2, -1, -1):
        places[i] = min(places[i], places[i + 1] - LABEL_GAP)
    return [float(places[np.flatnonzero(order == i)[0]]) for i in range(len(places))]
