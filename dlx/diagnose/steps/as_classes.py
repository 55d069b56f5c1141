"""A regression whose targets are classes, as a classification: what else the spec says for quantities goes with it."""

from __future__ import annotations

from dlx.diagnose.remedies.changes import Overrides
from dlx.errors import SpecError
from dlx.spec.loader import derive
from dlx.spec.sections import Spec
from dlx.words import Task


def as_classes(spec: Spec) -> Overrides:
    """The overrides of a complete spec that make it tell classes apart; none where it is no regression.

    The tolerance goes too: it is in the unit of the target, and rates have their own.
    """
    if spec.task is not Task.REGRESSION:
        return {}
    of_quantities = {
        "loss": spec.loss,
        "data.normalize_targets": spec.data.normalize_targets,
        "metrics": spec.metrics,
        "diagnosis.tolerance": spec.diagnosis.tolerance,
        "diagnosis.metric": spec.diagnosis.metric,
        "diagnosis.target_errors": spec.diagnosis.target_errors,
    }
    overrides: Overrides = {"task": str(Task.MULTICLASS)}
    overrides |= {key: None for key, value in of_quantities.items() if value is not None}
    try:
        derive(spec, overrides)
    except SpecError:
        return {}
    return overrides
