"""The kind of a target: numbers of classes without an order are told from grades, counts and quantities."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.diagnose.data.target_kind import target_kind_findings
from tests.diagnose.data.planting import NATURES, Array, dataset, halved


def names(X: Array, y: Array) -> list[str]:
    return [finding.name for finding in target_kind_findings(dataset(X, y.reshape(-1, 1).astype(float), halved(X)))]


@pytest.mark.parametrize("nature", ["clouds", "digits"])
def test_numbers_of_classes_are_found(nature: str) -> None:
    X, y = NATURES[nature](np.random.default_rng(0), 900)
    assert names(X, y) == ["classes_as_numbers"]


def test_grades_counts_and_yes_or_no_are_quantities() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((800, 4))
        score = X[:, 0] + X[:, 1] + 0.5 * rng.standard_normal(800)
        for y in (np.digitize(score, [-1.5, -0.5, 0.5, 1.5]), rng.poisson(np.exp(0.4 * X[:, 0])), score > 0, score):
            assert names(X, np.asarray(y)) == []


def test_numbers_of_thirty_classes_are_found_too() -> None:
    rng = np.random.default_rng(3)
    y = rng.integers(30, size=900)
    X = rng.standard_normal((30, 20))[y] + 0.5 * rng.standard_normal((900, 20))
    assert names(X, rng.permutation(30)[y]) == ["classes_as_numbers"]
