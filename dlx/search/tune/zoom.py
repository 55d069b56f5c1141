"""Coarse to fine: the region that the next round draws from, closer around what was best and never cut at a border."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np

from dlx.search.tune.designs import Point, Region
from dlx.search.tune.space import Dimension

ELITE = 0.15  # the share of all trials so far that the next region is drawn around
FEWEST = 3
NARROWEST = 0.25  # of the present width: one round does not decide everything
BORDER = 0.05  # of the scale: what is best within it stands at the border
WIDENED = 0.25  # of the scale, beyond a border
HALVINGS = 12  # of that, while the spec refuses the values

Stretch: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Widened:
    """A dimension whose best value stood at a border, and the ends that it has now."""

    dimension: Dimension
    best: float
    low: float
    high: float

    def __str__(self) -> str:
        dimension = self.dimension
        before, now = (f"[{low:g}, {high:g}]" for low, high in ((dimension.low, dimension.high), (self.low, self.high)))
        outcome = f"widened to {now}" if before != now else "the spec allows nothing beyond it"
        return f"best {dimension.key} {self.best:g} at the border of {before}: {outcome}"


def zoomed(
    dimensions: Sequence[Dimension],
    region: Region,
    ranked: Sequence[Point],
    is_allowed: Callable[[Dimension, float], bool],
) -> tuple[Region, list[Widened]]:
    """The next region and what was widened for it.

    Each dimension is looked at on its own scale. The best of all trials so far, 15 % of them, span a stretch; with the
    room that such a span leaves on either side of k draws from a stretch, half of it for every gap between them, it is
    the next region, moved so that the best trial does not stand at its edge. So what matters closes in, because the
    best agree on it, and what does not matter stays wide. A choice keeps the options that the best have.

    Where the best trial stands at a border of the space, the next region goes beyond it, as far as the spec allows.

    Args:
        dimensions: of the space.
        region: that the last round drew from.
        ranked: the points of all usable trials, the best first.
        is_allowed: whether the spec takes the value at a position of a dimension.
    """
    if len(ranked) < FEWEST:
        return region, []
    elite = ranked[: max(FEWEST, ceil(ELITE * len(ranked)))]
    following: list[Stretch | tuple[int, ...]] = []
    widened: list[Widened] = []
    for index, (dimension, within) in enumerate(zip(dimensions, region, strict=True)):
        places = [point[index] for point in elite]
        if dimension.is_choice:
            following.append(tuple(sorted({int(place) for place in places})))
            continue
        stretch, widening = _stretch(dimension, (within[0], within[-1]), places, is_allowed)
        following.append(stretch)
        widened += [widening] if widening else []
    return tuple(following), widened


def _stretch(
    dimension: Dimension, within: Stretch, places: Sequence[float], is_allowed: Callable[[Dimension, float], bool]
) -> tuple[Stretch, Widened | None]:
    best, (first, last) = places[0], within
    low, high = min(places), max(places)
    room = (high - low) / (2 * (len(places) - 1))
    half = max(NARROWEST * (last - first), high - low + 2 * room) / 2
    middle = float(np.clip((low + high) / 2, best - half / 2, best + half / 2))
    bottom, top = min(0.0, first), max(1.0, last)
    side = -1 if best - bottom < BORDER else 1 if top - best < BORDER else 0
    stretch = (max(middle - half, bottom), min(middle + half, top))
    if side == 0:
        return stretch, None
    border = bottom if side < 0 else top
    end = next(
        (place for k in range(HALVINGS) if is_allowed(dimension, place := border + side * WIDENED / 2**k)),
        border,
    )
    stretch = (min(end, stretch[0]), stretch[1]) if side < 0 else (stretch[0], max(end, stretch[1]))
    ends = (end, top) if side < 0 else (bottom, end)
    values = [_end(dimension, place) for place in ends]
    return stretch, Widened(dimension, float(dimension.value(best)), values[0], values[1])


def _end(dimension: Dimension, place: float) -> float:
    """The value at an end; those of the scale are themselves."""
    return dimension.low if place == 0 else dimension.high if place == 1 else float(dimension.value(place))
