"""What was found before a training that came to nothing of it: notes, once the network has learned all the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dlx.diagnose.after.history import BEHIND_ON_DEV, TrainingHistory
from dlx.diagnose.findings import Cause, End, Finding


def unrefuted(course: TrainingHistory, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of before a training, those as notes that its end refutes (`Cause.refuted_if`)."""
    ends = set(ends_of(course))
    return [_after(entry, ends, course) for entry in findings]


def _after(finding: Finding, ends: set[End], course: TrainingHistory) -> Finding:
    cause = Cause.members.get(finding.name)
    if cause is None or cause.refuted_if not in ends:
        return finding
    return finding.refuted_by(course.error_sentence("dev" if cause.refuted_if is End.NEAR_THE_BEST else "train"))


def ends_of(course: TrainingHistory) -> Iterator[End]:
    """How well the training has ended; nothing where it diverged, or its errors are not known."""
    if not course.status.is_good or "train" not in course.errors:
        return
    if not course.behind("train"):
        yield End.TRAIN_FITS
        if "dev" not in course.errors or not course.behind("dev", BEHIND_ON_DEV):
            yield End.DEV_FITS
    if _is_near_the_best(course):
        yield End.NEAR_THE_BEST


def _is_near_the_best(course: TrainingHistory) -> bool:
    """Whether train lies within the tolerance of the optimal error, and so does every other part of train."""
    train, limit = course.errors["train"].value, course.tolerance
    others = [error.value for part, error in course.errors.items() if part != "train"]
    is_close = train - course.spec.diagnosis.optimal_error <= limit
    return "dev" in course.errors and is_close and all(error - train <= limit for error in others)
