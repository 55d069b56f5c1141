"""The waterfall of a diagnosis: the errors from the optimal one to that of test, and the gaps between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlx.diagnose.verdict import OUT_OF_FOLD, between, in_words
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.show.charts.scales import finite
from dlx.stats.intervals import Estimate, exact

LEVELS = ("optimal", "train", "train_dev", OUT_OF_FOLD, "dev", "test")
NAMES = {"bias": "avoidable bias"}


@dataclass(frozen=True)
class ErrorGap:
    """The difference of two parts' errors, in documents under ``key``, and whether it is high, low or unsettled."""

    key: str
    name: str
    upper: str
    lower: str
    size: Estimate
    level: str


@dataclass(frozen=True)
class Waterfall:
    """The errors by their parts, in the order of a waterfall, and the gaps; ``tolerance`` is where a gap becomes high.

    `top` is the highest value that must be seen: the end of an interval, or the tolerance.
    """

    errors: Mapping[str, Estimate]
    gaps: Sequence[ErrorGap]
    tolerance: float
    task: str | None
    verdict: str

    @property
    def top(self) -> float:
        """Never 0."""
        ends = [end for error in self.errors.values() for end in (error.value, error.high)]
        return max(finite([*ends, self.tolerance]), default=1.0) or 1.0


def waterfall(document: DiagnosisDocument, task: str | None) -> Waterfall:
    """That of a diagnosis; of a regression the errors are in the units of the target."""
    errors = {"optimal": exact(document.optimal_error), **document.judged_errors}
    pairs = between(document.judged_errors)
    gaps = [
        ErrorGap(name, NAMES.get(name, in_words(name)), *pairs[name], gap, gap.level)
        for name, gap in document.gaps.items()
        if gap is not None
    ]
    ordered = {part: errors[part] for part in LEVELS if part in errors}
    return Waterfall(ordered, gaps, document.tolerance, task, document.verdict)
