"""Two samples: whether two sets of examples can come from the same distribution."""

from __future__ import annotations

from collections.abc import Iterator
from math import erfc, exp, log, sqrt
from typing import NamedTuple

import numpy as np

from dlx.types import Array

ALIKE = 4.0  # standard errors of ρ₁ from 0 by which rows are surely like those before them
FEWEST = 20.0  # values that any sample counts as: two of so many, one above the other, differ surely


class SampleDifference(NamedTuple):
    """What differs most: its size (of 1), and the chance of so large a one between two samples of one distribution."""

    what: str
    size: float
    probability: float


def independent(values: Array) -> float:
    """How many independent values tell as much as these, which are in the order of their rows: n/τ, τ = 1 + 2·Σ ρ_k.

    ρ_k is the correlation of the ranks k rows apart, added up in pairs as long as these are positive (C. Geyer,
    "Practical Markov chain Monte Carlo", Statistical Science 7 (1992)). Where rows next to each other are not surely
    alike it is n, and never below `FEWEST`: of sorted rows, which no chance has put there, all parts differ.
    """
    n = len(values)
    if n <= FEWEST or not np.isfinite(values).all():
        return float(n)
    ranks = np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.float64)
    ranks -= ranks.mean()
    square = float(ranks @ ranks)
    if not square > 0 or float(ranks[1:] @ ranks[:-1]) < ALIKE / sqrt(n) * square:
        return float(n)
    spectrum = np.fft.rfft(ranks, 2 * n)
    rho = np.fft.irfft(np.abs(spectrum) ** 2)[: n // 2 * 2] / square
    pairs = rho[::2] + rho[1::2]
    ends = np.flatnonzero(pairs <= 0)
    tau = 2 * float(pairs[: ends[0] if len(ends) else None].sum()) - 1
    return max(n / max(tau, 1.0), FEWEST)


def kolmogorov_smirnov(a: Array, b: Array) -> tuple[float, float]:
    """D = max |F_a − F_b| of two samples of numbers, and its asymptotic probability.

    The probability is 2·Σ_k (−1)^(k−1)·exp(−2k²λ²) with λ = (√n + 0.12 + 0.11/√n)·D, n = n_a·n_b/(n_a + n_b) (Stephens
    1970; Press et al., Numerical Recipes §14.3). Ties make it an upper bound. n are the `independent` values.
    """
    n_a, n_b = independent(a), independent(b)
    a, b = np.sort(a), np.sort(b)
    both = np.concatenate([a, b])
    shares = [np.searchsorted(sample, both, side="right") / len(sample) for sample in (a, b)]
    D = float(np.abs(shares[0] - shares[1]).max())
    root = sqrt(n_a * n_b / (n_a + n_b))
    lambd = (root + 0.12 + 0.11 / root) * D
    return D, kolmogorov(lambd)


def kolmogorov(lambd: float) -> float:
    """The probability that √n·D of two long samples of one distribution is larger than this."""
    if lambd < 0.3:  # there the series has not yet begun to converge, and its value is 1 to nine digits
        return 1.0
    terms = [(-1) ** (k - 1) * exp(-2 * (k * lambd) ** 2) for k in range(1, 101)]
    return min(1.0, max(0.0, 2.0 * float(sum(terms))))


def shares_differ(a: Array, b: Array) -> tuple[float, float]:
    """The largest difference between the shares of a class, and its probability corrected for the number of classes.

    a, b: (C,) counts of `independent` examples. The probability is that of a two-proportion z test with continuity
    correction, Bonferroni; rare classes, of whom fewer than five are expected in the smaller sample, count as one.
    """
    n_a, n_b = float(a.sum()), float(b.sum())
    rare = (a + b) * min(n_a, n_b) / (n_a + n_b) < 5
    pairs = [*zip(a[~rare].tolist(), b[~rare].tolist(), strict=True), (float(a[rare].sum()), float(b[rare].sum()))]
    tests = [_proportions(x, n_a, y, n_b) for x, y in pairs]
    size, _ = max(tests)
    return size, min(1.0, min(probability for _, probability in tests) * len(tests))


def _proportions(x: float, n_a: float, y: float, n_b: float) -> tuple[float, float]:
    pooled = (x + y) / (n_a + n_b)
    error = sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    size = abs(x / n_a - y / n_b)
    corrected = size - (1 / n_a + 1 / n_b) / 2
    return size, erfc(corrected / error / sqrt(2)) if error > 0 and corrected > 0 else 1.0


def differences(
    A: Array, B: Array, names: tuple[str, ...], rng: np.random.Generator, projections: int
) -> list[SampleDifference]:
    """The Kolmogorov–Smirnov test of each feature, and of random projections of all of them, standardized together.

    A, B: (n, n_x). A shift that is thin in every feature adds up along some projections.
    """
    tested = [(names[j], A[:, j], B[:, j]) for j in range(A.shape[1])]
    return [
        SampleDifference(what, *kolmogorov_smirnov(a, b))
        for what, a, b in (*tested, *_projected(A, B, rng, projections))
    ]


def _projected(A: Array, B: Array, rng: np.random.Generator, count: int) -> Iterator[tuple[str, Array, Array]]:
    both = np.concatenate([A, B])
    deviation = both.std(axis=0)
    scale = np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    for _ in range(count if A.shape[1] > 1 else 0):
        v = rng.standard_normal(A.shape[1]) * scale
        yield "a projection of all features", A @ v, B @ v


def significant(candidates: list[SampleDifference], level: float, least: float) -> SampleDifference | None:
    """The largest of the differences that chance would not give once in ``1/level`` such lists (Bonferroni)."""
    certain = [
        candidate
        for candidate in candidates
        if candidate.probability * len(candidates) < level and candidate.size >= least
    ]
    return (
        max(certain, key=lambda candidate: (candidate.size, -log(candidate.probability + 1e-300))) if certain else None
    )
