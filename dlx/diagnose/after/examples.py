"""Too few examples, seen from the end: a network that fits them all, errs on others, and would err less by more."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.data.labels import FEW_EXAMPLES
from dlx.diagnose.findings import Finding

GAIN = 1.0  # tolerances that the second half of the examples must have brought the reference
SURE = 2.0  # standard errors of that gain


def too_few(course: TrainingHistory) -> Iterator[Finding]:
    """An error on dev that train does not have, where what needs no training errs clearly less by all than by half.

    Few examples leave the train error uncertain, so the dev error is asked to be surely high by itself. Where the
    second half of the examples has brought much, as many again bring a good part of that (Hestness et al. 2017, "Deep
    learning scaling is predictable, empirically").
    """
    reference = course.reference
    if reference is None or reference.dev is None or reference.dev_by_half is None:
        return
    if not {"train", "dev"} <= course.errors.keys():
        return
    train, dev, gain = course.errors["train"], course.errors["dev"], reference.dev_by_half - reference.dev
    chance = reference.dev / 10  # of a regression
    if not course.task.is_regression:
        chance = SURE * sqrt((reference.dev + reference.dev_by_half) / reference.queries)
    is_high = dev.low - course.spec.diagnosis.optimal_error > course.tolerance < dev.value - train.value
    if is_high and gain > max(GAIN * course.tolerance, chance):
        evidence = f"train has {course.m:,} examples; by half of them the dev error of {reference.by} is"
        evidence = f"{evidence} {course.error(reference.dev_by_half)}, by all {course.error(reference.dev)}, so that"
        evidence = f"{evidence} more still help; the dev error is {course.error(dev.value)}"
        yield FEW_EXAMPLES.finding(evidence, gain, GAIN * course.tolerance)
