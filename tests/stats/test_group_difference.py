"""Differences of groups: intervals cover a known truth, and what is advised settles it as often as promised."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import numpy as np
import pytest

from dlx.stats.group_difference import (
    MOST_SEEDS,
    Chance,
    Seeds,
    by_example,
    paired_by_example,
    paired_by_seed,
    unpaired,
)
from dlx.stats.intervals import Estimate

Rng = np.random.Generator
Array = np.ndarray


def test_student_sleep_is_paired() -> None:
    """Student's sleep data (Biometrika 6, 1908), by R's t.test: paired −2.4598858 to −0.7001142, Welch's −3.3654832
    to 0.2054832 with 17.776 degrees of freedom, of which 17 are taken here."""
    first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    paired, apart = paired_by_seed(first, second)[0], unpaired(first, second)[0]
    assert (paired.value, paired.low, paired.high) == pytest.approx((-1.58, -2.4598858, -0.7001142), abs=1e-7)
    assert (apart.low, apart.high) == pytest.approx((-3.3654832, 0.2054832), abs=0.01)


def samples(rng: Rng, k: int, m: int, gap: float, pool: Array) -> tuple[Array, Array]:
    """What examples of a pool add to the error in k runs of two kinds: the examples differ, and the seeds shift all."""
    difficulty = rng.choice(pool, size=m)
    shifts = rng.normal(0, 0.03, size=(2, k, 1)) + rng.normal(0, 0.03, size=(1, k, 1))
    p = np.clip(difficulty + shifts + np.array([gap / 2, -gap / 2])[:, None, None], 0, 1)
    mistakes = (rng.random((2, k, m)) < p).astype(float)
    return mistakes[0], mistakes[1]


def covered(draw: Callable[[], Estimate], truth: float, times: int) -> float:
    estimates = [draw() for _ in range(times)]
    return float(np.mean([estimate.low <= truth <= estimate.high for estimate in estimates]))


@pytest.mark.parametrize("k", [2, 4, 8])
@pytest.mark.parametrize("measure", [paired_by_example, by_example])
def test_the_interval_over_seeds_and_examples_covers_the_truth(
    measure: Callable[..., tuple[Estimate, Chance]], k: int
) -> None:
    rng, pool = np.random.default_rng(k), np.linspace(0.2, 0.6, 40)
    share = covered(lambda: measure(*samples(rng, k, 100, 0.05, pool))[0], 0.05, 300)
    assert share >= 0.93


@pytest.mark.parametrize(("measure", "counts"), [(paired_by_seed, (5, 5)), (unpaired, (5, 5)), (unpaired, (1, 6))])
def test_the_interval_over_seeds_covers_the_truth(
    measure: Callable[..., tuple[Estimate, Chance]], counts: tuple[int, int]
) -> None:
    rng = np.random.default_rng(1)
    share = covered(lambda: measure(rng.normal(0.1, 0.02, counts[0]), rng.normal(0.08, 0.02, counts[1]))[0], 0.02, 1500)
    assert share == pytest.approx(0.95, abs=0.018)


def standardized(rng: Rng, k: int, mean: float, deviation: float) -> Array:
    """k values with exactly that mean and standard deviation."""
    values = rng.normal(size=k)
    return np.asarray(mean + deviation * (values - values.mean()) / values.std(ddof=1))


@pytest.mark.parametrize(("k", "gap"), [(3, 0.01), (5, 0.008), (8, 0.005)])
def test_the_advised_seeds_settle_four_of_five_when_the_truth_is_as_measured(k: int, gap: float) -> None:
    rng, settled = np.random.default_rng(k), []
    for _ in range(400):
        d = standardized(rng, k, gap, 0.015)
        estimate, chance = paired_by_seed(d, np.zeros(k))
        more = chance.advice().more_seeds
        assert estimate.low < 0 < estimate.high
        assert more is not None
        later = np.concatenate([d, rng.normal(gap, 0.015, int(more))])
        settled.append(paired_by_seed(later, np.zeros(len(later)))[0].low > 0)
    assert np.mean(settled) == pytest.approx(0.8, abs=0.07)


def test_the_advised_seeds_settle_it_on_the_same_dev_examples_too() -> None:
    """Four pairs, then as many more as advised: settled at least as often as promised."""
    settled, rng, m = [], np.random.default_rng(0), 400
    examples = rng.normal(0.02, 0.1, m)
    for _ in range(150):
        rows = examples + standardized(rng, 4, 0.0, 0.02)[:, None] + rng.normal(0, 0.1, (4, m))
        estimate, chance = paired_by_example(rows, np.zeros((4, m)))
        more = chance.advice().more_seeds
        if estimate.low > 0 or more is None or more == inf:
            continue
        further = examples + rng.normal(0, 0.02, (int(more), 1)) + rng.normal(0, 0.1, (int(more), m))
        later = np.concatenate([rows, further])
        settled.append(paired_by_example(later, np.zeros_like(later))[0].low > 0)
    assert len(settled) > 50
    assert np.mean(settled) > 0.72


def test_where_the_examples_decide_more_of_them_are_advised() -> None:
    rng = np.random.default_rng(0)
    examples = rng.choice([1.0, -1.0, 0.0], p=[0.16, 0.12, 0.72], size=200)
    rows = np.clip(examples + rng.normal(0, 0.001, (6, 1)), -1, 1)
    estimate, chance = paired_by_example(rows, np.zeros_like(rows))
    advice = chance.advice()
    assert estimate.low < 0 < estimate.high
    assert advice.more_seeds is None
    assert advice.dev_examples is not None
    settled = []
    for _ in range(200):
        later = rng.choice(examples, size=int(advice.dev_examples)) + rng.normal(0, 0.001, (6, 1))
        settled.append(paired_by_example(later, np.zeros_like(later))[0].low > 0)
    assert np.mean(settled) == pytest.approx(0.8, abs=0.12)


def test_where_neither_alone_is_enough_both_are_advised() -> None:
    chance = Chance(0.01, (Seeds(0.02**2, 4),), examples=0.012, m=500)
    advice = chance.advice()
    assert advice.more_seeds is not None
    assert advice.dev_examples is not None
    assert advice.more_seeds > 4
    assert advice.dev_examples > 500


def test_a_difference_of_nothing_is_settled_by_nothing() -> None:
    assert Chance(0.0, (Seeds(1e-4, 5),), examples=0.01, m=100).advice().more_seeds == inf
    assert Chance(1e-6, (Seeds(1e-2, 5),)).advice().more_seeds == inf
    assert MOST_SEEDS >= 100
    same = np.zeros((3, 50))
    estimate, _ = paired_by_example(same, same)
    assert (estimate.low, estimate.high) == (0, 0)


def test_pairs_that_all_differ_by_one_example_prove_nothing_yet() -> None:
    step = np.full(2, 1 / 180)
    estimate, _ = paired_by_seed(step, np.zeros(2), finest=1 / 180)
    assert estimate.low < 0 < estimate.high


def test_one_run_of_each_kind_says_nothing_of_seeds() -> None:
    rng = np.random.default_rng(0)
    of, against = (rng.random((1, 300)) < p for p in (0.1, 0.3))
    _, chance = paired_by_example(of.astype(float), against.astype(float))
    assert chance.seeds == ()
    assert chance.half_of_seeds() == 0
