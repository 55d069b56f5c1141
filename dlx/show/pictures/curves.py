"""Cost and error over the epochs: how training went, and where the kept parameters come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dlx.show.pictures.axes import FEW, HUGE, apart, count_epochs, height, scale_values
from dlx.show.pictures.canvas import ALARM, DEV, GREY, INK, TRAIN, house_style, new_figure, png
from dlx.words import Task

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class CurveSpec(NamedTuple):
    """One column of the metrics as it is drawn."""

    column: str
    label: str
    color: str
    width: float = 1.8


class View(NamedTuple):
    """What one panel shows: its curves, the name and unit of their values, and how these are written."""

    curves: tuple[CurveSpec, ...]
    label: str
    form: str
    factor: float = 1
    logarithmic: bool = True


OVER_EPOCH = CurveSpec("cost", "cost", GREY, 0.8)
COST = View((OVER_EPOCH, CurveSpec("train_cost", "train", TRAIN), CurveSpec("dev_cost", "dev", DEV)), "cost", "{:.3g}")
OBJECTIVE = View((CurveSpec("train_cost", "J", TRAIN),), "J(w)", "{:.3g}")
ERRORS = (CurveSpec("train_error", "train", TRAIN), CurveSpec("dev_error", "dev", DEV))
ERROR = View(ERRORS, "error (%)", "{:.2f} %", factor=100, logarithmic=False)
RMSE = View(ERRORS, "RMSE (units of the target)", "{:.3g}")


@house_style()
def curves(metrics: Mapping[str, Sequence[float]], *, title: str, task: str, best_epoch: int | None = None) -> bytes:
    """Cost, and error where there is one, of train and dev over the epochs, as PNG.

    Args:
        metrics: the columns of ``metrics.csv``; NaN where there is no value.
        title: stands above the picture.
        task: ``regression`` has its error in the units of the target, the others in percent; of an ``objective`` it is
            J over the steps.
        best_epoch: the epoch of the best row; None marks nothing.
    """
    columns = {name: np.asarray(values, dtype=float) for name, values in metrics.items()}
    views = [COST, RMSE if task == Task.REGRESSION else ERROR]
    views = [view for view in views if view is COST or np.isfinite(columns["train_error"]).any()]
    views = [OBJECTIVE] if task == "objective" else views
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
        axes.set(xlabel="step" if view is OBJECTIVE else "epoch", ylabel=view.label)
        axes.grid(axis="y")
        if self.epochs.size:
            count_epochs(axes, self.epochs[0], self.epochs[-1])
        if self.curves:
            scale_values(axes, list(self.curves.values()), view.logarithmic)

    def draw(self) -> None:
        """The curves, with their names and last values at their ends."""
        marker = "o" if len(self.epochs) <= FEW else ""
        for (_, _, color, width), values in self.curves.items():
            self.axes.plot(self.epochs, values, color=color, linewidth=width, marker=marker, markersize=4)
        ends = {curve: values[np.isfinite(values)][-1] for curve, values in self.curves.items()}
        places = apart([height(self.axes, self.epochs[-1], value) for value in ends.values()])
        for (curve, value), place in zip(ends.items(), places, strict=True):
            text = f"{curve.label} {self.view.form.format(value)}"
            self.axes.text(1.02, place, text, color=curve.color, va="center", transform=self.axes.transAxes)

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
