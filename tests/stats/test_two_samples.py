"""Two samples: distances and probabilities as SciPy has them, and splits by chance that are not accused."""

from __future__ import annotations

import json
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.data.dataset import Dataset, Part
from dlx.data.row_hashes import hashes
from dlx.data.splitting.splits import Split, split_rows
from dlx.data.targets.labels import Labels
from dlx.diagnose.data.duplicates import duplicate_findings
from dlx.diagnose.data.label_noise import label_noise_findings
from dlx.diagnose.data.parts import part_findings
from dlx.stats.two_samples import independent, kolmogorov, kolmogorov_smirnov, shares_differ
from dlx.words import Task
from tests.conftest import examples

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "two_samples.json").read_text())


@pytest.mark.parametrize(("x", "probability"), REFERENCE["kolmogorov"])
def test_the_kolmogorov_distribution(x: float, probability: float) -> None:
    assert kolmogorov(x) == pytest.approx(probability, rel=1e-9, abs=1e-5)


@pytest.mark.parametrize("given", REFERENCE["two_samples"])
def test_two_samples_differ_as_much_as_scipy_says(given: dict[str, Any]) -> None:
    rng = np.random.RandomState(given["n_a"])
    a, b = (getattr(rng, given["kind"])(size=given[n]) for n in ("n_a", "n_b"))
    distance, probability = kolmogorov_smirnov(a, b + given["shift"])
    assert distance == pytest.approx(given["distance"], rel=1e-12)
    assert isclose(probability, given["probability"], rel_tol=0.1, abs_tol=0.01)  # two approximations


@pytest.mark.parametrize("given", REFERENCE["proportions"])
def test_shares_differ_as_much_as_scipy_says(given: dict[str, Any]) -> None:
    _, probability = shares_differ(np.array(given["a"]), np.array(given["b"]))
    expected = min(1.0, min(given["probabilities"]) * (len(given["probabilities"]) + 1))
    assert probability == pytest.approx(expected, rel=1e-6)


def in_time(steps: int, phi: float, seed: int) -> np.ndarray:
    """An autoregressive series, which differs from itself by no more than chance, long after it has begun."""
    rng, x = np.random.default_rng(seed), np.zeros(steps + 300)
    for t, noise in enumerate(rng.standard_normal(len(x) - 1), start=1):
        x[t] = phi * x[t - 1] + noise
    return x[300:]


def test_rows_in_the_order_of_time_count_as_fewer() -> None:
    """The mean of an autoregressive series has the variance of n·(1 − φ)/(1 + φ) independent values."""
    counts = [independent(in_time(4000, 0.8, seed)) for seed in range(10)]
    assert np.mean(counts) == pytest.approx(4000 * 0.2 / 1.8, rel=0.2)
    assert independent(np.random.default_rng(1).standard_normal(500)) == 500
    assert independent(np.zeros(500)) == 500


def test_parts_of_one_series_come_from_one_distribution() -> None:
    pairs = [np.split(in_time(1200, 0.9, seed), [800]) for seed in range(60)]
    assert sum(kolmogorov_smirnov(a, b)[1] < 0.001 for a, b in pairs) <= 1  # of 60, and 14 as if rows were independent


def test_a_sorted_file_that_is_cut_has_other_rows_in_dev() -> None:
    x = np.sort(np.random.default_rng(1).standard_normal(1200))
    assert kolmogorov_smirnov(x[:800], x[800:])[1] < 1e-6


def dataset(X: np.ndarray, y: np.ndarray, rows: dict[str, np.ndarray]) -> Dataset:
    n, classes = X.shape[1], int(y.max()) + 1
    labels = Labels(Task.BINARY if classes == 2 else Task.MULTICLASS, tuple(range(classes)))
    parts = {name: Part(X[some], y[some]) for name, some in rows.items()}
    return Dataset(parts, labels, tuple(f"x{j}" for j in range(n)), None, np.zeros(n), np.ones(n), {})


KINDS = {
    "normal": lambda rng, m: rng.standard_normal((m, 5)),
    "heavy tails": lambda rng, m: rng.standard_cauchy((m, 5)),
    "two values": lambda rng, m: rng.integers(2, size=(m, 5)).astype(float),
    "rare": lambda rng, m: (rng.random((m, 20)) < 0.02).astype(float),
    "counts": lambda rng, m: rng.poisson(1, (m, 40)).astype(float),
    "one-hot": lambda rng, m: np.eye(7)[rng.integers(7, size=m)],
    "groups": lambda rng, m: rng.standard_normal((10, 5))[rng.integers(10, size=m)] + 0.01 * rng.random((m, 5)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_split_by_chance_is_never_accused(kind: str) -> None:
    for seed in range(examples(12, 0.34)):
        rng = np.random.default_rng(seed)
        m, classes = int(rng.choice([60, 300, 2000])), int(rng.choice([2, 10]))
        X, y = KINDS[kind](rng, m), rng.choice(classes, m, p=rng.dirichlet(np.ones(classes))).astype(np.uint8)
        strata = y if seed % 2 else np.zeros(m, np.uint8)
        split = dataset(X, y, split_rows(Split(train=0.6, dev=0.2, test=0.2), strata, rng))
        assert [*part_findings(split), *duplicate_findings(split), *label_noise_findings(split)] == []


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("shifted", lambda X: X + 0.4),
        ("scaled", lambda X: 1.6 * X),
        ("thin everywhere", lambda X: X + 0.25),
        ("mixed up", lambda X: np.sort(X, axis=1)),
    ],
)
def test_another_distribution_is_found(what: str, change: Any) -> None:
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((1500, 30)), rng.integers(2, size=1500).astype(np.uint8)
    X[1000:] = change(X[1000:])
    found = list(part_findings(dataset(X, y, {"train": np.arange(1000), "dev": np.arange(1000, 1500)})))
    assert [one.name for one in found] == ["parts_differ"]


def test_other_shares_of_the_classes_are_found() -> None:
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((900, 3)), (np.arange(900) % 3 == 0).astype(np.uint8)
    y[600:] = np.arange(300) % 2
    found = list(part_findings(dataset(X, y, {"train": np.arange(600), "test": np.arange(600, 900)})))
    assert ["share of a class" in one.evidence for one in found] == [True]


def test_dev_and_test_that_differ_from_each_other_alone_are_found_once() -> None:
    rng = np.random.default_rng(1)
    X, y = rng.standard_normal((1200, 3)), (np.arange(1200) % 2).astype(np.uint8)
    X[1000:] += 2
    rows = {"train": np.arange(600), "dev": np.arange(600, 1000), "test": np.arange(1000, 1200)}
    assert len(list(part_findings(dataset(X, y, rows)))) == 1


def test_rows_have_the_same_hash_exactly_where_they_are_the_same() -> None:
    rng = np.random.default_rng(0)
    for X in (
        rng.integers(0, 3, size=(5000, 6)).astype(np.float64),
        rng.integers(0, 2, size=(5000, 9)).astype(np.uint8),
        rng.choice([0.0, -0.0, 1.0], size=(2000, 4)).astype(np.float32),
    ):
        assert len(np.unique(hashes(X))) == len(np.unique(X + 0, axis=0))
        np.testing.assert_array_equal(hashes(X), hashes(np.asfortranarray(X)))


def test_copies_are_found_among_rows_that_do_not_repeat_by_chance() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((500, 3)), np.zeros(500, np.uint8)
    y[::2] = 1
    X[400:403] = X[:3]
    found = list(duplicate_findings(dataset(X, y, {"train": np.arange(400), "dev": np.arange(400, 500)})))
    assert [one.value for one in found] == [pytest.approx(0.03)]


@pytest.mark.parametrize(
    ("in_train", "in_dev", "is_found"), [(0.3, 0.0, True), (0.0, 0.0, False), (0.3, 0.3, False), (0.0, 0.3, False)]
)
def test_labels_that_are_wrong_in_train_alone_are_found(in_train: float, in_dev: float, is_found: bool) -> None:
    """Noise in both parts cannot be told from classes that overlap."""
    rng = np.random.default_rng(0)
    X = np.sort(rng.standard_normal((1000, 2)), axis=0)
    y = (X[:, 0] + X[:, 1] > 0).astype(np.uint8)
    train = np.sort(rng.permutation(1000)[:700])
    rows = {"train": train, "dev": np.setdiff1d(np.arange(1000), train)}
    for name, share in (("train", in_train), ("dev", in_dev)):
        y[rows[name]] ^= rng.random(len(rows[name])) < share
    assert bool(list(label_noise_findings(dataset(X, y, rows)))) == is_found
