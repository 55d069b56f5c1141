"""Settling: how often the sizes that a diagnosis advises settle what was open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from dlx.stats.enough_examples import Question, enough_to_settle
from dlx.stats.intervals import error_rate

from .wrong_verdicts import binomial, borders

TOLERANCES, DEV_SIZES, TRAIN_SIZES = (0.005, 0.01, 0.02, 0.05), (20, 50, 100, 180, 500), (500, 2000, 10_000)
TRIES, MOST = 150, 10**7
TRUTHS: dict[str, Callable[[np.random.Generator], float]] = {
    "every order of magnitude from 0.2 to 20 %": lambda rng: float(np.exp(rng.uniform(np.log(0.002), np.log(0.2)))),
    "every error from 0 to 10 %": lambda rng: float(rng.uniform(0, 0.1)),
}


@dataclass(frozen=True)
class Cell:
    """What came of many trainings with so many dev examples: how often they were open, advised, and then settled."""

    truths: str
    tolerance: float
    m: int
    unsettled: int
    advised: int
    settled: float


def cells() -> Iterator[tuple[str, float, int]]:
    """Which there are."""
    return product(TRUTHS, TOLERANCES, DEV_SIZES)


def simulate(which: tuple[str, float, int]) -> Cell:
    """Draw true errors and measure them; the chance that the advised size settles it is exact."""
    truths, tolerance, m = which
    rng, unsettled, chances = np.random.default_rng(m), 0, list[float]()
    for _ in range(TRIES):
        dev, train_m = TRUTHS[truths](rng), int(rng.choice(TRAIN_SIZES))
        train = error_rate(rng.binomial(train_m, dev * rng.uniform()) / train_m, train_m)
        errors = {"train": train, "dev": error_rate(rng.binomial(m, dev) / m, m)}
        question = Question(errors, "dev", "train", tolerance)
        if question.is_settled({}):
            continue
        unsettled += 1
        advised = enough_to_settle(question, ("dev",))
        if advised is not None and advised["dev"] <= MOST:
            few, many = borders(train, advised["dev"], tolerance, question.risk)
            counts, likely = binomial(advised["dev"], dev)
            chances.append(float(likely[(counts <= few) | (counts >= many)].sum()))
    return Cell(truths, tolerance, m, unsettled, len(chances), float(np.mean(chances)))
