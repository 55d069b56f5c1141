"""Successive rejects: the phases of Audibert, Bubeck & Munos, and how often they find the best arm."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.search.repair.successive_rejects import PULLS, rejections


@pytest.mark.parametrize("arms", range(1, 12))
def test_no_more_is_trained_than_planned_and_all_but_one_are_dismissed(arms: int) -> None:
    phases = rejections(arms)
    assert len(phases) == arms - 1
    assert phases == sorted(phases)
    assert sum(phases) + (phases[-1] if phases else 0) <= PULLS * arms


def test_the_best_arm_is_left_more_often_than_if_all_had_the_same_trainings() -> None:
    """Five arms with the same trainings in all, 2,000 times."""
    rng, phases = np.random.default_rng(5), rejections(5)
    means = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    evenly = (sum(phases) + phases[-1]) // 5
    found = {"rejects": 0, "evenly": 0}
    for _ in range(2000):
        samples = means + rng.standard_normal((20, 5))
        left = list(range(5))
        for pulls in phases:
            left.remove(max(left, key=lambda arm: samples[:pulls, arm].mean()))
        found["rejects"] += left == [0]
        found["evenly"] += int(samples[:evenly].mean(axis=0).argmin()) == 0
    assert found["rejects"] > found["evenly"]
