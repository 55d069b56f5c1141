"""Too few examples, seen from the end: a network that fits them all, errs on others, and would err less by more."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.data.labels import FEW_EXAMPLES
from dlx.diagnose.findings import Finding
from dlx.stats.intervals import difference

GAIN = 1.0  # tolerances that the second half of the examples must have brought the reference
SURE = 2.0  # standard errors of that gain
FAR = 1.5  # tolerances by which the dev error must lie above the optimal one


def too_few(course: TrainingHistory) -> Iterator[Finding]:
    """A variance that is surely high, where what needs no training errs clearly less by all examples than by half.

    Where the second half of the examples has brought much, another such number brings a good part of it again
    (Hestness et al. 2017, "Deep learning scaling is predictable, empirically").
    """
    reference = course.reference
    if reference is None or reference.dev is None or reference.dev_by_half is None:
        return
    if not {"train", "dev"} <= course.errors.keys():
        return
    variance, gain = difference(course.errors["dev"], course.errors["train"]), reference.dev_by_half - reference.dev
    chance = reference.dev / 10  # of a regression
    if not course.task.is_regression:
        chance = SURE * sqrt((reference.dev + reference.dev_by_half) / reference.queries)
    is_far = course.errors["dev"].value - course.spec.diagnosis.optimal_error > FAR * course.tolerance
    if variance.low > course.tolerance and is_far and gain > max(GAIN * course.tolerance, chance):
        evidence = f"train has {course.m:,} examples; by half of them the dev error of {reference.by} is"
        evidence = f"{evidence} {course.error(reference.dev_by_half)}, by all {course.error(reference.dev)}, so that"
        evidence = f"{evidence} more still help; the dev error is {course.error(course.errors['dev'].value)}"
        yield FEW_EXAMPLES.finding(evidence, gain, GAIN * course.tolerance)
