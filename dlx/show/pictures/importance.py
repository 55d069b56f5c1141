"""The picture of importance: how much of what made trials good or bad each hyperparameter explains alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlx.show.pictures.canvas import GREY, INK, TRAIN, house_style, new_figure, png
from dlx.show.pictures.scales import tail

WIDTH, ABOVE, BELOW, ROW = 8.0, 0.75, 0.55, 0.36  # inches
LETTER = 0.078
LONGEST = 44

Document = Mapping[str, Any]


@house_style()
def importance(document: Document) -> bytes:
    """A bar with its 95 % interval for each hyperparameter, the most important on top, as PNG.

    Those whose interval holds 0 are grey.

    Args:
        document: ``tune.json``.
    """
    shares = sorted(document["importance"], key=lambda share: share["value"])
    height = ABOVE + BELOW + ROW * max(len(shares), 1)
    figure = new_figure(WIDTH, height, f"{tail(document['name'], 40)}: what decides which of two trials is better")
    subtitle = "share of the explained variance of the trials' ranks, each hyperparameter alone, with 95 % interval"
    figure.text(0.15 / WIDTH, 1 - 0.44 / height, subtitle, size=8.5, color=GREY, va="center")
    left = 0.3 + LETTER * max([8, *(len(tail(share["key"], LONGEST)) for share in shares)])
    axes = figure.add_axes((left / WIDTH, BELOW / height, (WIDTH - left - 0.75) / WIDTH, 1 - (ABOVE + BELOW) / height))
    for row, share in enumerate(shares):
        value, low, high = (100 * share[end] for end in ("value", "low", "high"))
        color = TRAIN if low > 0 else GREY
        axes.barh(row, value, height=0.62, color=color, alpha=0.8)
        axes.plot([low, high], [row, row], color=INK, linewidth=1.2)
        axes.plot([low, high], [row, row], "|", color=INK, markersize=7)
        axes.text(1.02, row, f"{value:.0f} %", transform=axes.get_yaxis_transform(), va="center", color=color)
    axes.set_yticks(range(len(shares)), [tail(share["key"], LONGEST) for share in shares], parse_math=False)
    axes.set(xlim=(0, 100), ylim=(-0.6, max(len(shares), 1) - 0.4), xlabel="share (%)")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    return png(figure)
