"""What a race compares specs by: the error, the balanced error where that is judged, or absolute residuals."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import numpy as np

from dlx.diagnose.before.outliers import OUTLIERS_IN_TARGETS
from dlx.documents.findings import Finding
from dlx.spec.sections import Spec
from dlx.stats.effects import contributions
from dlx.types import Array
from dlx.words import Task

ROBUST = ("absolute", "huber")  # losses that count large residuals less


class Judgement(StrEnum):
    """The mean over the examples of what each adds; the residual of several targets is their root mean square.

    Few outliers are most of a mean square, whatever the network answers for all others; of absolute residuals the
    change that a spec makes is no larger for them than for others.
    """

    ERROR = "error"
    BALANCED_ERROR = "balanced_error"
    ABSOLUTE_ERROR = "mean_absolute_residual"

    @classmethod
    def of(cls, spec: Spec, task: Task, findings: Iterable[Finding] = ()) -> Judgement:
        """That of a spec with this task, given what was found about it; of several labels always by the error."""
        if task.has_one_class and spec.diagnosis.metric is not None:
            return cls(spec.diagnosis.metric)
        has_outliers = OUTLIERS_IN_TARGETS.is_among(finding for finding in findings if finding.is_serious)
        is_robust = spec.loss is not None and spec.loss.name in ROBUST
        return cls.ABSOLUTE_ERROR if task.is_regression and (is_robust or has_outliers) else cls.ERROR

    @property
    def instead_of_error(self) -> str | None:
        """Its name, where it is not the error."""
        return None if self is Judgement.ERROR else str(self)

    def losses(self, mistakes: Array) -> Array:
        """What the mistakes of each example, as a trial keeps them, are counted as, (m,)."""
        return np.asarray(np.sqrt(mistakes)) if self is Judgement.ABSOLUTE_ERROR else mistakes

    def added(self, losses: Array, y: Array, is_regression: bool) -> Array:
        """What each example adds to what is judged, which is their mean, (m,); y: their labels."""
        if self is Judgement.BALANCED_ERROR:
            _, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
            return losses * (len(y) / len(counts) / counts[codes])
        return losses if self is Judgement.ABSOLUTE_ERROR else contributions(losses, is_regression)
