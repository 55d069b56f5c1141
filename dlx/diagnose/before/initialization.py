"""The initialization: symmetric units, signals and gradients that vanish or explode, units that are flat or dead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dlx.diagnose.before.first_steps import FirstSteps
from dlx.diagnose.before.initial_pass import EXAMPLES, InitialPass, look
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.probes import decide
from dlx.diagnose.before.propagation import distinct_units
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import batch_norm, fitting_initializer, leaky_relu, normalize_inputs, relu
from dlx.diagnose.remedies.optimization import clip_gradients, learning_rate_tenth, smaller_tested_rate
from dlx.words import figure, percent

NARROW = 4  # fewer units in a layer, and chance decides about its signal, whatever the initializer

# Growth from the inputs to the output, and of the gradient back to layer 1: per layer these are the notes' 1.5^L and
# 0.5^L. Of 700 random networks (relu, tanh, sigmoid; 1 to 12 layers; weights from 0.001 to 10; 1,000 steps of gradient
# descent, momentum or Adam) those with growths near 1 did badly in one of eight, with a signal that grows by more than
# 30 in nine of ten. A gradient below 3·10⁻⁴ of its size meant failure in all by gradient descent and momentum; by Adam,
# whose steps do not shrink with it, in half, and below 3·10⁻⁸ in 28 of 29. Where growth is beyond the first mark alone
# the remedy must bring clearly more in the first steps.
EXPLODING, EXPLODING_SURELY = 10.0, 100.0
VANISHING, VANISHING_SURELY, VANISHING_SURELY_FOR_ADAM = 0.1, 3e-4, 3e-8

# At He's or Xavier's variance the first cost lies up to 1.3 above ln C (the largest of 250 networks); a softmax that is
# wrong with confidence costs more. Karpathy, "A recipe for training neural networks" (2019): verify the loss at init.
INITIAL_EXCESS = 2.0
SATURATED, SATURATED_SURELY = 0.75, 0.95  # of units times examples; below it 1,000 steps mend it (of the same networks)
DEAD = 0.6  # of a layer's units; narrow deep networks have up to half at He's variance


FITTING = "a fitting initializer (he for relu, xavier for tanh)"

SYMMETRIC_UNITS = Cause(
    "symmetric_units",
    "an initializer of random values, which break the symmetry (he for relu, xavier for tanh)",
    "Weight initialization",
    (fitting_initializer,),
    severity="error",
    refuted_if=End.TRAIN_FITS,
)
INITIAL_COST = Cause(
    "initial_cost",
    f"{FITTING}, no larger scale",
    "Weight initialization",
    (fitting_initializer, normalize_inputs),
    refuted_if=End.DEV_FITS,
)
VANISHING_SIGNAL = Cause(
    "vanishing_signal",
    f"{FITTING}; batch norm",
    "Vanishing gradients",
    (fitting_initializer, batch_norm, relu),
    refuted_if=End.TRAIN_FITS,
)
EXPLODING_SIGNAL = Cause(
    "exploding_signal",
    f"{FITTING}; batch norm",
    "Exploding gradients",
    (fitting_initializer, normalize_inputs, batch_norm),
    refuted_if=End.DEV_FITS,
)
VANISHING_GRADIENT = Cause(
    "vanishing_gradient",
    "relu in place of sigmoid or tanh, with the initializer he; batch norm",
    "Vanishing gradients",
    (relu, fitting_initializer, batch_norm),
    refuted_if=End.TRAIN_FITS,
)
EXPLODING_GRADIENT = Cause(
    "exploding_gradient",
    f"{FITTING}; batch norm; optimizer.clip_norm",
    "Exploding gradients",
    (fitting_initializer, normalize_inputs, clip_gradients, batch_norm),
    refuted_if=End.DEV_FITS,
)
DEAD_UNITS = Cause(
    "dead_units",
    f"{FITTING}, a smaller learning rate, or leaky_relu",
    "Activation functions",
    (fitting_initializer, smaller_tested_rate, learning_rate_tenth, leaky_relu, normalize_inputs),
    refuted_if=End.DEV_FITS,
)
SATURATED_UNITS = Cause(
    "saturated_units",
    f"normalized inputs, {FITTING}, batch norm, or relu",
    "Vanishing gradients",
    (normalize_inputs, fitting_initializer, batch_norm, relu),
    refuted_if=End.DEV_FITS,
)


def initialization_findings(trial: Probe) -> tuple[list[Finding], Probe]:
    """At most one finding about the first θ, the one that explains the others, and the probe with it repaired."""
    symmetry = next(_symmetric(trial), None)
    if symmetry is not None:
        return [symmetry], trial.initialized()
    if min((layer.units for layer in trial.spec.architecture.hidden), default=NARROW) < NARROW:
        return [], trial
    initial_pass, adaptive = look(trial.unregularized()), _adaptive(trial)
    by_initializer, by_activation = trial.initialized(), _otherwise(trial)
    for cured, suspicions in (
        (by_initializer, [*_of_initializer(initial_pass, adaptive)]),
        (by_activation, [*_of_depth(initial_pass, adaptive)]),
    ):
        cause = _confirmed(trial, cured, suspicions)
        if cause is not None:
            return [cause], cured
    return [*_first_cost(initial_pass, by_initializer)], trial


def _first_cost(initial_pass: InitialPass, cured: Probe) -> Iterator[Finding]:
    """A note where training mends it soon enough."""
    if initial_pass.excess > INITIAL_EXCESS >= look(cured.unregularized()).excess:
        yield replace(_initial_cost(initial_pass), severity="note")


def _otherwise(trial: Probe) -> Probe:
    """What helps where no initializer does: relu in place of what saturates, or else batch norm."""
    rectified = trial.rectified()
    return trial.initialized().batch_normalized() if rectified.spec == trial.initialized().spec else rectified


@dataclass(frozen=True)
class Suspicion:
    """A cause that a look makes likely; ``sure`` where it needs no trial."""

    finding: Finding
    sure: bool
    symptom: str | None  # the number of a look that the remedy must bring back within its bounds, if it must


def _confirmed(trial: Probe, cured: Probe, suspicions: list[Suspicion]) -> Finding | None:
    """The first suspicion whose symptom the remedy removes, and that costs something."""
    if not suspicions:
        return None
    after = look(cured.unregularized())
    for suspicion in suspicions:
        if _is_within(after, suspicion.symptom) and (suspicion.sure or _pays(trial, cured)):
            return suspicion.finding
    return None


def _pays(trial: Probe, cured: Probe) -> bool:
    """Whether the cured trial learns clearly more in its first steps, or errs clearly less on unseen examples."""
    steps, better = FirstSteps(trial), FirstSteps(cured)
    here, there = steps.runs_at(steps.farthest()), better.runs_at(better.farthest())
    return decide(steps.pays, there, here)


def _symmetric(trial: Probe) -> Iterator[Finding]:
    network = trial.copy().network
    for layer, plan in enumerate(network.plans[:-1], start=1):
        share = distinct_units(network, layer)
        if plan.units > 1 and share <= 0.5:
            same = "all units" if round(share * plan.units) == 1 else f"{percent(1 - share)} of the units"
            evidence = f"{same} of layer {layer} are equal: same W, same gradient, so they stay equal"
            yield SYMMETRIC_UNITS.finding(evidence, share, 0.5, layer=layer)


def _of_initializer(initial_pass: InitialPass, adaptive: bool) -> Iterator[Suspicion]:
    """What another initializer would mend; the cost at the initialization is a consequence of all others."""
    passed = initial_pass.passed
    if initial_pass.saturated > SATURATED:
        layer = max(passed.signals[:-1], key=lambda signal: signal.saturated).layer
        evidence = f"{percent(initial_pass.saturated)} of layer {layer} is saturated at the initialization"
        evidence = f"{evidence}{_cost(initial_pass)}"
        yield Suspicion(
            SATURATED_UNITS.finding(evidence, initial_pass.saturated, SATURATED, layer),
            initial_pass.saturated > SATURATED_SURELY,
            "saturated",
        )
    grown = max(passed.forward, passed.backward)
    if grown > EXPLODING:
        yield Suspicion(_growth(EXPLODING_SIGNAL, initial_pass, EXPLODING), grown > EXPLODING_SURELY, "grown")
    if initial_pass.dead > DEAD:
        layer = max(passed.signals[:-1], key=lambda signal: signal.dead).layer
        evidence = (
            f"{percent(initial_pass.dead)} of the units of layer {layer} give nothing for any of {EXAMPLES} examples"
        )
        yield Suspicion(DEAD_UNITS.finding(evidence, initial_pass.dead, DEAD, layer), False, "dead")
    if passed.backward < VANISHING:
        sure = passed.backward < (VANISHING_SURELY_FOR_ADAM if adaptive else VANISHING_SURELY)
        yield Suspicion(_growth(VANISHING_SIGNAL, initial_pass, VANISHING), sure, "shrunk")
    if initial_pass.excess > INITIAL_EXCESS:
        yield Suspicion(_initial_cost(initial_pass), False, "excess")


def _initial_cost(initial_pass: InitialPass) -> Finding:
    first, constant = figure(initial_pass.passed.cost), figure(initial_pass.constant)
    evidence = f"the cost begins at {first}, that of a constant answer is {constant}"
    return INITIAL_COST.finding(evidence, initial_pass.passed.cost, initial_pass.constant + INITIAL_EXCESS)


def _of_depth(initial_pass: InitialPass, adaptive: bool) -> Iterator[Suspicion]:
    """What no initializer mends, but another activation, or batch norm (which bears a growth rather than ends it)."""
    back = initial_pass.passed.backward
    if back < VANISHING:
        sure = back < (VANISHING_SURELY_FOR_ADAM if adaptive else VANISHING_SURELY)
        yield Suspicion(_growth(VANISHING_GRADIENT, initial_pass, VANISHING), sure, None)
    if back > EXPLODING:
        yield Suspicion(_growth(EXPLODING_GRADIENT, initial_pass, EXPLODING), back > EXPLODING_SURELY, None)


def _is_within(initial_pass: InitialPass, symptom: str | None) -> bool:
    passed = initial_pass.passed
    return {
        None: True,
        "saturated": initial_pass.saturated <= SATURATED,
        "grown": max(passed.forward, passed.backward) <= EXPLODING,
        "dead": initial_pass.dead <= DEAD,
        "shrunk": passed.backward >= VANISHING,
        "excess": initial_pass.excess <= INITIAL_EXCESS,
    }[symptom]


def _growth(cause: Cause, initial_pass: InitialPass, threshold: float) -> Finding:
    """With the layer at which it is worst: forward the last, of a gradient the first."""
    passed, steps = initial_pass.passed, max(initial_pass.layers - 1, 1)
    of_gradient = passed.backward < VANISHING or passed.backward > passed.forward
    value = passed.backward if of_gradient else passed.forward
    way = "the gradient from the output back to layer 1" if of_gradient else "the signal from the inputs to the output"
    grows = "grows beyond what numbers can hold"
    if np.isfinite(value):
        rate = value ** (1 / (steps if of_gradient else initial_pass.layers))
        grows = f"grows by a factor of {value:.2g}, {rate:.2g} a layer"
    evidence = f"{way} {grows}{_cost(initial_pass)}"
    return cause.finding(evidence, value, threshold, layer=1 if of_gradient else initial_pass.layers)


def _cost(initial_pass: InitialPass) -> str:
    return f"; the cost begins at {figure(initial_pass.passed.cost)}" if initial_pass.excess > INITIAL_EXCESS else ""


def _adaptive(trial: Probe) -> bool:
    """Whether the optimizer divides by the size of the gradient, so that its steps do not shrink with it."""
    return "s" in trial.spec.optimizer.slots
