"""Halves: neighbours are those of SciPy, and what is learned of one half holds on the other and on dev."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import KDTree

from dlx.diagnose.data.halves import MOST_FEATURES, NEIGHBOURS, halves_of, neighbours
from tests.diagnose.data.planting import NATURES, dataset, halved


def test_the_neighbours_are_those_of_scipy() -> None:
    rng = np.random.default_rng(0)
    A, y, queries = rng.standard_normal((300, 4)), rng.standard_normal((300, 2)), rng.standard_normal((50, 4))
    _, nearest = KDTree(A).query(queries, NEIGHBOURS)
    np.testing.assert_allclose(neighbours(A, y, queries, 0), y[nearest].mean(axis=1), rtol=1e-12)
    codes = rng.integers(3, size=300)
    votes = np.stack([(codes[nearest] == code).sum(axis=1) for code in range(3)], axis=1)
    answered = neighbours(A, codes, queries, 3)
    assert (votes[np.arange(50), answered] == votes.max(axis=1)).all()


@pytest.mark.parametrize("nature", NATURES)
def test_what_one_half_teaches_holds_on_the_other_and_on_dev(nature: str) -> None:
    X, y = NATURES[nature](np.random.default_rng(0), 300 if nature == "wide" else 900)
    halves = halves_of(dataset(X, y, halved(X)))
    assert halves is not None
    constant = y.var() if y.ndim > 1 else 1 - np.bincount(y).max() / len(y)
    for part in (halves.own, halves.others["dev"]):
        assert part.mistakes.mean() < 0.6 * constant
        assert len(part.X) == len(part.y) == len(part.answers) == len(part.which)


def test_very_many_features_are_projected_and_say_as_much() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(2, size=400)
    X = rng.standard_normal((400, 4 * MOST_FEATURES)) + 0.3 * np.where(y[:, np.newaxis], 1, -1)
    halves = halves_of(dataset(X, y, halved(X)))
    assert halves is not None
    assert halves.X.shape[1] == MOST_FEATURES
    assert halves.own.mistakes.mean() < 0.1


def test_too_few_examples_teach_nothing() -> None:
    X, y = NATURES["clouds"](np.random.default_rng(0), 70)
    assert halves_of(dataset(X, y, halved(X))) is None
