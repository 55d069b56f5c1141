"""How many examples settle a gap: in 4 of 5 simulated cases they do, and a longer look is never a worse chance."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.stats.enough_examples import Question, enough_to_settle
from dlx.stats.intervals import error_rate, exact
from dlx.stats.mean_loss import root_mean_square

TRAIN = 2000


def question(train: int, dev: int, m: int, tolerance: float) -> Question:
    errors = {"train": error_rate(train / TRAIN, TRAIN), "dev": error_rate(dev / m, m)}
    return Question(errors, "dev", "train", tolerance)


@pytest.mark.parametrize("tolerance", [0.02, 0.05])
def test_what_is_advised_settles_four_of_five(tolerance: float) -> None:
    """True dev errors from 0.2 to 20 %, train errors below them, 50 to 500 dev examples; then as many as advised."""
    rng, settled = np.random.default_rng(3), list[bool]()
    while len(settled) < 70:
        true_dev = float(np.exp(rng.uniform(np.log(0.002), np.log(0.2))))
        train = int(rng.binomial(TRAIN, true_dev * rng.uniform()))
        m = int(rng.choice([50, 100, 200, 500]))
        first = question(train, int(rng.binomial(m, true_dev)), m, tolerance)
        advised = None if first.is_settled({}) else enough_to_settle(first, ("dev",))
        if advised is not None and advised["dev"] < 10**7:
            count = advised["dev"]
            second = question(train, int(rng.binomial(count, true_dev)), count, tolerance)
            settled.append(second.is_settled({}))
    assert np.mean(settled) > 0.75


def test_a_regression_has_as_many_too() -> None:
    """Normal residuals of a true deviation of 1.2, judged against 1 by a tolerance of 0.1."""
    rng, settled = np.random.default_rng(0), list[bool]()
    while len(settled) < 25:
        errors = {"train": exact(1.0), "dev": root_mean_square(rng.normal(0, 1.2, 60) ** 2, rng)}
        first = Question(errors, "dev", "train", 0.1, regression=True)
        advised = None if first.is_settled({}) else enough_to_settle(first, ("dev",))
        if advised is not None and advised["dev"] < 50_000:
            again = root_mean_square(rng.normal(0, 1.2, advised["dev"]) ** 2, rng)
            settled.append(Question(errors | {"dev": again}, "dev", "train", 0.1, regression=True).is_settled({}))
    assert np.mean(settled) > 0.7


def test_the_chance_grows_with_the_examples() -> None:
    once = question(0, 1, 180, 0.02)
    chances = [once.chance({"dev": m}) for m in (180, 500, 2000, 20_000, 10**8)]
    assert chances == sorted(chances)
    assert chances[0] < 0.5 < chances[2] < 1
    assert chances[-1] > 0.95


def test_the_numbers_have_two_digits() -> None:
    advised = enough_to_settle(question(0, 1, 180, 0.02), ("dev",))
    assert advised is not None
    assert len(str(advised["dev"]).rstrip("0")) <= 2


def test_an_answer_belongs_to_who_asked() -> None:
    answers = [enough_to_settle(question(0, 1, 180, 0.02), ("dev",)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0] is not None
    assert answers[0] is not answers[1]
