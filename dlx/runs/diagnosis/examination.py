"""An examination: what was found out about a run, a spec or bare errors, and the pictures of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.verdict import in_words
from dlx.documents.diagnosis import DiagnosisDocument, SpecDiagnosis
from dlx.errors import UsageError
from dlx.runs.files.directory import RunDirectory
from dlx.show import pictures
from dlx.show.charts.waterfall import waterfall
from dlx.show.words import title_of_metric
from dlx.types import Array

UNKNOWN = " is unknown: "  # in what is said of a gap that an error is missing for


@dataclass(frozen=True)
class Examination:
    """What was found out.

    document: of a run, or of bare errors; of a spec, which has no errors yet, its findings and what to do next.
    steps: what can be typed next, and why.
    remarks: what must be known of how this was found.
    images: of the worst examples, where the data are images.
    cells: of the worst examples by column, where the data are a table.
    run, facts: of a run, its directory and its ``run.json``.
    """

    name: str
    document: DiagnosisDocument | SpecDiagnosis
    steps: tuple[NextStep, ...] = ()
    remarks: tuple[str, ...] = ()
    images: Array | None = None
    cells: Mapping[str, Sequence[Any]] | None = None
    run: RunDirectory | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def commands(self) -> tuple[str, ...]:
        """What can be typed next."""
        return tuple(step.command for step in self.steps if step.command)

    @property
    def advice(self) -> tuple[str, ...]:
        """What is to be done next, in words, each sentence once; then what is unknown, where no step speaks of it."""
        sentences = [step.advice for step in self.steps]
        unknown = [sentence for sentence in self.document.next if UNKNOWN in sentence]
        spoken = " ".join(sentences)
        return tuple(dict.fromkeys([*sentences, *(each for each in unknown if each.partition(":")[0] not in spoken)]))

    def picture(self) -> bytes:
        """The errors and the gaps between them, as PNG; raises `UsageError` where there are none."""
        if isinstance(self.document, SpecDiagnosis):
            raise UsageError("--picture draws the errors of a run, or bare errors; a spec has none before training")
        measure = self.document.measure
        title = f"{self.name}, {title_of_metric(measure.name)}" if measure else self.name
        return pictures.diagnosis(waterfall(self.document, self.document.task), title=title)

    def worst(self) -> bytes | None:
        """The worst examples as images, as PNG; None where there are none."""
        if self.images is None or isinstance(self.document, SpecDiagnosis) or self.document.classes is None:
            return None
        classes = self.document.classes
        return pictures.worst(self.images, classes.worst, title=f"{self.name}, {in_words(classes.part)}")


@dataclass(frozen=True)
class RunExamination(Examination):
    """What was found out about a run, or bare errors, of which there is a verdict."""

    document: DiagnosisDocument
