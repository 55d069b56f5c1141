"""Near copies: examples of dev or test that are examples of train with a little noise, as by an early augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.halves import FAR, squares
from dlx.diagnose.data.marks import without_marks
from dlx.diagnose.data.samples import rows, sample
from dlx.diagnose.findings import Cause, Finding
from dlx.types import Array
from dlx.words import percent

MOST_TRAIN, MOST_QUERIES = 4000, 250
MOST_PRODUCTS = 4 * 10**8  # of two numbers, in all distances together
FEWEST_TRAIN, FEWEST_QUERIES = 60, 20
NEAREST, FAMILY = 24, 8  # neighbours that are looked at, and how many copies of one example may be among them
# From which neighbours on the distances tell how fast they grow: by that, how often chance leaves such a gap.
INNER, OUTER = 11, 23
# So many times as far lies the next neighbour after a family of near copies; chance leaves such a gap in so few rows.
LEAST_GAP, BY_CHANCE = 2.5, 0.02
LEAST_SHARE, TIMES_CHANCE = 0.15, 4.0
# Examples that agree in every column so closely as never two by chance, were the columns independent: with many
# discrete columns a gap comes by chance where a row is alone with another in its cell.
PAIRS = 4000
LEAST_VARIANCE = 0.1  # of the mean, in a direction that counts


NEAR_COPIES_ACROSS_PARTS = Cause(
    "near_copies_across_parts",
    "split before augmenting, or keep all that comes from one original in one part (data.split.group)",
    "Train, dev and test sets",
    explains_training=False,
)


def near_copy_findings(dataset: Dataset) -> Iterator[Finding]:
    """A finding for each part of which a sixth or so has train's examples among its own, slightly changed."""
    train = dataset.parts["train"]
    most = int(np.clip(MOST_PRODUCTS / (MOST_QUERIES * dataset.n_x), FEWEST_TRAIN, MOST_TRAIN))
    if train.m < FEWEST_TRAIN:
        return
    raw = without_marks(dataset, rows(train.X, sample(train.m, most, seed=20)).astype(np.float64))
    deviation = raw.std(axis=0)
    varies = deviation > 0
    if not varies.any() or not np.isfinite(deviation).all():
        return
    if dataset.image_shape is not None:  # pixels share a unit, in which those that hardly vary have hardly any weight
        deviation = np.full_like(deviation, raw.std())
    A = _standardized(raw, raw.mean(axis=0), deviation)[:, varies]
    for name in sorted(dataset.parts.keys() - {"train"}):
        part = dataset.parts[name]
        which = sample(part.m, MOST_QUERIES, seed=21)
        if len(which) < FEWEST_QUERIES:
            continue
        queries = without_marks(dataset, rows(part.X, which).astype(np.float64))
        B = _standardized(queries, raw.mean(axis=0), deviation)[:, varies]
        copies, gap, by_chance = near_copies(A, B)
        share = float(copies.mean())
        if share > max(LEAST_SHARE, TIMES_CHANCE * by_chance):
            row = int(which[copies.argmax()])
            evidence = f"{percent(share)} of {name} lies at most 1/{gap:.2g} as far from examples of train"
            evidence = f"{evidence} as from the next ones, in every feature closer than chance leaves two examples"
            evidence = f"{evidence} (such as row {row})"
            yield NEAR_COPIES_ACROSS_PARTS.finding(evidence, share, LEAST_SHARE)


def _standardized(raw: Array, mean: Array, deviation: Array) -> Array:
    scale = np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    return np.asarray(np.clip((raw - mean) * scale, -FAR, FAR))


def near_copies(A: Array, B: Array) -> tuple[Array, float, float]:
    """Which rows of B have near copies in A, the gap that tells them, and the share that chance would call so."""
    distances = squares(B, A)
    order = np.argpartition(distances, NEAREST, axis=1)[:, : NEAREST + 1]
    order = np.take_along_axis(order, np.take_along_axis(distances, order, axis=1).argsort(axis=1), axis=1)
    nearest = np.sqrt(np.square(B[:, np.newaxis] - A[order]).sum(axis=2))  # without the rounding of squares
    dimension = _dimension(nearest)
    gap = max(LEAST_GAP, (1 / BY_CHANCE) ** (1 / dimension))
    families = nearest[:, 1 : FAMILY + 1] > gap * nearest[:, :FAMILY]
    families &= nearest[:, :1] > 0  # exact copies are another matter
    by_chance = 1 - float(np.prod([1 - gap ** (-dimension * j) for j in range(1, FAMILY + 1)]))
    candidates = families.any(axis=1)
    close = np.zeros(len(B), bool)
    close[candidates] = _closer_than_chance(A, B[candidates], order[candidates, 0])
    return candidates & close, gap, by_chance


def _dimension(nearest: Array) -> float:
    """In how many directions the examples spread, by how the distances of neighbours grow (Pettis et al. 1979)."""
    inner, outer = nearest[:, INNER], nearest[:, OUTER]
    usable = (inner > 0) & (outer > inner)
    if not usable.any():
        return 1.0
    growth = float(np.median(outer[usable] / inner[usable]))
    return max(1.0, log((OUTER + 1) / (INNER + 1)) / log(growth))


def _closer_than_chance(A: Array, B: Array, nearest: Array) -> Array:
    """Whether each pair is as close as chance makes no pair, in directions that are independent of each other.

    Columns of two values do not count: who gives the same answers is no copy. Of the others, which may hang together,
    it is the principal directions that count, but for those in which hardly anything varies.
    """
    columns = [j for j in range(A.shape[1]) if len(np.unique(A[:, j])) > 2]
    if not columns:
        return np.zeros(len(B), bool)
    A, B, nearest = A[:, columns], B[:, columns], A[nearest][:, columns]
    variances, directions = np.linalg.eigh(np.atleast_2d(np.cov(A.T)))
    directions = directions[:, variances > LEAST_VARIANCE * variances.mean()]
    rng = np.random.default_rng(22)
    first, second = rng.integers(len(A), size=(2, PAIRS))
    typical, apart = np.sort(np.abs((A[first] - A[second]) @ directions), axis=0), np.abs((B - nearest) @ directions)
    log_probability = np.zeros(len(B))
    for j in range(directions.shape[1]):
        as_close = np.searchsorted(typical[:, j], apart[:, j], side="right")
        log_probability += np.log(np.maximum(as_close, 1) / PAIRS)
    return np.asarray(log_probability < -log(20 * len(A)))
