"""The dev examples of a search: what each of them adds to the error of a trial, and what else the data tell."""

from __future__ import annotations

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.remedies.changes import DataFacts, side_of
from dlx.diagnose.remedies.targets import are_of_factors, are_unequal
from dlx.search.judgement import Judgement
from dlx.search.trials.outcome import Outcome
from dlx.spec.sections import Spec
from dlx.types import Array


class HeldOut:
    """The dev part of a data set, on which all trials are compared."""

    def __init__(self, dataset: Dataset, judgement: Judgement = Judgement.ERROR) -> None:
        self.task, self.judgement, self.y = dataset.task, judgement, dataset.parts["dev"].y
        self._dataset = dataset
        self._contributions: dict[str, Array] = {}
        self._trivial: Array | None = None
        if dataset.task.is_regression:
            mean = dataset.parts["train"].y.mean(axis=0)
            residuals = dataset.in_error_unit(dataset.parts["dev"].y - mean) ** 2
            self._trivial = judgement.losses(residuals.reshape(len(residuals), -1).mean(axis=1))

    @property
    def targets(self) -> Array:
        """Of dev, in the unit of errors."""
        return np.asarray(self._dataset.in_error_unit(self.y), np.float64)

    def added(self, outcome: Outcome) -> Array:
        """What each example adds to the dev error of a trial, or to what is judged in its place, (m,).

        A regression that is worse than always answering train's mean counts as that answer: how far off a network is
        that has learned nothing, or has diverged, says nothing, and would drown what the others say.
        """
        if outcome.key not in self._contributions:
            added = self.judgement.added(self.bounded(outcome), self.y, self.task.is_regression)
            self._contributions[outcome.key] = added
        return self._contributions[outcome.key]

    def bounded(self, outcome: Outcome) -> Array:
        """What the mistakes of a trial count as, (m,), or those of the mean's answer where a regression is worse."""
        losses = self.judgement.losses(outcome.mistakes())
        return self._trivial if self._trivial is not None and self._is_worse(losses) else losses

    def is_trivial(self, outcome: Outcome) -> bool:
        """Whether a trial counts as always answering train's mean."""
        return self._trivial is not None and self._is_worse(self.judgement.losses(outcome.mistakes()))

    def _is_worse(self, losses: Array) -> bool:
        assert self._trivial is not None
        with np.errstate(over="ignore"):
            return not losses.mean() < self._trivial.mean()


def facts_of(spec: Spec, dataset: Dataset) -> DataFacts:
    """What the remedies of a spec depend on besides the spec."""
    return DataFacts(
        m=dataset.parts["train"].m,
        images=dataset.image_shape is not None,
        spare=_spare(spec, dataset),
        has_dev="dev" in dataset.parts,
        side=side_of(dataset.image_shape),
        by_factors=are_of_factors(dataset),
        unequal=are_unequal(dataset),
    )


def _spare(spec: Spec, dataset: Dataset) -> int:
    """How many examples counts in the split leave over."""
    data, split = spec.data, spec.data.split
    source = data.source or data.train
    if split is None or source is None or isinstance(split.train, float) or split.rest or data.train_examples:
        return 0
    return len(source.load()["all"].X) - split.train - int(split.dev) - int(split.test)
