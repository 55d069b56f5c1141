"""Baselines: what simple models reach on the same examples, and whether the network is surely better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from dlx.data.dataset import Dataset, Part
from dlx.data.rows.mapped import MappedRows
from dlx.diagnose.data.samples import rows, sample
from dlx.diagnose.models.gradient_boosting import GradientBoosting
from dlx.diagnose.models.simple_models import SIMPLE_MODELS, ConstantAnswer, Fitting, SimpleModel, outputs_of
from dlx.documents.baselines import (
    BETTER,
    OPEN,
    WORSE,
    BaselineRecord,
    Baselines,
    NetworkDifference,
    PartBaseline,
    TargetBaseline,
)
from dlx.stats.effects import clipped, contributions
from dlx.stats.group_difference import paired_by_example
from dlx.stats.intervals import Estimate, error_rate, mean_share
from dlx.stats.mean_loss import root_mean_square
from dlx.stats.metrics.answers import Answers
from dlx.types import Array

HELD_OUT = ("dev", "test")  # on which models are compared; without them on train, the constant answer alone
MOST_NUMBERS = 2**24  # of the examples that a model answers: 128 MiB
SKIPPED = "the data stay in their file"


@dataclass(frozen=True)
class ConstantErrors:
    """The errors of giving every example of a part the best constant answer of train.

    title: which that is, such as `always no`.
    errors: by part.
    sole_answer: the class that the network itself gives every example; None where it tells examples apart.
    thorough: whether a network that is no better is named so even where a cause of that is known.
    """

    title: str
    errors: Mapping[str, float]
    sole_answer: str | None = None
    thorough: bool = False


def baselines(dataset: Dataset, answers: Mapping[str, Answers], with_bound: bool = False) -> Baselines:
    """What simple models reach on dev and test beside the network, on the same examples.

    Data that are read from their file while training are not looked at: ``skipped`` says so.

    Args:
        dataset: the models are fitted on train.
        answers: of the network, by part; of all examples of it.
        with_bound: whether gradient boosting is among them, which takes longer: where the network errs much, it shows
            what can be reached.
    """
    if any(isinstance(part.X, MappedRows) for part in dataset.parts.values()):
        return Baselines(skipped=SKIPPED)
    parts = [part for part in HELD_OUT if part in answers] or ["train"]
    kinds: tuple[type[SimpleModel], ...] = (ConstantAnswer,)
    if parts != ["train"]:
        bound = (GradientBoosting,) if with_bound and GradientBoosting.is_for(dataset) else ()
        kinds = (*SIMPLE_MODELS, *bound)
    fitting, records = Fitting.of(dataset), {}
    for kind in kinds:
        with np.errstate(over="ignore", invalid="ignore"):
            model = fitting.fitted(kind)
            pairs = {part: beside(fitting, model, dataset.parts[part], answers[part]) for part in parts}
            compared = {part: comparison(*pair, dataset) for part, pair in pairs.items()}
        fitted_on = fitted_examples(kind, dataset)
        records[kind.name] = BaselineRecord(model.title(dataset), fitted_on, compared)
    return Baselines(records)


@dataclass(frozen=True)
class Mistakes:
    """What examples add to an error.

    each: for each of several labels or targets, in its own unit, (m, k).
    total: in the unit of errors, (m,).
    of_median: of the constant answer of a regression, the same of answering the median, which few targets decide least.
    """

    each: Array
    total: Array
    of_median: Array | None = None

    @classmethod
    def of(cls, each: Array, dataset: Dataset) -> Self:
        """Those of examples of a data set, which says what the unit of errors is."""
        in_unit = each if dataset.error_unit is None else each / dataset.error_unit**2
        return cls(each, np.asarray(in_unit.mean(axis=1)))

    @classmethod
    def joined(cls, parts: Sequence[Mistakes]) -> Self:
        """Those of several parts together."""
        medians = [part.of_median for part in parts if part.of_median is not None]
        each, total = ([getattr(part, name) for part in parts] for name in ("each", "total"))
        return cls(np.concatenate(each), np.concatenate(total), np.concatenate(medians) if medians else None)


def fitted_examples(kind: type[SimpleModel], dataset: Dataset) -> int:
    """How many examples of train a model is fitted on."""
    return min(dataset.parts["train"].m, kind.most_labeled(dataset.n_x, outputs_of(dataset)))


def constant_errors(dataset: Dataset, sole_answer: str | None = None, thorough: bool = False) -> ConstantErrors:
    """Those of the data set; what is known of its network besides is handed on."""
    model = Fitting(dataset, dataset.shift, dataset.scale).fitted(ConstantAnswer)
    errors = {
        name: _error(Mistakes.of(_mistakes(model, np.empty((part.m, 0)), part.y), dataset), dataset)
        for name, part in dataset.parts.items()
    }
    return ConstantErrors(model.title(dataset), errors, sole_answer, thorough)


def _error(mistakes: Mistakes, dataset: Dataset) -> float:
    mean = float(mistakes.total.mean())
    return float(np.sqrt(mean)) if dataset.task.is_regression else mean


def beside(fitting: Fitting, model: SimpleModel, part: Part, answers: Answers) -> tuple[Mistakes, Mistakes]:
    """What examples of the part, or some of a large one, add to the error of the model, and to the network's."""
    dataset = fitting.dataset
    looks = not isinstance(model, ConstantAnswer)
    most = min(model.most_queries(), MOST_NUMBERS // dataset.n_x) if looks else part.m
    which = sample(part.m, most, seed=7)
    X = fitting.normalized(rows(part.X, which)) if looks else np.empty((part.m, 0))
    of_model = Mistakes.of(_mistakes(model, X, part.y[which]), dataset)
    if dataset.task.is_regression and not looks:
        median = np.median(dataset.parts["train"].y.astype(np.float64), axis=0)
        of_model = replace(of_model, of_median=Mistakes.of(_squares(part.y[which] - median), dataset).total)
    return of_model, Mistakes.of(mistakes_of(answers)[which], dataset)


def comparison(of_model: Mistakes, of_network: Mistakes, dataset: Dataset) -> PartBaseline:
    """The model's error, and the network's minus that on the same examples; of several targets for each of them too."""
    total = _compared(of_model.total, of_network.total, dataset)
    if not dataset.task.is_regression:
        return PartBaseline(*total)
    nearer = _share_nearer(of_network.total, of_model.total if of_model.of_median is None else of_model.of_median)
    if dataset.n_y < 2:
        return PartBaseline(*total, nearer=nearer)
    targets = []
    for column, name in enumerate(dataset.output_names):
        pair = of_model.each[:, column], of_network.each[:, column]
        targets.append(TargetBaseline(name, *_compared(*pair, dataset)))
    return PartBaseline(*total, targets, nearer)


def _share_nearer(of_network: Array, of_model: Array) -> Estimate:
    """How often the network's squared residual is the smaller one, where both are equal half: the sign test's share."""
    share = float((of_network < of_model).mean() + (of_network == of_model).mean() / 2)
    return error_rate(share, len(of_network))


def _compared(of_model: Array, of_network: Array, dataset: Dataset) -> tuple[Estimate, NetworkDifference]:
    error = _estimate(of_model, dataset)
    added = [contributions(each, dataset.task.is_regression)[np.newaxis] for each in (of_network, of_model)]
    difference = clipped(paired_by_example(*added)[0], dataset.task.largest_error)
    verdict = _verdict(difference)
    return error, NetworkDifference(difference.value, difference.low, difference.high, difference.m, verdict)


def _estimate(mistakes: Array, dataset: Dataset) -> Estimate:
    """The error that such mistakes make, with the interval of the task."""
    if dataset.task.is_regression:
        return root_mean_square(mistakes, np.random.default_rng(0))
    if dataset.task.has_one_class:
        return error_rate(float(mistakes.mean()), len(mistakes))
    return mean_share(mistakes, len(dataset.classes))


def _verdict(difference: Estimate) -> str:
    if difference.high < 0:
        return BETTER
    return WORSE if difference.low > 0 else OPEN


def _mistakes(model: SimpleModel, X: Array, y: Array) -> Array:
    """What each example adds to the model's error, for each of several labels or targets, (m, k)."""
    predicted = model.predict(X)
    if y.ndim == 1:
        return np.asarray(predicted != y, np.float64)[:, np.newaxis]
    return _squares(predicted.astype(np.float64) - y)  # of labels, which are 0 or 1, whether each is wrong


def mistakes_of(answers: Answers) -> Array:
    """What each example adds to the network's error, (m, k): 1 where it is wrong, or its squared residual."""
    if answers.task.is_regression:
        return _squares(answers.residuals)
    return np.asarray(answers.wrong, np.float64)


def _squares(residuals: Array) -> Array:
    with np.errstate(over="ignore", invalid="ignore"):
        squares: Array = np.nan_to_num(residuals.astype(np.float64) ** 2, nan=1e140).clip(max=1e140)
    return squares
