"""Estimates as documents hold them: null is infinity, which JSON lacks."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from dlx.stats.intervals import Estimate


def estimate(document: Mapping[str, Any]) -> Estimate:
    """An estimate from a document; a value alone is its own interval."""
    low, high = (document.get(end, document["value"]) for end in ("low", "high"))
    return Estimate(document["value"], -inf if low is None else low, inf if high is None else high, document.get("m"))
