"""Sequential looks: how often they miss together, and how many replicates and examples would settle an effect."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dlx.stats.effects import effect
from dlx.stats.sequential import LAST, examples_to_settle, looks, replicates_to_settle, share_among
from dlx.stats.student import two_sided

Array = np.ndarray[Any, np.dtype[Any]]


def misses(samples: Array, replicates: int) -> Array:
    """Whether any look at samples (n, k) of mean 0 has an interval of t that does not hold it."""
    missed = np.zeros(len(samples), bool)
    for look in looks(replicates):
        k = look.replicates
        half = two_sided(1 - look.risk, k - 1) * samples[:, :k].std(axis=1, ddof=1) / np.sqrt(k)
        missed |= np.abs(samples[:, :k].mean(axis=1)) > half
    return missed


@pytest.mark.parametrize("replicates", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("df", [3, 1000])
def test_all_looks_together_miss_in_fewer_than_5_of_100_cases(replicates: int, df: int) -> None:
    """Normal chance of the replicates alone, and with heavier tails."""
    samples = np.random.default_rng(1).standard_t(df, (20_000, LAST * replicates))
    assert misses(samples, replicates).mean() <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 20_000)


def test_looks_come_later_and_later_and_each_effect_has_its_share_of_the_risk() -> None:
    for replicates in range(2, 40):
        counts = [look.replicates for look in looks(replicates)]
        assert counts == sorted(set(counts))
        assert counts[-1] == LAST * replicates
    assert sum(1 / share_among(order) for order in range(1, 60)) == pytest.approx(1)


def changes(k: int, m: int, mean: float, spread: float) -> Array:
    """Of k replicates on m examples, with just this mean, the replicates spread by ± spread."""
    rng = np.random.default_rng(3)
    of_replicates = np.where(np.arange(k) % 2 == 0, spread, -spread)
    of_examples = rng.standard_normal(m) * 0.02
    return np.asarray(mean + of_replicates[:, None] + (of_examples - of_examples.mean())[None])


def test_the_replicates_that_settle_an_effect_do_so_if_it_stays_as_it_is() -> None:
    """With as many of the same mean and spread, or two more, the interval excludes 0; with three quarters it does not.

    The present spec is apart in every replicate, so that ranks tell nothing.
    """
    needed = replicates_to_settle(changes(6, 300, -0.05, 0.09), 1)
    assert needed is not None

    def high(k: int) -> float:
        before = np.linspace(0, 50, k)[:, None] * np.ones((1, 300))
        return effect(before, before + changes(k, 300, -0.05, 0.09)).high

    enough = needed + needed % 2 + 2
    fewer = 2 * int(0.35 * needed)
    assert high(enough) < 0 < high(fewer)


def test_where_the_examples_are_too_few_more_of_them_do_and_no_replicates() -> None:
    rng = np.random.default_rng(4)
    few = (rng.random((3, 40)) < 0.03) - (rng.random((1, 40)) < 0.1).astype(float)
    assert replicates_to_settle(few, 20) is None
    examples = examples_to_settle(few, 20)
    assert examples is not None
    assert examples > 40
    assert examples_to_settle(np.zeros((2, 10)), 1) is None
