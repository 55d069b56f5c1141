"""Leaks: a column that says the label is found whatever it is made of, and columns that say much by right are not."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.diagnose.data.leaks import leak_findings
from tests.diagnose.data.planting import NATURES, Array, clouds, dataset, friedman, halved


def names(X: Array, y: Array, parts: dict[str, Array] | None = None) -> list[str]:
    return [finding.evidence.split()[0] for finding in leak_findings(dataset(X, y, parts or halved(X)))]


@pytest.mark.parametrize("nature", ["clouds", "friedman", "counts", "tails", "digits"])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_column_that_is_the_label_is_found(nature: str, noise: float) -> None:
    rng = np.random.default_rng(0)
    X, y = NATURES[nature](rng, 900)
    label = y.reshape(len(y), -1)[:, 0].astype(float)
    leak = 100 - 3 * (label + noise * rng.standard_normal(len(y)))
    assert names(np.column_stack([X, leak]), y) == [f"x{X.shape[1] + 1}"]


@pytest.mark.parametrize("seed", range(3))
def test_a_column_that_is_made_of_the_label_is_found_though_the_others_are_good_too(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((1200, 4))
    score = X[:, 0] + X[:, 1]
    y = (score + 0.3 * rng.standard_normal(1200) > 0).astype(np.intp)
    assert names(X, y) == []
    for spread, severity in ((1.0, "note"), (0.6, "warning")):  # of the first as much may be so by right
        leak = 5.0 * y + spread * rng.standard_normal(1200)
        (finding,) = leak_findings(dataset(np.column_stack([X, leak]), y, halved(X)))
        assert finding.evidence.startswith("x5 alone")
        assert finding.severity == severity
    target = (score + 0.3 * rng.standard_normal(1200))[:, np.newaxis]
    assert names(X, target) == []
    assert names(np.column_stack([X, target + 0.01 * rng.standard_normal((1200, 1))]), target) == ["x5"]


@pytest.mark.parametrize("in_file", [False, True])
def test_the_number_of_a_row_in_a_sorted_file_is_found(in_file: bool) -> None:
    rng = np.random.default_rng(0)
    X, y = clouds(rng, 900)
    order = np.argsort(y, kind="stable")
    X, y = np.column_stack([np.arange(900), X[order]]), y[order]
    chosen = rng.permutation(900)
    parts = {"train": np.sort(chosen[:600]), "dev": np.sort(chosen[600:])}
    (finding,) = leak_findings(dataset(X, y, parts, in_file))
    assert finding.evidence.startswith("x1 alone")
    assert finding.evidence.endswith("it counts the rows of a file that is sorted by its labels")


def test_the_number_of_a_row_in_a_file_in_any_order_is_none() -> None:
    X, y = clouds(np.random.default_rng(0), 900)
    assert names(np.column_stack([np.arange(900), X]), y) == []


def test_columns_that_say_much_by_right_are_none() -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        y = rng.integers(2, size=800)
        X = rng.standard_normal((800, 4)) + 6 * y[:, np.newaxis]  # each column tells the classes apart
        assert names(X, y) == []
        X, y = rng.standard_normal((800, 4)), y
        X[:, 0] += 2.5 * y  # one column does, but for mistakes
        assert names(X, y) == []
        X, target = friedman(rng, 800)
        assert names(np.column_stack([X, target + 1.5 * rng.standard_normal((800, 1))]), target) == []
