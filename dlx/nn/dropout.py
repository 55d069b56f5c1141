"""The masks of inverted dropout: which units are kept, drawn from a stream of random numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from dlx.types import Array, Rng


class DrawnMask:
    """Fills D with 1/keep_prob with probability keep_prob, else with 0.

    A Generator gives raw 16-bit integers against a threshold (3 times as fast as uniform numbers); the probability is
    then round(2¹⁶·keep_prob)/2¹⁶, and D holds its exact inverse.
    """

    __name__ = "draw_mask_from_bits"

    def __init__(self, rng: np.random.Generator, keep_prob: float) -> None:
        self.rng, self.threshold = rng, max(round(keep_prob * 2**16), 1)

    def __call__(self, D: Array) -> None:
        bits = self.rng.bit_generator.random_raw(words_of(D.size)).view("<u2")[: D.size]
        np.less(bits.reshape(D.shape), self.threshold, D, casting="unsafe")
        np.multiply(D, 2**16 / self.threshold, D)


def words_of(size: int) -> int:
    """The 64-bit integers that a mask of this size takes."""
    return -(-size // 4)


def mask_from(rng: Rng, keep_prob: float) -> Callable[[Array], None]:
    """What fills D: 1/keep_prob with probability keep_prob, else 0.

    A RandomState is asked for uniform numbers in the order of D's rows, as the course's ``np.random.rand(*D.shape) <
    keep_prob`` does; for a Generator see `DrawnMask`.
    """
    if not isinstance(rng, np.random.RandomState):
        return DrawnMask(rng, keep_prob)

    def draw_mask(D: Array) -> None:
        np.less(rng.random_sample(D.shape), keep_prob, D, casting="unsafe")
        np.divide(D, keep_prob, D)

    return draw_mask
