"""Regions: where in a part simple models are mistaken more often than on train's other half, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np

from dlx.data.dataset import Dataset
from dlx.diagnose.data.halves import Answered, Halves
from dlx.diagnose.data.samples import rows
from dlx.types import Array

FEWEST = 20  # examples of either side in a region
CUTS = (0.25, 0.5, 0.75)
MOST_COLUMNS = 64  # along which regions are looked for
# Of a regression a mistake is a residual beyond nine in ten of those of train's other half.
LARGE = 0.9
FIFTHS = (0.2, 0.4, 0.6, 0.8)
MOST_WEIGHT = 10.0  # of an example of train, where its class comes more often in another part


@dataclass(frozen=True)
class Excess:
    """By how much more often a part is mistaken than train's other half, in a region, and how sure that is."""

    where: str
    own: float
    theirs: float
    m: int
    z: float

    @property
    def size(self) -> float:
        """By how much more often."""
        return self.theirs - self.own


@dataclass(frozen=True)
class JudgedAnswers:
    """Which answers are wrong, and how much each example counts.

    Of a regression those are wrong that are farther off than nine in ten of train's. Train's examples count as often as
    their class comes in the other part: where classes are of another frequency, no other rule need hold.
    """

    wrong: Array
    weights: Array

    @classmethod
    def of(cls, part: Answered, own: Answered, labels: Array | None = None) -> JudgedAnswers:
        """Those of a part, beside train's other half; labels: of the part that train's examples shall be like."""
        limit = np.quantile(own.mistakes, LARGE) if part.y.ndim > 1 else 0.0
        if labels is None:
            return cls(part.mistakes > limit, np.ones(len(part.y)))
        codes, codes_there = (_codes(y, own.y) for y in (part.y, labels))
        classes = int(max(codes.max(), codes_there.max())) + 1
        there, here = (np.bincount(y, minlength=classes) / len(y) for y in (codes_there, codes))
        weights = np.divide(there, here, out=np.zeros(classes), where=here > 0)
        return cls(part.mistakes > limit, np.minimum(weights, MOST_WEIGHT)[codes])

    def where(self, side: Array) -> JudgedAnswers:
        """Those on one side."""
        return JudgedAnswers(self.wrong[side], self.weights[side])

    @property
    def m(self) -> float:
        """As many examples of the same weight would tell as much."""
        return float(self.weights.sum() ** 2 / max(float((self.weights**2).sum()), 1e-12))

    @property
    def share(self) -> float:
        """Of the weight, that is wrong."""
        return float(self.weights @ self.wrong / max(float(self.weights.sum()), 1e-12))


def _codes(y: Array, own: Array) -> Array:
    """The classes; of targets, fifths of train's by the first of them."""
    if y.ndim == 1:
        return y
    return np.asarray(np.searchsorted(np.quantile(own[:, 0], FIFTHS), y[:, 0]))


def excess_of(where: str, own: JudgedAnswers, theirs: JudgedAnswers) -> Excess:
    """By how much more often the part is mistaken, by a z test of two shares."""
    a, b = own.share, theirs.share
    pooled = (a * own.m + b * theirs.m + 1) / (own.m + theirs.m + 2)
    error = sqrt(pooled * (1 - pooled) * (1 / max(own.m, 1) + 1 / max(theirs.m, 1)))
    return Excess(where, a, b, len(theirs.wrong), (b - a) / error)


def regions_of(
    dataset: Dataset, halves: Halves, name: str, answered: Answered, own: JudgedAnswers, theirs: JudgedAnswers
) -> Iterator[Excess]:
    """Both sides of cuts of single features, beside the same side of train's; and of the order of the rows."""
    n = min(halves.X.shape[1], MOST_COLUMNS)
    for j in range(n if halves.X.shape[1] == dataset.n_x else 0):
        column, of_part = halves.own.X[:, j], answered.X[:, j]
        for cut in np.unique(np.quantile(column, CUTS)):
            raw = _raw(dataset, answered, name, j, float(cut))
            for sign, side, side_there in (
                ("up to", column <= cut, of_part <= cut),
                ("above", column > cut, of_part > cut),
            ):
                if min(side.sum(), side_there.sum()) >= FEWEST:
                    where = f" where {dataset.features[j]} is {sign} {raw:.3g}"
                    yield excess_of(where, own.where(side), theirs.where(side_there))
    places = answered.which
    for cut in np.quantile(places, CUTS):
        for first, last, side in (
            (places[0], int(cut), places <= cut),
            (int(cut) + 1, places[-1], places > cut),
        ):
            if side.sum() >= FEWEST:
                like_these = JudgedAnswers.of(halves.own, halves.own, answered.y[side])
                yield excess_of(f" in rows {first} to {last}", like_these, theirs.where(side))


def _raw(dataset: Dataset, answered: Answered, name: str, j: int, cut: float) -> float:
    """The cut in the unit of the data: the largest value of the part up to it."""
    column = rows(dataset.parts[name].X, answered.which)[:, j].astype(np.float64)
    below = column[answered.X[:, j] <= cut]
    return float(below.max()) if len(below) else float(column.min())
