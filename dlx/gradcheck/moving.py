"""Moving: other numbers in the arrays that a pass reads, so that what it keeps of another pass shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from dlx.types import Array
from dlx.words import Task

Move = Callable[[Array], None]
Moves = Sequence[tuple[Array, Move]]


@contextmanager
def moved(moves: Moves) -> Iterator[None]:
    """Inside, each of these arrays holds what its function makes of it; afterwards all are as they were."""
    before = [array.copy() for array, _ in moves]
    for array, move in moves:
        move(array)
    try:
        yield
    finally:
        for (array, _), values in zip(moves, before, strict=True):
            array[...] = values


def move_away(array: Array) -> None:
    """Change every entry, and most signs: what a pass leaves there cannot be taken for what the next one computes."""
    array *= -0.9
    array += 0.01 * np.cos(np.arange(array.size)).reshape(array.shape)


def roll(array: Array) -> None:
    """Give each column (an example) the values of the one before it."""
    array[...] = np.roll(array, 1, axis=-1)


def labels_of(task: Task) -> Move:
    """What gives examples other labels that the task allows; targets of a regression go to other examples."""
    moves: dict[Task, Move] = {
        Task.BINARY: _opposite,
        Task.MULTILABEL: _opposite,
        Task.MULTICLASS: _next_class,
        Task.REGRESSION: roll,
    }
    return moves[task]


def _opposite(Y: Array) -> None:
    np.subtract(1, Y, out=Y)


def _next_class(Y: Array) -> None:
    Y[...] = np.roll(Y, 1, axis=0)
