"""An explanation: what is found about a training, by its spec and by its course, each cause once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dlx.diagnose.after.checks import after
from dlx.diagnose.after.history import TrainingHistory
from dlx.diagnose.after.rare_class import FEW_EXAMPLES_OF_A_CLASS, RARE_CLASS_MISSED, rare_class_findings
from dlx.diagnose.after.refuted import ends_of, unrefuted
from dlx.diagnose.before.checks import before
from dlx.diagnose.findings import Finding
from dlx.diagnose.steps.rate_advice import is_biased, rates_for, rates_for_bias
from dlx.documents.range_test import TestedRates
from dlx.stats.intervals import Estimate
from dlx.stats.measured import PartMetrics
from dlx.training.build import assemble
from dlx.training.streams import Streams
from dlx.training.supervised import Supervised

OF_RARE_CLASSES = (FEW_EXAMPLES_OF_A_CLASS.name, RARE_CLASS_MISSED.name)


@dataclass(frozen=True)
class Explanation:
    """What was found, and the learning rates that were tested for it, if any were."""

    findings: list[Finding]
    tested: TestedRates | None = None


def explanation(
    experiment: Supervised,
    course: TrainingHistory,
    errors: Mapping[str, Estimate],
    metrics: PartMetrics,
    stored_findings: Iterable[Finding] = (),
    with_notes: bool = True,
) -> Explanation:
    """What explains the errors of a training. All who ask get the same from the same data, spec and course.

    Args:
        experiment: whatever it has come to; it stays as it is.
        course: of the training.
        errors: that its bias is judged by.
        metrics: of the network, by part.
        stored_findings: what stands in ``diagnosis.json``; what is not found of spec and course stays.
        with_notes: whether what the end of the training refutes is looked for too, which takes longest. Where bias is
            above the tolerance it always is, since that is likely after all.
    """
    untrained = _begun_anew(experiment)
    is_fitted = not with_notes and not is_biased(experiment.spec.diagnosis, errors)
    ahead = unrefuted(course, before(untrained, ends_of(course) if is_fitted else ()))
    of_classes = list(rare_class_findings(untrained.dataset, metrics, untrained.spec))
    others = [finding for finding in stored_findings if finding.name not in OF_RARE_CLASSES]
    tested, of_rate = rates_for_bias(untrained, errors, ahead)
    findings = [*all_findings(course, [*ahead, *of_rate], others), *of_classes]
    tested, findings = rates_for(untrained, findings, tested)
    return Explanation(findings, tested)


def _begun_anew(experiment: Supervised) -> Supervised:
    """An experiment of the same spec and data as it was before its first step."""
    streams = Streams(experiment.spec.seed, experiment.spec.randomness)
    fresh = assemble(experiment.spec, experiment.dataset, streams)
    fresh.network.initialize(streams["initializer"])
    return fresh


def all_findings(
    course: TrainingHistory, ahead: Sequence[Finding], stored_findings: Iterable[Finding] = ()
) -> list[Finding]:
    """What was found of a training and its spec, each cause once.

    Args:
        course: of the training; what is explained by what is known of the spec is left out.
        ahead: what is known of the spec, from `before`.
        stored_findings: what stands in ``diagnosis.json``; what is neither of the course nor of the spec stays.
    """
    ahead, stored_findings = unrefuted(course, ahead), unrefuted(course, stored_findings)
    found_anew = {finding.name for finding in (*after(course), *ahead)}
    of_training = [*after(course, ahead), *(finding for finding in stored_findings if finding.name not in found_anew)]
    return [*of_training, *(entry for entry in ahead if all(entry.name != other.name for other in of_training))]
