"""Before training: what can be found out about a spec in seconds, from its data, its network and its first steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from dlx.diagnose.before.activations import activation_findings
from dlx.diagnose.before.batches import spec_findings
from dlx.diagnose.before.gradients import gradient_findings
from dlx.diagnose.before.initial_pass import look
from dlx.diagnose.before.initialization import INITIAL_EXCESS, initialization_findings
from dlx.diagnose.before.memorizing import memorizing_findings
from dlx.diagnose.before.optimization import step_findings
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.targets import target_findings
from dlx.diagnose.data.duplicates import duplicate_findings
from dlx.diagnose.data.inputs import input_findings
from dlx.diagnose.data.label_noise import label_noise_findings
from dlx.diagnose.data.labels import label_findings
from dlx.diagnose.data.parts import part_findings
from dlx.diagnose.findings import Finding, by_severity, of_normalized
from dlx.training import threads

if TYPE_CHECKING:
    from dlx.training.experiment import Experiment

BATCH_IN_PLACE = 64  # of one that is too small, for what is tried after that was found


def before(experiment: Experiment) -> list[Finding]:
    """What is likely to keep this experiment from training well, the worst first.

    One cause, not its consequences: what is found is mended on a copy before the next thing is looked for, in the order
    in which one brings about the other: data, batches, initialization, learning rate, regularization. Samples and
    draws are seeded, products have one thread and lengths follow from sizes, so the same experiment has the same
    findings on any number of cores. The experiment itself stays as it is, to the last bit: all is tried on copies.
    """
    with threads.limited(1), np.errstate(all="ignore"):  # what overflows shows in costs and growths
        findings = _of_data(experiment)
        if not any(finding.name == "constant_labels" for finding in findings):
            findings += _of_training(experiment, {finding.name for finding in findings})
    return by_severity(of_normalized(findings) if experiment.spec.architecture.norms() else findings)


def _of_data(experiment: Experiment) -> list[Finding]:
    checks = (label_findings, input_findings, duplicate_findings, part_findings)
    findings = [finding for check in checks for finding in check(experiment.dataset)]
    if not {"parts_differ", "duplicates_across_parts", "constant_labels"} & {finding.name for finding in findings}:
        findings += label_noise_findings(experiment.dataset)
    return [
        _with_consequence(finding, experiment) if finding.name == "inputs_not_normalized" else finding
        for finding in findings
    ]


def _with_consequence(finding: Finding, experiment: Experiment) -> Finding:
    """With what the inputs do to the first cost, where it is much."""
    trial = Probe.of(experiment).unregularized()
    here, normalized = look(trial), look(trial.normalized())
    if here.excess <= INITIAL_EXCESS:
        return finding
    cost = f"the cost begins at {here.passed.cost:.3g}, with normalized inputs at {normalized.passed.cost:.3g}"
    return replace(finding, evidence=f"{finding.evidence}; {cost}")


def _of_training(experiment: Experiment, data_causes: set[str]) -> list[Finding]:
    trial = Probe.of(experiment)
    findings = [*gradient_findings(trial), *spec_findings(experiment)]
    if any(finding.name in ("batch_norm_small_batch", "batch_size_small") for finding in findings):
        trial = trial.in_batches(BATCH_IN_PLACE)
    if "inputs_not_normalized" in data_causes:
        trial = trial.normalized()
    of_targets, trial = target_findings(trial)
    linear, trial = activation_findings(trial)
    at_start, trial = initialization_findings(trial)
    by_heart, trial = memorizing_findings(trial)
    findings += [*of_targets, *linear, *at_start, *by_heart]
    if not any(finding.severity == "error" for finding in by_heart):
        mended = any(finding.severity != "note" for finding in (*linear, *at_start, *by_heart))
        findings += step_findings(trial, "few_examples" in data_causes, mended)
    return findings
