"""Near copies: those of an early augmentation are found, and rows that are close by nature are left alone."""

from __future__ import annotations

from math import isclose

import numpy as np
import pytest

from dlx.diagnose.data.near_copies import _dimension, near_copies, near_copy_findings
from tests.diagnose.data.planting import NATURES, Array, dataset, halved


def augmented(X: Array, y: Array, copies: int, noise: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """A few examples, each several times with a little noise, in random order."""
    few = len(X) // copies
    rows = rng.permutation(np.repeat(np.arange(few), copies))
    return X[rows] + noise * X.std(axis=0) * rng.standard_normal(X[rows].shape), y[rows]


@pytest.mark.parametrize("nature", ["clouds", "friedman", "tails", "digits"])
@pytest.mark.parametrize("copies", [2, 5])
def test_what_was_augmented_before_the_split_is_found(nature: str, copies: int) -> None:
    rng = np.random.default_rng(0)
    X, y = augmented(*NATURES[nature](rng, 1000), copies, 0.01, rng)
    (finding,) = near_copy_findings(dataset(X, y, halved(X)))
    assert finding.value is not None
    assert finding.value > 0.2


@pytest.mark.parametrize("directions", [1, 2, 5])
def test_the_spread_of_examples_is_measured_in_directions(directions: int) -> None:
    """Also of those that lie in a plane of a larger space."""
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(4000, directions)) @ rng.standard_normal((directions, 8))
    distances = np.sqrt(np.square(X[:200, np.newaxis] - X[200:]).sum(axis=2))
    assert isclose(_dimension(np.sort(distances, axis=1)[:, :25]), directions, rel_tol=0.35)


def test_questionnaires_cells_and_repeated_values_are_no_near_copies() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        answers = np.concatenate([np.eye(5)[rng.integers(5, size=800)] for _ in range(4)], axis=1)
        cells = np.column_stack([np.eye(20)[rng.integers(20, size=800)], np.eye(10)[rng.integers(10, size=800)]])
        with_age = np.column_stack([cells, rng.standard_normal(800)])
        for X in (answers, cells, with_age, rng.standard_cauchy((800, 3)), rng.uniform(size=(800, 1))):
            y = rng.integers(2, size=800)
            assert list(near_copy_findings(dataset(X, y, halved(X)))) == []


def test_which_rows_are_copies_is_told() -> None:
    rng = np.random.default_rng(1)
    A, B = rng.standard_normal((500, 6)), rng.standard_normal((100, 6))
    B[20:50] = A[20:50] + 0.005 * rng.standard_normal((30, 6))
    copies, gap, by_chance = near_copies(A, B)
    assert copies[20:50].all()
    assert copies.sum() <= 33
    assert gap >= 2
    assert by_chance < 0.1
