"""The variants of a study: which of their errors are shown, how they ended, and which of them are better or worse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from dlx.words import PARTS, Status

if TYPE_CHECKING:
    from dlx.documents.study import StudyDocument, VariantRecord
    from dlx.stats.intervals import Estimate


class VariantRow(NamedTuple):
    """A variant, the words for endings that are not good, and whether it is ``better`` or ``worse`` than the first."""

    record: VariantRecord
    endings: Sequence[str]
    direction: str


@dataclass(frozen=True)
class VariantTable:
    """The rows; the parts that any of them has errors of, and the chief one, whose intervals are shown."""

    rows: Sequence[VariantRow]
    parts: Sequence[str]
    chief: str
    differs: bool

    @property
    def first(self) -> str:
        """The name of the variant from which the others differ."""
        return self.rows[0].record.name


def variant_table(document: StudyDocument) -> VariantTable:
    """That of the variants; the chief part is dev, or without it the last there is."""
    variants = document.variants
    parts = [part for part in PARTS if any(part in variant.errors for variant in variants)]
    rows = [VariantRow(variant, _endings(variant), _direction(variant.difference)) for variant in variants]
    chief = "dev" if "dev" in parts else parts[-1] if parts else ""
    return VariantTable(rows, parts, chief, any(variant.difference for variant in variants))


def _endings(variant: VariantRecord) -> list[str]:
    return [status.replace("_", " ") for status in sorted(set(variant.status)) if not Status(status).is_good]


def _direction(difference: Estimate | None) -> str:
    """Of errors lower is better, and certain where the whole interval lies on one side of 0."""
    if difference is not None and difference.high < 0:
        return "better"
    return "worse" if difference is not None and difference.low > 0 else ""
