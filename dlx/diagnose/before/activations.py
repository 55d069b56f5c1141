"""The activations before training: hidden layers without one, which are a linear function together."""

from __future__ import annotations

import numpy as np

from dlx.diagnose.before.first_steps import FirstSteps
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.probes import decide
from dlx.diagnose.findings import Cause, End, Finding
from dlx.diagnose.remedies.against_bias import relu
from dlx.documents.findings import Severity
from dlx.nn.activations import Activation, ReLU
from dlx.nn.slopes import slope
from dlx.words import figure

NO_ACTIVATION = Cause(
    "no_activation",
    "architecture.activation: relu (layers without a bend are one linear function together)",
    "Activation functions",
    (relu,),
    refuted_if=End.TRAIN_FITS,
)


def activation_findings(trial: Probe) -> tuple[list[Finding], Probe]:
    """A finding where no hidden layer bends, and the trial with relu: a warning where that brings clearly more."""
    activations = [layer.activation for layer in trial.spec.architecture.hidden]
    if not activations or not all(is_linear(activation) for activation in activations):
        return [], trial
    bent = trial.with_activation(ReLU())
    steps, better = FirstSteps(trial), FirstSteps(bent)
    here, there = steps.runs_at(steps.farthest()), better.runs_at(better.farthest())
    pays = decide(steps.pays, there, here)
    evidence = f"{len(activations)} hidden layer{'s' * (len(activations) > 1)} without a bend: W·x + b, and no more"
    if pays:
        evidence = f"{evidence}; the first steps bring the cost to {figure(here.typical.cost)}"
        evidence = f"{evidence}, with relu to {figure(there.typical.cost)}"
    severity: Severity = "warning" if pays else "note"
    return [NO_ACTIVATION.finding(evidence, 0.0, 1.0, layer=1, severity=severity)], bent if pays else trial


def is_linear(activation: Activation | None) -> bool:
    """Whether g has the same slope everywhere, as the identity has; what a plugin defines is asked like any other."""
    if activation is None:
        return True
    slopes = slope(activation, np.linspace(-5, 5, 101).reshape(1, -1))
    return bool(np.ptp(slopes) < 1e-6 * max(1e-300, float(np.abs(slopes).max())))
