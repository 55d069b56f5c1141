"""The advice of a diagnosis on the terminal: findings with their remedies, what is to be done, and what was written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from dlx.diagnose.sections import place_in_notes
from dlx.documents.diagnosis import DiagnosisDocument, SpecDiagnosis
from dlx.show.rates import tested_in_words
from dlx.show.terminal.lines import Piece, paragraph, say
from dlx.show.terminal.summary import SEVERITIES
from dlx.show.words import place

MARGIN = 10


class LinesInMargin:
    """Lines on a stream, with labels in the margin."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def line(self, label: str, *pieces: Piece) -> None:
        """A line with its label in the margin."""
        say((f"{label:<{MARGIN}}", "dim"), *pieces, stream=self.out)

    def gap_above(self) -> None:
        """An empty line."""
        say(stream=self.out)


class AdviceLines(LinesInMargin):
    """Where findings are shown, and what is to be done."""

    def __init__(self, document: DiagnosisDocument | SpecDiagnosis, out: TextIO) -> None:
        super().__init__(out)
        self.document = document

    def findings(self, with_notes: bool) -> None:
        """What was found, the worst first, each with its evidence, its remedy and its place in the notes."""
        self.gap_above()
        findings = self.document.findings if with_notes else self.document.serious
        if not findings:
            self.line("findings", ("none", ""))
        for finding in findings:
            margin = (f"{finding.severity:<{MARGIN}}", SEVERITIES[finding.severity])
            say(margin, (finding.name, "bold"), (place(finding), ""), stream=self.out)
            paragraph("", finding.evidence, stream=self.out)
            source = f"(notes: {place_in_notes(finding.notes)})"
            paragraph("", f"remedy: {finding.remedy} {source}", "dim", stream=self.out)

    def next(self, commands: Sequence[str]) -> None:
        """What to do, in words, then as commands; and what was tested for that."""
        self.gap_above()
        if tested := tested_in_words(self.document.learning_rate):
            paragraph("tested", f"learning rates: {tested}", stream=self.out)
        for number, step in enumerate(self.document.next):
            paragraph("next" if number == 0 else "", step, stream=self.out)
        for command in commands:
            self.line("", (command, "cyan"))

    def pictures(self, pictures: Sequence[Path]) -> None:
        """The files that were written."""
        for label, picture in zip(chain(["pictures"], [""] * len(pictures)), pictures, strict=False):
            self.line(label, (str(picture), "cyan"))
