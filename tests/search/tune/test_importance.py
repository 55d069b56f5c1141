"""Which hyperparameters mattered: known indices come out, noise does not count, the order of things changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlx.documents.tuning import Importance
from dlx.search.tune.forest import Sample, agreement
from dlx.search.tune.importance import CELLS, PARTITIONS, importances, shares
from dlx.search.tune.space import Dimension
from tests.conftest import examples

CASES = json.loads((Path(__file__).parents[2] / "reference" / "importance.json").read_text(encoding="utf-8"))


def numbers(count: int) -> list[Dimension]:
    return [Dimension(f"x{j}", "uniform") for j in range(count)]


def options(key: str, count: int) -> Dimension:
    return Dimension(key, "choice", choices=tuple(range(count)))


def uniform(n: int, d: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((n, d))


def by_key(ranked: list[Importance]) -> dict[str, Importance]:
    return {share.key: share for share in ranked}


@pytest.mark.parametrize("name", CASES)
def test_the_published_indices_of_known_functions_come_out(name: str) -> None:
    """Of the responses themselves, with noise of 0.3 standard deviations; nearer than from Optuna."""
    case = CASES[name]
    X, y, choice = np.array(case["X"]), np.array(case["y"]), case["choice"]
    sizes = np.array([3 if j == choice else CELLS for j in range(X.shape[1])])
    scales = np.where(np.arange(X.shape[1]) == choice, 1, CELLS)
    unordered = [j == choice for j in range(X.shape[1])]
    sample = Sample((X * scales).astype(int), sizes, unordered, y, np.ones(len(y), dtype=int))
    values, indices = shares(sample, PARTITIONS, np.random.default_rng(1)), np.array(case["indices"])
    assert np.abs(values - indices).max() < 0.13
    assert np.argsort(-values)[:2].tolist() == np.argsort(-indices)[:2].tolist()
    assert np.abs(values - indices).mean() < np.abs(case["optuna"] - indices).mean()


def test_errors_as_a_search_has_them() -> None:
    """One that decides, one that helps, one that does nothing; ties, and a third of the trials diverged."""
    X = uniform(64, 3)
    y = np.round(20 * (4 * (X[:, 0] - 0.4) ** 2 + 0.6 * X[:, 1])) / 180
    y[X[:, 0] > 0.7] = np.nan
    ranked = importances(numbers(3), X, y, 1)
    assert [share.key for share in ranked] == ["x0", "x1", "x2"]
    assert ranked[0].low > 0.4
    assert ranked[1].high > 0.05
    assert ranked[2].low == 0
    assert ranked[2].value < 0.02
    assert all(0 <= share.low <= share.value <= share.high <= 1 for share in ranked)


def test_what_does_nothing_has_0_in_its_interval() -> None:
    """In each of these searches: a fifth of the variance is noise, and three of four hyperparameters do nothing."""
    for seed in range(examples(8)):
        rng = np.random.default_rng(seed)
        X = rng.random((32, 4))
        ranked = by_key(importances(numbers(4), X, X[:, 2] + 0.15 * rng.normal(size=32), seed))
        assert ranked["x2"].low > 0
        assert [ranked[key].low for key in ("x0", "x1", "x3")] == [0, 0, 0]
        assert max(ranked[key].value for key in ("x0", "x1", "x3")) < 0.2


def test_of_noise_alone_nothing_is_sure() -> None:
    rng = np.random.default_rng(3)
    ranked = importances(numbers(4), rng.random((64, 4)), rng.normal(size=64), 1)
    assert all(share.low == 0 for share in ranked)


def test_interaction_is_no_share_of_either() -> None:
    """(x0 − ½)(x1 − ½) has no main effects."""
    X = uniform(256, 2)
    ranked = importances(numbers(2), X, (X[:, 0] - 0.5) * (X[:, 1] - 0.5), 1)
    assert all(share.value < 0.1 for share in ranked)


def test_noise_that_two_forests_do_not_share_does_not_count() -> None:
    """Of pure noise the covariances are 0 on average: as many below as above, none of a size."""
    explained = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        cells, sizes = rng.integers(CELLS, size=(40, 3)), np.full(3, CELLS)
        sample = Sample(cells, sizes, [False] * 3, rng.normal(size=40), np.ones(40, dtype=int))
        explained.append(agreement(sample, 4, 2, rng))
    mean, error = np.mean(explained, axis=0), np.std(explained, axis=0) / np.sqrt(len(explained))
    assert (np.abs(mean) < 4 * error).all()
    assert (np.abs(mean) < 0.02).all()


@pytest.mark.parametrize("y", [np.zeros(64), np.full(64, 0.3)], ids=["0", "0.3"])
def test_where_nothing_differs_nothing_matters(y: np.ndarray) -> None:
    assert importances(numbers(2), uniform(64, 2), y, 1) == [Importance("x0", 0, 0, 0), Importance("x1", 0, 0, 0)]


@pytest.mark.parametrize("y", [np.array([]), np.array([0.1]), np.arange(7.0), np.full(64, np.nan), np.full(9, np.inf)])
def test_of_too_few_trials_or_of_none_that_ended_nothing_is_known(y: np.ndarray) -> None:
    assert importances(numbers(1), uniform(len(y), 1), y, 1) == [Importance("x0", 0, 0, 1)]


def test_the_only_hyperparameter_explains_all_that_is_explained() -> None:
    X = uniform(32, 1)
    assert importances(numbers(1), X, X[:, 0] ** 2, 1)[0].value == pytest.approx(1)


def test_only_the_order_of_the_errors_counts_and_the_seed_decides() -> None:
    X = uniform(40, 3)
    y = X[:, 0] + 0.2 * X[:, 1]
    y[3] = np.inf
    first = importances(numbers(3), X, y, 1)
    assert importances(numbers(3), X, np.exp(5 * y), 1) == first
    assert importances(numbers(3), X, np.where(np.isinf(y), np.nan, y), 1) == first
    assert importances(numbers(3), X, y, 2) != first


def test_neither_the_order_of_dimensions_nor_that_of_options_matters() -> None:
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.random((128, 2)), rng.integers(5, size=128)])
    y = X[:, 0] + np.array([0, 1, 0.2, 0.8, 0.1])[X[:, 2].astype(int)]
    dimensions = [*numbers(2), options("c", 5)]
    first = by_key(importances(dimensions, X, y, 1))
    turned = by_key(importances(dimensions[::-1], X[:, ::-1], y, 1))
    renamed = X.copy()
    renamed[:, 2] = np.array([3, 0, 4, 1, 2])[X[:, 2].astype(int)]
    for other in (turned, by_key(importances(dimensions, renamed, y, 1))):
        assert all(other[key].value == pytest.approx(first[key].value, abs=0.06) for key in first)


def test_a_widened_space_is_as_wide_as_its_trials() -> None:
    """The same trials on a scale that was stretched over them from the beginning."""
    X = uniform(64, 2)
    y = X[:, 0] + 0.5 * X[:, 1]
    narrow = X * [2, 1] - [0.5, 0]
    narrow[[0, 1], 0] = X[[0, 1], 0] = [-0.5, 1.5]
    X[[0, 1], 0] = [0, 1]
    assert importances(numbers(2), narrow, y, 1) == importances(numbers(2), X, y, 1)


@given(
    n=st.integers(8, 24),
    kinds=st.lists(st.sampled_from([0, 1, 2, 9]), min_size=1, max_size=4),
    levels=st.sampled_from([1, 2, 5, 1000]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=examples(12, 0.25), deadline=None)
def test_any_trials_have_shares_that_sum_to_at_most_1(n: int, kinds: list[int], levels: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    dimensions = [options(f"x{j}", k) if k else Dimension(f"x{j}", "uniform") for j, k in enumerate(kinds)]
    X = np.column_stack([rng.integers(k, size=n) if k else rng.uniform(-0.5, 1.5, n) for k in kinds])
    y = np.where(rng.random(n) < 0.2, np.nan, rng.integers(levels, size=n) / levels)
    ranked = importances(dimensions, X, y, seed)
    assert sorted(each.key for each in ranked) == [each.key for each in dimensions]
    assert all(0 <= each.low <= each.value <= each.high <= 1 for each in ranked)
    assert sum(each.value for each in ranked) <= 1 + 1e-9
    assert [each.value for each in ranked] == sorted((each.value for each in ranked), reverse=True)
