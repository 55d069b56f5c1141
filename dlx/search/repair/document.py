"""The story of the recipe in ``diagnosis.json``: remedies and estimates as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlx.search.repair.race_setup import RemedyResult

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
        "change": result.change and result.change.document(),
        "replicates": result.replicates,
        "seconds": result.seconds,
        "verdict": result.verdict,
        "message": result.message,
    }
