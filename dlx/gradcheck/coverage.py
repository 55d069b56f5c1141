"""What of θ is looked at: every entry of a small network; of a large one a sample of entries, and random directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dlx.types import Array

MOST_ENTRIES = 40_000  # θ of up to this size is checked entry by entry
SAMPLE = 200  # entries of each parameter of a larger θ
FEW = 4  # entries of each parameter at other places
DIRECTIONS = 4  # over each parameter of a larger θ, and as many over all of θ


@dataclass(frozen=True)
class Coverage:
    """Per parameter the entries of θ to look at; and for each direction its parameter (None is all of θ) and slice."""

    entries: Mapping[str, Array]
    directions: tuple[tuple[str | None, slice], ...]


def coverage(slices: Mapping[str, slice], rng: np.random.Generator) -> Coverage:
    """All entries of θ, or of a large one a sample and random directions."""
    n = max(part.stop for part in slices.values())
    if n <= MOST_ENTRIES:
        return Coverage({name: np.arange(part.start, part.stop) for name, part in slices.items()}, ())
    entries = {name: _sample(part, rng) for name, part in slices.items()}
    parts: list[tuple[str | None, slice]] = [(None, slice(0, n)), *slices.items()]
    return Coverage(entries, tuple(part for part in parts for _ in range(DIRECTIONS)))


def brief(slices: Mapping[str, slice], rng: np.random.Generator, is_searched: bool) -> Coverage:
    """What differences look at in other places: a few entries and directions, or nothing where the referee does.

    Args:
        is_searched: whether the referee looks along directions of its own.
    """
    if is_searched:
        return Coverage({}, ())
    entries = {name: _sample(part, rng, FEW) for name, part in slices.items()}
    return Coverage(entries, tuple(item for item in slices.items() for _ in range(DIRECTIONS // 2)))


def _sample(part: slice, rng: np.random.Generator, size: int = SAMPLE) -> Array:
    everything = np.arange(part.start, part.stop)
    return everything if len(everything) <= size else np.sort(rng.choice(everything, size, replace=False))


def direction(n: int, part: slice, rng: np.random.Generator) -> Array:
    """v (n,) with signs ±1/k^¼ on the k entries of the part.

    ‖v‖ = k^¼: longer, and the difference is wrong by its curvature; shorter, and v·dθ drowns in rounding.
    """
    v, k = np.zeros(n), part.stop - part.start
    v[part] = rng.choice([-1.0, 1.0], k) / k**0.25
    return v
