"""The importance of hyperparameters: for each which share it explains of what made trials good or bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dlx.documents.tuning import Importance


@dataclass(frozen=True)
class ShareBar:
    """A hyperparameter with its share and the interval of that, in percent."""

    key: str
    value: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Whether it explains something for certain."""
        return self.low > 0


def unexplained(bars: Sequence[ShareBar]) -> float:
    """The percent that no hyperparameter explains alone."""
    return max(100 - sum(bar.value for bar in bars), 0)


def importance_bars(shares: Sequence[Importance]) -> list[ShareBar]:
    """Of ``importance`` in ``tune.json``, the most important one first."""
    ranked = sorted(shares, key=lambda share: -share.value)
    return [ShareBar(share.key, 100 * share.value, 100 * share.low, 100 * share.high) for share in ranked]
