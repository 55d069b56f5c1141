"""What a network makes of two-dimensional inputs: its decision regions, or its surface, with the examples on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.show.pictures.canvas import CLASSES, GREY, INK, house_style, new_figure, png
from dlx.text import shorten
from dlx.words import Task

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

WIDTH, HEIGHT = 7.6, 5.4  # of the figure, in inches
BOX = np.array([5.2, 4.3])  # of the plane in it
ALIKE = 4
GRID = 200  # rows and columns at which the network is asked
MARGIN = 0.08  # of the range of the examples, on each side
TINT = 0.45  # of a class's colour, where the network is certain
MOST = 1500  # examples of a part that are drawn
MARKERS = ("o", "D", "s", "^")

Predict = Callable[[np.ndarray], np.ndarray]
Parts = Mapping[str, tuple[np.ndarray, np.ndarray]]


@house_style()
def boundary(
    predict: Predict,
    parts: Parts,
    *,
    title: str,
    task: str,
    classes: Sequence[object] = (),
    features: Sequence[str] = ("x1", "x2"),
) -> bytes:
    """The plane of the two inputs as PNG, coloured by what the network says there.

    Args:
        predict: X (rows, 2) as the data have it → probabilities, (rows,) or (rows, C), or real numbers.
        parts: name → (X (m, 2), y (m,)); y are class numbers from 0, or real numbers; of more outputs the first.
        title: stands above the picture.
        task: ``regression`` draws a surface, the others regions.
        classes: the names of the classes, by number.
        features: the names of the two inputs.
    """
    figure = new_figure(WIDTH, HEIGHT, title)
    axes = figure.add_axes((0.7 / WIDTH, 0.55 / HEIGHT, *BOX / (WIDTH, HEIGHT)))
    for axis, name in zip((axes.xaxis, axes.yaxis), features, strict=True):
        axis.set_label_text(name, parse_math=False)
    samples = {f"{name} ({len(X):,})": subsample(X, y) for name, (X, y) in parts.items()}
    xs, ys = plane(np.concatenate([X for X, _ in samples.values()]))
    rows = np.column_stack([grid.ravel() for grid in np.meshgrid(xs, ys)])
    predictions = np.nan_to_num(np.asarray(predict(rows), dtype=float), posinf=0, neginf=0).reshape(GRID, GRID, -1)
    draw = Plane(axes, xs, ys, samples)
    if task == Task.REGRESSION:
        draw.surface(predictions[:, :, 0])
        draw.scale()
        draw.legend()
    else:
        draw.legend(draw.regions(predictions), classes)
    return png(figure)


def subsample(X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Examples that lie evenly over a part, and their first target."""
    every = -(-len(X) // MOST)
    return X[::every], np.reshape(y, (len(X), -1))[::every, 0]


def plane(X: np.ndarray, box: np.ndarray = BOX, count: int = GRID) -> tuple[np.ndarray, np.ndarray]:
    """The grid's coordinates around all examples; with one scale for both where their ranges are alike."""
    low, high = X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    span = np.where(high > low, high - low, 1) * (1 + 2 * MARGIN)
    if ALIKE > span[0] / span[1] > 1 / ALIKE:
        span = max(span / box) * box
    xs, ys = np.linspace((low + high - span) / 2, (low + high + span) / 2, count).T
    return xs, ys


class Plane:
    """The axes of the two inputs, with the examples of each part."""

    def __init__(self, axes: Axes, xs: np.ndarray, ys: np.ndarray, parts: Parts) -> None:
        self.axes, self.xs, self.ys, self.parts = axes, xs, ys, parts
        self.image: AxesImage | None = None

    def regions(self, predictions: np.ndarray) -> np.ndarray:
        """Each class's region in its colour, the paler the less certain, and lines where the decision changes.

        Returns the colours, one for each class.
        """
        probabilities = (
            np.concatenate([1 - predictions, predictions], axis=2) if predictions.shape[2] == 1 else predictions
        )
        colors = _colors(probabilities.shape[2])
        self._image(_tinted(probabilities, colors))
        for number in range(len(colors)):
            self._line(probabilities[:, :, number] - np.delete(probabilities, number, axis=2).max(axis=2))
        for marker, (X, y) in self._train_last():
            self._points(X, marker, c=colors[y.astype(int)])
        return colors

    def surface(self, predictions: np.ndarray, ends: tuple[float, float] | None = None) -> None:
        """The network's number as colour, with lines of equal height; the examples in the colour of their targets.

        ``ends`` are the numbers of the first and the last colour, if not the lowest and the highest here.
        """
        targets = np.concatenate([y for _, y in self.parts.values()])
        low, high = ends or (min(predictions.min(), targets.min()), max(predictions.max(), targets.max()))
        limits = {"vmin": low, "vmax": high}
        self.image = self._image(predictions, cmap="viridis", **limits)
        if predictions.max() > predictions.min():
            self.axes.contour(
                self.xs, self.ys, predictions, levels=8, colors="white", linewidths=0.7, linestyles="solid", alpha=0.7
            )
        for marker, (X, y) in self._train_last():
            self._points(X, marker, c=y, cmap="viridis", **limits)

    def scale(self) -> None:
        """What the colours of the surface stand for."""
        assert self.image is not None
        scale = self.axes.inset_axes((1.05, 0, 0.035, 0.65))
        self.axes.figure.colorbar(self.image, cax=scale, label="prediction; target of the dots")

    def _image(self, values: np.ndarray, **options: Any) -> AxesImage:
        extent = (self.xs[0], self.xs[-1], self.ys[0], self.ys[-1])
        return self.axes.imshow(
            values, extent=extent, origin="lower", aspect="auto", interpolation="bilinear", **options
        )

    def _line(self, margin: np.ndarray) -> None:
        """Where a class's lead over the others changes sign."""
        if margin.min() < 0 < margin.max():
            self.axes.contour(self.xs, self.ys, margin, levels=[0], colors=INK, linewidths=1.2, zorder=3)

    def _train_last(self) -> list[tuple[str, tuple[np.ndarray, np.ndarray]]]:
        """The parts with their markers, in the order of drawing: train lies on top."""
        return list(zip(MARKERS, self.parts.values(), strict=False))[::-1]

    def _points(self, X: np.ndarray, marker: str, **options: Any) -> None:
        is_train = marker == MARKERS[0]
        size = float(np.clip(9000 / len(X), 10, 26)) * (1 if is_train else 0.7)
        alpha = 1 if is_train else 0.55
        self.axes.scatter(
            X[:, 0], X[:, 1], size, marker=marker, edgecolor="white", linewidth=0.5, alpha=alpha, **options
        )

    def legend(self, colors: Sequence[Any] | np.ndarray = (), classes: Sequence[object] = ()) -> None:
        """The names of the classes with their colours, and of the parts with their markers."""
        from matplotlib.lines import Line2D

        names = [name if isinstance(name, str) else f"class {name}" for name in classes or range(len(colors))]
        entries = [("o", color, shorten(name, 16)) for name, color in zip(names, colors, strict=True)]
        entries += [(marker, GREY, name) for marker, name in zip(MARKERS, self.parts, strict=False)]
        handles = [
            Line2D([], [], linestyle="", marker=marker, color=color, label=name) for marker, color, name in entries
        ]
        legend = self.axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.01))
        for text in legend.get_texts():
            text.set_parse_math(False)


def _colors(number: int) -> np.ndarray:
    """One colour for each class, (number, 3): the palette, or beyond it the whole circle of a colour map."""
    from matplotlib import colormaps
    from matplotlib.colors import to_rgb

    if number <= len(CLASSES):
        return np.array([to_rgb(color) for color in CLASSES[:number]])
    return np.asarray(colormaps["turbo"](np.linspace(0.05, 0.95, number)))[:, :3]


def _tinted(probabilities: np.ndarray, colors: np.ndarray) -> np.ndarray:
    """(rows, columns, 3): the likeliest class's colour, white where all classes are equally likely."""
    chance = 1 / len(colors)
    certainty = (probabilities.max(axis=2, keepdims=True) - chance) / (1 - chance)
    tinted: np.ndarray = 1 - TINT * certainty * (1 - colors[probabilities.argmax(axis=2)])
    return tinted.clip(0, 1)
