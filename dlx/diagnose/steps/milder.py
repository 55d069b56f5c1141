"""Regularization that was found too strong, made milder: any remedy of the learning rate goes with it."""

from __future__ import annotations

from collections.abc import Iterable

from dlx.diagnose.before.optimization import LEARNING_RATE_TOO_HIGH, LEARNING_RATE_TOO_LOW
from dlx.diagnose.before.regularization import AUGMENTATION_TOO_STRONG, DROPOUT_TOO_STRONG, PENALTY_TOO_STRONG
from dlx.diagnose.findings import Cause
from dlx.diagnose.remedies.changes import Overrides, SpecContext
from dlx.documents.findings import Finding

STRENGTHS: tuple[Cause, ...] = (PENALTY_TOO_STRONG, DROPOUT_TOO_STRONG, AUGMENTATION_TOO_STRONG)
OF_RATE = (LEARNING_RATE_TOO_HIGH.name, LEARNING_RATE_TOO_LOW.name)


def too_strong(findings: Iterable[Finding]) -> list[Finding]:
    """Those that say that regularization is too strong; notes ask for nothing."""
    return [finding for finding in findings if finding.is_serious and any(finding.name == c.name for c in STRENGTHS)]


def milder(findings: Iterable[Finding], now: SpecContext) -> Overrides:
    """The first remedy of each of them, all at once: a rate is none that fits what regularization hides.

    Under dropout that leaves a unit or two, a range test finds rates that throw every other network about.
    """
    together: Overrides = {}
    for finding in too_strong(findings):
        cause = next(cause for cause in STRENGTHS if cause.name == finding.name)
        together |= next(filter(None, (change(now) for change in cause.changes)), {})
    return together


def beside_rate(against: str, remedy: Overrides, others: Overrides) -> Overrides:
    """A remedy of what was found; where that is of the rate, with what makes regularization milder."""
    if not remedy or against not in OF_RATE:
        return remedy
    together = dict(remedy)
    for key, value in others.items():
        section, _, option = key.rpartition(".")
        if isinstance(together.get(section), dict):  # which the remedy states as a whole
            together[section] = {**together[section], option: value}
        else:
            together[key] = value
    return together


def beside_rate_in_words(against: str, findings: Iterable[Finding]) -> str:
    """What is said of that, after what is said of the rate; empty where there is nothing."""
    others = too_strong(findings) if against in OF_RATE else []
    return "".join(f"; {finding.name}: {finding.remedy}" for finding in others)
