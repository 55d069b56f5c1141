"""How the errors depend on one value of a spec: their means with intervals over the values of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dlx.show.charts.quantities import error_quantity
from dlx.show.pictures.canvas import CLASSES, DEV, TRAIN, house_style, new_figure, png, readable
from dlx.show.pictures.scales import spelled, thinned
from dlx.text import shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dlx.stats.intervals import Estimate

NEAREST = 0.07  # of the axis from one number to the next
WIDE = 8  # a ratio of the highest to the lowest value that asks for a logarithmic axis
MARKERS = {"train": "o", "dev": "s", "test": "^", "train_dev": "D"}
COLORS = {"train": TRAIN, "dev": DEV, "test": CLASSES[2], "train_dev": CLASSES[3]}


@house_style()
def sweep(
    values: Sequence[Any],
    errors: Sequence[Mapping[str, Estimate]],
    *,
    key: str,
    title: str,
    task: str,
) -> bytes:
    """The error of each part over the values, as PNG: a dot for the mean, a bar for its 95 % interval.

    Numbers lie on their own scale, a logarithmic one where they span much; where that cannot be, because one of them
    is 0 or no number, they stand side by side.

    Args:
        values: of the key, one for each variant.
        errors: of each variant, by part; an end of an interval that is not known is not drawn.
        key: that was swept.
        title: stands above the picture.
        task: ``regression`` has its errors in the units of the target, the others in percent.
    """
    figure = new_figure(7.2, 4.2, title)
    axes = figure.add_axes((0.11, 0.14, 0.72, 0.7))
    axes.set_xlabel(key, parse_math=False)
    quantity = error_quantity(task)
    axes.set_ylabel(quantity.name)
    axes.grid(axis="y")
    places = _scale(axes, values)
    parts = [part for part in COLORS if any(part in estimates for estimates in errors)]
    for number, part in enumerate(parts):
        rows = [(x, estimates[part]) for x, estimates in zip(places, errors, strict=True) if part in estimates]
        ends = np.array([(error.value, error.low, error.high) for _, error in rows])
        middle, low, high = quantity.factor * ends.T
        x = [place for place, _ in rows]
        bars = np.abs([middle - low, high - middle])
        bars[~np.isfinite(bars)] = np.nan
        axes.errorbar(
            x, middle, bars, color=COLORS[part], marker=MARKERS[part], linewidth=1.6, elinewidth=0.9, capsize=3
        )
        _name(axes, part, 0.95 - 0.07 * number)
    return png(figure)


def _name(axes: Axes, part: str, place: float) -> None:
    """The name of a part beside the axes, behind its marker."""
    axes.plot(1.035, place, MARKERS[part], color=COLORS[part], transform=axes.transAxes, clip_on=False)
    text = part.replace("_", "-")
    axes.text(1.06, place, text, color=readable(COLORS[part]), va="center", transform=axes.transAxes)


def _scale(axes: Axes, values: Sequence[Any]) -> list[float]:
    """Set the scale of the values; returns where they stand."""
    places, labels = _places(values)
    if labels is None:
        axes.set_xscale("log" if min(places) > 0 and max(places) > WIDE * min(places) else "linear")
        _write_values(axes, places)
    else:
        axes.set_xticks(places, labels)
    return places


def _write_values(axes: Axes, values: Sequence[float]) -> None:
    """Number the axis by the values themselves, as far as they keep apart."""
    is_logarithmic = axes.get_xscale() == "log"
    by_place = {float(np.log(value)) if is_logarithmic else value: value for value in sorted(values)}
    apart = thinned([*by_place], NEAREST * (max(by_place) - min(by_place)))
    axes.set_xticks([by_place[place] for place in apart], [spelled(by_place[place]) for place in apart])
    axes.set_xticks([], minor=True)


def _places(values: Sequence[Any]) -> tuple[list[float], list[str] | None]:
    """Where the values stand, and their names where that is only side by side."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    uneven = len(numbers) == len(values) and min(numbers) <= 0 and max(numbers) > WIDE * _least(numbers)
    if len(numbers) < len(values) or uneven:
        return [float(k) for k in range(len(values))], [shorten(str(value), 14) for value in values]
    return [float(number) for number in numbers], None


def _least(numbers: Sequence[float]) -> float:
    return min((abs(number) for number in numbers if number), default=1.0)
