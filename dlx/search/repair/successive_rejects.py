"""Successive rejects: the best of a few arms by as many trainings as they are worth, the worst left behind in turn."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from dlx.stats.effects import effect
from dlx.types import Array

FINALISTS = 3
PULLS = 4  # trainings for each arm, one of them in all, that a race plans with


def rejections(arms: int) -> list[int]:
    """After how many trainings of each arm that is left the worst one is dismissed: (2, 3) of three arms, (3,) of two.

    Phase k of K − 1 ends when every arm that is left has been trained n_k = ⌈(n − K)/(L·(K + 1 − k))⌉ times, n the
    trainings that are planned in all and L = ½ + Σ_{i=2}^{K} 1/i. Source: J.-Y. Audibert, S. Bubeck & R. Munos,
    "Best arm identification in multi-armed bandits", COLT 2010: the probability of dismissing the best arm is within a
    factor of log K in the exponent of the least that is possible, and no gap between the arms need be known.
    """
    harmonic = 0.5 + sum(1 / i for i in range(2, arms + 1))
    planned = PULLS * arms - 1
    return [ceil((planned - arms) / (harmonic * (arms + 1 - phase))) for phase in range(1, arms)]


def finalists(before: Array, screened: Mapping[str, Array]) -> list[str]:
    """The best of the remedies that beat the present spec in replicate 0, less those surely worse than the best of all.

    before, screened: (m,), what each dev example adds to the error.
    """
    means = {name: float(added.mean()) for name, added in screened.items()}
    better = sorted((name for name in means if means[name] < before.mean()), key=means.__getitem__)
    return [name for name in better[:FINALISTS] if not effect(screened[better[0]][None], screened[name][None]).low > 0]
