"""What the hidden layers of several networks put out, side by side: a row of histograms for each network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dlx.show.pictures.canvas import CLASSES, DIM, PALE, house_style, new_figure, png
from dlx.text import shorten

MOST_LAYERS = 6
WIDE, HIGH, LEFT, ABOVE, BELOW, NARROWEST = 1.6, 1.0, 1.7, 1.05, 0.35, 4.5  # inches
SUBTITLE = "activations of the hidden layers over train, first seed"
BINS = 40
OVERTOPPING = 4  # times the middle one of the networks' ranges; what lies beyond stands at the edge
MIDDLE = 0.99  # the share of the values that the axis holds
LONGEST = 22  # characters of a name
ROOM = 1.7  # times the highest bar, for the text above it; of the root of it 1.3


@house_style()
def activations(networks: Mapping[str, Sequence[np.ndarray]], *, title: str) -> bytes:
    """Histograms of A of each hidden layer, as PNG: a row for each network, a column for each layer.

    A column has one axis for all networks, so that what vanishes, explodes or saturates is seen beside what does not.
    Heights are roots of counts. Of more than six layers the first, the last and some evenly between are drawn.

    Args:
        networks: name → A of each hidden layer (units, m); networks may have different numbers of layers.
        title: stands above the picture.
    """
    most = max(len(layers) for layers in networks.values())
    chosen = np.unique(np.linspace(0, most - 1, min(most, MOST_LAYERS)).round().astype(int))
    width, height = max(LEFT + len(chosen) * WIDE + 0.15, NARROWEST), ABOVE + BELOW + len(networks) * HIGH
    figure = new_figure(width, height, title, SUBTITLE)
    place = {"left": LEFT / width, "right": 1 - 0.15 / width, "bottom": BELOW / height, "top": 1 - ABOVE / height}
    grid = figure.subplots(len(networks), len(chosen), squeeze=False, gridspec_kw={**place, "hspace": 0.25})
    for column, layer in enumerate(chosen):
        bins = _bins([layers[layer] for layers in networks.values() if layer < len(layers)])
        for row, (name, layers) in enumerate(networks.items()):
            axes = grid[row, column]
            axes.spines["left"].set_visible(False)
            axes.tick_params(labelbottom=row == len(networks) - 1, labelsize=9)
            if row == 0:
                axes.set_title(f"layer {layer + 1}", size=9.5)
            if column == 0:
                axes.set_ylabel(shorten(name, LONGEST), rotation=0, ha="right", va="center", parse_math=False)
            if layer < len(layers):
                values = np.clip(layers[layer][np.isfinite(layers[layer])], bins[0], bins[-1])
                axes.axvline(0, color=PALE, linewidth=1, zorder=0)
                axes.hist(values.ravel(), bins, color=CLASSES[row % len(CLASSES)])
                axes.set_yscale("function", functions=(np.sqrt, np.square))  # many zeros would flatten all else
                axes.set_yticks([])
                axes.set_ylim(0, axes.get_ylim()[1] * ROOM)
                axes.text(0.98, 1, _spread(layers[layer]), ha="right", va="top", transform=axes.transAxes, **SMALL)
    return png(figure)


SMALL = {"size": 9, "color": DIM}


def _bins(values: Sequence[np.ndarray]) -> np.ndarray:
    """One axis for all: it holds the middle of each network's values, but of those that overtop most others."""
    tail = (1 - MIDDLE) / 2
    ends = [np.quantile(array[np.isfinite(array)], (tail, 1 - tail)) for array in values if np.isfinite(array).any()]
    widths = [float(np.abs(pair).max()) for pair in ends if np.abs(pair).max() > 0]
    most = OVERTOPPING * float(np.median(widths)) if widths else 1.0
    low, high = (np.clip([pair[k] for pair in ends] or [float(k)], -most, most) for k in (0, 1))
    first, last = float(low.min()), float(high.max())
    return np.linspace(first, last if last > first else first + 1, BINS + 1)


def _spread(values: np.ndarray) -> str:
    finite = values[np.isfinite(values)]
    return f"sd {finite.std():.3g}" if finite.size else "not finite"
