"""Gaps are judged wrongly in at most 5 of 100 diagnoses, exactly summed, however few examples and rare errors are."""

from __future__ import annotations

from itertools import pairwise, product
from math import comb

import pytest

from dlx.diagnose.gaps import questions
from dlx.diagnose.verdict import between, diagnose
from dlx.stats.intervals import error_rate, exact
from experiments.intervals.wrong_verdicts import Truth, wrong_share

SMALL = [5, 50, 180]


@pytest.mark.parametrize("tolerance", [0.005, 0.02, 0.05])
@pytest.mark.parametrize("train", [0.0, 0.002, 0.02, 0.3])
def test_bias_and_variance_are_seldom_judged_wrongly(train: float, tolerance: float) -> None:
    """With Wilson's intervals, as before, it is 13 of 100 for 5 dev examples."""
    for m, gap in product(SMALL, (0.5, 0.999, 1.001)):
        truth = Truth((train, train + gap * tolerance), (1000, m), max(train - gap * tolerance, 0.0), tolerance)
        assert wrong_share(truth)[1] <= 0.05


@pytest.mark.parametrize("gap", [0.999, 1.001])
@pytest.mark.parametrize("sizes", [(300, 100, 60, 60), (60, 20, 10, 5)])
def test_four_gaps_at_once_are_seldom_judged_wrongly(sizes: tuple[int, ...], gap: float) -> None:
    for tolerance in (0.01, 0.05):
        errors = tuple(0.05 + gap * tolerance * step for step in range(1, 5))
        last, any_gap = wrong_share(Truth(errors, sizes, 0.05, tolerance))
        assert last < any_gap <= 0.05


def test_the_sums_are_those_over_every_pair_of_counts() -> None:
    """Against all 21 · 31 diagnoses that can come, each weighed by Python's own binomial coefficients."""
    truth = Truth((0.02, 0.041), (20, 30), 0.0, 0.02)
    wrong = 0.0
    for train, dev in product(range(21), range(31)):
        document = diagnose({"train": error_rate(train / 20, 20), "dev": error_rate(dev / 30, 30)}, 0.0, 0.02)
        levels = {name: gap.level for name, gap in document.gaps.items() if gap}
        chance = comb(20, train) * 0.02**train * 0.98 ** (20 - train)
        chance *= comb(30, dev) * 0.041**dev * 0.959 ** (30 - dev)
        if levels["bias"] == "high" or levels["variance"] == "low":
            wrong += chance
    assert wrong_share(truth)[1] == pytest.approx(wrong, abs=1e-9)


def test_more_gaps_are_judged_more_carefully_and_exact_ones_not_counted() -> None:
    parts = ("train", "train_dev", "dev", "test")
    risks = []
    for count in range(1, 5):
        errors = {part: error_rate(0.1, 100) for part in parts[:count]} | {"optimal": exact(0.0)}
        pairs = {upper: (upper, lower) for lower, upper in pairwise(("optimal", *parts[:count]))}
        risks.append(questions(errors, pairs, 0.02, is_rate=True)["train"].risk)
    assert risks == pytest.approx([0.025, 0.025, 0.05 / 3, 0.0125])
    at_their_word = {"optimal": exact(0.0)} | {part: exact(0.1) for part in parts}
    assert questions(at_their_word, between(parts), 0.02, is_rate=True)["bias"].risk == pytest.approx(0.025)
