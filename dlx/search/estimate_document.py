"""An estimate as JSON has it."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlx.stats.intervals import Estimate


def plain(estimate: Estimate) -> dict[str, Any]:
    """An estimate as JSON has it; an end of the interval that is not known is null."""
    low, high = (end if isfinite(end) else None for end in (estimate.low, estimate.high))
    return {"value": estimate.value, "low": low, "high": high, "m": estimate.m}
