"""The performance of a trained network beside its error: its metrics on each part, and what simple models reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.models.baselines import baselines
from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.documents.baselines import OPEN, Baselines
from dlx.documents.diagnosis import DiagnosisDocument, JudgedMetric
from dlx.spec.sections import Diagnosis
from dlx.stats.intervals import Estimate
from dlx.stats.measured import Carriers, MeasuredMetric
from dlx.stats.metrics.answers import Answers
from dlx.stats.metrics.metric import Metric, measure
from dlx.stats.tails import carriers
from dlx.training.evaluation import Evaluation
from dlx.types import Array

TOO_MANY = "there are too many answers to keep them all"


def measure_of(name: str | None, evaluations: Mapping[str, Evaluation]) -> JudgedMetric | None:
    """The metric of that name on each part; None where there is no name."""
    if name is None:
        return None
    metric = Metric.parse(name)
    answers = {part: evaluation.answers() for part, evaluation in evaluations.items()}
    finite = {part: metric.estimate(of_part, np.random.default_rng(0)) for part, of_part in answers.items()}
    return JudgedMetric(name, {part: replace(estimate, m=answers[part].m) for part, estimate in finite.items()})


def needs_bound(errors: Mapping[str, Estimate], options: Diagnosis) -> bool:
    """Whether the bias may be high, so that it matters what any model reaches."""
    assert options.tolerance is not None
    return options.metric is not None or errors["train"].value - options.optimal_error > options.tolerance


@dataclass(frozen=True)
class Performance:
    """What is measured of a network beside its error.

    metrics: by part, by name.
    baselines: what simple models reach on the same examples; empty in runs of an older dlx.
    tails: of a regression, the parts whose error so few residuals carry that its interval cannot be trusted.
    """

    metrics: dict[str, dict[str, MeasuredMetric]]
    baselines: Baselines = field(default_factory=Baselines)
    tails: dict[str, Carriers] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Dataset, evaluations: Mapping[str, Evaluation], with_bound: bool) -> Self:
        """That of a network on the parts of the data set that it was fitted to.

        with_bound: whether what a strong model reaches is to be known, since the network errs much.
        """
        answers = {part: evaluation.answers() for part, evaluation in evaluations.items()}
        metrics = {part: measure(of_part, dataset.output_names) for part, of_part in answers.items()}
        tails = tails_of(answers, _rows(dataset)) if dataset.task.is_regression else {}
        if not all(evaluation.has_all_answers for evaluation in evaluations.values()):
            return cls(metrics, Baselines(skipped=TOO_MANY), tails)
        return cls(metrics, baselines(dataset, answers, with_bound), tails)

    @classmethod
    def recalled(cls, diagnosis: DiagnosisDocument) -> Self:
        """What a run's ``diagnosis.json`` has of it."""
        return cls(diagnosis.metrics or {}, diagnosis.baselines or Baselines(), diagnosis.tails or {})

    def document(self) -> dict[str, Any]:
        """The keys that ``run.json`` and ``diagnosis.json`` have of it."""
        return {"metrics": self.metrics, "baselines": self.baselines} | ({"tails": self.tails} if self.tails else {})

    @property
    def sole_answer(self) -> str | None:
        """The label that the network gives every example of dev, or without dev of train, where it gives one only."""
        metrics = self.metrics.get("dev") or self.metrics.get("train") or {}
        if "subset_error" in metrics:  # of several labels, any number of which each example may be given
            return None
        precision = metrics.get("precision")
        answered = [entry.label for entry in (precision.classes if precision else None) or () if entry.m]
        return str(answered[0]) if len(answered) == 1 else None

    @property
    def unproven(self) -> str | None:
        """What to do where nobody knows yet whether the network is better than a constant answer; None where one does.

        Such as `better than answering always no is not established: more dev examples would tell (data.split.dev)`.
        """
        constant = self.baselines.models.get("constant")
        if constant is None:
            return None
        part, beside = next(iter(constant.parts.items()))
        if beside.difference.verdict != OPEN or beside.is_surely_beaten:
            return None
        more = f"more {part} examples would tell (data.split.{part})"
        if part == OUT_OF_FOLD:
            more = "more examples would tell"
        return f"better than answering {constant.title} is not established: {more}"


def _rows(dataset: Dataset) -> dict[str, Array]:
    """The numbers of the examples of each part in their source, from 1; not of test, at which nobody is to look."""
    parts = {name: part for name, part in dataset.parts.items() if name != "test"}
    return {name: 1 + (np.arange(part.m) if part.rows is None else part.rows) for name, part in parts.items()}


def tails_of(answers: Mapping[str, Answers], rows: Mapping[str, Array]) -> dict[str, Carriers]:
    """The few residuals that carry the error of a part, by part; only where they are so few."""
    tails = {}
    for part, of_part in answers.items():
        with np.errstate(over="ignore", invalid="ignore"):
            squares = (of_part.residuals**2).mean(axis=1)
            few = carriers(squares)
        if few is not None:
            largest = np.argsort(-squares, kind="stable")[: few.residuals]
            numbers = rows.get(part, np.empty(0, np.intp))
            tails[part] = replace(few, rows=numbers[largest].tolist() if len(numbers) == few.m else [])
    return tails
