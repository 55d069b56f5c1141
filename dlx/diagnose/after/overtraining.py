"""Overtraining: a training that went on after dev had been served best, and a variance that nothing holds down."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from dlx.diagnose.after.history import BEHIND_ON_DEV, TrainingHistory
from dlx.diagnose.after.regularization import penalties
from dlx.diagnose.findings import Cause, Finding
from dlx.diagnose.remedies.against_variance import dropout, early_stopping, early_stopping_and_l2, strong_l2, weak_l2
from dlx.stats.intervals import Estimate, difference
from dlx.stats.proportions import difference_of_shares
from dlx.words import figure

WORSE = 0.75  # tolerances by which the dev error has risen since the lowest dev cost
COST_UP = 1.1  # the dev cost at the end, against the lowest
COST_FAR_UP = 1.5  # the same, where the variance is high and the dev error has been as high from early on
ROWS = 20  # of these parts of the training one is averaged over, so that no single row decides

NO_REGULARIZATION = Cause(
    "no_regularization",
    "regularization.l2, keep_prob, data.augment, or training.early_stopping",
    "Regularization",
    (weak_l2, early_stopping, dropout),
    severity="note",
)
OVERTRAINING = Cause(
    "overtraining",
    "training.early_stopping, best together with regularization.l2",
    "Early stopping",
    (early_stopping_and_l2, early_stopping, strong_l2),
)


def overtraining(course: TrainingHistory) -> Iterator[Finding]:
    """A dev error that has risen since the dev cost was lowest, while the train cost went on falling."""
    costs, errors = course.rows["dev_cost"], course.rows["dev_error"]
    wide = max(1, len(costs) // ROWS)
    if len(costs) < 3 or np.isnan(costs).any() or course.kept_epoch != course.epochs:
        return
    best = int(costs.argmin())
    near = min(wide, max(1, best // 4))  # a minimum early on is narrow
    around = slice(max(0, best - near), best + near + 1)
    # The last rows may be high by luck where the error goes up and down, which the train cost would then do, too.
    then, now = errors[around].mean(), min(errors[-wide:].mean(), np.median(errors[len(errors) * 3 // 4 :]))
    if course.cost()[-wide:].mean() >= course.cost()[around].mean():
        return
    rise, m = float(now - then), course.errors["dev"].m or 1
    chance = 0.0 if course.task.is_regression else 2 * sqrt(max(rise, 0) / m)
    if rise > max(WORSE * course.tolerance, chance) and costs[-1] > COST_UP * costs[best]:
        epoch = int(course.rows["epoch"][best])
        evidence = f"since epoch {epoch}, where the dev cost was lowest, the dev error rose from {course.error(then)}"
        evidence = f"{evidence} to {course.error(now)}, while the train cost fell from {figure(course.cost()[best], 2)}"
        evidence = f"{evidence} to {figure(course.cost()[-1], 2)}"
        yield OVERTRAINING.finding(evidence, rise, WORSE * course.tolerance, epoch=epoch)


def costly_mistakes(course: TrainingHistory) -> Iterator[Finding]:
    """A dev cost that has risen far above its least in a training that nothing regularizes, and whose variance is high.

    The dev error need not have risen: it may have been as high from the time on when train was known by heart.
    """
    costs = course.rows["dev_cost"]
    if len(costs) < 3 or np.isnan(costs).any() or not _is_left_alone(course):
        return
    best, last = int(costs.argmin()), slice(-max(1, len(costs) // ROWS), None)
    times = float(np.median(costs[last]) / costs[best])
    if times > COST_FAR_UP and course.cost()[last].mean() < course.cost()[best]:
        epoch = int(course.rows["epoch"][best])
        evidence = (
            f"since epoch {epoch} the dev cost rose to {figure(times, 2)} times what it was, and nothing regularizes"
        )
        train, dev = (course.error(course.errors[part].value) for part in ("train", "dev"))
        evidence = f"{evidence}; the train error is {train}, the dev error {dev}"
        yield OVERTRAINING.finding(evidence, times, COST_FAR_UP, epoch=epoch)


def nothing_against_variance(course: TrainingHistory) -> Iterator[Finding]:
    """A variance that is surely high, and no regularization of any kind."""
    gap = _variance(course)
    if gap is not None and gap.low > course.tolerance and not _is_regularized(course):
        evidence = f"the {_held_out(course)} error is {course.error(gap.value)} above the train error"
        yield NO_REGULARIZATION.finding(f"{evidence}, and nothing regularizes", gap.value, course.tolerance)


def _is_left_alone(course: TrainingHistory) -> bool:
    """Whether the variance is surely high, dev errs clearly more than the optimum, and nothing regularizes."""
    gap, dev = _variance(course), course.errors.get("dev")
    if gap is None or dev is None or gap.low <= course.tolerance:
        return False
    is_far = dev.value - course.spec.diagnosis.optimal_error > BEHIND_ON_DEV * course.tolerance
    return is_far and not _is_regularized(course)


def _held_out(course: TrainingHistory) -> str:
    return "train_dev" if "train_dev" in course.errors else "dev"


def _variance(course: TrainingHistory) -> Estimate | None:
    if not {"train", _held_out(course)} <= course.errors.keys():
        return None
    errors = course.errors[_held_out(course)], course.errors["train"]
    return difference(*errors) if course.task.is_regression else difference_of_shares(*errors)


def _is_regularized(course: TrainingHistory) -> bool:
    drops = any((layer.keep_prob or 1) < 1 for layer in course.hidden)
    return any((penalties(course), course.spec.data.augment, course.spec.training.early_stopping, drops))
