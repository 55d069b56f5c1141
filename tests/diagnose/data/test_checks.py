"""What is found in data as a whole: nothing in sound ones of any nature, and one cause in each that is planted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from dlx.data.dataset import Dataset
from dlx.diagnose.data.checks import data_findings
from tests.diagnose.data.planting import NATURES, Array, dataset, halved, in_a_circle

SIZES = {"wide": 150, "friedman": 1500}


def serious(dataset: Dataset) -> list[str]:
    return [finding.name for finding in data_findings(dataset) if finding.severity != "note"]


def sample(nature: str, seed: int) -> tuple[Array, Array]:
    return NATURES[nature](np.random.default_rng(seed), SIZES.get(nature, 900))


@pytest.mark.parametrize("nature", NATURES)
def test_sound_data_are_not_suspected(nature: str) -> None:
    for seed in range(4):
        X, y = sample(nature, seed)
        assert serious(dataset(X, y, halved(X))) == []


Plant = Callable[[Array, Array, np.random.Generator], tuple[Array, Array]]


def slipped(X: Array, y: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    return X, np.roll(y, 2, axis=0)


def shuffled(X: Array, y: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    return X, rng.permutation(y)


def dev_by_other_names(X: Array, y: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    dev = halved(X)["dev"]
    renamed = y.copy()
    renamed[dev] = in_a_circle(y)[dev]
    return X, renamed


def dev_by_another_rule(X: Array, y: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    dev = halved(X)["dev"]
    elsewhere, relabelled = dev[rng.random(len(dev)) < 0.3], y.copy()
    relabelled[elsewhere] = in_a_circle(y)[elsewhere]
    return X, relabelled


PLANTED: dict[str, Plant] = {
    "labels_shifted": slipped,
    "labels_unrelated": shuffled,
    "labels_coded_otherwise": dev_by_other_names,
    "other_rule_in_a_part": dev_by_another_rule,
}


@pytest.mark.parametrize("nature", ["clouds", "moons", "friedman", "counts", "digits"])
@pytest.mark.parametrize("cause", PLANTED)
def test_what_is_planted_in_the_labels_is_the_only_finding(cause: str, nature: str) -> None:
    X, y = PLANTED[cause](*sample(nature, 1), np.random.default_rng(5))
    assert serious(dataset(X, y, halved(X))) == [cause]


@pytest.mark.parametrize("nature", ["clouds", "friedman", "moons"])
def test_findings_are_the_same_with_other_roundings(nature: str) -> None:
    X, y = dev_by_another_rule(*sample(nature, 2), np.random.default_rng(3))
    exact = [finding.name for finding in data_findings(dataset(X, y, halved(X)))]
    for shift in (1e-7, -1e-7):
        rounded = (X * (1 + shift)).astype(np.float32)
        assert [finding.name for finding in data_findings(dataset(rounded, y, halved(X)))] == exact


def test_little_is_said_of_few_examples() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X, y = rng.standard_normal((60, 4)), rng.integers(2, size=60)
        assert serious(dataset(X, y, halved(X))) == []


def test_labels_that_are_wrong_in_train_are_noise_and_not_another_distribution() -> None:
    """They change how often a class comes, too, where classes are not equally frequent."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((1500, 2))
    y = (X[:, 0] > 0.9).astype(int)
    train = halved(X)["train"]
    y[train] ^= rng.random(len(train)) < 0.3
    assert serious(dataset(X, y, halved(X))) == ["label_noise"]
