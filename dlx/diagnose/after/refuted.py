"""What was found in the data before a training that learned all the same: notes, where every error is near the best."""

from __future__ import annotations

from collections.abc import Iterable

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.data.label_order import LABELS_SHIFTED, LABELS_UNRELATED
from dlx.diagnose.data.label_rules import LABELS_CODED_OTHERWISE, OTHER_RULE_IN_A_PART
from dlx.diagnose.data.labels import FEW_EXAMPLES, ONE_CLASS_WEIGHS_ALL
from dlx.diagnose.data.marks import MISSING_AS_NUMBERS
from dlx.diagnose.data.parts import PARTS_DIFFER
from dlx.diagnose.findings import Finding

# What makes errors larger than they need be. Leaks and copies make them smaller: no error refutes those.
REFUTABLE = (
    FEW_EXAMPLES,
    LABELS_CODED_OTHERWISE,
    LABELS_SHIFTED,
    LABELS_UNRELATED,
    LABEL_NOISE,
    MISSING_AS_NUMBERS,
    ONE_CLASS_WEIGHS_ALL,
    OTHER_RULE_IN_A_PART,
    PARTS_DIFFER,
)


def unrefuted(course: TrainingHistory, findings: Iterable[Finding]) -> list[Finding]:
    """The findings about data of a training, as notes where its errors are too small for them to matter.

    Errors are judged against what the spec states as the best possible, since simple models on the same data suffer
    from the same faults: train lies within the tolerance of it, and so does every other part of train.
    """
    names = {cause.name for cause in REFUTABLE} if _is_good(course) else set()
    return [entry.refuted_by(course.error_sentence("dev")) if entry.name in names else entry for entry in findings]


def _is_good(course: TrainingHistory) -> bool:
    errors = {part: error.value for part, error in course.errors.items()}
    if not {"train", "dev"} <= errors.keys() or not course.status.is_good:
        return False
    least = course.spec.diagnosis.optimal_error
    others = [error for part, error in errors.items() if part != "train"]
    limit = course.tolerance
    return errors["train"] - least <= limit and all(error - errors["train"] <= limit for error in others)
