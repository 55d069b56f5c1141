"""After training: what its course tells of why it came out as it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from dlx.diagnose.course import CHANCE, Course
from dlx.diagnose.duplicates import duplicate_findings
from dlx.diagnose.findings import Finding, Severity, by_severity, finding
from dlx.diagnose.from_the_start import DEAD, NARROWEST, SATURATED, start_findings
from dlx.diagnose.input_checks import input_findings
from dlx.diagnose.label_checks import label_findings
from dlx.diagnose.part_checks import part_findings
from dlx.diagnose.regularized import (
    averages_apart,
    dropout_too_strong,
    gap_explained,
    nothing_against_variance,
    overtraining,
    penalty_too_strong,
    pull_too_strong,
    stopping_that_never_fired,
)
from dlx.diagnose.steps_taken import (
    FLAT,
    divergence,
    early_decay,
    long_memory,
    rising,
    small_batches,
    too_few,
    too_high,
    too_low,
)

if TYPE_CHECKING:
    from dlx.data.dataset import Dataset

Look = Callable[[Course], Iterable[Finding]]

BEHIND_ON_DEV = 1.25  # tolerances by which the dev error is worse than could be expected
NARROW = 8  # units of a layer, where nothing else explains the error
CONTRADICTED = 0.08  # of the surer half: of overlapping classes it is about a hundredth
ELSEWHERE = 0.05  # by how much the reference errs more on dev than on train where dev is of another distribution
CLEAN = 0.05  # by how much fewer of dev's labels are contradicted than of train's
FEW_ASKED = 40  # neighbours' votes, from which no share can be told
LOTTERY = 1.5  # tolerances between the train errors of the last rows: which one is kept is chance

# Each list is in the order of causes: the first that is seen explains the later ones, which are then not looked for.
EXPLAIN_DIVERGENCE: tuple[Look, ...]
EXPLAIN_BIAS: tuple[Look, ...]
EXPLAIN_VARIANCE: tuple[Look, ...]

# What is known before training and says nothing about how well train is fitted.
OF_PARTS = {"duplicates_across_parts", "parts_differ", "class_imbalance", "few_examples", "label_noise"}


def data_findings(dataset: Dataset, thorough: bool = True) -> list[Finding]:
    """What is wrong with the data whatever is trained on them; comparing the parts takes longest."""
    checks = [label_findings, input_findings, duplicate_findings, *([part_findings] if thorough else [])]
    return [found for check in checks for found in check(dataset)]


def after(course: Course, known: Sequence[Finding] = ()) -> list[Finding]:
    """The findings of a training, the worst first: causes, and not what follows from them.

    A training is asked for its faults where the network errs more than could be expected: by `Course.behind` on train
    or on dev. Nothing but notes is said of one that does not.

    Args:
        course: of the training.
        known: what was found before it, which explains what it explains.
    """
    found = [*_first(*EXPLAIN_DIVERGENCE)(course)] if course.status == "diverged" else []
    return by_severity(found or [*_causes(course, known), *_notes(course)])


def _causes(course: Course, known: Sequence[Finding]) -> Iterator[Finding]:
    names = {one.name for one in known if one.severity != "note"}
    noise = [] if "label_noise" in names else list(label_noise(course))
    yield from noise
    elsewhere = "parts_differ" in names or _dev_is_elsewhere(course)
    if names - OF_PARTS or (elsewhere and course.spec.training.early_stopping):  # which has kept what fits elsewhere
        return
    if course.behind("train"):
        yield from _first(*EXPLAIN_BIAS)(course)
    elif not (noise or names or elsewhere):
        behind = course.behind("dev", BEHIND_ON_DEV)
        yield from _first(*(EXPLAIN_VARIANCE if behind else (overtraining, unsettled)))(course)


def _dev_is_elsewhere(course: Course) -> bool:
    """Whether what needs no training is much worse on dev than on train, too, and by more than chance."""
    reference, dev = course.reference, course.errors.get("dev")
    if reference is None or reference.dev is None or dev is None:
        return False
    if course.task == "regression":
        return reference.dev > reference.train + course.tolerance
    variances = (
        error * (1 - error) / m for error, m in ((reference.train, reference.asked), (reference.dev, dev.m or 1))
    )
    return reference.dev - reference.train > max(ELSEWHERE, CHANCE * sqrt(sum(variances)))


def _first(*looks: Look) -> Look:
    """The first finding of these looks, in their order."""
    return lambda course: islice(chain.from_iterable(look(course) for look in looks), 1)


def _notes(course: Course) -> Iterator[Finding]:
    for look in (gap_explained, nothing_against_variance, stopping_that_never_fired):
        yield from look(course)
    if not course.behind("train"):
        yield from rising(course)


def no_hidden_layer(course: Course) -> Iterator[Finding]:
    """A straight border where the neighbours know a better one."""
    if not course.hidden:
        yield finding("too_few_units", course.beside("without a hidden layer the border is straight"), 0.0, 1.0)


def narrowest(course: Course) -> Iterator[Finding]:
    """A layer of one or two units."""
    yield from _narrower_than(course, NARROWEST)


def narrow(course: Course) -> Iterator[Finding]:
    """A layer of a few units, where nothing else explains the error."""
    yield from _narrower_than(course, NARROW)


def _narrower_than(course: Course, limit: int) -> Iterator[Finding]:
    units = {number: layer.units for number, layer in enumerate(course.hidden, start=1)}
    least = min(units, key=lambda number: units[number], default=0)
    if least and units[least] <= limit:
        told = f"layer {least} has {units[least]} unit{'s' * (units[least] > 1)}"
        yield finding("too_few_units", course.beside(told), float(units[least]), float(limit), layer=least)


def dead_or_saturated(course: Course) -> Iterator[Finding]:
    """Units that were lost on the way."""
    for column, limit, what in (("dead", DEAD, "of the units"), ("saturated", SATURATED, "of the outputs")):
        for number, columns in course.hidden_layers.items():
            if len(columns[column]) and columns[column][-1] >= limit:
                share, begun = float(columns[column][-1]), np.argmax(columns[column] >= limit)
                epoch = int(columns["epoch"][begun])
                told = f"{share:.0%} {what} of layer {number} are {column} at the end, {limit:.0%} since epoch {epoch}"
                yield finding(f"{column}_units", course.beside(told), share, limit, layer=number, epoch=epoch)


def unsettled(course: Course) -> Iterator[Finding]:
    """Rows at the end that differ so much that the last one is a matter of luck."""
    errors = course.rows["train_error"]
    last = errors[len(errors) * 3 // 4 :]
    if len(last) < 4 or course.kept_epoch != course.epochs:
        return
    spread = float(last.max() - last.min())
    if spread > LOTTERY * course.tolerance:
        few = [*small_batches(course)]
        name, why = (
            (few[0].name, f"; each step saw {course.batch_size} of the examples") if few else ("oscillation", "")
        )
        told = f"in the last {len(last)} rows the train error lay anywhere from {course.error(last.min())}"
        told = f"{told} to {course.error(last.max())}{why}"
        severity: Severity = "warning" if course.behind("train") or course.behind("dev", BEHIND_ON_DEV) else "note"
        yield finding(name, told, spread, LOTTERY * course.tolerance, severity=severity)


def plateau(course: Course) -> Iterator[Finding]:
    """A cost that has long been flat, and none of the causes above."""
    falling = course.fall(0.5)
    if abs(falling) < FLAT:
        told = f"over the last half of the training the cost changed by {abs(falling):.1%}"
        yield finding("plateau", course.beside(told), abs(falling), FLAT)


def label_noise(course: Course) -> Iterator[Finding]:
    """Labels of train that contradict the network, and their neighbours, where both are sure.

    Where dev's labels fit better, train's are wrong; where they fit as badly, classes may as well be the same.
    """
    reference, last = course.reference, course.by_layer.get(len(course.hidden) + 1)
    if reference is None or reference.contradicted is None or reference.asked < FEW_ASKED:
        return
    seen = last["contradicted"][1:] if last else np.empty(0)
    by_network = float(np.nanmax(seen[1:] if len(seen) > 2 else seen)) if len(seen) else reference.contradicted
    share = min(by_network, reference.contradicted)
    if share >= CONTRADICTED:
        clean = reference.dev is not None and reference.dev < reference.train - CLEAN
        told = f"where five nearest neighbours agree best, {reference.contradicted:.0%} of the labels of train differ"
        told = f"{told}; the network, where it was surest, was contradicted by {by_network:.0%}"
        yield finding("label_noise", told, share, CONTRADICTED, severity="warning" if clean else "note")


EXPLAIN_DIVERGENCE = (pull_too_strong, start_findings, dropout_too_strong, divergence)
EXPLAIN_BIAS = (
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
    narrow,
    plateau,
)
EXPLAIN_VARIANCE = (
    small_batches,
    start_findings,
    averages_apart,
    pull_too_strong,
    long_memory,
    early_decay,
    too_high,
    overtraining,
    unsettled,
)
