"""Whole numbers beyond those that float64 holds: whether they are names, such as keys and accounts, or quantities."""

from __future__ import annotations

import re

import numpy as np

from dlx.data.values.texts import Texts

TIME = re.compile(r"time|date|stamp|epoch|ticks|nanos|micros|^ts$|^t$|(?:^|_)[nu]s$", re.IGNORECASE)
ROUND = 1000  # of which all moments in finer units are multiples, where a clock gave them
# Keys are about as long as each other, be they counted, hashed or drawn; amounts differ by orders of magnitude.
LOWEST, HIGHEST, FACTOR = 0.05, 0.95, 100.0


def are_names(name: str, column: Texts) -> bool:
    """Whether the numbers of a column, read as text, are rather names than amounts or moments."""
    numbers = _numbers(column)
    if TIME.search(name) or not numbers or all(number % ROUND == 0 for number in numbers):
        return False
    low, high = np.quantile(np.abs(np.array(numbers, np.float64)), (LOWEST, HIGHEST))
    return bool(high <= FACTOR * low)


def merged(column: Texts) -> str:
    """How many different numbers are left where float64 rounds them, in words; nothing where all are."""
    numbers = _numbers(column)
    before, after = len(set(numbers)), len(set(map(float, numbers)))
    return f"; {before:,} different ones become {after:,}" if after < before else ""


def _numbers(column: Texts) -> list[int]:
    """The different numbers, but for texts that are no plain ones."""
    return [int(text) for text in column.present if re.fullmatch(r"\s*[+-]?[0-9]{1,300}\s*", text)]
