"""Splits by time: the earliest examples train, the latest test, and equal times in one part."""

from __future__ import annotations

import numpy as np

from dlx.data.splitting.splits import Split, part_sizes, split_rows
from dlx.errors import DataError
from dlx.types import Array, Rng

IN_ORDER = ("train", "dev", "test")


def rows_by_time(split: Split, times: Array, strata: Array, rng: Rng) -> dict[str, Array]:
    """The rows of each part that has any, ascending; every part ends where the time that follows is another one.

    A train_dev, which shall be as train is, is drawn from the time of train. What counts leave over comes before all.
    """
    sizes = part_sizes(split, len(times))
    goals = {"train": sizes["train"] + sizes["train_dev"], "dev": sizes["dev"], "test": sizes["test"]}
    present = [part for part in IN_ORDER if goals[part]]
    order = np.argsort(times, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(times[order])) + 1, len(times))  # of each time, in that order
    if len(ends) < len(present):
        what = f"{split.time} has {len(ends)} different value{'s' * (len(ends) > 1)}"
        raise DataError(f"data.split.time: {what}, and the split has {len(present)} parts: {', '.join(present)}")
    borders = _borders([goals[part] for part in present], ends, len(times))
    if split.rest == "train" or sum(goals.values()) == len(times):
        borders[0] = 0
    rows = {part: order[borders[i] : borders[i + 1]] for i, part in enumerate(present)}
    if sizes["train_dev"]:
        train = rows["train"]
        count = min(sizes["train_dev"], len(train) - 1)
        within = split_rows(Split(train=len(train), train_dev=count, rare=split.rare), strata[train], rng)
        rows |= {part: train[chosen] for part, chosen in within.items()}
    return {part: np.sort(rows[part]) for part in sizes if part in rows}


def _borders(goals: list[int], ends: Array, m: int) -> list[int]:
    """Where the parts begin, and where the last one ends: at the end of a time each, as near as can be to the goals."""
    possible = [0, *ends.tolist()]
    borders, highest = [m], len(possible) - 1
    for number, goal in reversed(list(enumerate(goals))):
        lowest = number  # each of the parts before it needs a time of its own
        border = borders[0] - goal
        place = min(range(lowest, highest), key=lambda i: abs(possible[i] - border))
        borders.insert(0, possible[place])
        highest = place
    return borders
