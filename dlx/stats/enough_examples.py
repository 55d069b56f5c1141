"""How many examples would settle whether a gap between two errors is high or low, if the errors stayed as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from dlx.stats.intervals import Estimate, at_size, difference

MOST = 10**9  # a gap that so many examples leave open lies at the tolerance

Sizes = dict[str, int]  # examples by part


class Question(NamedTuple):
    """Whether the error of the part ``upper`` lies above that of ``lower`` by more than the tolerance."""

    errors: Mapping[str, Estimate]
    upper: str
    lower: str
    tolerance: float
    regression: bool = False

    def gap(self, sizes: Mapping[str, int]) -> Estimate:
        """The difference, as if these parts had that many examples."""
        ends = (self._resized(part, sizes) for part in (self.upper, self.lower))
        return difference(*ends)

    def is_settled(self, sizes: Mapping[str, int]) -> bool:
        """Whether the interval then lies on one side of the tolerance."""
        gap = self.gap(sizes)
        return gap.low > self.tolerance or gap.high <= self.tolerance

    def _resized(self, part: str, sizes: Mapping[str, int]) -> Estimate:
        error = self.errors[part]
        return at_size(error, sizes[part], self.regression) if part in sizes else error


def enough_to_settle(question: Question, growing: tuple[str, ...]) -> Sizes | None:
    """The sizes at which an open gap is settled, by one of the growing parts or by all of them together.

    Of these the one with the fewest further examples; None where neither does it: the gap is the tolerance itself, or
    the error of a part that cannot grow is not known well enough.
    """
    ways = {(part,) for part in growing} | {growing}
    candidates = [sizes for way in sorted(ways) if (sizes := _smallest(question, way))]
    return min(
        candidates, key=lambda sizes: sum(sizes[part] - (question.errors[part].m or 0) for part in sizes), default=None
    )


def _smallest(question: Question, growing: tuple[str, ...]) -> Sizes | None:
    """The least m at which the gap is settled with m examples, or more, in each growing part.

    By bisection: at the same values an interval of more examples lies within that of fewer.
    """
    now = {part: question.errors[part].m for part in growing}
    if None in now.values():
        return None

    def grown(m: int) -> Sizes:
        return {part: max(m, size or 0) for part, size in now.items()}

    if not question.is_settled(grown(MOST)):
        return None
    low, high = 0, MOST
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if question.is_settled(grown(middle)) else (middle, high)
    return {part: size for part, size in grown(high).items() if size > (now[part] or 0)}
