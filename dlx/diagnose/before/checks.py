"""Before training: what can be found out about a spec in seconds, from its data, its network and its first steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from dlx.diagnose.before.activations import activation_findings
from dlx.diagnose.before.batches import BATCH_NORM_SMALL_BATCH, BATCH_SIZE_SMALL, spec_findings
from dlx.diagnose.before.gradients import gradient_findings
from dlx.diagnose.before.initial_pass import look
from dlx.diagnose.before.initialization import INITIAL_EXCESS, initialization_findings
from dlx.diagnose.before.memorizing import memorizing_findings
from dlx.diagnose.before.optimization import step_findings
from dlx.diagnose.before.outliers import outlier_findings
from dlx.diagnose.before.probe import Probe
from dlx.diagnose.before.targets import target_findings
from dlx.diagnose.data.checks import data_findings
from dlx.diagnose.data.constant_labels import CONSTANT_LABELS
from dlx.diagnose.data.duplicates import DUPLICATES_ACROSS_PARTS
from dlx.diagnose.data.inputs import INPUTS_NOT_NORMALIZED
from dlx.diagnose.data.label_noise import LABEL_NOISE, label_noise_findings
from dlx.diagnose.data.label_order import LABELS_SHIFTED, LABELS_UNRELATED
from dlx.diagnose.data.labels import FEW_EXAMPLES, ONE_CLASS_WEIGHS_ALL
from dlx.diagnose.data.near_copies import NEAR_COPIES_ACROSS_PARTS
from dlx.diagnose.data.parts import PARTS_DIFFER
from dlx.diagnose.data.target_kind import CLASSES_AS_NUMBERS
from dlx.diagnose.findings import End, Finding, by_severity, of_normalized
from dlx.training import threads
from dlx.training.supervised import Supervised
from dlx.words import figure

# What makes labels of train and dev disagree with neighbours for another reason, or is noise found already.
EXPLAIN_NOISE = (
    PARTS_DIFFER,
    DUPLICATES_ACROSS_PARTS,
    NEAR_COPIES_ACROSS_PARTS,
    CONSTANT_LABELS,
    LABEL_NOISE,
    LABELS_SHIFTED,
    LABELS_UNRELATED,
)
# With labels such as these no step is right.
EXPLAIN_STEPS = (CLASSES_AS_NUMBERS, LABELS_SHIFTED, LABELS_UNRELATED, ONE_CLASS_WEIGHS_ALL)
BATCH_IN_PLACE = 64  # of one that is too small, for what is tried after that was found


def before(experiment: Supervised, ends: Iterable[End] = ()) -> list[Finding]:
    """What is likely to keep this experiment from training well, the worst first.

    One cause, not its consequences: what is found is mended on a copy before the next thing is looked for, in the order
    in which one brings about the other: data, batches, initialization, learning rate, regularization. Samples and
    draws are seeded, products have one thread and lengths follow from sizes, so the same experiment has the same
    findings on any number of cores. The experiment itself stays as it is, to the last bit: all is tried on copies.

    Args:
        experiment: with nothing trained yet.
        ends: what its training has come to, if it was trained; where they refute all that steps tell, none is tried.
    """
    has_gone_well = {End.TRAIN_FITS, End.DEV_FITS} <= set(ends)
    with threads.limited(1), np.errstate(all="ignore"):  # what overflows shows in costs and growths
        findings = _of_data(experiment)
        if has_gone_well:
            findings += [*gradient_findings(Probe.of(experiment)), *outlier_findings(experiment)]
        elif not CONSTANT_LABELS.is_among(findings):
            findings += _of_training(experiment, findings)
    return by_severity(of_normalized(findings) if experiment.spec.architecture.norms() else findings)


def _of_data(experiment: Supervised) -> list[Finding]:
    findings = data_findings(experiment.dataset, experiment.spec.data)
    if not any(cause.is_among(findings) for cause in EXPLAIN_NOISE):
        findings += label_noise_findings(experiment.dataset)
    return [
        _with_consequence(finding, experiment) if finding.name == INPUTS_NOT_NORMALIZED.name else finding
        for finding in findings
    ]


def _with_consequence(finding: Finding, experiment: Supervised) -> Finding:
    """With what the inputs do to the first cost, where it is much."""
    trial = Probe.of(experiment).unregularized()
    here, normalized = look(trial), look(trial.normalized())
    if here.excess <= INITIAL_EXCESS:
        return finding
    cost = f"the cost begins at {figure(here.passed.cost)}, with normalized inputs at {figure(normalized.passed.cost)}"
    return replace(finding, evidence=f"{finding.evidence}; {cost}")


def _of_training(experiment: Supervised, of_data: list[Finding]) -> list[Finding]:
    trial = Probe.of(experiment)
    findings = [*gradient_findings(trial), *spec_findings(experiment)]
    if of_targets := list(outlier_findings(experiment)):  # with which no step is right
        return [*findings, *of_targets]
    if any(cause.is_among(findings) for cause in (BATCH_NORM_SMALL_BATCH, BATCH_SIZE_SMALL)):
        trial = trial.in_batches(BATCH_IN_PLACE)
    if INPUTS_NOT_NORMALIZED.is_among(of_data):
        trial = trial.normalized()
    of_targets, trial = target_findings(trial)
    linear, trial = activation_findings(trial)
    at_start, trial = initialization_findings(trial)
    by_heart, trial = memorizing_findings(trial)
    findings += [*of_targets, *linear, *at_start, *by_heart]
    of_labels = any(cause.is_among(of_data) for cause in EXPLAIN_STEPS)
    if not of_labels and not any(finding.severity == "error" for finding in by_heart):
        mended = any(finding.is_serious for finding in (*linear, *at_start, *by_heart))
        findings += step_findings(trial, FEW_EXAMPLES.is_among(of_data), mended)
    return findings
