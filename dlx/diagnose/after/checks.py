"""After training: what its course tells of why it came out as it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from math import sqrt

from dlx.diagnose.after import ending, examples, initialization, length, optimization, overtraining, regularization
from dlx.diagnose.after.history import BEHIND_ON_DEV, CHANCE, TrainingHistory
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.data.label_order import LABELS_SHIFTED, LABELS_UNRELATED
from dlx.diagnose.data.near_copies import NEAR_COPIES_ACROSS_PARTS
from dlx.diagnose.data.parts import PARTS_DIFFER
from dlx.diagnose.findings import Cause, Finding, by_severity, of_normalized
from dlx.words import Status

Look = Callable[[TrainingHistory], Iterable[Finding]]

# What makes labels contradict neighbours, where it was found already.
OF_LABELS = (LABEL_NOISE, LABELS_SHIFTED, LABELS_UNRELATED, NEAR_COPIES_ACROSS_PARTS)
HANDFUL = 10  # examples of train, by fewer of which no course tells what is wrong with a training
ELSEWHERE = 0.05  # by how much the reference errs more on dev than on train where dev is of another distribution


def after(course: TrainingHistory, earlier_findings: Sequence[Finding] = ()) -> list[Finding]:
    """The findings of a training, the worst first: causes, and not what follows from them.

    What a network does to its units or its cost is no fault where it has learned all the same. So a training is asked
    for the cause only where its network errs more than could be expected (`TrainingHistory.behind`), on train or on
    dev. For any other it says whether its labels contradict, whether the dev error has been lower, and what may
    be meant so.

    Args:
        course: of the training.
        earlier_findings: what was found before it, which explains what it explains.
    """
    explanation = [*_first(*EXPLAIN_DIVERGENCE)(course)] if course.status is Status.DIVERGED else []
    findings = explanation or [*_causes(course, earlier_findings), *_notes(course)]
    causes = [Cause.members[entry.name] for entry in (*serious(earlier_findings), *serious(findings))]
    is_thorough = course.constant is not None and course.constant.thorough
    if is_thorough or not any(cause.explains_training for cause in causes):
        findings += ending.no_better_than_constant(course)
    return by_severity(of_normalized(findings) if course.norms else findings)


def serious(findings: Iterable[Finding]) -> list[Finding]:
    """Those that are no notes."""
    return [finding for finding in findings if finding.is_serious]


def _causes(course: TrainingHistory, earlier_findings: Sequence[Finding]) -> Iterator[Finding]:
    earlier = serious(earlier_findings)
    noise = [] if any(cause.is_among(earlier) for cause in OF_LABELS) else list(ending.label_noise(course))
    yield from noise
    elsewhere = PARTS_DIFFER.is_among(earlier) or _dev_is_elsewhere(course)
    stopped = list(length.stopped_too_soon(course))
    yield from stopped
    is_explained = bool(serious(stopped)) or any(Cause.members[finding.name].explains_training for finding in earlier)
    if (
        is_explained or course.m < HANDFUL or (elsewhere and course.spec.training.early_stopping)
    ):  # which has kept what fits elsewhere
        return
    if course.behind("train") and not course.has_fitted_later:
        yield from _first(*EXPLAIN_BIAS)(course)
    elif elsewhere and not (noise or earlier):
        yield from examples.too_few(course)
    elif not (noise or earlier):
        behind = course.behind("dev", BEHIND_ON_DEV)
        yield from _first(*(EXPLAIN_VARIANCE if behind else EXPLAIN_THE_REST))(course)


def _dev_is_elsewhere(course: TrainingHistory) -> bool:
    """Whether what needs no training is much worse on dev than on train, too, and by more than chance."""
    reference, dev = course.reference, course.errors.get("dev")
    if reference is None or reference.dev is None or dev is None:
        return False
    if course.task.is_regression:
        return reference.dev > reference.train + course.tolerance
    variances = (
        error * (1 - error) / m for error, m in ((reference.train, reference.sample_size), (reference.dev, dev.m or 1))
    )
    return reference.dev - reference.train > max(ELSEWHERE, CHANCE * sqrt(sum(variances)))


def _first(*looks: Look) -> Look:
    """The first finding of these looks, in their order."""
    return lambda course: islice(chain.from_iterable(look(course) for look in looks), 1)


def _notes(course: TrainingHistory) -> Iterator[Finding]:
    for look in NOTES:
        yield from look(course)
    if not course.behind("train"):
        yield from optimization.rising(course)


# Each list is in the order of causes: the first that is seen explains the later ones, which are then not looked for.
EXPLAIN_DIVERGENCE: tuple[Look, ...] = (
    optimization.small_batches,
    regularization.pull_too_strong,
    initialization.start_findings,
    regularization.dropout_too_strong,
    optimization.divergence,
)
EXPLAIN_BIAS: tuple[Look, ...] = (
    optimization.small_batches,
    initialization.start_findings,
    optimization.long_memory,
    optimization.early_decay,
    optimization.too_low,
    ending.no_hidden_layer,
    ending.narrowest,
    regularization.averages_apart,
    regularization.pull_too_strong,
    regularization.penalty_too_strong,
    regularization.dropout_too_strong,
    optimization.too_high,
    optimization.rising,
    length.too_few,
    ending.dead_or_saturated,
    ending.unsettled,
    regularization.changed_images,
    ending.narrow,
    ending.plateau,
)
EXPLAIN_VARIANCE: tuple[Look, ...] = (
    optimization.small_batches,
    initialization.start_findings,
    regularization.averages_apart,
    regularization.pull_too_strong,
    optimization.long_memory,
    optimization.early_decay,
    overtraining.overtraining,
    optimization.too_high,
    ending.unsettled,
    overtraining.costly_mistakes,
    examples.too_few,
)
EXPLAIN_THE_REST: tuple[Look, ...] = (
    overtraining.overtraining,
    ending.unsettled,
    overtraining.costly_mistakes,
    examples.too_few,
)
NOTES: tuple[Look, ...] = (
    regularization.gap_explained,
    overtraining.nothing_against_variance,
    regularization.stopping_that_never_fired,
)
