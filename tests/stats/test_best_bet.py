"""The best bet: over many simulated families its probability is how often the chosen remedy really helps."""

from __future__ import annotations

import numpy as np
import pytest

from dlx.stats.best_bet import probabilities_below_zero


def chosen(deviation: float, error: float, rng: np.random.Generator) -> tuple[float, bool]:
    """Of 15 remedies the likeliest to help, by what they measured: its probability, and whether it does."""
    truth = rng.standard_normal(15) * deviation
    measured = {str(i): (float(value), error) for i, value in enumerate(truth + rng.standard_normal(15) * error)}
    probabilities = probabilities_below_zero(measured, 0.02)
    best = max(probabilities, key=probabilities.__getitem__)
    return probabilities[best], bool(truth[int(best)] < 0)


@pytest.mark.parametrize(("deviation", "error"), [(0.02, 0.02), (0.02, 0.05), (0.1, 0.1), (0.1, 0.03)])
def test_the_probability_is_how_often_what_was_chosen_helps(deviation: float, error: float) -> None:
    """To 7 %, though it was chosen as the best of 15: no correction for that is needed."""
    rng = np.random.default_rng(2)
    cases = [chosen(deviation, error, rng) for _ in range(400)]
    stated, true = (float(np.mean(values)) for values in zip(*cases, strict=True))
    assert stated == pytest.approx(true, abs=0.07)


def test_a_few_that_harm_greatly_do_not_make_the_others_look_certain() -> None:
    small = {"a": (-0.03, 0.03), "b": (0.01, 0.03), "c": (0.02, 0.03)}
    alone = probabilities_below_zero(small, 0.02)["a"]
    beside = probabilities_below_zero(small | {"d": (0.6, 0.03)}, 0.02)["a"]
    assert alone > 0.6
    assert beside == pytest.approx(alone, abs=0.1)


def test_a_measured_certainty_is_one_and_nothing_measured_is_none() -> None:
    assert probabilities_below_zero({"a": (-0.1, 0.0), "b": (0.0, 0.0)}, 0.02) == {"a": 1.0, "b": 0.5}
    assert probabilities_below_zero({}, 0.02) == {}
