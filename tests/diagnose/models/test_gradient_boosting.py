"""Gradient boosting beside a network: what it reaches where lines and neighbours do not, in bounded work."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.diagnose.evidence import unbeaten
from dlx.diagnose.models.baselines import baselines
from dlx.diagnose.models.gradient_boosting import MOST_WORK, GradientBoosting
from dlx.diagnose.models.simple_models import Labeled
from dlx.spec.sections import Spec
from dlx.stats.boosted_trees import DEPTH
from dlx.stats.metrics.answers import Answers
from dlx.training.build import dataset_of
from dlx.types import Array
from dlx.words import Task


def test_it_learns_what_hangs_on_two_of_many_features() -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 12))
    y = ((X[:, 3] > 0) ^ (X[:, 8] > 0.5)).astype(np.intp)
    model = GradientBoosting.fit(Labeled(X[:600], y[:600], 2))
    assert (model.predict(X[600:]) != y[600:]).mean() < 0.15


def test_three_classes_and_several_targets_are_answered_in_their_shapes() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 3))
    y = np.digitize(X[:, 0], [-0.5, 0.5])
    assert (GradientBoosting.fit(Labeled(X, y, 3)).predict(X) == y).mean() > 0.95
    targets = np.stack([X[:, 1] ** 2, X[:, 2]], axis=1)
    residuals = GradientBoosting.fit(Labeled(X, targets, 0)).predict(X) - targets
    assert sqrt((residuals**2).mean()) < 0.3


@pytest.mark.parametrize("outputs", [1, 10, 50])
@pytest.mark.parametrize("n_x", [2, 64, 3000])
def test_its_work_is_bounded_by_the_examples_that_it_takes(n_x: int, outputs: int) -> None:
    m = GradientBoosting.most_labeled(n_x, outputs)
    assert 500 <= m <= 4000
    assert m == 500 or m * DEPTH * min(n_x, 32) * (outputs + 1) * 30 <= MOST_WORK


def noisy_table() -> Dataset:
    """Two moons with so much noise that a quarter of them cannot be told apart by anyone."""
    data = {"source": {"name": "moons", "m": 1200, "noise": 0.6, "seed": 2}, "split": {"train": 0.6, "dev": 0.4}}
    return dataset_of(Spec.model_validate({"data": data, "architecture": {"hidden": [4]}}).complete())


def saying(dataset: Dataset, codes: Array) -> dict[str, Answers]:
    """The answers of a network that gives these classes."""
    return {"dev": Answers(Task.BINARY, dataset.parts["dev"].y, np.eye(2)[codes])}


def test_a_network_that_does_as_well_as_boosting_is_unbeaten_and_a_worse_one_is_not() -> None:
    dataset = noisy_table()
    train, dev = dataset.parts["train"], dataset.parts["dev"]
    answers = GradientBoosting.fit(Labeled(train.X[:], train.y, 2)).predict(dev.X[:])
    documents = baselines(dataset, saying(dataset, answers), with_bound=True)
    assert list(documents.models) == ["constant", "linear", "neighbours", "boosting"]
    equal = unbeaten(documents)
    assert equal is not None
    assert equal.low is not None
    assert equal.high is not None
    assert 0.1 < equal.low < equal.error < equal.high < 0.35
    careless = np.where(np.random.default_rng(0).random(dev.m) < 0.3, 1 - answers, answers)
    assert unbeaten(baselines(dataset, saying(dataset, careless), with_bound=True)) is None


def test_it_is_left_out_where_nothing_asks_for_it() -> None:
    dataset = noisy_table()
    assert "boosting" not in baselines(dataset, saying(dataset, dataset.parts["dev"].y)).models
