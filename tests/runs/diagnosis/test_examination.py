"""An examination: of the steps that it advises, those without a command are no commands."""

from __future__ import annotations

from dlx.diagnose.steps.next_step import NextStep
from dlx.documents.diagnosis import SpecDiagnosis
from dlx.runs.diagnosis.examination import Examination


def test_a_step_that_says_what_to_look_at_is_no_command() -> None:
    steps = (NextStep("", "see whether x12 is known before the label is"), NextStep("dlx report run", "done"))
    document = SpecDiagnosis(findings=[], next=[])
    assert Examination("leak", document, steps).commands == ("dlx report run",)
