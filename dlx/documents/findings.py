"""A finding of a diagnosis: what is known to go wrong with a network, with its remedy and its place in the notes."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
ALL_THE_SAME = "all the same"
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """A cause that was found: where, when, by which number against which threshold, and the evidence in words."""

    name: str
    severity: Severity
    layer: int | None
    epoch: int | None
    value: float | None
    threshold: float | None
    evidence: str
    remedy: str
    notes: str
    overrides: tuple[str, ...] = ()  # of the spec, that mend it, as they are typed

    @property
    def is_serious(self) -> bool:
        """Whether it asks for something to be done, as notes do not."""
        return self.severity != "note"

    @property
    def is_refuted(self) -> bool:
        """Whether the end of the training has made a note of it."""
        return not self.is_serious and f"; {ALL_THE_SAME} " in self.evidence

    def refuted_by(self, end: str) -> Finding:
        """The finding as a note, which asks for nothing, since the training ended well all the same."""
        if self.severity == "note":
            return self
        return replace(self, severity="note", evidence=f"{self.evidence}; {ALL_THE_SAME} {end}", overrides=())

    def to_document(self) -> dict[str, Any]:
        """The finding as it stands in ``diagnosis.json``, without overrides where there are none."""
        document = {field.name: getattr(self, field.name) for field in fields(self)}
        if not self.overrides:
            del document["overrides"]
        return document
