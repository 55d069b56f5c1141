"""The design of a race: on which examples every replicate is measured, one dev set or each fold in turn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from dlx.data.splitting.dev_folds import folds_of_dev
from dlx.documents.diagnosis import JudgedMetric
from dlx.documents.findings import Finding
from dlx.runs.files.directory import RunDirectory
from dlx.search.dev_set import HeldOut
from dlx.search.judgement import Judgement
from dlx.search.trials.outcome import Outcome, known_outcome
from dlx.search.trials.replicates import replicate
from dlx.search.trials.shared_data import data_of
from dlx.search.trials.trial import Trial
from dlx.spec.sections import Spec
from dlx.stats.effects import pooled
from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.mean_loss import mean_loss, root_mean_square
from dlx.stats.metrics.classes import balanced_error
from dlx.stats.outliers import usual_spread
from dlx.types import Array
from dlx.words import Task

SMALL = 0.1  # of the usual spread of targets, as tolerances are of their standard deviation
FEW = 100  # dev examples: so many hardly tell a remedy that halves an error of 10 % from none


class Design:
    """How specs are compared: a replicate is a training for each fold, whose dev examples are pooled.

    Where dev has `FEW` examples or more, or cannot be drawn again, there is one fold, the dev set as it is. Else train
    and dev together are cut into folds as large as dev, each of which is dev in one training of every replicate, while
    test stays apart. Each example is then judged by a network that was not given it, by all specs alike, so that they
    are compared on as many examples as train and dev have. Replicates of all folds share these examples, which is what
    `effect` reckons with; that trainings on overlapping parts of train go wrong together is covered by the allowance
    that it makes for the number of remedies (see tests/search/repair/test_design.py).
    """

    def __init__(self, spec: Spec, findings: Iterable[Finding] = ()) -> None:
        first = data_of(spec)
        self.task = first.task
        self.judgement = Judgement.of(spec, first.task, findings)
        self.largest = first.task.largest_error
        dev = first.parts["dev"].m
        split = spec.data.split if spec.data.folds is None else None
        self.folds = folds_of_dev(split, first.parts["train"].m, dev) if split and dev < FEW else 1
        self._added: dict[tuple[str, ...], Array] = {}  # by the keys of the trials
        self.held_out = [HeldOut(data_of(of_fold(spec, fold)), self.judgement) for fold in range(self.folds)]

    def tolerance(self, stated: float) -> float:
        """How much of a change is no effect: a tenth of the usual spread of targets, where outliers have widened it."""
        if self.judgement is not Judgement.ABSOLUTE_ERROR:
            return stated
        return min(stated, SMALL * usual_spread(self.held_out[0].targets))

    def replicate(self, spec: Spec, number: int) -> list[Spec]:
        """The spec of each fold's training in a replicate."""
        again = replicate(spec, number)
        return [of_fold(again, fold) for fold in range(self.folds)]

    def added(self, outcomes: Sequence[Outcome]) -> Array:
        """What each example adds to the dev error of a replicate, (m,)."""
        if self.folds == 1:
            return self.held_out[0].added(outcomes[0])
        keys = tuple(outcome.key for outcome in outcomes)
        if keys not in self._added:
            self._added[keys] = self.judgement.added(self._losses(outcomes), self._labels, self.task.is_regression)
        return self._added[keys]

    @property
    def _labels(self) -> Array:
        return np.concatenate([held_out.y for held_out in self.held_out])

    def _losses(self, outcomes: Sequence[Outcome]) -> Array:
        pairs = zip(self.held_out, outcomes, strict=True)
        return np.concatenate([held_out.bounded(outcome) for held_out, outcome in pairs])

    def is_trivial(self, outcomes: Sequence[Outcome]) -> bool:
        """Whether a regression counts as always answering the mean, in any fold."""
        return any(held_out.is_trivial(outcome) for held_out, outcome in zip(self.held_out, outcomes, strict=True))

    def errors(self, outcomes: Sequence[Outcome]) -> Mapping[str, Estimate]:
        """The errors of a replicate by part, or what is judged in their place; that of dev over all folds, and test's
        that of the first fold's network.
        """
        first = self._judged(outcomes[0])
        if self.folds == 1 or not all(outcome.errors for outcome in outcomes):
            return first
        return {part: self._pooled(part, outcomes) if part != "test" else error for part, error in first.items()}

    def _judged(self, outcome: Outcome) -> dict[str, Estimate]:
        if self.judgement is Judgement.BALANCED_ERROR and outcome.errors:
            judged: dict[str, Estimate] = RunDirectory.open(outcome.run).diagnosis().judged_errors
            return judged
        return dict(outcome.errors)

    def measure(self, errors: Mapping[str, Estimate]) -> JudgedMetric | None:
        """The errors as those of a metric, where one is judged."""
        is_of_metric = self.judgement is Judgement.BALANCED_ERROR
        return JudgedMetric(str(self.judgement), dict(errors)) if is_of_metric else None

    def shown_errors(self, replicates: Sequence[Sequence[Outcome]]) -> dict[str, Estimate]:
        """What is judged, on average: `mean_errors`, and of absolute residuals that of dev alone, which trials keep."""
        if self.judgement is not Judgement.ABSOLUTE_ERROR or not replicates:
            return self.mean_errors(replicates)
        rng = np.random.default_rng(0)
        means = [mean_loss(self._losses(outcomes), rng) for outcomes in counted(replicates)]
        return {"dev": pooled(means, self.largest)}

    def mean_errors(self, replicates: Sequence[Sequence[Outcome]]) -> dict[str, Estimate]:
        """The mean errors, but of test, over all replicates but the first, which chose; over that where it is alone."""
        errors = [self.errors(outcomes) for outcomes in counted(replicates)]
        parts = [part for part in (errors[0] if errors else ()) if part != "test"]
        return {part: pooled([each[part] for each in errors], self.largest) for part in parts}

    def _pooled(self, part: str, outcomes: Sequence[Outcome]) -> Estimate:
        """Over the folds: each example of dev once, of the other parts as many as one training has."""
        estimates = [self._judged(outcome)[part] for outcome in outcomes]
        if part == "dev" and self.judgement is Judgement.BALANCED_ERROR:
            is_wrong = np.concatenate([outcome.mistakes() for outcome in outcomes])
            return balanced_error(is_wrong[:, np.newaxis], self._labels[:, np.newaxis], of_labels=False)
        if part == "dev" and self.task.is_regression:
            mistakes = np.concatenate([outcome.mistakes() for outcome in outcomes])
            return root_mean_square(mistakes, np.random.default_rng(0))
        if part == "dev" and self.task is not Task.MULTILABEL:
            counts = [estimate.m or 0 for estimate in estimates]
            wrong = sum(estimate.value * m for estimate, m in zip(estimates, counts, strict=True))
            return error_rate(wrong / sum(counts), sum(counts))
        value, low, high = (
            float(np.mean([getattr(estimate, end) for estimate in estimates])) for end in ("value", "low", "high")
        )
        return Estimate(value, low, high, estimates[0].m)


def counted(replicates: Sequence[Sequence[Outcome]]) -> Sequence[Sequence[Outcome]]:
    """Those whose errors are averaged: not the first, which chose, unless it is alone."""
    return replicates[1:] or replicates


def known_replicates(design: Design, spec: Spec, count: int, folder: Path) -> list[list[Outcome]]:
    """The outcomes of the first replicates of a spec that have been trained, each of all its folds."""
    replicates = []
    for number in range(count):
        trials = [Trial.of(each) for each in design.replicate(spec, number)]
        outcomes = [outcome for trial in trials if (outcome := known_outcome(trial, folder))]
        if len(outcomes) == len(trials):
            replicates.append(outcomes)
    return replicates


def of_fold(spec: Spec, fold: int) -> Spec:
    """The spec whose dev is that fold of train and dev together; 0 is its own dev."""
    if fold == 0:
        return spec
    assert spec.data.split is not None
    split = spec.data.split.model_copy(update={"dev_fold": fold})
    return spec.model_copy(update={"data": spec.data.model_copy(update={"split": split})})
