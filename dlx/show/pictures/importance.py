"""The picture of importance: how much of what made trials good or bad each hyperparameter explains alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dlx.language import translated
from dlx.show.charts.importance import importance_bars
from dlx.show.pictures.canvas import GREY, INK, TRAIN, house_style, new_figure, png
from dlx.show.pictures.scales import tail

if TYPE_CHECKING:
    from dlx.documents.tuning import Importance

WIDTH, ABOVE, BELOW, ROW = 8.0, 0.75, 0.55, 0.36  # inches
LETTER = 0.078
LONGEST = 44
SUBTITLE = "share of the explained variance of the trials' ranks, each hyperparameter alone, with 95 % interval"


@house_style()
def importance(name: str, shares: Sequence[Importance]) -> bytes:
    """A bar with its 95 % interval for each hyperparameter of a search, the most important on top, as PNG.

    Those whose interval holds 0 are grey.
    """
    bars = importance_bars(shares)[::-1]
    names = [tail(bar.key, LONGEST) for bar in bars]
    height = ABOVE + BELOW + ROW * max(len(bars), 1)
    title = translated(f"{tail(name, 40)}: what decides which of two trials is better")
    figure = new_figure(WIDTH, height, title, SUBTITLE)
    left = 0.3 + LETTER * max([8, *map(len, names)])
    axes = figure.add_axes((left / WIDTH, BELOW / height, (WIDTH - left - 0.75) / WIDTH, 1 - (ABOVE + BELOW) / height))
    for row, bar in enumerate(bars):
        color = TRAIN if bar.is_sure else GREY
        axes.barh(row, bar.value, height=0.62, color=color, alpha=0.8)
        axes.plot([bar.low, bar.high], [row, row], color=INK, linewidth=1.2)
        axes.plot([bar.low, bar.high], [row, row], "|", color=INK, markersize=7)
        axes.text(1.02, row, f"{bar.value:.0f} %", transform=axes.get_yaxis_transform(), va="center", color=color)
    axes.set_yticks(range(len(bars)), names, parse_math=False)
    axes.set(xlim=(0, 100), ylim=(-0.6, max(len(bars), 1) - 0.4), xlabel="share (%)")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    return png(figure)
