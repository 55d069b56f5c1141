"""The length of a training: stopped while it still learned, or ended before its cost did."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.before.optimization import TOO_FEW_EPOCHS
from dlx.diagnose.evidence import CUT
from dlx.diagnose.findings import Cause, Finding
from dlx.diagnose.remedies.length import FEW_STEPS, longer_training, patience_to_the_end
from dlx.documents.findings import Severity
from dlx.words import Status, percent

FALLING = 0.05  # of itself, over the last quarter of the epochs
SHORT = 0.2  # of the epochs asked for, after which early stopping has ended it
IMPATIENT = 3  # evaluations: a dev error of a few hundred examples goes up that often while it falls
HARMED = 0.5  # tolerances by which an error may be behind, after which more training would hardly pay

STOPPED_TOO_SOON = Cause(
    "stopped_too_soon",
    "a larger training.early_stopping.patience, and min_delta: 0",
    "Early stopping",
    (patience_to_the_end, longer_training),
)


def stopped_too_soon(course: TrainingHistory) -> Iterator[Finding]:
    """Early stopping that ended a training whose cost still fell; a note where it had learned enough by then.

    It had hardly any patience, or a ``min_delta`` that counted no improvement though there were some: without it
    the rows after the best one were fewer than the patience.
    """
    stopping, last = course.spec.training.early_stopping, course.epochs
    if stopping is None or course.status is not Status.EARLY_STOPPED or last >= CUT * course.spec.training.epochs:
        return
    falling = course.fall(0.25)
    is_short = last < SHORT * course.spec.training.epochs or course.behind("train") or course.behind("dev")
    has_bias = course.errors["train"].value - course.spec.diagnosis.optimal_error > course.tolerance
    has_no_patience = stopping.patience <= IMPATIENT and (is_short or has_bias)
    rows_since_best = int((course.rows["epoch"] > (course.kept_epoch or last)).sum())
    is_blind = stopping.min_delta > 0 and rows_since_best < stopping.patience
    if not (has_no_patience or is_blind) or not (falling > FALLING or course.behind("train")):
        return
    evidence = f"early stopping ended it in epoch {last:,} of {course.spec.training.epochs:,}"
    if is_blind:
        evidence += f", since no evaluation improved {stopping.monitor} by more than min_delta = {stopping.min_delta:g}"
    else:
        evidence += f", after {stopping.patience} evaluation{'s' * (stopping.patience > 1)} without an improvement"
    if falling > FALLING:
        evidence += f"; over the last quarter of that the train cost fell by {percent(falling)}"
    remedy = "a larger training.early_stopping.patience"
    remedy = f"training.early_stopping.min_delta: 0, with {remedy}" if is_blind else remedy
    harms = course.behind("train", HARMED) or course.behind("dev", HARMED) or (has_bias and falling > FALLING)
    severity: Severity = "warning" if harms else "note"
    yield STOPPED_TOO_SOON.finding(course.beside(evidence), falling, FALLING, severity=severity, remedy=remedy)


def too_few(course: TrainingHistory) -> Iterator[Finding]:
    """A training that ended before the cost did, by its trend and not by its last rows."""
    if course.status is Status.INTERRUPTED:
        return
    falling, epoch_limit, stopped = course.fall(0.25), course.spec.training.epochs, _is_stopped_short(course)
    if not (stopped or course.steps < FEW_STEPS or falling > FALLING):
        return
    evidence = f"{course.steps:,} steps in {course.epochs:,} epoch{'s' * (course.epochs > 1)}"
    if not isnan(falling):
        evidence += f", over the last quarter of which the train cost fell by {percent(falling)}"
    if stopped:
        evidence += f"; early stopping ended it, with {epoch_limit - course.epochs:,} left"
    remedy = "a larger training.early_stopping.patience" if stopped else None
    value, limit = (falling, FALLING) if falling > FALLING else (float(course.steps), float(FEW_STEPS))
    yield TOO_FEW_EPOCHS.finding(course.beside(evidence), value, limit, remedy=remedy)


def _is_stopped_short(course: TrainingHistory) -> bool:
    return course.status is Status.EARLY_STOPPED and course.epochs < SHORT * course.spec.training.epochs
