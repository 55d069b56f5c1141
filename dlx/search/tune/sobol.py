"""Sobol's sequence: points that fill the unit cube more evenly than independent draws do."""

from __future__ import annotations

import numpy as np

from dlx.types import Array

BITS = 30
# S. Joe & F. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30
# (2008), new-joe-kuo-6: the primitive polynomial of each dimension as a binary number, and its first direction numbers.
DIRECTIONS: tuple[tuple[int, tuple[int, ...]], ...] = (
    (1, (1,)),
    (3, (1,)),
    (7, (1, 3)),
    (11, (1, 3, 1)),
    (13, (1, 1, 1)),
    (19, (1, 1, 3, 3)),
    (25, (1, 3, 5, 13)),
    (37, (1, 1, 5, 5, 17)),
    (41, (1, 1, 5, 5, 5)),
    (47, (1, 1, 7, 11, 19)),
    (55, (1, 1, 5, 1, 1)),
    (59, (1, 1, 1, 3, 11)),
    (61, (1, 3, 5, 5, 31)),
    (67, (1, 3, 3, 9, 7, 49)),
    (91, (1, 1, 1, 15, 21, 21)),
    (97, (1, 3, 1, 13, 27, 49)),
    (103, (1, 1, 1, 15, 7, 5)),
    (109, (1, 3, 1, 15, 13, 25)),
    (115, (1, 1, 5, 5, 19, 61)),
    (131, (1, 3, 7, 11, 23, 15, 103)),
    (137, (1, 3, 7, 13, 13, 15, 69)),
    (143, (1, 1, 3, 13, 7, 35, 63)),
    (145, (1, 3, 5, 9, 1, 25, 53)),
    (157, (1, 3, 1, 13, 9, 35, 107)),
)
MOST_DIMENSIONS = len(DIRECTIONS)


def sobol(count: int, dimensions: int, shift: Array | None = None) -> Array:
    """The first points of the sequence, in Gray code order (Antonov & Saleev 1979), (count, dimensions) in [0, 1).

    ``shift``, a whole number below 2³⁰ for each dimension, is added bit by bit without carry (Cranley & Patterson's
    shift in base 2): it keeps how evenly the points lie and makes them random.

    >>> sobol(4, 2).tolist()
    [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]
    """
    directions = np.stack([_directions(*DIRECTIONS[number], first=number == 0) for number in range(dimensions)])
    points = np.zeros((count, dimensions), np.int64)
    for index in range(1, count):
        lowest_zero = (~(index - 1) & index).bit_length() - 1
        points[index] = points[index - 1] ^ directions[:, lowest_zero]
    moved: Array = (points if shift is None else points ^ shift) / 2.0**BITS
    return moved


def _directions(polynomial: int, initial_numbers: tuple[int, ...], first: bool) -> Array:
    """v_j = m_j/2^j as whole numbers of 30 bits: m_j follows from the degree s before it (Bratley & Fox 1988).

    m_j = 2·a_1·m_{j−1} ⊕ 2²·a_2·m_{j−2} ⊕ … ⊕ 2^s·m_{j−s} ⊕ m_{j−s}, a the inner coefficients of the polynomial.
    """
    m = list(initial_numbers)
    if first:  # van der Corput's sequence
        m = [1] * BITS
    s = polynomial.bit_length() - 1
    while len(m) < BITS:
        following = m[-s] ^ (m[-s] << s)
        for k in range(1, s):
            if polynomial >> (s - k) & 1:
                following ^= m[-k] << k
        m.append(following)
    return np.array([number << (BITS - 1 - j) for j, number in enumerate(m)], np.int64)
