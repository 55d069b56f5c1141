"""Columns of which a target of numbers is a linear function, up to rounding, such as the parts of a sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from dlx.types import Array

MOST_TERMS, MOST_COLUMNS = 8, 200  # of a linear function; that are tried
ROWS_OF_A_TERM, FEWEST_VALUES = 10, 10
DECIMALS = 6  # that a rounded number has at most; more are those of a real one
MONEY = 4  # that amounts have at most
EXACT = 1e-7  # of the largest number: what is left of an exact function
SLACK = 1.5  # rounding also moves the fitted factors a little
SPREAD = 50.0  # standard deviations of the target are so many times what rounding explains, else it explains anything
UNIT = 1e-3  # how close to ±1 a factor is


class LinearTerm(NamedTuple):
    """A column and its factor."""

    name: str
    factor: float


class LinearFunction(NamedTuple):
    """What the target is: a constant and the sum of the terms.

    is_sum: whether all of them are amounts, none below 0, that are added or subtracted as they are.
    """

    terms: tuple[LinearTerm, ...]
    constant: float
    is_sum: bool

    def in_words(self) -> str:
        """Such as `total − tax` or `0.5·a + 3·b + 7`."""
        text = ""
        for name, factor in self.terms:
            sign = "−" if factor < 0 else "+" if text else ""
            size = "" if abs(abs(factor) - 1) < UNIT else f"{abs(factor):.4g}·"
            text += f" {sign} {size}{name}" if text else f"{sign}{size}{name}"
        constant = float(f"{self.constant:.4g}")
        return f"{text} {'−' if constant < 0 else '+'} {abs(constant):g}" if constant else text

    @property
    def telling(self) -> tuple[str, ...]:
        """The columns to leave out: the total that the target is a part of, or all parts of a target that is one."""
        added = tuple(name for name, factor in self.terms if factor > 0)
        return added or tuple(name for name, _ in self.terms)


def decimals_of(values: Array) -> int | None:
    """How many decimals numbers have; None where they are more than rounded ones have."""
    for count in range(DECIMALS + 1):
        scaled = values * 10.0**count
        if (np.abs(scaled - np.rint(scaled)) <= 1e-9 * np.maximum(1, np.abs(scaled))).all():
            return count
    return None


def linear_function(y: Array, columns: Mapping[str, Array]) -> LinearFunction | None:
    """The target as a linear function of as few of the columns as suffice, or None where it is none.

    Terms are taken up as they explain most of what is left (orthogonal matching pursuit; Pati et al. 1993).

    Args:
        y: (m,) the target, all finite.
        columns: (m,) each, of which those that lack a value are passed over.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        usable = {name: values for name, values in columns.items() if 0 < values.std() < np.inf}
        if not 1 <= len(usable) <= MOST_COLUMNS or len(np.unique(y)) < FEWEST_VALUES or not y.std() < np.inf:
            return None
    names = list(usable)
    X = np.column_stack([usable[name] for name in names])
    scaled, rest, chosen = (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean(), list[int]()
    while len(chosen) < min(MOST_TERMS, len(names)) and ROWS_OF_A_TERM * (len(chosen) + 2) <= len(y):
        explains = np.abs(scaled.T @ rest)
        explains[chosen] = -1
        chosen.append(int(explains.argmax()))
        factors, constant = _fit(X[:, chosen], y)
        rest = y - X[:, chosen] @ factors - constant
        if _is_rounding(rest, y, X[:, chosen], factors):
            return _function(y, X, chosen, names)
    return None


def _fit(X: Array, y: Array) -> tuple[Array, float]:
    center, mean = X.mean(axis=0), float(y.mean())
    factors: Array = np.linalg.lstsq(X - center, y - mean, rcond=None)[0]
    return factors, mean - float(center @ factors)


def _is_rounding(rest: Array, y: Array, X: Array, factors: Array) -> bool:
    """Whether what is left is none at all, or no more than the decimals that all numbers have leave open."""
    largest = float(np.abs(rest).max())
    if largest <= EXACT * float(np.abs(y - y.mean()).max()):
        return True
    steps = [_step(y), *(abs(factor) * _step(X[:, place]) for place, factor in enumerate(factors.tolist()))]
    tolerance = SLACK * float(sum(steps)) / 2
    return largest <= tolerance and float(y.std()) >= SPREAD * tolerance


def _step(values: Array) -> float:
    decimals = decimals_of(values)
    return 0.0 if decimals is None else 10.0**-decimals


def _function(y: Array, X: Array, chosen: Sequence[int], names: Sequence[str]) -> LinearFunction:
    """Without the terms that nothing needs, the least of which are tried first."""
    shares = np.abs(_fit(X[:, chosen], y)[0]) * X[:, chosen].std(axis=0)
    places = list(chosen)
    for place in np.array(chosen)[np.argsort(shares)].tolist():
        others = [other for other in places if other != place]
        if others:
            factors, constant = _fit(X[:, others], y)
            if _is_rounding(y - X[:, others] @ factors - constant, y, X[:, others], factors):
                places = others
    factors, constant = _fit(X[:, places], y)
    amounts = [y, *(X[:, place] for place in places)]
    are_amounts = all(values.min() >= 0 and (decimals_of(values) or 0) <= MONEY for values in amounts)
    are_real = any(decimals_of(values) is None for values in amounts)
    is_sum = are_amounts and not are_real and bool((np.abs(np.abs(factors) - 1) < UNIT).all())
    nothing = max(EXACT * float(np.abs(y).max()), _step(y))
    constant = 0.0 if abs(constant) <= nothing or is_sum else constant
    terms = [LinearTerm(names[place], factor) for place, factor in zip(places, factors.tolist(), strict=True)]
    return LinearFunction(tuple(sorted(terms, key=lambda term: -term.factor)), constant, is_sum)
