"""A simple model that is surely better than the network: the plainest sign that something keeps it from learning."""

from __future__ import annotations

from dataclasses import dataclass

from dlx.diagnose.verdict import LOW, NOTHING, in_words
from dlx.documents.baselines import WORSE
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.words import error_text


@dataclass(frozen=True)
class Beaten:
    """By which simple model, on which part, and what that and the network err there."""

    name: str
    title: str
    part: str
    least: float
    network: float

    def matters(self, tolerance: float) -> bool:
        """Whether the network errs more by more than the tolerance."""
        return self.network - self.least > tolerance


def beaten_by(diagnosis: DiagnosisDocument) -> Beaten | None:
    """The plainest model that surely is better; None where none is, and where little is left to be better by.

    It is better by its error, and says nothing where a metric is judged in its place.
    """
    if diagnosis.verdict in (LOW, NOTHING) or diagnosis.baselines is None or diagnosis.measure is not None:
        return None
    for name, model in diagnosis.baselines.models.items():
        part, compared = next(iter(model.parts.items()))
        if compared.difference.verdict == WORSE:
            least = compared.error.value
            return Beaten(name, model.title, part, least, least + compared.difference.value)
    return None


def beaten_in_words(diagnosis: DiagnosisDocument) -> str:
    """Such as `surely by a linear model: dev error 8.10 %, the network 14.20 %`, or empty; and whether that matters."""
    beaten, task = beaten_by(diagnosis), diagnosis.task
    if beaten is None:
        return ""
    least, network = error_text(beaten.least, task), error_text(beaten.network, task)
    words = f"surely by {beaten.title}: {in_words(beaten.part)} error {least}, the network {network}"
    if beaten.matters(diagnosis.tolerance) or "high" in diagnosis.verdict or diagnosis.serious:
        return words
    return f"{words}; that is within the tolerance of {error_text(diagnosis.tolerance, task)}, and asks for nothing"


def has_learned_less(diagnosis: DiagnosisDocument, beaten: Beaten) -> bool:
    """Whether the network errs on train already more than the better model does on other examples."""
    return bool(diagnosis.errors["train"].value >= beaten.least)
