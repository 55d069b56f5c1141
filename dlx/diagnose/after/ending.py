"""What is seen at the end of a training: layers too narrow or lost, labels that contradict, rows that do not settle."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np

from dlx.diagnose.after.history import BEHIND_ON_DEV, CHANCE, TrainingHistory
from dlx.diagnose.after.initialization import DEAD, NARROWEST, SATURATED
from dlx.diagnose.after.optimization import FLAT, small_batch_cause
from dlx.diagnose.before.activations import NO_ACTIVATION, is_linear
from dlx.diagnose.before.initialization import DEAD_UNITS, SATURATED_UNITS
from dlx.diagnose.before.optimization import TOO_FEW_UNITS
from dlx.diagnose.data.label_noise import LABEL_NOISE
from dlx.diagnose.findings import Cause, Finding
from dlx.diagnose.models.baseline import MOST_QUERIES, Baseline
from dlx.diagnose.remedies.against_bias import fitting_initializer
from dlx.diagnose.remedies.optimization import (
    adam,
    decaying_learning_rate,
    fast_adam,
    learning_rate_tenth,
    learning_rate_x10,
    momentum,
    smaller_tested_rate,
    tested_learning_rate,
)
from dlx.diagnose.remedies.targets import may_be_weighed
from dlx.documents.findings import Severity
from dlx.nn.losses import Absolute, Huber
from dlx.words import percent

AS_GOOD = 0.5  # tolerances by which the dev error of a network that needs no more units may be behind
NARROW = 8  # units of a layer, where nothing else explains the error
CONTRADICTED = 0.08  # of the surer half: of overlapping classes it is about a hundredth
CLEAN = 0.05  # by how much fewer of dev's labels are contradicted than of train's
ROUNDING = 1e-6  # by which shares of the same error may differ
FEW_VOTES = 40  # neighbours' votes, from which no share can be told
# Between the train errors of the last rows, in tolerances, and between their train costs: which is kept is chance.
LOTTERY, NOISY = 1.5, 1.5


OSCILLATION = Cause(
    "oscillation",
    "momentum or adam, a smaller learning rate, or decay",
    "Momentum",
    (smaller_tested_rate, learning_rate_tenth, adam, momentum, decaying_learning_rate),
)
PLATEAU = Cause(
    "plateau",
    "adam or momentum; another learning rate or initializer",
    "The problem of local optima",
    (tested_learning_rate, fast_adam, learning_rate_x10, fitting_initializer),
    severity="note",
)
NO_BETTER_THAN_CONSTANT = Cause(
    "no_better_than_constant",
    "see by balanced error and ROC AUC whether anything is learned; weigh rare classes more, or move the threshold "
    "(dlx calibrate --threshold); look for inputs that say more, or at the learning rate",
    "Bias and variance",
    (tested_learning_rate, fast_adam, learning_rate_x10, fitting_initializer),
    is_symptom=True,
)
# Of real numbers and of several labels, which have neither rare classes nor a threshold.
MORE_TO_SAY = "look for inputs that say more, and at the learning rate"
OF_TARGETS = f"{MORE_TO_SAY}; and at the scale of the targets (data.normalize_targets: standard)"

RARE = 0.1  # the share of all other classes together, below which never answering them looks good
BALANCED = ("data.class_weight=balanced", "diagnosis.metric=balanced_error", "diagnosis.tolerance=null")
WEIGH = (
    "weigh rare classes as much as the frequent one (data.class_weight: balanced), and judge by the balanced error, "
    "which never answering them does not lower (diagnosis.metric: balanced_error, with its own tolerance)"
)


def no_hidden_layer(course: TrainingHistory) -> Iterator[Finding]:
    """A straight border where the neighbours know a better one."""
    if _is_best(course):
        return
    if not course.hidden:
        yield TOO_FEW_UNITS.finding(course.beside("without a hidden layer the border is straight"), 0.0, 1.0)
    elif all(is_linear(layer.activation) for layer in course.hidden):
        evidence = (
            f"{len(course.hidden)} hidden layer{'s' * (len(course.hidden) > 1)} without a bend are a linear function"
        )
        yield NO_ACTIVATION.finding(course.beside(evidence), 0.0, 1.0, layer=1)


def narrowest(course: TrainingHistory) -> Iterator[Finding]:
    """A layer of one or two units."""
    yield from _narrower_than(course, NARROWEST)


def narrow(course: TrainingHistory) -> Iterator[Finding]:
    """A layer of a few units, where nothing else explains the error."""
    yield from _narrower_than(course, NARROW)


def _narrower_than(course: TrainingHistory, limit: int) -> Iterator[Finding]:
    units = {number: layer.units for number, layer in enumerate(course.hidden, start=1)}
    least = min(units, key=lambda number: units[number], default=0)
    if least and units[least] <= limit and not _is_best(course):
        evidence = f"layer {least} has {units[least]} unit{'s' * (units[least] > 1)}"
        yield TOO_FEW_UNITS.finding(course.beside(evidence), float(units[least]), float(limit), layer=least)


def _is_best(course: TrainingHistory) -> bool:
    """Whether the network errs as little on dev as what more units would have to beat."""
    return "dev" in course.errors and not course.behind("dev", AS_GOOD)


def dead_or_saturated(course: TrainingHistory) -> Iterator[Finding]:
    """Units that were lost on the way."""
    for cause, column, limit, what in (
        (DEAD_UNITS, "dead", DEAD, "of the units"),
        (SATURATED_UNITS, "saturated", SATURATED, "of the outputs"),
    ):
        for number, columns in course.hidden_layers.items():
            if len(columns[column]) and columns[column][-1] >= limit:
                share, begun = float(columns[column][-1]), np.argmax(columns[column] >= limit)
                epoch = int(columns["epoch"][begun])
                evidence = f"{percent(share)} {what} of layer {number} are {column} at the end"
                evidence = f"{evidence}, {percent(limit)} since epoch {epoch}"
                yield cause.finding(course.beside(evidence), share, limit, layer=number, epoch=epoch)


def unsettled(course: TrainingHistory) -> Iterator[Finding]:
    """Rows at the end that differ so much that the last one is a matter of luck."""
    errors = course.rows["train_error"]
    last = errors[len(errors) * 3 // 4 :]
    if len(last) < 4 or course.kept_epoch != course.epochs:
        return
    spread = float(last.max() - last.min())
    cost = course.cost()[-len(last) :]
    if spread > LOTTERY * course.tolerance and cost.max() > NOISY * cost.min():
        cause, why = small_batch_cause(course), f"; each step saw {course.batch_size} of the examples"
        if cause is None:
            cause, why = OSCILLATION, ""
        evidence = f"in the last {len(last)} rows the train error lay anywhere from {course.error(last.min())}"
        evidence = f"{evidence} to {course.error(last.max())}{why}"
        severity: Severity = "warning" if course.behind("train") or course.behind("dev", BEHIND_ON_DEV) else "note"
        yield cause.finding(evidence, spread, LOTTERY * course.tolerance, severity=severity)


def plateau(course: TrainingHistory) -> Iterator[Finding]:
    """A cost that has long been flat, and none of the causes above."""
    falling = course.fall(0.5)
    if abs(falling) < FLAT:
        evidence = f"over the last half of the training the cost changed by {percent(abs(falling), 1)}"
        yield PLATEAU.finding(course.beside(evidence), abs(falling), FLAT)


def no_better_than_constant(course: TrainingHistory) -> Iterator[Finding]:
    """A network whose error is that of giving every example the same answer, or a larger one."""
    part = "dev" if "dev" in course.errors else "train"
    if part not in course.errors or course.constant is None or course.spec.diagnosis.metric is not None:
        return
    if isinstance(course.spec.loss, (Absolute, Huber)):  # by which the few rows hardly count that RMSE is made of
        return
    error, constant = course.errors[part].value, course.constant.errors[part]
    if error >= constant * (1 - ROUNDING) and constant > 0:
        title, sole = course.constant.title, course.constant.sole_answer
        evidence = f"the {part} error is {course.error(error)}; answering {title} has {course.error(constant)}"
        evidence = f"{evidence}; the network answers {sole} only" if sole is not None else evidence
        remedy, overrides = None if course.task.has_one_class else MORE_TO_SAY, tuple[str, ...]()
        if course.task.is_regression and course.spec.data.normalize_targets in (None, "none"):
            remedy = OF_TARGETS
        if sole is not None and may_be_weighed(course.spec) and constant < RARE:
            remedy, overrides = WEIGH, BALANCED
        yield NO_BETTER_THAN_CONSTANT.finding(evidence, error, constant, remedy=remedy, overrides=overrides)


def _is_cleaner(dev_error: float, reference: Baseline, course: TrainingHistory) -> bool:
    """Whether neighbours err less on dev than on train, by more than chance makes of so many examples."""
    m = min(course.errors["dev"].m or MOST_QUERIES, MOST_QUERIES) if "dev" in course.errors else MOST_QUERIES
    variance = reference.train * (1 - reference.train) * (1 / reference.sample_size + 1 / m)
    return dev_error < reference.train - max(CLEAN, CHANCE * sqrt(variance))


def label_noise(course: TrainingHistory) -> Iterator[Finding]:
    """Labels of train that contradict the network, and their neighbours, where both are sure.

    Where dev's labels fit better, train's are wrong; where they fit as badly, classes may as well be the same.
    """
    reference, last = course.reference, course.by_layer.get(len(course.hidden) + 1)
    if reference is None or reference.contradicted is None or reference.sample_size < FEW_VOTES:
        return
    shares = last["contradicted"][1:] if last else np.empty(0)
    by_network = float(np.nanmax(shares[1:] if len(shares) > 2 else shares)) if len(shares) else reference.contradicted
    share = min(by_network, reference.contradicted)
    if share >= CONTRADICTED:
        clean = reference.dev is not None and _is_cleaner(reference.dev, reference, course)
        evidence = (
            f"where five nearest neighbours agree best, {percent(reference.contradicted)} of the labels of train differ"
        )
        evidence = f"{evidence}; the network, where it was surest, was contradicted by {percent(by_network)}"
        yield LABEL_NOISE.finding(evidence, share, CONTRADICTED, severity="warning" if clean else "note")
