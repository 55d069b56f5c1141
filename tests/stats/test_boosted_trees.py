"""Boosted trees: the outputs of scikit-learn's, tree by tree, and classes that share their trees."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dlx.stats.boosted_trees import BoostedTrees, Kind
from dlx.types import Array

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "boosted_trees.json").read_text(encoding="utf-8"))


def examples(classes: int) -> tuple[Array, Array]:
    """As tests/reference/make_simple_models.py draws them."""
    rng = np.random.RandomState(classes)
    X = rng.randint(0, 12, (400, 4)).astype(float)
    return X, np.sin(X[:, 0]) * 3 + X[:, 1] * (X[:, 2] > 5) + rng.normal(size=400)


@pytest.mark.parametrize(("kind", "classes"), [("values", 0), ("labels", 2)])
def test_the_outputs_are_those_of_scikit_learn(kind: Kind, classes: int) -> None:
    """Whose thresholds lie between the values that occur; the bins hold all of these."""
    X, y = examples(classes)
    Y = (y > y.mean()).astype(float) if classes else y
    trees = BoostedTrees.fit(X[:300], Y[:300, np.newaxis], kind, rounds=20, rate=0.15, columns=4)
    outputs = trees.outputs(X[300:])[:, 0]
    assert np.mean(np.abs(outputs - REFERENCE[classes // 2]) < 1e-6) > 0.97


def test_three_classes_are_told_apart_by_shared_trees() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 3, 900)
    X = rng.normal(size=(900, 40))
    X[:, 7] += 3 * (y == 1)
    X[:, 30] += 3 * (y == 2)
    trees = BoostedTrees.fit(X[:600], np.eye(3)[y[:600]], "class", rounds=40, rate=0.2, columns=20)
    wrong = (trees.outputs(X[600:]).argmax(axis=1) != y[600:]).mean()
    assert wrong < 0.14  # of the best rule 0.09: two normal distributions 3 apart overlap by 0.067 on either side
    again = BoostedTrees.fit(X[:600], np.eye(3)[y[:600]], "class", rounds=40, rate=0.2, columns=20)
    assert np.array_equal(again.outputs(X), trees.outputs(X))


def test_without_anything_to_tell_apart_the_start_is_the_answer() -> None:
    X, y = np.ones((50, 3)), np.arange(50.0)[:, np.newaxis]
    trees = BoostedTrees.fit(X, y, "values", rounds=3, rate=0.5, columns=3)
    assert trees.outputs(X[:2])[:, 0] == pytest.approx([24.5, 24.5])
