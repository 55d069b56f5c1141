"""Advice about the learning rate: when a range test is worth its time, and what findings say once there was one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dlx.diagnose.before.optimization import LEARNING_RATE_TOO_HIGH, LEARNING_RATE_TOO_LOW
from dlx.diagnose.before.range_test import tested_rates
from dlx.diagnose.causes import CAUSES
from dlx.diagnose.findings import Finding
from dlx.diagnose.remedies.changes import DataFacts, SpecContext
from dlx.diagnose.remedies.optimization import (
    ONE_NOTCH,
    TESTED_RATES,
    unhindered_steps,
)
from dlx.diagnose.steps.milder import milder
from dlx.diagnose.steps.typed_overrides import with_changes
from dlx.documents.range_test import TestedRates
from dlx.spec.judgement import Diagnosis
from dlx.spec.loader import derive
from dlx.stats.intervals import Estimate
from dlx.training.build import assemble
from dlx.training.streams import Streams
from dlx.training.supervised import Supervised

# Findings about the rate: whether the tested one has to be smaller.
SMALLER = {LEARNING_RATE_TOO_HIGH.name: True, LEARNING_RATE_TOO_LOW.name: False}
FAR = 2.0  # times where the cost grows: a rate so high is at fault, in whatever way it shows; healthy ones reach 0.46
OF_THE_RATE = "optimizer.learning_rate"


def rates_for(
    experiment: Supervised, findings: Sequence[Finding], tested: TestedRates | None = None
) -> tuple[TestedRates | None, list[Finding]]:
    """What a range test finds, where a finding that is no note has a remedy by another rate; and what it says of them.

    Args:
        experiment: with a complete spec; it stays as it is.
        findings: about it.
        tested: what a test has found before.
    """
    if tested is None and any(_is_of_rate(finding) for finding in findings if finding.is_serious):
        tested = tested_rates(_mended(experiment, findings))
    now = SpecContext(experiment.spec, DataFacts(experiment.dataset.parts["train"].m), tested)
    of_rate = beside_tested_rate(findings, tested, experiment.spec.optimizer.learning_rate)
    return tested, [_of_hindered_steps(finding, now) for finding in of_rate]


def _mended(experiment: Supervised, findings: Sequence[Finding]) -> Supervised:
    """An experiment that is regularized no more than it can bear, as it will be when the rate is cured."""
    spec = experiment.spec
    overrides = milder(findings, SpecContext(spec, DataFacts(experiment.dataset.parts["train"].m)))
    if not overrides:
        return experiment
    mended = derive(spec, overrides)
    return assemble(mended, experiment.dataset, Streams(mended.seed, mended.randomness))


def _of_hindered_steps(finding: Finding, now: SpecContext) -> Finding:
    """The finding; of steps that something else than the rate keeps small, with that as its remedy."""
    hindered = unhindered_steps(now) if finding.name == LEARNING_RATE_TOO_LOW.name else {}
    if not hindered or all(key in finding.remedy for key in hindered):
        return finding
    return replace(finding, remedy=f"{' and '.join(hindered)} at what is usual: {unhindered_steps.why}")


def rates_for_bias(
    experiment: Supervised, errors: Mapping[str, Estimate], findings: Sequence[Finding] = ()
) -> tuple[TestedRates | None, list[Finding]]:
    """What a range test finds, where the train error is above what can be reached; and whether the rate explains that.

    Args:
        experiment: with a complete spec; it stays as it is.
        errors: that its bias is judged by.
        findings: what is known already.
    """
    alpha = experiment.spec.optimizer.learning_rate
    if not is_biased(experiment.spec.diagnosis, errors):
        return None, []
    tested = tested_rates(_mended(experiment, findings))
    is_explained = any(CAUSES[finding.name].explains_training for finding in findings if finding.is_serious)
    if tested is None or tested.grows_from is None or alpha < FAR * tested.grows_from or is_explained:
        return tested, []
    evidence = f"at α = {alpha:g} a step does harm: in a range test the cost falls from {tested.falls_from:g} on"
    evidence = f"{evidence} and grows from {tested.grows_from:g} on"
    return tested, [LEARNING_RATE_TOO_HIGH.finding(evidence, alpha, tested.grows_from)]


def is_biased(options: Diagnosis, errors: Mapping[str, Estimate]) -> bool:
    """Whether the train error is above what can be reached, by more than the tolerance, if only by chance."""
    return "train" in errors and errors["train"].value - options.optimal_error > (options.tolerance or 0.0)


def _is_of_rate(finding: Finding) -> bool:
    return finding.name in CAUSES and any(change in TESTED_RATES for change in CAUSES[finding.name].changes)


def beside_tested_rate(findings: Iterable[Finding], tested: TestedRates | None, present: float) -> Iterable[Finding]:
    """The findings; of those about the rate, notes where the tested one lies clearly on the other side."""
    rate = tested.suggested if tested else None
    for finding in findings:
        is_of_rate = finding.name in SMALLER and OF_THE_RATE in finding.remedy
        is_other_side = rate is not None and is_of_rate and (rate < present) != SMALLER[finding.name]
        if rate is not None and is_other_side and max(rate / present, present / rate) >= ONE_NOTCH:
            yield replace(finding, severity="note")
        else:
            yield finding


def with_rate(overrides: Sequence[str], rate: float) -> list[str]:
    """Overrides as they were typed, with another learning rate."""
    return with_changes(overrides, {OF_THE_RATE: rate})
