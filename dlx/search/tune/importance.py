"""Which hyperparameters mattered: a functional analysis of variance over the trials of a search, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

import numpy as np

from dlx.documents.tuning import Importance
from dlx.search.tune.forest import Sample, agreement
from dlx.search.tune.space import Dimension
from dlx.stats.intervals import CONFIDENCE
from dlx.types import Array

PURPOSE = 0x696D706F  # keeps these draws apart from all others that a seed gives
FEWEST = 8  # trials that can be parted in halves of which each tells something
CELLS = 64  # that the scale of a number is cut into
PARTITIONS, TREES = 24, 4
REPLICATES = 60
ROWS = 3000  # trials times partitions of a replicate: many trials need fewer partitions for as little chance
# Replicates differ too little, and those of few trials far too little: the interval of the strongest hyperparameter of
# parabolas, cliffs and planes held its index in 58 % (16 trials), 83 % (32) and 75 % (64) of searches at worst, and had
# to reach 3.6, 1.4 and 1.7 times as far to hold 95 %, of 128 trials 1.9 times. So of 16 trials it is nearly 0 to 1:
# they tell too little.
FURTHER, FEW = 1.9, 24
# Of a share: by so much forests of many trials err too, and no interval ends nearer. They flatten what only several
# hyperparameters explain together, so that the strongest gets too large a share more often than too small a one: with
# 0.1 on both sides the interval of the strongest held its index in 98, 97, 93 and 90 % of 300 drawn surfaces (16, 32,
# 64 and 128 trials; planes, parabolas, cliffs, valleys, options, products, noise, diverged trials). With 0.25 below
# it is 96 and 95 % for the last two, and on fresh surfaces 94 % (65 of 64 trials), 97 % (120 of 128) and 98 % (60 of
# 256).
TOO_LARGE, TOO_SMALL = 0.25, 0.1
LEAST_EXPLAINED = 0.05  # of the variance: below this no shares are reported


def importances(dimensions: Sequence[Dimension], X: Array, y: Array, seed: int) -> list[Importance]:
    """How much of what made trials good or bad each hyperparameter explains alone, the most important one first.

    That is its first Sobol' index V_i/V over the space, uniform on the scales of the search and as wide as it became,
    of the response that forests have learned (Hutter, Hoos & Leyton-Brown 2014; see `agreement`, which leaves the noise
    out of V_i and V). Shares need not sum to 1: the rest is what only several hyperparameters explain together. Where
    less than 5 % of the variance of the trials is explained, V is taken for that 5 %, so that shares of nothing are
    small.

    The response is not the error but its rank among all trials, ties with their mean rank and diverged ones behind all
    others: so shares say what decides which of two trials is better, and neither a few errors of 90 % nor the unit of
    the error drown what decides among the good ones.

    The interval comes from 60 replicates, in which as many trials are drawn with replacement: value ± 1.96·r, r being
    the root mean square distance of their shares from the value, or their own middle 95 % where those reach further;
    and both 1.9 + (24/n)² times as far, since replicates of n trials differ less than n new trials do. So it holds the
    chance of the trials, and part of the bias. Of 64 random trials of six hyperparameters on the digits 88 to 100 % of
    the intervals held what 500 trials came to; on simple functions of known indices 90 to 100 %, and always the 0 of
    what does nothing. It is too sure of two things: what goes up and down several times over its scale is underrated,
    and so is what the rounds of a search closed in on at once, for few of its trials lie elsewhere (a parabola of share
    0.5 came out at 0.3, and 43 % of the intervals held it). Random trials tell more about importance.

    Args:
        dimensions: of the space.
        X: (n, d) positions, as `Dimension.position` gives them.
        y: (n,) errors, lower is better; what is not finite has diverged or failed.
        seed: of the draws; the same seed gives the same shares.
    """
    X, y = np.asarray(X, dtype=float).reshape(len(y), len(dimensions)), np.asarray(y, dtype=float)
    keys = [dimension.key for dimension in dimensions]
    if len(y) < FEWEST or not np.isfinite(y).any():
        return [Importance(key, 0.0, 0.0, 1.0) for key in keys]
    rng = np.random.default_rng((PURPOSE, seed))
    sample = _sample(dimensions, X, _ranks(y))
    values = shares(sample, PARTITIONS, rng)
    low, high = _interval(values, _replicates(sample, rng), len(y))
    estimates = [Importance(key, *map(float, row)) for key, *row in zip(keys, values, low, high, strict=True)]
    return sorted(estimates, key=lambda estimate: -estimate.value)


def shares(sample: Sample, partitions: int, rng: np.random.Generator) -> Array:
    """V_i/V of each dimension, (d,); their sum is at most 1."""
    mean = np.average(sample.y, weights=sample.counts)
    variance = np.average((sample.y - mean) ** 2, weights=sample.counts)
    if variance == 0:
        return np.zeros(len(sample.sizes))
    explained = np.maximum(agreement(sample, partitions, TREES, rng), 0)
    fractions: Array = explained[:-1] / max(explained.sum(), LEAST_EXPLAINED * variance)
    return fractions


def _interval(values: Array, replicates: Array, n: int) -> tuple[Array, Array]:
    half = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * np.sqrt(((replicates - values) ** 2).mean(axis=0))
    low, high = np.quantile(replicates, ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2), axis=0)
    reach = FURTHER + (FEW / n) ** 2
    low, high = np.minimum(low, values - half), np.maximum(high, values + half)
    low, high = values + reach * (low - values), values + reach * (high - values)
    low, high = np.minimum(low, (1 - TOO_LARGE) * values), np.maximum(high, (1 + TOO_SMALL) * values)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def _replicates(sample: Sample, rng: np.random.Generator) -> Array:
    """The shares in as many trials drawn with replacement; equal ones come into the same half, or they would agree."""
    n = len(sample.y)
    partitions = int(np.clip(ROWS // n, 3, 8))
    resamples = (np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(REPLICATES))
    replicates = [
        shares(replace(sample, counts=counts), partitions, rng) for counts in resamples if np.count_nonzero(counts) > 1
    ]
    return np.array(replicates)


def _sample(dimensions: Sequence[Dimension], X: Array, y: Array) -> Sample:
    """The trials in cells; a space that was widened begins and ends where its trials do."""
    cells = np.zeros(X.shape, dtype=int)
    sizes = np.array([len(dimension.choices) if dimension.is_choice else CELLS for dimension in dimensions])
    for number, dimension in enumerate(dimensions):
        low, high = min(X[:, number].min(), 0), max(X[:, number].max(), 1)
        places = X[:, number] if dimension.is_choice else (X[:, number] - low) / (high - low) * CELLS
        cells[:, number] = np.clip(places, 0, sizes[number] - 1)
    return Sample(cells, sizes, [dimension.is_choice for dimension in dimensions], y, np.ones(len(y), dtype=int))


def _ranks(y: Array) -> Array:
    """From 0, the best, to 1; equal ones share the mean of their ranks, as do all that are not finite, the last."""
    errors = np.where(np.isfinite(y), y, np.inf)
    _, group, counts = np.unique(errors, return_inverse=True, return_counts=True)
    places: Array = (np.cumsum(counts) - (counts + 1) / 2)[group]
    return places / max(len(y) - 1, 1)
