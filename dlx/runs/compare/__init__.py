"""Runs beside each other: what differs between their specs, what came of it, and how sure the difference is."""

from dlx.runs.compare.comparison import Comparison, compare

__all__ = ["Comparison", "compare"]
