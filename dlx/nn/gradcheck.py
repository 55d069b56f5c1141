"""Gradient checking: differences of a cost along a line in θ, and how far they are from the analytic gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeVar

import numpy as np

from dlx.types import Array

Line = Callable[[float], float]
Numbers = TypeVar("Numbers", float, Array)
Verdict = Literal["great", "look", "worry"]

GREAT, WORRY = 1e-7, 1e-3

# The two-sided difference is wrong by ε²·J‴/6 and, from rounding, by about |J|·2⁻⁵²/ε; the sum is least near
# (3·2⁻⁵²)^⅓ = 9·10⁻⁶. The difference of whole networks, median over 36 of them (three activations, three losses, with
# and without batch norm and L2):
#   ε           1e-8     1e-7     1e-6     3e-6     1e-5     3e-5     1e-4     1e-3
#   two-sided   6.4e-08  6.6e-09  6.3e-10  2.0e-10  1.1e-10  2.5e-10  2.5e-09  2.5e-07
#   one-sided   1.2e-07  5.1e-08  4.6e-07  1.5e-06  4.6e-06  1.5e-05  4.6e-05  4.6e-04
# At the notes' 1e-7 rounding has eaten all but a factor of 8 between them; at 1e-5 it is 40,000.
EPSILON = 1e-5

# In units of |J|·2⁻⁵²/ε the worst entry of those networks was off by 2; deeper ones with larger batches round more.
ROUNDINGS = 16


def two_sided(J: Line, epsilon: float) -> float:
    """(J(ε) − J(−ε))/2ε, wrong by O(ε²).

    >>> round(two_sided(lambda t: (1 + t) ** 3, 0.01), 6)  # of θ³ at θ = 1, where the derivative is 3
    3.0001
    """
    return (J(epsilon) - J(-epsilon)) / (2 * epsilon)


def one_sided(J: Line, epsilon: float) -> float:
    """(J(ε) − J(0))/ε, wrong by O(ε).

    >>> round(one_sided(lambda t: (1 + t) ** 3, 0.01), 6)
    3.0301
    """
    return (J(epsilon) - J(0.0)) / epsilon


def refined(J: Line, epsilon: float, rounding: float) -> tuple[float, float]:
    """(4·D(ε/2) − D(ε))/3 of the two-sided D, wrong by O(ε⁴) (Richardson 1911), and its rounding.

    ``rounding`` is that of D(ε). Where D(ε) and D(ε/2) tell that J bends too sharply for this ε (a batch norm whose
    inputs hardly vary divides by a small σ), ε/16 takes its place, down to ε/4096.
    """
    for step in (epsilon, epsilon / 16, epsilon / 256, epsilon / 4096):
        coarse, fine = two_sided(J, step), two_sided(J, step / 2)
        noise = rounding * epsilon / step
        if abs(fine - coarse) <= max(4 * noise, 1e-4 * abs(fine)):
            break
    return (4 * fine - coarse) / 3, 2 * noise


def along_entry(cost: Callable[[], float], theta: Array, i: int) -> Line:
    """t → J(θ + t·eᵢ); θ is put back after each."""

    def at(t: float) -> float:
        value = theta[i]
        theta[i] = value + t
        J = cost()
        theta[i] = value
        return J

    return at


def along(cost: Callable[[], float], theta: Array, v: Array) -> Line:
    """t → J(θ + t·v); θ is put back after each."""

    def at(t: float) -> float:
        before = theta.copy()
        theta[...] += t * v
        J = cost()
        theta[...] = before
        return J

    return at


def rounding(cost: float, epsilon: Numbers) -> Numbers:
    """How far a two-sided difference of a cost of this size may be off by rounding alone: 16·|J|·2⁻⁵²/ε."""
    return ROUNDINGS * abs(cost) * float(np.finfo(np.float64).eps) / epsilon


def difference(approx: Array, d_theta: Array, rounding: Array | float = 0.0) -> float:
    """‖approx − dθ‖/(‖approx‖ + ‖dθ‖), where the denominator is at least ‖rounding‖/10⁻⁷.

    With this floor an approx that is off by ``rounding`` in every entry still counts as great, also where the gradient
    is 0 and the quotient of the notes would be 0/0 or one of rounding errors.
    """
    size = float(np.linalg.norm(approx) + np.linalg.norm(d_theta))
    floor = float(np.linalg.norm(np.broadcast_to(rounding, approx.shape))) / GREAT
    return float(np.linalg.norm(approx - d_theta)) / max(size, floor, float(np.finfo(np.float64).tiny))


def differences(approx: Array, d_theta: Array, rounding: Array | float) -> Array:
    """`difference` of each entry by itself."""
    size = np.maximum(np.abs(approx) + np.abs(d_theta), rounding / GREAT)
    quotients: Array = np.abs(approx - d_theta) / np.maximum(size, np.finfo(np.float64).tiny)
    return quotients


def verdict(difference: float) -> Verdict:
    """The notes' thresholds: up to 1e-7 great, from 1e-3 on worry (a NaN too), between them look."""
    return "great" if difference <= GREAT else "look" if difference < WORRY else "worry"


def slope(epsilons: Array, errors: Array, rounding: Array) -> float | None:
    """The order of an error that is proportional to ε^slope, fitted where rounding has no part in it."""
    clear = errors > 10 * rounding
    if np.count_nonzero(clear) < 3:
        return None
    return float(np.polyfit(np.log(epsilons[clear]), np.log(errors[clear]), 1)[0])
