"""After training: what its course tells of why it came out as it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from math import sqrt
from typing import TYPE_CHECKING

from dlx.diagnose.after.ending import (
    dead_or_saturated,
    label_noise,
    narrow,
    narrowest,
    no_hidden_layer,
    plateau,
    unsettled,
)
from dlx.diagnose.after.history import BEHIND_ON_DEV, CHANCE, TrainingHistory
from dlx.diagnose.after.initialization import start_findings
from dlx.diagnose.after.optimization import (
    divergence,
    early_decay,
    impatient,
    long_memory,
    rising,
    small_batches,
    too_few,
    too_high,
    too_low,
)
from dlx.diagnose.after.regularization import (
    averages_apart,
    changed_images,
    dropout_too_strong,
    gap_explained,
    nothing_against_variance,
    overtraining,
    penalty_too_strong,
    pull_too_strong,
    stopping_that_never_fired,
)
from dlx.diagnose.data.duplicates import duplicate_findings
from dlx.diagnose.data.inputs import input_findings
from dlx.diagnose.data.labels import label_findings
from dlx.diagnose.data.parts import part_findings
from dlx.diagnose.findings import Finding, by_severity, of_normalized

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset

Look = Callable[[TrainingHistory], Iterable[Finding]]

ELSEWHERE = 0.05  # by how much the reference errs more on dev than on train where dev is of another distribution
# What is known before training and says nothing about how well train is fitted.
OF_PARTS = {"duplicates_across_parts", "parts_differ", "class_imbalance", "few_examples", "label_noise"}


def data_findings(dataset: Dataset, thorough: bool = True) -> list[Finding]:
    """What is wrong with the data whatever is trained on them; comparing the parts takes longest."""
    checks = [label_findings, input_findings, duplicate_findings, *([part_findings] if thorough else [])]
    return [finding for check in checks for finding in check(dataset)]


def after(course: TrainingHistory, earlier_findings: Sequence[Finding] = ()) -> list[Finding]:
    """The findings of a training, the worst first: causes, and not what follows from them.

    What a network does to its units or its cost is no fault where it has learned all the same. So a training is asked
    for the cause only where its network errs more than could be expected (`TrainingHistory.behind`), on train or on
    dev. Of any other it is told whether its labels contradict, whether the dev error has been lower, and what may
    be meant so.

    Args:
        course: of the training.
        earlier_findings: what was found before it, which explains what it explains.
    """
    explanation = [*_first(*EXPLAIN_DIVERGENCE)(course)] if course.status == "diverged" else []
    findings = explanation or [*_causes(course, earlier_findings), *_notes(course)]
    return by_severity(of_normalized(findings) if course.norms else findings)


def _causes(course: TrainingHistory, earlier_findings: Sequence[Finding]) -> Iterator[Finding]:
    names = {finding.name for finding in earlier_findings if finding.severity != "note"}
    noise = [] if "label_noise" in names else list(label_noise(course))
    yield from noise
    elsewhere = "parts_differ" in names or _dev_is_elsewhere(course)
    if names - OF_PARTS or (elsewhere and course.spec.training.early_stopping):  # which has kept what fits elsewhere
        return
    if course.behind("train"):
        yield from _first(*EXPLAIN_BIAS)(course)
    elif not (noise or names or elsewhere):
        behind = course.behind("dev", BEHIND_ON_DEV)
        yield from _first(*(EXPLAIN_VARIANCE if behind else (impatient, overtraining, unsettled)))(course)


def _dev_is_elsewhere(course: TrainingHistory) -> bool:
    """Whether what needs no training is much worse on dev than on train, too, and by more than chance."""
    reference, dev = course.reference, course.errors.get("dev")
    if reference is None or reference.dev is None or dev is None:
        return False
    if course.task == "regression":
        return reference.dev > reference.train + course.tolerance
    variances = (
        error * (1 - error) / m for error, m in ((reference.train, reference.sample_size), (reference.dev, dev.m or 1))
    )
    return reference.dev - reference.train > max(ELSEWHERE, CHANCE * sqrt(sum(variances)))


def _first(*looks: Look) -> Look:
    """The first finding of these looks, in their order."""
    return lambda course: islice(chain.from_iterable(look(course) for look in looks), 1)


def _notes(course: TrainingHistory) -> Iterator[Finding]:
    for look in (gap_explained, nothing_against_variance, stopping_that_never_fired):
        yield from look(course)
    if not course.behind("train"):
        yield from rising(course)


# Each list is in the order of causes: the first that is seen explains the later ones, which are then not looked for.
EXPLAIN_DIVERGENCE: tuple[Look, ...] = (
    small_batches,
    pull_too_strong,
    start_findings,
    dropout_too_strong,
    divergence,
)
EXPLAIN_BIAS: tuple[Look, ...] = (
    small_batches,
    start_findings,
    long_memory,
    early_decay,
    too_low,
    no_hidden_layer,
    narrowest,
    averages_apart,
    pull_too_strong,
    penalty_too_strong,
    dropout_too_strong,
    too_high,
    rising,
    too_few,
    dead_or_saturated,
    unsettled,
    changed_images,
    narrow,
    plateau,
)
EXPLAIN_VARIANCE: tuple[Look, ...] = (
    small_batches,
    start_findings,
    averages_apart,
    pull_too_strong,
    long_memory,
    early_decay,
    impatient,
    overtraining,
    too_high,
    unsettled,
)
