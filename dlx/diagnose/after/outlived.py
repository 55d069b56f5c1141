"""What was found before a training that came to nothing of it: notes, once the network has learned all the same."""

from __future__ import annotations

from collections.abc import Iterable

from dlx.diagnose.after.history import BEHIND_ON_DEV, TrainingHistory
from dlx.diagnose.before.activations import NO_ACTIVATION
from dlx.diagnose.before.batches import BATCH_NORM_SMALL_BATCH, BATCH_SIZE_SMALL, BATCH_TOO_LARGE
from dlx.diagnose.before.initialization import (
    DEAD_UNITS,
    EXPLODING_GRADIENT,
    EXPLODING_SIGNAL,
    INITIAL_COST,
    SATURATED_UNITS,
    SYMMETRIC_UNITS,
    VANISHING_GRADIENT,
    VANISHING_SIGNAL,
)
from dlx.diagnose.before.memorizing import CANNOT_OVERFIT_A_BATCH
from dlx.diagnose.before.optimization import (
    BAD_BETA,
    DECAY_TOO_FAST,
    LEARNING_RATE_TOO_HIGH,
    LEARNING_RATE_TOO_LOW,
    TOO_FEW_EPOCHS,
    TOO_FEW_UNITS,
)
from dlx.diagnose.before.regularization import AUGMENTATION_TOO_STRONG, DROPOUT_TOO_STRONG, PENALTY_TOO_STRONG
from dlx.diagnose.before.targets import TARGETS_NOT_NORMALIZED
from dlx.diagnose.data.inputs import INPUTS_NOT_NORMALIZED
from dlx.diagnose.findings import Cause, Finding

# What keeps a network from fitting train: where it fits, that is not why it errs on dev.
AGAINST_FITTING: tuple[Cause, ...] = (
    AUGMENTATION_TOO_STRONG,
    CANNOT_OVERFIT_A_BATCH,
    DROPOUT_TOO_STRONG,
    LEARNING_RATE_TOO_LOW,
    NO_ACTIVATION,
    PENALTY_TOO_STRONG,
    SYMMETRIC_UNITS,
    TARGETS_NOT_NORMALIZED,
    TOO_FEW_EPOCHS,
    TOO_FEW_UNITS,
    VANISHING_GRADIENT,
    VANISHING_SIGNAL,
)
# What may spoil dev alone: weights that begin or are thrown too far fit train by a function that is too rough.
AGAINST_EITHER: tuple[Cause, ...] = (
    BAD_BETA,
    BATCH_NORM_SMALL_BATCH,
    BATCH_SIZE_SMALL,
    BATCH_TOO_LARGE,
    DEAD_UNITS,
    DECAY_TOO_FAST,
    EXPLODING_GRADIENT,
    EXPLODING_SIGNAL,
    INITIAL_COST,
    INPUTS_NOT_NORMALIZED,
    LEARNING_RATE_TOO_HIGH,
    SATURATED_UNITS,
)


def outlived(course: TrainingHistory, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of before a training, those as notes that its end refutes; findings about the data stay.

    Where the network errs on train as little as could be expected, nothing has kept it from fitting; where it does so
    on dev, too, nothing that was expected of its steps or its start has come true.
    """
    fits = course.status.is_good and "train" in course.errors and not course.behind("train")
    went_well = fits and "dev" in course.errors and not course.behind("dev", BEHIND_ON_DEV)
    refuted = [*(AGAINST_FITTING if fits else ()), *(AGAINST_EITHER if went_well else ())]
    names = {cause.name for cause in refuted}
    return [entry.refuted_by(course.error_sentence()) if entry.name in names else entry for entry in findings]
