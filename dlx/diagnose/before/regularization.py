"""The strength of regularization before training: what penalties and dropout cost in the first steps, each alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dlx.diagnose.before.first_steps import HARM, FirstSteps
from dlx.diagnose.before.probe import UNSEEN_PART, Probe
from dlx.diagnose.before.probes import decide
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import milder_dropout, no_augmentation, no_dropout, no_penalty, weaker_penalty
from dlx.words import error_text

# A run in quick motion makes regularization look stronger than it is: where it does, a run of so many times the steps
# has to confirm it.
LONGER = 4
LEAST_UNSEEN = 10  # examples, by fewer of which no harm is told from luck


PENALTY_TOO_STRONG = Cause(
    "penalty_too_strong",
    "a smaller regularization.l2, l1 or optimizer.weight_decay",
    "L2 regularization",
    (no_penalty, weaker_penalty),
    refuted_if=End.TRAIN_FITS,
)
DROPOUT_TOO_STRONG = Cause(
    "dropout_too_strong",
    "a larger regularization.keep_prob",
    "Dropout",
    (milder_dropout, no_dropout),
    refuted_if=End.TRAIN_FITS,
)
AUGMENTATION_TOO_STRONG = Cause(
    "augmentation_too_strong",
    "milder changes of the images (data.augment)",
    "Data augmentation",
    (no_augmentation,),
    refuted_if=End.TRAIN_FITS,
)


class Harm(NamedTuple):
    """What something costs on unseen examples, as a share of the error of a constant answer, and the evidence."""

    size: float
    evidence: str


def strength_findings(trial: Probe, steps: FirstSteps, factor: float) -> Iterator[Finding]:
    """What the penalties cost, and what dropout costs; ``steps`` are those of the trial without either."""
    spec = trial.spec
    if trial.dataset.parts[UNSEEN_PART].m < LEAST_UNSEEN:
        return
    strengths = {
        "l2": spec.regularization.l2,
        "l1": spec.regularization.l1,
        "weight_decay": spec.optimizer.weight_decay,
    }
    if any(strengths.values()) and (harm := harm_of(trial.without_dropout(), steps, factor)):
        of = ", ".join(f"{name} = {strength:g}" for name, strength in strengths.items() if strength)
        yield PENALTY_TOO_STRONG.finding(f"with {of} {harm.evidence}", harm.size, HARM)
    augment = trial.original.spec.data.augment
    if augment and (harm := harm_of(steps.trial.augmented(), steps, factor)):
        of = ", ".join(f"{augmentation.name} ({augmentation})" for augmentation in augment)
        yield AUGMENTATION_TOO_STRONG.finding(f"with {of} {harm.evidence}", harm.size, HARM)
    keep_prob = [layer.keep_prob or 1.0 for layer in spec.architecture.hidden]
    if min(keep_prob, default=1.0) < 1 and (harm := harm_of(trial.without_penalty(), steps, factor)):
        mean_units = [layer.units * keep for layer, keep in zip(spec.architecture.hidden, keep_prob, strict=True)]
        layer = int(np.argmin(mean_units))
        evidence = f"layer {layer + 1} keeps {mean_units[layer]:.3g} units on average; {harm.evidence}"
        yield DROPOUT_TOO_STRONG.finding(evidence, harm.size, HARM, layer=layer + 1)


def harm_of(trial: Probe, steps: FirstSteps, factor: float) -> Harm | None:
    """What is lost in a run of the trial against one without regularization; None where that is little."""
    harm = _harm(trial, steps, factor)
    if harm is not None and factor > 1 and steps.reach > 1:
        longer = FirstSteps(steps.trial, patience=LONGER)
        harm = _harm(trial, longer, longer.farthest())
    return harm


def _harm(trial: Probe, steps: FirstSteps, factor: float) -> Harm | None:
    regularized, plain = steps.runs(trial, steps.rates * factor), steps.runs_at(factor)
    if not decide(lambda a, b: steps.harm(b, a) > HARM and steps.learned(b) < steps.learned(a), plain, regularized):
        return None
    here, without = regularized.typical, plain.typical
    here_text, plain_text = (error_text(unseen, trial.dataset.task) for unseen in (here.unseen, without.unseen))
    evidence = f"the error on unseen examples is {here_text} after the first steps, {plain_text} without"
    return Harm(steps.harm(here, without), evidence)
