"""The advice of a diagnosis on the terminal: findings with their remedies, what is to be done, and what was written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from dlx.diagnose.sections import place_in_notes
from dlx.documents.diagnosis import DiagnosisDocument, SpecDiagnosis
from dlx.language import translated
from dlx.show.rates import RATE_IS_SET, rates_in_words
from dlx.show.terminal.commands import say_command
from dlx.show.terminal.lines import Piece, paragraph, say
from dlx.show.terminal.summary import SEVERITIES, margin
from dlx.show.words import place

if TYPE_CHECKING:
    from dlx.diagnose.steps.next_step import NextStep

MARGIN = 10


def continued(advice: str, before: str) -> str:
    """What advice says beyond that before it, where both begin alike: a step that is not the first on the same matter.

    >>> continued("a: mend it; meanwhile try b", "a: mend it")
    'meanwhile try b'
    """
    parts = advice.split("; ")
    for other in before.split("; "):
        if parts[:1] != [other]:
            break
        parts = parts[1:]
    return "; ".join(parts)


class LinesInMargin:
    """Lines on a stream, with labels in the margin."""

    def __init__(self, out: TextIO) -> None:
        self.out = out

    def line(self, label: str, *pieces: Piece) -> None:
        """A line with its label in the margin."""
        say((margin(label, MARGIN), "dim"), *pieces, stream=self.out)

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
            self.line("findings", (translated("none"), ""))
        alike = [(finding.name, finding.severity, finding.layer, finding.epoch, finding.remedy) for finding in findings]
        for number, finding in enumerate(findings):  # copies in dev and in test are named once
            if alike[number] not in alike[max(number - 1, 0) : number]:
                severity = (margin(finding.severity, MARGIN), SEVERITIES[finding.severity])
                say(severity, (finding.name, "bold"), (translated(place(finding)), ""), stream=self.out)
            paragraph("", translated(finding.evidence), stream=self.out)
            if alike[number] not in alike[number + 1 : number + 2]:
                remedy = f"{translated('remedy:')} {translated(finding.remedy)}"
                source = f"({translated('notes:')} {place_in_notes(finding.notes)})"
                paragraph("", f"{remedy} {source}", "dim", stream=self.out)

    def next(self, steps: Sequence[NextStep]) -> None:
        """What to do, each step in words above its command, the likeliest first; without any what the recipe says."""
        self.gap_above()
        is_set = any(RATE_IS_SET in step.command for step in steps)
        if tested := rates_in_words(self.document.learning_rate, is_set):
            paragraph("tested", translated(f"learning rates: {tested}"), stream=self.out)
        before, of_recipe = "", [(sentence, "") for sentence in self.document.next]
        for number, (advice, typed) in enumerate([(step.advice, step.command) for step in steps] or of_recipe):
            label, words = "next" if number == 0 else "or" if steps else "", translated(advice)
            if sentence := continued(words, before):
                paragraph(label, sentence, stream=self.out)
            if typed:
                say_command("", typed, stream=self.out)
            before = words

    def pictures(self, pictures: Sequence[Path]) -> None:
        """The files that were written."""
        for label, picture in zip(chain(["pictures"], [""] * len(pictures)), pictures, strict=False):
            self.line(label, (str(picture), "cyan"))
