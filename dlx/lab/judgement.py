"""The judgement: what the errors of a network that trains on the page tell now, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dlx.documents.diagnosis import DiagnosisDocument
from dlx.lab.trainer import Trainer
from dlx.language import translated
from dlx.runs.training.trained_network import NetworkRun
from dlx.training.supervised import Supervised
from dlx.words import error_text, interval_text


def judgement(trainer: Trainer) -> dict[str, Any] | None:
    """Errors and gaps with their intervals, the verdict, findings and what to do next; None before the first row.

    Of a training that has ended it is of the parameters that its run keeps; the experiment stays as it is.
    """
    experiment = trainer.experiment
    if not isinstance(experiment, Supervised) or not trainer.rows:
        return None
    with _kept_parameters(experiment, trainer.has_ended) as kept_epoch:
        diagnosis = NetworkRun(experiment).judged_now(
            trainer.table(), trainer.layer_table(), trainer.status, kept_epoch
        )
    return _document(diagnosis, str(experiment.task))


@contextmanager
def _kept_parameters(experiment: Supervised, has_ended: bool) -> Iterator[int]:
    """Within it the network holds what its run would keep; yields the epoch of that."""
    position, last = experiment.position, experiment.position.last
    epoch = last.epoch if last else position.epoch
    if not has_ended or experiment.best.theta is None or position.best is None:
        yield epoch
        return
    vectors = experiment.parameters.theta, experiment.statistics.vector
    present = [vector.copy() for vector in vectors]
    try:
        experiment.restore_best()
        yield position.best.epoch
    finally:
        for vector, values in zip(vectors, present, strict=True):
            vector[...] = values


def _document(diagnosis: DiagnosisDocument, task: str) -> dict[str, Any]:
    gaps = {name: gap for name, gap in diagnosis.gaps.items() if gap is not None}
    return {
        "verdict": diagnosis.verdict,
        "errors": [
            {
                "name": part,
                "value": error_text(estimate.value, task),
                "interval": translated(interval_text(estimate.low, estimate.high, task)),
                "m": estimate.m,
            }
            for part, estimate in diagnosis.errors.items()
        ],
        "gaps": [
            {
                "name": name,
                "value": error_text(gap.value, task),
                "interval": translated(interval_text(gap.low, gap.high, task)),
                "level": gap.level,
                "word": translated(gap.level, of=name),
            }
            for name, gap in gaps.items()
        ],
        "findings": [
            {
                "title": translated(finding.name.replace("_", " ")),
                "severity": finding.severity,
                "evidence": translated(finding.evidence),
                "remedy": translated(finding.remedy),
            }
            for finding in diagnosis.findings
        ],
        "next": list(map(translated, diagnosis.next)),
    }
