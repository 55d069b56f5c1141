"""Designs: which points of a space a round of a search tries, each a function of the seed, the round and the index."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import TypeAlias

import numpy as np

from dlx.search.tune.sobol import BITS, sobol
from dlx.search.tune.space import Dimension

Point: TypeAlias = tuple[float, ...]  # a position for each dimension
# Where each dimension is drawn from: the ends of a stretch of positions, or the options of a choice that are left.
Region: TypeAlias = tuple[tuple[float, float] | tuple[int, ...], ...]
PURPOSE = 0x73656172  # keeps these draws apart from all others that a seed gives


def whole(dimensions: Sequence[Dimension]) -> Region:
    """The region that holds the whole space."""
    return tuple(
        tuple(range(len(dimension.choices))) if dimension.is_choice else (0.0, 1.0) for dimension in dimensions
    )


def random_points(dimensions: Sequence[Dimension], region: Region, seed: int, round_: int, count: int) -> list[Point]:
    """Independent draws, uniform over the region; the same first points whatever the count."""
    draws = (np.random.default_rng((PURPOSE, seed, round_, index)).random(len(dimensions)) for index in range(count))
    return [_placed(dimensions, region, draw) for draw in draws]


def sobol_points(dimensions: Sequence[Dimension], region: Region, seed: int, round_: int, count: int) -> list[Point]:
    """Sobol's points over the region, shifted at random."""
    shift = np.random.default_rng((PURPOSE, seed, round_)).integers(2**BITS, size=len(dimensions))
    return [_placed(dimensions, region, draw) for draw in sobol(count, len(dimensions), shift)]


def _placed(dimensions: Sequence[Dimension], region: Region, draw: np.ndarray) -> Point:
    places = []
    for dimension, within, u in zip(dimensions, region, draw, strict=True):
        low, high = within[0], within[-1]
        places.append(within[int(u * len(within))] if dimension.is_choice else low + float(u) * (high - low))
    return tuple(float(place) for place in places)


def grid(dimensions: Sequence[Dimension], trials: int) -> list[Point]:
    """All combinations of values that lie evenly on each scale, both ends included; as many as the trials allow.

    A choice has all its options, a dimension the points that were stated; the others share what is left as evenly as
    they can, the first ones get one more.
    """
    values = [
        _values(dimension, count) for dimension, count in zip(dimensions, grid_sizes(dimensions, trials), strict=True)
    ]
    return [tuple(point) for point in product(*values)]


def smallest_grid(dimensions: Sequence[Dimension]) -> int:
    """How many trials a grid takes at least: two values of every dimension."""
    return prod(_fixed(dimension) or 2 for dimension in dimensions)


def grid_sizes(dimensions: Sequence[Dimension], trials: int) -> list[int]:
    """How many values each dimension has."""
    sizes = [_fixed(dimension) or 2 for dimension in dimensions]
    free = [index for index, dimension in enumerate(dimensions) if _fixed(dimension) is None]
    while free:
        index = min(free, key=lambda number: (sizes[number], number))
        larger = [*sizes[:index], sizes[index] + 1, *sizes[index + 1 :]]
        most = _numbers(dimensions[index])
        if prod(larger) > trials or (most is not None and larger[index] > most):
            free.remove(index)
        else:
            sizes = larger
    return sizes


def _fixed(dimension: Dimension) -> int | None:
    return len(dimension.choices) if dimension.is_choice else dimension.points


def _numbers(dimension: Dimension) -> int | None:
    return int(dimension.high - dimension.low) + 1 if dimension.integer else None


def _values(dimension: Dimension, count: int) -> list[float]:
    if dimension.is_choice:
        return [float(index) for index in range(count)]
    return list(dict.fromkeys(dimension.position(dimension.value(at)) for at in np.linspace(0, 1, count).tolist()))
