"""The material of a page: all that is known of a run, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.learning_curve import LearningCurve
from dlx.types import Array

Document = Mapping[str, Any]
Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Material:
    """What a page tells; what is empty is left out.

    facts: the document ``run.json``.
    config: the complete spec as YAML.
    changed: what of it is not the default, as YAML.
    metrics, layers: the columns of the tables.
    diagnosis: None where there is none.
    advice, commands: what is to be done next, in words, and what can be typed.
    remarks: what must be known of how the errors were found.
    images: of the worst examples, (k, h, w) or (k, h, w, c), where the data are images.
    cells: of the worst examples by column, where the data are a table.
    learning_curve: what more examples would bring.
    pictures: by name, as PNG: the decision regions (boundary), the path of an objective, the learning curve.
    repeat: the command that trains it again.
    """

    facts: Document
    config: str
    changed: str = ""
    metrics: Columns = field(default_factory=dict)
    layers: Columns = field(default_factory=dict)
    diagnosis: DiagnosisDocument | None = None
    advice: Sequence[str] = ()
    commands: Sequence[str] = ()
    remarks: Sequence[str] = ()
    images: Array | None = None
    cells: Mapping[str, Sequence[Any]] | None = None
    learning_curve: LearningCurve | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    repeat: str = ""

    @property
    def name(self) -> str:
        """Of the run."""
        return str(self.facts.get("name", "a run"))

    @property
    def task(self) -> str | None:
        """What is learned: binary, multiclass, regression; None where it is unknown."""
        task: str | None = (self.facts.get("data") or {}).get("task")
        return task or (self.diagnosis.task if self.diagnosis else None)
