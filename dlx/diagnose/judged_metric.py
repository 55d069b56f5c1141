"""The metric that is judged in place of the error, where a spec names one in ``diagnosis.metric``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dlx.stats.intervals import Estimate


@dataclass(frozen=True)
class JudgedMetric:
    """A metric that bias and variance speak of in place of the error: its name, and its estimates by part."""

    name: str
    errors: Mapping[str, Estimate]

    def document(self) -> dict[str, Any]:
        """As it stands in ``diagnosis.json``."""
        return {"name": self.name, "errors": {part: error.document() for part, error in self.errors.items()}}

    @classmethod
    def recalled(cls, diagnosis: Mapping[str, Any]) -> JudgedMetric | None:
        """That of a ``diagnosis.json``; None where the errors were judged."""
        document = diagnosis.get("measure")
        if document is None:
            return None
        return cls(
            document["name"], {part: Estimate.from_document(error) for part, error in document["errors"].items()}
        )


def judged_errors(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the gaps of a diagnosis are differences of, by part."""
    measure = document.get("measure")
    errors: Mapping[str, Any] = measure["errors"] if measure else document["errors"]
    return errors
