"""What was wrong before the first step, seen from the end: layers that are alike, dead, flat, too loud or too quiet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from math import sqrt

import numpy as np

from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.before.initialization import (
    DEAD_UNITS,
    INITIAL_COST,
    SATURATED_UNITS,
    SYMMETRIC_UNITS,
    VANISHING_GRADIENT,
    VANISHING_SIGNAL,
)
from dlx.diagnose.data.inputs import INPUTS_NOT_NORMALIZED
from dlx.diagnose.findings import Finding
from dlx.words import figure, percent

NARROWEST = 2  # units of a layer: they pass on no more than a plane, and chance decides about their signal
# Shares of a hidden layer. Healthy trainings began with up to 0.34 dead and 0.06 saturated.
DEAD, SATURATED = 0.6, 0.6
# The spread of the logits, where sigmoid and softmax are flat and mistakes cost 8 each; at He's and Xavier's variance
# it began below 2.7 in all healthy trainings.
LOUD = 8.0
# The spread of the logits against that of layer 1: the notes' 0.5^L for five layers; with sigmoids, whose slope is at
# most ¼, three are enough. Healthy trainings without batch norm began with 0.14 to 2.6.
QUIET = 0.03
# The standard deviation of inputs: normalized they have 1, pixels in 0 … 1 about 0.3.
INPUTS_LARGE, INPUTS_SMALL = 3.0, 0.02


def start_findings(course: TrainingHistory) -> Iterator[Finding]:
    """At most one finding from the sample of the layers before training: the first explains the others."""
    if course.has_start:
        narrow = min((layer.units for layer in course.hidden), default=0) <= NARROWEST
        checks = (_symmetric, _inputs, *(() if narrow else (_dead, _saturated)), _loud, *(() if narrow else (_quiet,)))
        yield from chain.from_iterable(check(course) for check in checks)


def _first(course: TrainingHistory, column: str) -> dict[int, float]:
    """The value of each layer before training."""
    return {number: float(columns[column][0]) for number, columns in course.by_layer.items()}


def _symmetric(course: TrainingHistory) -> Iterator[Finding]:
    norms = _first(course, "weight_norm")
    for number in course.hidden_layers:
        if norms[number] == 0:
            evidence = f"all W of layer {number} began as 0: its units get the same gradient and stay alike"
            yield SYMMETRIC_UNITS.finding(course.beside(evidence), 0.0, 0.0, layer=number, epoch=0)


def _inputs(course: TrainingHistory) -> Iterator[Finding]:
    """Var(Z) = n·Var(w)·Var(x) in layer 1, so the spread of Z and ‖W‖ tell that of the inputs."""
    if not course.hidden or course.hidden[0].normalization:
        return
    spread, norm = _first(course, "z_std")[1], _first(course, "weight_norm")[1]
    inputs = spread * sqrt(course.hidden[0].units) / norm if norm > 0 else 1.0
    if inputs > INPUTS_LARGE or 0 < inputs < INPUTS_SMALL:
        limit = INPUTS_LARGE if inputs > INPUTS_LARGE else INPUTS_SMALL
        evidence = f"Z of layer 1 began as inputs with a standard deviation of about {figure(inputs, 2)} make it"
        yield INPUTS_NOT_NORMALIZED.finding(course.beside(evidence), inputs, limit, layer=1, epoch=0)


def _dead(course: TrainingHistory) -> Iterator[Finding]:
    for number, share in _first(course, "dead").items():
        if share >= DEAD and number in course.hidden_layers:
            evidence = f"{percent(share)} of the units of layer {number} gave 0 for every example before the first step"
            yield DEAD_UNITS.finding(course.beside(evidence), share, DEAD, layer=number, epoch=0)


def _saturated(course: TrainingHistory) -> Iterator[Finding]:
    for number, share in _first(course, "saturated").items():
        if share >= SATURATED and number in course.hidden_layers:
            evidence = f"{percent(share)} of the outputs of layer {number} were in the flat parts before the first step"
            yield SATURATED_UNITS.finding(course.beside(evidence), share, SATURATED, layer=number, epoch=0)


def _loud(course: TrainingHistory) -> Iterator[Finding]:
    spreads = _first(course, "z_std")
    last = max(spreads)
    if spreads[last] > LOUD and course.norm_of_batches is None and not course.task.is_regression:
        evidence = f"the logits began with a standard deviation of {figure(spreads[last])}"
        yield INITIAL_COST.finding(course.beside(evidence), spreads[last], LOUD, layer=last, epoch=0)


def _quiet(course: TrainingHistory) -> Iterator[Finding]:
    if course.norm_of_batches is not None or len(course.hidden) < 2:
        return
    spreads = list(_first(course, "z_std").values())
    left = spreads[-1] / spreads[0] if spreads[0] > 0 else 1.0
    if left < QUIET and np.isfinite(left):
        bends = [layer.activation.name for layer in course.hidden if layer.activation]
        cause = VANISHING_GRADIENT if set(bends) == {"sigmoid"} else VANISHING_SIGNAL
        evidence = f"the spread of Z began {figure(left, 1)} times as large in the last layer as in the first"
        yield cause.finding(course.beside(evidence), left, QUIET, layer=len(spreads), epoch=0)
