"""Power laws with a floor: against SciPy's fits, and intervals that hold the truth as often as they say."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlx.stats.power_law import Points, fit, points

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "power_law.json").read_text())
SIZES = np.array([50, 100, 200, 400, 800, 1600])


def exact(c: float, a: float, b: float) -> Points:
    errors = c + a * (SIZES / 1600) ** -b
    return Points(SIZES, errors, np.diag((1e-6 * errors) ** 2))


@pytest.mark.parametrize("case", REFERENCE["cases"])
def test_the_best_law_and_its_reach_are_those_of_scipy(case: dict[str, Any]) -> None:
    laws = fit(Points(np.array(REFERENCE["sizes"]), np.array(case["errors"]), np.array(case["covariance"])))
    assert laws.chi_squared == pytest.approx(case["chi_squared"], rel=1e-3, abs=1e-4)
    assert (laws.a, laws.b, laws.c) == pytest.approx((case["a"], case["b"], case["c"]), rel=1e-2, abs=1e-4)
    far = laws.error_at(REFERENCE["far"] * laws.m0)
    assert (far.low, far.high) == pytest.approx(case["far"], rel=5e-3, abs=1e-4)


@pytest.mark.parametrize(("c", "a", "b"), [(0.024, 0.05, 0.6), (0.0, 0.1, 0.35), (0.1, 0.01, 1.5), (0.05, 0.3, 0.1)])
def test_a_law_is_recovered_from_its_own_points(c: float, a: float, b: float) -> None:
    laws = fit(exact(c, a, b))
    assert (laws.c, laws.a, laws.b) == pytest.approx((c, a, b), rel=1e-3, abs=1e-5)
    assert laws.error_at(10_000).value == pytest.approx(c + a * (10_000 / 1600) ** -b, rel=1e-3)
    needed = laws.examples_for(c + a * (20_000 / 1600) ** -b)
    assert needed.value == pytest.approx(20_000, rel=1e-3)
    assert needed.low <= 20_000 <= needed.high


def test_below_the_floor_no_number_of_examples_is_enough() -> None:
    laws = fit(exact(0.1, 0.05, 0.7))
    assert laws.examples_for(0.09).low == inf
    assert laws.floor.low == pytest.approx(0.1, rel=1e-3)


def test_where_more_examples_do_not_help_none_are_enough_and_the_floor_is_the_error_itself() -> None:
    flat = fit(Points(SIZES, np.full(6, 0.12), np.diag(np.full(6, 1e-8))))
    assert flat.examples_for(0.1).low == inf
    assert flat.error_at(16_000).value == pytest.approx(0.12)
    assert flat.examples_for(0.13).high < 50


def test_noisy_points_leave_the_floor_and_what_is_needed_open() -> None:
    errors = 0.02 + 0.05 * (SIZES / 1600) ** -0.4
    laws = fit(Points(SIZES, errors, np.diag((0.2 * errors) ** 2)))
    assert laws.floor.low == 0
    assert laws.examples_for(0.03).high == inf
    assert laws.examples_for(0.03).low > 1600


def test_points_that_no_power_law_meets_widen_the_intervals() -> None:
    errors = 0.02 + 0.05 * (SIZES / 1600) ** -0.5
    covariance = np.diag((0.01 * errors) ** 2)
    smooth = fit(Points(SIZES, errors, covariance)).error_at(6400)
    rough = fit(Points(SIZES, errors * [1, 1.1, 0.9, 1.1, 0.9, 1], covariance)).error_at(6400)
    assert rough.high - rough.low > 3 * (smooth.high - smooth.low)


def test_three_sizes_are_too_few() -> None:
    with pytest.raises(ValueError, match="needs 4 sizes"):
        fit(Points(SIZES[:3], np.array([0.3, 0.2, 0.1]), np.eye(3)))


def simulated(
    rng: np.random.Generator, error: np.ndarray, trainings: int, dev: int, chance: float, shared: float
) -> list[np.ndarray]:
    """Mistakes, part of them on the same hard examples in every training, whose errors vary around the law's."""
    hard = rng.random(dev)
    p = error[:, np.newaxis] * np.exp(chance * rng.standard_normal((len(error), trainings)) - chance**2 / 2)
    luck = rng.random((*p.shape, dev))
    threshold = np.where(rng.random((*p.shape, dev)) < shared, hard, luck)
    return list((threshold < p[..., np.newaxis]).astype(float))


CURVES = (
    (0.0, 0.3, 0.3, 1000, 0.05),
    (0.02, 0.5, 0.3, 400, 0.1),
    (0.05, 1.0, 0.4, 2000, 0.03),
    (0.1, 0.3, 0.4, 1000, 0.1),
)


def test_extrapolations_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(1)
    held: dict[str, list[bool]] = {"error at 4 times the size": [], "examples for that of 6 times": [], "floor": []}
    for c, b, first, dev, chance in CURVES * 75:
        a = (first - c) * 50**b
        laws = fit(
            points(SIZES.tolist(), simulated(rng, c + a * SIZES.astype(float) ** -b, 3, dev, chance, shared=0.5))
        )
        estimates = (laws.error_at(6400), laws.examples_for(c + a * 9600**-b), laws.floor)
        for name, interval, truth in zip(held, estimates, (c + a * 6400**-b, 9600, c), strict=True):
            held[name].append(interval.low <= truth <= interval.high)
    assert all(0.93 <= np.mean(inside) <= 0.99 for inside in held.values()), {k: np.mean(v) for k, v in held.items()}
    by_curve = np.array(list(held.values())).reshape(3, 75, len(CURVES)).mean(axis=1)
    assert by_curve.min() >= 0.9


def test_the_spread_of_a_mean_error_is_that_of_repeated_experiments() -> None:
    rng = np.random.default_rng(3)
    error = np.array([0.3, 0.2, 0.1, 0.05])
    sizes = [50, 100, 200, 400]
    repetitions = [points(sizes, simulated(rng, error, 3, 400, 0.1, shared=0.6)) for _ in range(1500)]
    spread = np.cov(np.array([each.errors for each in repetitions]).T)
    stated = np.mean([each.covariance for each in repetitions], axis=0)
    np.testing.assert_allclose(np.diag(stated), np.diag(spread), rtol=0.2)
    assert stated[0, 1] == pytest.approx(spread[0, 1], rel=0.3)


def test_a_root_mean_square_has_the_spread_of_repeated_experiments() -> None:
    rng = np.random.default_rng(4)
    scales = np.array([2.0, 1.5, 1.2, 1.0])

    def experiment() -> Points:
        x = rng.standard_normal(300)
        own = rng.standard_normal((4, 3, 300))
        return points([1, 2, 3, 4], list((scales[:, None, None] * (0.6 * x + 0.8 * own)) ** 2), regression=True)

    repetitions = [experiment() for _ in range(300)]
    assert repetitions[0].errors == pytest.approx(scales, rel=0.1)
    spread = np.cov(np.array([each.errors for each in repetitions]).T)
    np.testing.assert_allclose(
        np.diag(np.mean([each.covariance for each in repetitions], axis=0)), np.diag(spread), rtol=0.3
    )


def test_no_mistakes_on_few_examples_are_no_certainty() -> None:
    laws = fit(points([10, 20, 40, 80], [np.zeros((3, 8))] * 4))
    assert laws.floor.low == 0
    assert 0.15 < laws.floor.high < 0.4  # 0 of 8: the Wilson interval reaches to 0.32
