"""The story of the recipe in ``diagnosis.json``: remedies and estimates as plain data."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlx.search.repair.race_setup import RemedyResult
    from dlx.stats.intervals import Estimate

Document = dict[str, Any]


def remedy_document(result: RemedyResult) -> Document:
    """A remedy and what came of it, as the story has it."""
    remedy = result.remedy
    return {
        "name": remedy.name,
        "against": remedy.against,
        "overrides": remedy.overrides,
        "why": remedy.why,
        "notes": remedy.notes,
        "change": result.change and plain(result.change),
        "replicates": result.replicates,
        "seconds": result.seconds,
        "verdict": result.verdict,
        "message": result.message,
    }


def plain(estimate: Estimate) -> Document:
    """An estimate as JSON has it; an end of the interval that is not known is null."""
    low, high = (end if isfinite(end) else None for end in (estimate.low, estimate.high))
    return {"value": estimate.value, "low": low, "high": high, "m": estimate.m}
