"""Effects: their intervals against SciPy's numbers, and over many simulated races in which nothing has an effect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlx.search.repair.successive_rejects import finalists, rejections
from dlx.stats.effects import below, contributions, effect, pooled, standard_error, verdict
from dlx.stats.intervals import Estimate, error_rate
from dlx.stats.sequential import LAST, looks, share_among
from dlx.stats.student import two_sided, within

REFERENCE: dict[str, Any] = json.loads((Path(__file__).parents[1] / "reference" / "comparisons.json").read_text())

Array = np.ndarray[Any, np.dtype[Any]]


@pytest.mark.parametrize(("df", "confidence", "t"), REFERENCE["student"])
def test_quantiles_of_students_t_are_scipys(df: int, confidence: float, t: float) -> None:
    assert two_sided(confidence, df) == pytest.approx(t, rel=1e-9)
    assert within(t, df) == pytest.approx(confidence, rel=1e-9)


def test_with_many_degrees_of_freedom_t_is_normal() -> None:
    assert two_sided(0.95, 100_000) == pytest.approx(two_sided(0.95, 998), rel=2e-3)


@pytest.mark.parametrize(("k", "u", "probability"), REFERENCE["rank_sums"])
def test_probabilities_of_rank_sums_are_scipys(k: int, u: int, probability: float) -> None:
    assert below(k)[u] == pytest.approx(probability, rel=1e-9)


@given(arrays(np.float64, 30, elements=st.floats(0, 1e3)))
def test_contributions_of_a_regression_average_to_its_error(squares: Array) -> None:
    assert contributions(squares, regression=True).mean() == pytest.approx(np.sqrt(squares.mean()))


def test_contributions_of_a_regression_spread_as_its_error_does() -> None:
    """Over 2000 dev sets the error's standard deviation is what the contributions of one of them say, to 10 %."""
    rng = np.random.default_rng(3)
    squares = rng.standard_normal((2000, 200)) ** 2
    spread = np.sqrt(squares.mean(axis=1)).std()
    deviations = [contributions(row, regression=True).std() / np.sqrt(200) for row in squares[:100]]
    assert np.mean(deviations) == pytest.approx(spread, rel=0.1)


def runs(p: Array, replicates: int, spread: float, kind: str, rng: np.random.Generator) -> Array:
    """Mistakes (replicates, m): example i is hard to degree p_i, and some replicates are worse than others."""
    samples = {
        "normal": rng.standard_normal((replicates, 1)),
        "skewed": rng.exponential(1.5, (replicates, 1)),
        "failing": 3.0 * (rng.random((replicates, 1)) < 0.3),
    }[kind]
    logit = np.log(p / (1 - p)) + spread * samples
    return np.asarray(rng.random((replicates, len(p))) < 1 / (1 + np.exp(-logit)), np.float64)


def difficulties(m: int, error: float, rng: np.random.Generator) -> Array:
    """What example i is got wrong with: hard ones and easy ones."""
    return rng.beta(0.5 * error, 0.5 * (1 - error), m).clip(1e-6, 1 - 1e-6)


def race(m: int, error: float, spread: float, kind: str, rng: np.random.Generator) -> list[Estimate]:
    """The effects that a race of 20 remedies reports, which all have none: their examples are hard by chance.

    Finalists are dismissed in turn; who is left is judged at every look, then so are the dismissed ones.
    """
    hard = [difficulties(m, error, rng) for _ in range(21)]
    first = [runs(p, 1, spread, kind, rng)[0] for p in hard]
    arms = [int(name) for name in finalists(first[0], {str(i): first[i] for i in range(1, 21)})]
    samples = {i: runs(hard[i], 5 * LAST, spread, kind, rng) for i in (0, *arms)}
    in_order: list[int] = []
    left = list(arms)
    for pulls in rejections(len(arms)):
        worst = max(left, key=lambda i: float(samples[i][: pulls - 1].mean()))
        left.remove(worst)
        in_order.insert(0, worst)
    effects = []
    for order, i in enumerate([*left, *in_order], 1):
        for look in looks(5):
            k = look.replicates
            effects.append(effect(samples[0][:k], samples[i][:k], 20, share_among(order), look.risk))
            if effects[-1].high < 0:
                return effects
            if effects[-1].value > -0.02:
                break
    return effects


@pytest.mark.parametrize(
    ("m", "error", "spread", "kind"),
    [
        (50, 0.1, 0.5, "skewed"),
        (50, 0.1, 0.5, "normal"),
        (400, 0.02, 0.3, "failing"),
        *(
            pytest.param(*size, kind, marks=pytest.mark.thorough)
            for size, kinds in {
                (50, 0.1, 0.5): ("failing",),
                (400, 0.02, 0.3): ("skewed", "normal"),
                (200, 0.4, 1.5): ("normal", "skewed", "failing"),
                (400, 0.1, 1.5): ("normal", "skewed", "failing"),
            }.items()
            for kind in kinds
        ),
    ],
)
def test_of_remedies_without_effect_one_is_kept_in_fewer_than_5_of_100_races(
    m: int, error: float, spread: float, kind: str
) -> None:
    rng = np.random.default_rng(17)
    races = [race(m, error, spread, kind, rng) for _ in range(200)]
    wins = sum(any(estimate.high < 0 for estimate in effects) for effects in races)
    missed = sum(any(not estimate.low <= 0 <= estimate.high for estimate in effects) for effects in races)
    assert wins <= 0.05 * len(races)
    assert missed <= 0.05 * len(races)


def test_a_remedy_for_a_spec_that_fails_in_a_different_way_each_time_is_seen_to_help() -> None:
    rng = np.random.default_rng(5)
    before = np.stack([rng.random(300) < p for p in (0.30, 0.70, 0.10, 0.66, 0.20)]).astype(np.float64)
    after = np.stack([rng.random(300) < 0.02 for _ in range(5)]).astype(np.float64)
    assert effect(before, after, tried=20, confirmed=2).high < 0


def test_the_more_remedies_the_wider() -> None:
    rng = np.random.default_rng(6)
    before, after = (rng.random((5, 100)) < p for p in (0.3, 0.2))
    widths = [
        estimate.high - estimate.low
        for tried, confirmed in ((1, 1), (20, 1), (20, 3))
        for estimate in [effect(before.astype(np.float64), after.astype(np.float64), tried, confirmed)]
    ]
    assert widths == sorted(widths)
    assert widths[0] < widths[1] < widths[2]


def test_what_examples_share_drops_out() -> None:
    """Two specs that get the same hard examples wrong differ surely by what two with independent mistakes do not."""
    rng = np.random.default_rng(7)
    hard = np.tile(rng.random(400) < 0.3, (5, 1)).astype(np.float64)
    better = hard * (rng.random(400) < 0.85)
    shuffled = rng.permuted(better, axis=1)
    assert effect(hard, better, 20, 3).high < 0 < effect(hard, shuffled, 20, 3).high


def test_a_handful_of_examples_is_not_certain() -> None:
    before = np.zeros((5, 100))
    before[:, :8] = 1.0
    assert verdict(effect(before, np.zeros((5, 100)), 20, 3), 0.02) == "unclear"
    before[:, :25] = 1.0
    assert verdict(effect(before, np.zeros((5, 100)), 20, 3), 0.02) == "keep"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(-0.2, -0.1, "keep"), (0.1, 0.2, "harmful"), (-0.01, 0.015, "no effect"), (-0.01, 0.03, "unclear")],
)
def test_verdicts(low: float, high: float, expected: str) -> None:
    assert verdict(Estimate((low + high) / 2, low, high), 0.02) == expected


def test_a_standard_error_is_that_of_many_repetitions() -> None:
    rng = np.random.default_rng(8)
    p, changes, stated = difficulties(300, 0.3, rng), [], []
    for _ in range(400):
        probabilities = rng.choice(p, 300)
        before, after = (runs(probabilities, 5, 0.5, "normal", rng) for _ in range(2))
        changes.append((after - before).mean())
        stated.append(standard_error(before, after))
    assert np.std(changes) < np.mean(stated) < 1.5 * np.std(changes)


def test_a_pooled_error_is_no_surer_than_its_examples() -> None:
    error = error_rate(0.1, 200)
    same = pooled([error] * 5)
    assert (same.value, same.low, same.high) == pytest.approx((error.value, error.low, error.high))
    apart = pooled([error_rate(value, 200) for value in (0.05, 0.1, 0.15)])
    assert apart.low < error.low < error.high < apart.high
