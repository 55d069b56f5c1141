"""Simple models say what those of scikit-learn say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.diagnose.models.simple_models import Labeled, LinearModel, NearestNeighbours
from dlx.types import Array

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "simple_models.json").read_text(encoding="utf-8"))


def drawn(classes: int, m: int, n: int) -> tuple[Labeled, Array]:
    """As tests/reference/make_simple_models.py draws them."""
    rng = np.random.RandomState(m)
    X, Q = rng.normal(size=(m, n)), rng.normal(size=(30, n))
    slope = rng.normal(size=(n, max(classes, 2)))
    if not classes:
        return Labeled(X, X @ slope + rng.normal(size=(m, 2)), 0), Q
    return Labeled(X, (X @ slope[:, :classes] + rng.normal(size=(m, classes))).argmax(axis=1), classes), Q


@pytest.mark.parametrize("case", REFERENCE["classes"], ids=lambda case: str(case["given"]))
def test_the_linear_model_is_that_of_scikit_learn(case: dict[str, Any]) -> None:
    train, queries = drawn(*case["given"])
    model = LinearModel.fit(train)
    outputs = queries @ model.W + model.b
    values = outputs[:, 1] if train.classes == 2 else outputs
    assert values == pytest.approx(np.array(case["linear"]), rel=1e-4, abs=1e-4)  # LBFGS stops there
    answers = model.predict(queries)
    assert (answers.shape == (30,)) == bool(train.classes)


@pytest.mark.parametrize("case", REFERENCE["classes"], ids=lambda case: str(case["given"]))
def test_nearest_neighbours_are_those_of_scikit_learn(case: dict[str, Any]) -> None:
    train, queries = drawn(*case["given"])
    answers = NearestNeighbours.fit(train).predict(queries)
    assert answers == pytest.approx(np.array(case["neighbours"]))


@pytest.mark.parametrize("case", REFERENCE["labels"], ids=lambda case: str(case["given"]))
def test_simple_models_of_several_labels_are_those_of_scikit_learn(case: dict[str, Any]) -> None:
    m, n, k = case["given"]
    rng = np.random.RandomState(m)
    X, queries = rng.normal(size=(m, n)), rng.normal(size=(30, n))
    train = Labeled(X, (X @ rng.normal(size=(n, k)) + rng.normal(size=(m, k)) > 0.7).astype(np.uint8), k)
    model = LinearModel.fit(train)
    assert queries @ model.W + model.b == pytest.approx(np.array(case["linear"]), rel=1e-4, abs=1e-4)
    assert model.predict(queries).tolist() == (np.array(case["linear"]) > 0).tolist()
    assert NearestNeighbours.fit(train).predict(queries).tolist() == np.array(case["neighbours"], bool).tolist()


def test_classes_that_are_apart_and_many_features_have_finite_weights() -> None:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(50, 2)) - 50, rng.normal(size=(50, 2)) + 50])
    y = np.repeat([0, 1], 50)
    assert (LinearModel.fit(Labeled(X, y, 2)).predict(X) == y).all()
    wide = rng.normal(size=(100, 3000)) + y[:, np.newaxis]
    model = LinearModel.fit(Labeled(wide, y, 2))  # by ridge regression
    assert np.isfinite(model.W).all()
    assert (model.predict(wide) == y).all()
