"""The gradient before training: a look along a few directions, and the whole check where that looks wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dlx.diagnose.before.probe import Probe
from dlx.diagnose.findings import Cause, Finding
from dlx.errors import CheckFailed
from dlx.gradcheck.check import check
from dlx.gradcheck.coverage import direction
from dlx.gradcheck.subject import LEAST_COST, Subject
from dlx.nn.gradcheck import EPSILON, WORRY, along, differences, rounding, two_sided
from dlx.types import Array

EXAMPLES = 16
DIRECTIONS = 2  # over each parameter; a factor, a sign or a missing term shows in every one of them


WRONG_GRADIENT = Cause(
    "wrong_gradient", "dlx gradcheck tells which operation is wrong, and how", "Gradient checking", severity="error"
)


def gradient_findings(trial: Probe) -> Iterator[Finding]:
    """A finding where dθ of a parameter is not the derivative of the cost; in float64, with frozen dropout masks."""
    subject = subject_of(trial)
    with np.errstate(all="ignore"):
        d_theta, noise = subject.gradient(), rounding(max(subject.cost(), LEAST_COST), EPSILON)
        parts = subject.parameters.slices.values()
        suspected = any(_looks_wrong(subject, part, d_theta, noise) for part in parts)
    if suspected:
        yield from _checked(subject)


def subject_of(trial: Probe) -> Subject:
    """The trial's network on a few examples of its train."""
    copy = trial.copy(dtype="float64")
    X, Y = copy.train.buffers(min(EXAMPLES, copy.train.m))
    copy.train.fill(np.arange(len(X)), X, Y)
    return Subject(copy.network, X, Y)


def _looks_wrong(subject: Subject, part: slice, d_theta: Array, noise: float) -> bool:
    rng = np.random.default_rng(part.start)
    for _ in range(DIRECTIONS):
        v = direction(len(subject.theta), part, rng)
        numeric = two_sided(along(subject.cost, subject.theta, v), EPSILON)
        if not differences(np.array(numeric), np.array(v @ d_theta), noise) < WORRY:
            return True
    return False


def _checked(subject: Subject) -> Iterator[Finding]:
    try:
        point = check(subject, "initialization")
    except CheckFailed:  # the cost is not finite: that is for other findings
        return
    if not point.passed:
        what = point.fault.sentence if point.fault else "dθ differs from differences of the cost"
        layer = point.fault.layer if point.fault else None
        yield WRONG_GRADIENT.finding(what, point.difference, WORRY, layer=layer)
