"""The first steps judged: the learning rate, its decay, the averages of the optimizer, penalties and dropout."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.diagnose.before.first_steps import MOST_STEPS, FirstSteps, rates_of
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.probes import decide
from dlx.diagnose.before.regularization import strength_findings
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import deeper, wider
from dlx.diagnose.remedies.length import enough_steps, longer_training, much_longer_training, patience_to_the_end
from dlx.diagnose.remedies.optimization import (
    constant_learning_rate,
    fast_adam,
    larger_tested_rate,
    learning_rate_hundredth,
    learning_rate_tenth,
    learning_rate_third,
    learning_rate_x3,
    learning_rate_x10,
    learning_rate_x100,
    optimizer_defaults,
    smaller_tested_rate,
    unhindered_steps,
)
from dlx.nn.optimizers import Optimizer
from dlx.nn.schedules import Constant
from dlx.words import figure

# Decades of α that are tried below and above; beyond them nothing has ever been found that learns.
DECADES = 6
# A decay is looked into where the mean α is below this share of α₀: a schedule that ends near 0 in a straight line or a
# cosine has 0.5, inverse time with rate 1 over 30 epochs 0.1.
MEAN_RATE = 0.1
# An average over more than this share of all steps has its start in it for as long.
SHARE_OF_STEPS = 0.02
# Layers with fewer units are compared with wide ones.
NARROW, WIDE = 8, 64
# What wide layers must gain on unseen examples, too, as a share of the error of a constant answer: on few examples they
# learn by heart what a linear function rightly leaves.
ALSO_UNSEEN = 0.05
# With fewer steps than these in all, or no third epoch, it is looked whether time is what lacks, not the rate: whether
# more of it takes away such a share of the error of a constant answer.
FEW_STEPS, FEW_EPOCHS, TOO_SOON = 100, 2, 0.1


LEARNING_RATE_TOO_HIGH = Cause(
    "learning_rate_too_high",
    "a smaller optimizer.learning_rate",
    "Learning rate",
    (smaller_tested_rate, learning_rate_tenth, learning_rate_third, learning_rate_hundredth),
    refuted_if=End.DEV_FITS,
)
LEARNING_RATE_TOO_LOW = Cause(
    "learning_rate_too_low",
    "a larger optimizer.learning_rate",
    "Learning rate",
    (unhindered_steps, larger_tested_rate, learning_rate_x10, learning_rate_x100, learning_rate_x3, fast_adam),
    refuted_if=End.TRAIN_FITS,
)
DECAY_TOO_FAST = Cause(
    "decay_too_fast",
    "a smaller schedule.decay_rate, or schedule: constant",
    "Learning rate decay",
    (constant_learning_rate,),
    refuted_if=End.DEV_FITS,
)
BAD_BETA = Cause(
    "bad_beta",
    "optimizer.beta (beta1) near 0.9, beta2 near 0.999",
    "Momentum, RMSProp, Adam",
    (optimizer_defaults,),
    refuted_if=End.DEV_FITS,
)
TOO_FEW_EPOCHS = Cause(
    "too_few_epochs",
    "longer training (training.epochs)",
    "Basic recipe",
    (enough_steps, longer_training, much_longer_training, patience_to_the_end),
    refuted_if=End.NEAR_THE_BEST,  # more steps got more unseen examples right, which no simple model refutes
)
TOO_FEW_UNITS = Cause(
    "too_few_units",
    "more units or layers (architecture.hidden)",
    "Basic recipe",
    (wider, deeper),
    refuted_if=End.TRAIN_FITS,
)


def step_findings(trial: Probe, few_examples: bool, mended: bool) -> Iterator[Finding]:
    """Findings that explain each other come as one: each is looked for with those before it repaired.

    few_examples: whether that was found, which explains why there are few steps.
    mended: whether the trial has another initialization than the spec, with which regularization cannot be judged.
    """
    plain = trial.unregularized()
    for look_for in (_decay, _averages):
        findings, plain = look_for(plain)
        yield from findings
    steps = FirstSteps(plain)
    findings, factor = too_high(steps)
    if not findings and not few_examples:
        findings = too_short(steps)
    if not findings and not few_examples:
        findings, factor = too_low(steps)
    yield from findings
    if not mended:
        yield from _units(plain, steps, factor)
        yield from strength_findings(trial.with_optimizer(plain.spec.optimizer), steps, factor)


def _decay(trial: Probe) -> tuple[list[Finding], Probe]:
    """A schedule under which hardly any of α is left on average, against a constant α."""
    spec, steps = trial.spec, FirstSteps(trial)
    share = float(rates_of(spec, steps.total, pieces=1000).mean()) / spec.optimizer.learning_rate
    if share >= MEAN_RATE:
        return [], trial
    constant = trial.with_schedule(Constant())
    there, here = FirstSteps(constant), steps.runs_at(steps.farthest())
    if steps.is_perfect(here.typical) or not steps.bring_more(there.runs_at(1.0), here):
        return [], trial
    evidence = f"over the whole training α is {share:.2g} of its first value on average"
    units = spec.training.epochs if spec.schedule.unit == "epoch" else steps.total
    if spec.schedule.warmup > units / 2:
        evidence = f"{evidence}: the warm-up takes {spec.schedule.warmup:,} of {units:,} {spec.schedule.unit}s"
        return [LEARNING_RATE_TOO_LOW.finding(evidence, share, MEAN_RATE, remedy="a shorter schedule.warmup")], constant
    return [DECAY_TOO_FAST.finding(f"{evidence}: it is used up too soon", share, MEAN_RATE)], constant


def _averages(trial: Probe) -> tuple[list[Finding], Probe]:
    """Every β against its default, where that can matter at all."""
    optimizer, steps = trial.spec.optimizer, FirstSteps(trial)
    defaults = {
        key: field.default
        for key, field in type(optimizer).model_fields.items()
        if key.startswith("beta") and _matters(optimizer, key, field.default, steps.total)
    }
    mended = trial.with_optimizer(optimizer.model_copy(update=defaults))
    if defaults and steps.bring_more(FirstSteps(mended).runs_at(1.0), steps.runs_at(1.0)):
        betas = {key: getattr(optimizer, key) for key in defaults}
        key = max(betas, key=lambda key: betas[key])
        evidence = ", ".join(
            f"{key} = {beta:g} averages over about {1 / (1 - beta):.3g} steps" for key, beta in betas.items()
        )
        evidence = f"{evidence}, of {steps.total:,}; the first steps with {_values(defaults)} bring clearly more"
        return [BAD_BETA.finding(evidence, betas[key], defaults[key], remedy=_values(defaults))], mended
    return [], trial


def _values(defaults: dict[str, float]) -> str:
    return ", ".join(f"optimizer.{key}: {value:g}" for key, value in defaults.items())


def _matters(optimizer: Optimizer, key: str, default: float, total: int) -> bool:
    """Whether it differs from its default in a way that can do harm in so many steps.

    An average of gradients that is too short is gradient descent, which is no fault; one of squares that is too short
    divides each step by the luck of a single batch.
    """
    beta, of_squares = getattr(optimizer, key), key == "beta2" or "v" not in optimizer.slots
    return (beta < default and of_squares) or (beta > default and 1 / (1 - beta) > SHARE_OF_STEPS * total)


def too_high(steps: FirstSteps) -> tuple[list[Finding], float]:
    """Whether a tenth, a hundredth … of this learning rate brings clearly more; and the factor with which to go on."""
    here, alpha = steps.runs_at(1.0), steps.trial.spec.optimizer.learning_rate
    if steps.is_perfect(here.typical):
        return [], 1.0
    here.repeat()
    factor = min(steps.along(0.1 ** np.arange(DECADES + 1)), key=lambda factor: steps.at(factor).cost)
    if factor == 1 or not steps.steadier_bring_more(steps.runs_at(factor), here):
        return [], 1.0
    cost = here.typical.cost
    first = f"bring the cost to {cost:.3g}" if np.isfinite(cost) else "diverge"
    evidence = f"{steps.steps:,} steps at α = {alpha:.2g} {first}, {_outcome_at(steps, factor)}"
    return [LEARNING_RATE_TOO_HIGH.finding(evidence, alpha, float(f"{alpha * factor:.2g}"))], factor


def too_short(steps: FirstSteps) -> list[Finding]:
    """Whether a training of few steps would err less on unseen examples with at least ten times as many."""
    if steps.trial.spec.training.epochs > FEW_EPOCHS and steps.total >= FEW_STEPS:
        return []
    here, longer = steps.runs_at(1.0), FirstSteps(steps.trial, max(10 * steps.total, MOST_STEPS))
    if not decide(lambda there, here: steps.harm(here, there) > TOO_SOON, longer.runs_at(1.0), here):
        return []
    evidence = f"{steps.total:,} steps bring the cost to {figure(steps.at(1.0).cost)}"
    evidence = f"{evidence}, {longer.steps:,} to {figure(longer.at(1.0).cost)}"
    return [TOO_FEW_EPOCHS.finding(evidence, float(steps.total), float(FEW_STEPS))]


def too_low(steps: FirstSteps) -> tuple[list[Finding], float]:
    """Whether ten, a hundred … times this learning rate bring clearly more than it does in the whole training."""
    farthest, alpha = steps.farthest(), steps.trial.spec.optimizer.learning_rate
    reached = steps.runs_at(farthest)
    if steps.is_perfect(reached.typical):
        return [], farthest
    factor = min(steps.along(10.0 ** np.arange(DECADES + 1)), key=lambda factor: steps.at(factor).cost)
    if factor <= 2 * steps.reach or not steps.bring_more(steps.runs_at(factor), reached):
        return [], farthest
    evidence = f"{steps.total:,} steps at α = {alpha:.2g} bring the cost to {figure(reached.typical.cost)}"
    evidence = f"{evidence}, {_outcome_at(steps, factor)}"
    return [LEARNING_RATE_TOO_LOW.finding(evidence, alpha, float(f"{alpha * factor:.2g}"))], factor


def _outcome_at(steps: FirstSteps, factor: float) -> str:
    """Such as `1,000 at 0.1 to 0.02`."""
    cost, alpha = steps.at(factor).cost, steps.trial.spec.optimizer.learning_rate * factor
    what = f"bring it to {cost:.3g}" if np.isfinite(cost) else "diverge"
    return f"{steps.steps:,} at {alpha:.2g} {what}"


def _units(plain: Probe, steps: FirstSteps, factor: float) -> Iterator[Finding]:
    """Whether a narrow layer, or none, is a bottleneck: whether many units learn clearly more of the seen examples."""
    units = [layer.units for layer in plain.spec.architecture.hidden]
    here = steps.runs_at(factor)
    if min(units, default=0) >= NARROW or steps.is_perfect(here.typical):
        return
    wide = steps.runs(plain.widened(1, WIDE) if units else plain.with_layer(WIDE), steps.rates * factor)
    if steps.bring_more(wide, here) and decide(lambda w, h: steps.harm(h, w) > ALSO_UNSEEN, wide, here):
        more = f"{WIDE} units in each hidden layer" if units else f"a hidden layer of {WIDE} units"
        evidence = f"with {more} the first steps bring the cost to {figure(wide.typical.cost)}"
        evidence = f"{evidence} in place of {figure(here.typical.cost)}"
        layer = units.index(min(units)) + 1 if units else None
        yield TOO_FEW_UNITS.finding(evidence, float(min(units, default=0)), float(NARROW), layer=layer)
