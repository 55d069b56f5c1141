"""Numbers as people read them: errors, times, and a row of values as a small curve of block characters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite, log

from dlx.words import error_text as error
from dlx.words import interval_text as interval

__all__ = ["duration", "error", "falls_far", "interval", "probability", "rounded", "signed", "sparkline"]

BLOCKS = "▁▂▃▄▅▆▇█"
WIDE = 20  # a ratio of highest to lowest value


def probability(value: float) -> str:
    """A probability in percent, of which none is 0 or 100.

    >>> [probability(value) for value in (0.0001, 0.5, 0.967, 0.9999)]
    ['under 1 %', '50 %', '97 %', 'over 99 %']
    """
    if value > 0.995:
        return "over 99 %"
    return f"{100 * value:.0f} %" if value >= 0.005 else "under 1 %"


def rounded(value: float) -> str:
    """A number to three digits, without powers of ten.

    >>> rounded(1.4286), rounded(2000.4), rounded(123456)
    ('1.43', '2,000', '123,000')
    """
    return f"{float(f'{value:.3g}'):,.9g}"


def signed(value: float, task: str | None) -> str:
    """A change of an error, with its sign.

    >>> signed(0.0123, "binary"), signed(0.0, "regression"), signed(-2.5, "regression")
    ('+1.23 %', '+0', '-2.5')
    """
    return f"{'+' if value >= 0 else ''}{error(value, task)}"


def duration(seconds: float) -> str:
    """A time to two units.

    >>> [duration(seconds) for seconds in (0.42, 12.3, 185, 7_830, 357_000)]
    ['0.42 s', '12 s', '3 min 5 s', '2 h 10 min', '4 d 3 h']
    """
    if seconds < 9.95:
        return f"{seconds:.2f} s" if seconds < 0.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if parts or whole >= size:
            parts.append(f"{whole // size} {unit}")
        whole %= size
    return " ".join(parts[:2])


def falls_far(low: float, high: float) -> bool:
    """Whether values between these two are better told apart by their ratios, on a logarithmic scale."""
    return low > 0 and high > WIDE * low


def sparkline(values: Sequence[float], width: int) -> str:
    """The course of the finite values in ``width`` characters, each the mean of its share; low is ▁, high is █.

    >>> sparkline([0.9, 0.5, 0.3, 0.2, 0.15, 0.14], width=6)
    '█▄▂▂▁▁'
    """
    finite = [value for value in values if isfinite(value)]
    if len(finite) < 2:
        return ""
    low, high = min(finite), max(finite)
    if falls_far(low, high):
        finite, low, high = [log(value) for value in finite], log(low), log(high)
    count = min(width, len(finite))
    edges = [len(finite) * i // count for i in range(count + 1)]
    means = [sum(finite[a:b]) / (b - a) for a, b in pairwise(edges)]
    return "".join(BLOCKS[round((mean - low) / ((high - low) or 1) * (len(BLOCKS) - 1))] for mean in means)
