"""What regularization did in a training, or its absence: penalties, dropout, batch norm's averages, overtraining."""

from __future__ import annotations

from collections.abc import Iterator

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.before.regularization import AUGMENTATION_TOO_STRONG, DROPOUT_TOO_STRONG, PENALTY_TOO_STRONG
from dlx.diagnose.findings import Cause, Finding
from dlx.diagnose.remedies.against_bias import batch_norm_defaults
from dlx.diagnose.remedies.length import longer_training
from dlx.words import Status, figure, percent

# ‖W‖ at the end against its start; without a penalty it grows. Before a batch norm its size does not matter, until it
# is so small that the next step throws it about.
SHRUNK, SHRUNK_BEFORE_NORM = 0.6, 0.1
SHARE = 0.5  # of the cost that is penalty
PULL = 1.0  # α·λ/m + α·weight_decay, what a step takes off W: more than 1 turns it round, more than 2 makes it grow
LEAST_KEEP_PROB = 0.5  # keep_prob: the notes' 0.8 to 0.5 are usual
# The frozen train cost against that over the epoch, which is measured before each update and so lies rather higher.
BEYOND = 2.0
REACH, LEAST_REACH = 0.25, 100  # steps that averages are taken over, as a share of all; the default has 10
OTHER_STATISTICS = "a smaller momentum of batch_norm (0.9 averages over 10 batches), or statistics: exact"
GAP = 0.5  # of the cost over the epoch, that the frozen network does not have
AVERAGING = "comes from averaging over the epoch"


EARLY_STOPPING_NEVER_FIRED = Cause(
    "early_stopping_never_fired",
    "more training.epochs: the end came before it",
    "Early stopping",
    (longer_training,),
    severity="note",
)
FROZEN_GAP = Cause(
    "frozen_gap",
    "nothing: training and evaluation see different networks",
    "Dropout, batch norm at test time",
    (batch_norm_defaults,),
    severity="note",
)


def penalty_too_strong(course: TrainingHistory) -> Iterator[Finding]:
    """Weights that a penalty has held down, or a cost that is penalty for a good part."""
    if not penalties(course):
        return
    limit = SHRUNK_BEFORE_NORM if course.norms else SHRUNK
    for number in course.by_layer:
        growth = course.growth(number)
        if growth < limit:
            evidence = f"with {_strengths(course)} ‖W‖ of layer {number} shrank to {figure(growth, 2)} of its start"
            yield PENALTY_TOO_STRONG.finding(course.beside(evidence), growth, limit, layer=number)
    share = l2_cost(course) / (l2_cost(course) + course.cost()[-1]) if course.epochs else 0.0
    if share > SHARE and not course.norms:
        evidence = f"with {_strengths(course)} {percent(share)} of the cost is penalty"
        yield PENALTY_TOO_STRONG.finding(course.beside(evidence), share, SHARE)


def pull_too_strong(course: TrainingHistory) -> Iterator[Finding]:
    """A penalty whose step alone turns W round."""
    spec = course.spec
    decay = spec.optimizer.weight_decay
    if "s" not in type(spec.optimizer).slots:  # dθ is not divided by its own size
        decay += spec.regularization.l2 / course.batch_size
    pull = spec.optimizer.learning_rate * decay
    if pull > PULL:
        evidence = f"with {_strengths(course)} each step takes {pull:.2g}·W off W"
        yield PENALTY_TOO_STRONG.finding(evidence, pull, PULL)


def _strengths(course: TrainingHistory) -> str:
    return ", ".join(f"{key} = {value:g}" for key, value in penalties(course).items())


def penalties(course: TrainingHistory) -> dict[str, float]:
    """What pulls W towards 0, by the keys of the spec; AdamW's own decay, which is mild, is not counted."""
    regularization, optimizer = course.spec.regularization, course.spec.optimizer
    strengths = {"regularization.l2": regularization.l2, "regularization.l1": regularization.l1}
    if optimizer.weight_decay != type(optimizer).model_fields["weight_decay"].default:
        strengths["optimizer.weight_decay"] = optimizer.weight_decay
    return {key: strength for key, strength in strengths.items() if strength > 0}


def l2_cost(course: TrainingHistory) -> float:
    """λ/(2m)·Σ‖W‖² at the end, m the examples of a batch, averaged over the batches of an epoch."""
    squares = sum(float(columns["weight_norm"][-1]) ** 2 for columns in course.by_layer.values())
    return course.spec.regularization.l2 / (2 * course.m) * course.steps_per_epoch * squares


def dropout_too_strong(course: TrainingHistory) -> Iterator[Finding]:
    """Too few units kept to learn with."""
    keep_probs = {number: layer.keep_prob or 1.0 for number, layer in enumerate(course.hidden, start=1)}
    least = min(keep_probs, key=lambda number: keep_probs[number], default=0)
    if least and keep_probs[least] < LEAST_KEEP_PROB:
        units = keep_probs[least] * course.hidden[least - 1].units
        evidence = f"layer {least} kept {keep_probs[least]:.2g} of its units in a step, {units:.2g} on average"
        yield DROPOUT_TOO_STRONG.finding(course.beside(evidence), keep_probs[least], LEAST_KEEP_PROB, layer=least)


def changed_images(course: TrainingHistory) -> Iterator[Finding]:
    """Images that are changed before the network sees them, where nothing else explains what it has not learned."""
    if course.spec.data.augment and course.epochs:
        names = ", ".join(augmentation.name for augmentation in course.spec.data.augment)
        running = float(course.rows["cost"][-1])
        evidence = f"every image was changed by {names}: over them the last cost is {figure(running)}"
        yield AUGMENTATION_TOO_STRONG.finding(course.beside(evidence), running)


def averages_apart(course: TrainingHistory) -> Iterator[Finding]:
    """A frozen network that is far worse than the one in training: batch norm's averages are not its statistics."""
    if not course.epochs or course.norm_of_batches is None:
        return
    yield from _long_averages(course)
    running, frozen = float(course.rows["cost"][-1]) - l2_cost(course), float(course.cost()[-1])
    if frozen > BEYOND * running:
        evidence = f"by its averages the network has a train cost of {figure(frozen)}"
        evidence = f"{evidence}, in training {figure(running)} by its batches"
        yield FROZEN_GAP.finding(
            course.beside(evidence), frozen / running, BEYOND, severity="warning", remedy=OTHER_STATISTICS
        )


def _long_averages(course: TrainingHistory) -> Iterator[Finding]:
    for number, layer in enumerate(course.hidden, start=1):
        if layer.batch_norm and layer.batch_norm.statistics == "running":
            steps = 1 / (1 - layer.batch_norm.momentum)
            if steps > max(REACH * course.steps, LEAST_REACH):
                evidence = f"the averages of batch norm in layer {number} reach back over {steps:,.0f} steps"
                evidence = course.beside(f"{evidence}, of {course.steps:,} in all: to networks that were others")
                value, limit = steps / course.steps, REACH
                yield FROZEN_GAP.finding(
                    evidence, value, limit, layer=number, severity="warning", remedy=OTHER_STATISTICS
                )


def gap_explained(course: TrainingHistory) -> Iterator[Finding]:
    """Where the cost over the epoch lies far above that of the frozen network, what makes it so."""
    if not course.epochs:
        return
    running, frozen = float(course.rows["cost"][-1]), float(course.cost()[-1])
    parts = dict(_parts(course, running, frozen))
    if running - frozen > GAP * running and parts.keys() - {AVERAGING}:
        shares = ", ".join(f"{figure(value, 2)} {what}" for what, value in parts.items())
        evidence = (
            f"the cost over the last epoch is {figure(running)}, that of the frozen network {figure(frozen)}: {shares}"
        )
        yield FROZEN_GAP.finding(evidence, running - frozen, GAP * running)


def _parts(course: TrainingHistory, running: float, frozen: float) -> Iterator[tuple[str, float]]:
    """The penalty; the mean over an epoch in which the cost falls; what only training has, if it leaves a good part."""
    penalty, cost, epochs = l2_cost(course), course.cost(), course.rows["epoch"]
    falls = float((cost[-2] - cost[-1]) / (epochs[-1] - epochs[-2]) / 2) if len(cost) > 1 else 0.0
    rest = running - frozen - penalty - falls
    if penalty > 0.05 * running:
        yield "is the penalty", penalty
    if abs(falls) > 0.05 * running:
        yield AVERAGING, falls
    norm = course.norm_of_batches
    noisy = [
        what
        for what, is_on in (
            ("dropout", any((layer.keep_prob or 1) < 1 for layer in course.hidden)),
            (f"{norm.title if norm else ''} by batches", norm is not None),
            ("augmentation", bool(course.spec.data.augment)),
            ("the L1 penalty", course.spec.regularization.l1 > 0),
        )
        if is_on
    ]
    if noisy and rest > 0.05 * running:
        yield f"from {' and '.join(noisy)}", rest


def stopping_that_never_fired(course: TrainingHistory) -> Iterator[Finding]:
    """Early stopping that had no time to come: the last epoch came while the dev set still improved."""
    stopping, last = course.spec.training.early_stopping, course.epochs
    if stopping is None or course.status is not Status.COMPLETED or course.kept_epoch is None:
        return
    rows_since = int((course.rows["epoch"] > course.kept_epoch).sum())
    if rows_since < stopping.patience / 2:
        evidence = f"the best epoch was {course.kept_epoch} of {last}; patience is {stopping.patience} evaluations"
        yield EARLY_STOPPING_NEVER_FIRED.finding(evidence, float(rows_since), float(stopping.patience))
