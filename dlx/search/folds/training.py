"""Training in folds: each is held out once, and every example is judged by a network that was not given it."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dlx.diagnose.after.rare_class import never_answered
from dlx.diagnose.steps.next_step import NextStep
from dlx.diagnose.tolerance import TOLERANCE, default_tolerance
from dlx.diagnose.verdict import OUT_OF_FOLD, diagnose
from dlx.documents.diagnosis import DiagnosisDocument
from dlx.documents.earlier_run import EarlierRun
from dlx.documents.folds import FoldRecord, FoldsDocument, Spread
from dlx.events import Count
from dlx.files import to_csv
from dlx.runs.before.dry_run import forecast_of
from dlx.runs.files.collection import FoldsDirectory
from dlx.runs.files.directory import RunDirectory
from dlx.runs.predictions.performance import Performance
from dlx.search.folds.advice import evidence_of, first_step
from dlx.search.folds.pooling import Pool
from dlx.search.going_on import saving_what_is_reached
from dlx.search.trials.outcome import Outcome
from dlx.search.trials.pool import run_trials
from dlx.search.trials.shared_data import data_of
from dlx.search.trials.trial import Trial
from dlx.spec.loader import Resolved
from dlx.spec.sections import Spec
from dlx.training.error_unit import POOLED, unit_of_errors
from dlx.types import Array
from dlx.words import RELATIVE, Status


def of_fold(spec: Spec, fold: int) -> Spec:
    """The spec of the training for which a fold, from 1, is test."""
    return spec.model_copy(update={"data": spec.data.model_copy(update={"fold": fold})})


def with_stated_unit(spec: Spec) -> Spec:
    """The spec that says in which unit the errors of several targets are counted, where its data decide that.

    A plan without it is one of before there were relative errors.
    """
    if data_of(of_fold(spec, 1)).error_unit is None:
        return spec
    return _in_unit(spec, RELATIVE)


def _in_unit(spec: Spec, unit: str) -> Spec:
    return spec.model_copy(update={"diagnosis": spec.diagnosis.model_copy(update={"target_errors": unit})})


def foretold(resolved: Resolved) -> dict[str, Any]:
    """What training in folds would take: that of the first fold, and the seconds of all."""
    folds = resolved.spec.data.folds
    assert folds is not None
    forecast = forecast_of(replace(resolved, spec=of_fold(resolved.spec, 1)))
    return forecast | {"folds": folds, "predicted_seconds": folds * forecast["predicted_seconds"]}


@dataclass
class FoldsRun:
    """One call: trains the folds that are missing, and returns the document.

    Args:
        spec: complete, with ``data.folds``.
        directory: of the whole, locked.
        executor: trains.
        earlier: the training in folds that it is made from.
    """

    spec: Spec
    directory: FoldsDirectory
    executor: Executor
    earlier: EarlierRun | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.spec.data.folds is not None
        self.folds = self.spec.data.folds
        planned = [of_fold(self.spec, fold) for fold in range(1, self.folds + 1)]
        self.specs, self.trials = planned, [Trial.of(spec) for spec in planned]
        if self.spec.diagnosis.target_errors is None and data_of(planned[0]).error_unit is not None:
            self.specs = [_in_unit(spec, POOLED) for spec in planned]  # as the older dlx that made the plan counted
            self.trials = [
                self._old_or_new(old, Trial.of(new)) for old, new in zip(self.trials, self.specs, strict=True)
            ]
        self.started, self.before = time.time(), self.directory.seconds_so_far()

    def _old_or_new(self, old: Trial, new: Trial) -> Trial:
        """The trial that the older dlx has begun, or one that counts as that would have."""
        return old if RunDirectory(self.directory.trials / old.key).has_begun() else new

    def run(self) -> Generator[Count, None, FoldsDocument]:
        """Train, counting the folds; returns the document that ``folds.json`` holds, and writes ``predictions.csv``.

        A fold that diverged or failed is reported as such, and the others go on.

        Raises:
            Interrupted: a signal asked to stop; everything is saved.
            EnvironmentProblem: trainings were lost with their workers, or cannot be written.
            DataError: the data have changed since folds were trained.
        """
        self._save_head(Status.RUNNING)
        with saving_what_is_reached(self.directory.again, self._save_head):
            yield from self._train()
            document = self._document()
        self.directory.write_results(document.to_document())
        return document

    def _train(self) -> Iterator[Count]:
        for outcome in run_trials(self.trials, self.directory.trials, self.executor):
            self.outcomes[outcome.key] = outcome
            yield Count(len(self.outcomes), self.folds)

    def _save_head(self, status: Status) -> None:
        """Write what there is to tell before all are trained."""
        self.directory.write_results(self._head(status).to_document())

    def _head(self, status: Status) -> FoldsDocument:
        task = str(data_of(self.specs[0]).task)
        seconds = self.before + time.time() - self.started
        return FoldsDocument(self.spec.name, status, task, self.folds, seconds, earlier=self.earlier)

    def _document(self) -> FoldsDocument:
        outcomes = [self.outcomes[trial.key] for trial in self.trials]
        records = [_record(fold, outcome) for fold, outcome in enumerate(outcomes, 1)]
        if not all(outcome.usable for outcome in outcomes):
            worst = Status.FAILED if any(outcome.status is Status.FAILED for outcome in outcomes) else Status.DIVERGED
            return replace(self._head(worst), trainings=records)
        pool, targets = self._pooled(outcomes)
        self.directory.write_predictions(to_csv(pool.table()))
        performance = pool.performance(data_of(self.specs[0]))
        of_folds = pool.metrics_of_folds()
        return replace(
            self._head(Status.COMPLETED),
            errors=pool.errors(),
            spread=_spread([outcome.errors["test"].value for outcome in outcomes]),
            diagnosis=self._diagnosis(pool, performance, targets),
            trainings=[replace(record, metrics=of_fold) for record, of_fold in zip(records, of_folds, strict=True)],
            metrics=performance.metrics,
            baselines=performance.baselines,
        )

    def first_step(self, document: FoldsDocument) -> NextStep | None:
        """What to do first, once all are trained."""
        return first_step(document, self.spec, self.specs[0], self.directory.path, self.directory.plan)

    def _pooled(self, outcomes: list[Outcome]) -> tuple[Pool, Array]:
        """What all networks say, and the labels or targets of all examples, in the order of the folds."""
        first = data_of(self.specs[0])
        m, labels = sum(part.m for part in first.parts.values()), len(first.classes)
        pool, targets = Pool(m, first.task, labels, self.spec.diagnosis.metric), []
        for fold, (spec, outcome) in enumerate(zip(self.specs, outcomes, strict=True), 1):
            dataset = data_of(spec)
            pool.add(fold, outcome, dataset)
            targets.append(dataset.in_error_unit(dataset.parts["test"].y))
        return pool, np.concatenate(targets)

    def _diagnosis(self, pool: Pool, performance: Performance, targets: Array) -> DiagnosisDocument:
        """Bias and variance, judged on all examples by the error, or by the metric that the spec names."""
        options, task, errors = self.spec.diagnosis, data_of(self.specs[0]).task, pool.errors()
        default = TOLERANCE if options.metric else default_tolerance(task, targets)
        judged, judgement = {name: errors[name] for name in ("train", OUT_OF_FOLD)}, pool.measured()
        document = diagnose(
            judged,
            options.optimal_error,
            options.tolerance or default,
            task,
            unproven=performance.unproven,
            findings=list(never_answered(performance.metrics, OUT_OF_FOLD, self.spec)),
            measure=judgement,
            evidence=evidence_of(self.spec, self.specs[0], performance.baselines, judgement),
        )
        unit = unit_of_errors(data_of(self.specs[0]))
        return replace(document, target_errors=unit, tails=performance.tails or None)


def _record(fold: int, outcome: Outcome) -> FoldRecord:
    errors = dict(outcome.errors)
    return FoldRecord(fold, outcome.key, outcome.status, outcome.message, errors, outcome.kept_epoch, outcome.seconds)


def _spread(values: list[float]) -> Spread:
    return Spread(float(np.mean(values)), float(np.std(values, ddof=1)), min(values), max(values))
