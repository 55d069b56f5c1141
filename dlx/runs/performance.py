"""The performance of a trained network beside its error: its metrics on each part, and what simple models reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.baselines import OPEN, baselines
from dlx.diagnose.judged_metric import JudgedMetric
from dlx.diagnose.verdict import OUT_OF_FOLD
from dlx.stats.metrics.metric import Metric, measure
from dlx.training.evaluation import Evaluation

TOO_MANY = "there are too many answers to keep them all"


def measure_of(name: str | None, evaluations: Mapping[str, Evaluation]) -> JudgedMetric | None:
    """The metric of that name on each part; None where there is no name."""
    if name is None:
        return None
    metric = Metric.parse(name)
    answers = {part: evaluation.answers() for part, evaluation in evaluations.items()}
    finite = {part: metric.estimate(of_part, np.random.default_rng(0)) for part, of_part in answers.items()}
    return JudgedMetric(name, {part: replace(estimate, m=answers[part].m) for part, estimate in finite.items()})


@dataclass(frozen=True)
class Performance:
    """What is measured of a network beside its error.

    metrics: by part, by name: ``value``, ``low``, ``high``, ``m`` and, where each class has its own, ``classes``.
    baselines: as `dlx.diagnose.baselines.baselines` gives them; empty in runs of an older dlx.
    """

    metrics: Mapping[str, Any]
    baselines: Mapping[str, Any]

    @classmethod
    def of(cls, dataset: Dataset, evaluations: Mapping[str, Evaluation]) -> Self:
        """That of a network on the parts of the data set that it was fitted to."""
        answers = {part: evaluation.answers() for part, evaluation in evaluations.items()}
        metrics = {part: measure(of_part, dataset.output_names) for part, of_part in answers.items()}
        if not all(evaluation.has_all_answers for evaluation in evaluations.values()):
            return cls(metrics, {"skipped": TOO_MANY})
        return cls(metrics, baselines(dataset, answers))

    @classmethod
    def recalled(cls, diagnosis: Mapping[str, Any]) -> Self:
        """What a run's ``diagnosis.json`` has of it."""
        return cls(diagnosis.get("metrics", {}), diagnosis.get("baselines", {}))

    def document(self) -> dict[str, Any]:
        """As ``run.json`` and ``diagnosis.json`` have it."""
        return {"metrics": self.metrics, "baselines": self.baselines}

    @property
    def sole_answer(self) -> str | None:
        """The label that the network gives every example of dev, or without dev of train, where it gives one only."""
        metrics = self.metrics.get("dev") or self.metrics.get("train") or {}
        if "subset_error" in metrics:  # of several labels, any number of which each example may be given
            return None
        answered = [entry["label"] for entry in metrics.get("precision", {}).get("classes", ()) if entry["m"]]
        return str(answered[0]) if len(answered) == 1 else None

    @property
    def unproven(self) -> str | None:
        """What to do where nobody knows yet whether the network is better than a constant answer; None where one does.

        Such as `better than answering always no is not established: more dev examples would tell (data.split.dev)`.
        """
        constant = self.baselines.get("constant")
        if constant is None:
            return None
        part, compared = next(iter(constant["parts"].items()))
        if compared["difference"]["verdict"] != OPEN:
            return None
        more = f"more {part} examples would tell (data.split.{part})"
        if part == OUT_OF_FOLD:
            more = "more examples would tell"
        return f"better than answering {constant['title']} is not established: {more}"
