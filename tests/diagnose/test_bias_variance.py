"""The verdict: the notes' four columns, intervals that leave it open, and the recipe that follows from it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.diagnose.bias_variance import diagnose
from dlx.diagnose.intervals import error_rate, exact

NOTES = [
    (0.01, 0.11, "high variance"),
    (0.15, 0.16, "high bias"),
    (0.15, 0.30, "high bias and high variance"),
    (0.005, 0.01, "low bias and low variance"),
]


@pytest.mark.parametrize("m", [None, 20_000], ids=["from bare numbers", "from many examples"])
@pytest.mark.parametrize(("train", "dev", "verdict"), NOTES)
def test_the_four_columns_of_the_notes(train: float, dev: float, verdict: str, m: int | None) -> None:
    errors = {"train": error_rate(train, m), "dev": error_rate(dev, m)}
    assert diagnose(errors, optimal_error=0.0, tolerance=0.02)["verdict"] == verdict


def test_an_error_near_the_optimal_one_is_no_bias() -> None:
    document = diagnose({"train": exact(0.15), "dev": exact(0.16)}, optimal_error=0.15, tolerance=0.02)
    assert document["verdict"] == "low bias and low variance"
    assert document["bias"] == {"value": 0.0, "low": 0.0, "high": 0.0, "level": "low"}
    assert document["next"] == ["bias and variance are low: done"]


def test_a_gap_of_just_the_tolerance_is_low() -> None:
    document = diagnose({"train": exact(0.17), "dev": exact(0.19)}, optimal_error=0.15, tolerance=0.02)
    assert (document["bias"]["level"], document["variance"]["level"]) == ("low", "low")


def test_a_small_dev_set_leaves_the_variance_unsettled() -> None:
    document = diagnose({"train": error_rate(0.0, 1437), "dev": error_rate(4 / 180, 180)}, 0.0, 0.02)
    variance = document["variance"]
    assert variance["low"] < 0.02 < variance["high"]
    assert (document["bias"]["level"], variance["level"], document["verdict"]) == ("low", "unsettled", "unsettled")
    assert "data.split.dev" in document["next"][0]


def test_what_is_certainly_high_is_said_though_the_other_is_unsettled() -> None:
    document = diagnose({"train": error_rate(0.15, 1437), "dev": error_rate(0.16, 100)}, 0.0, 0.02)
    assert (document["variance"]["level"], document["verdict"]) == ("unsettled", "high bias")


def test_train_dev_tells_variance_from_mismatch() -> None:
    errors = {"train": exact(0.01), "train_dev": exact(0.015), "dev": exact(0.10), "test": exact(0.10)}
    document = diagnose(errors, 0.0, 0.02)
    assert document["verdict"] == "low bias and low variance"
    assert (document["variance"]["level"], document["mismatch"]["level"]) == ("low", "high")
    assert document["mismatch"]["value"] == 0.085
    assert document["next"] == ["mismatch is high: try training examples that are more like those of dev"]


def test_without_a_dev_set_the_variance_is_unknown() -> None:
    document = diagnose({"train": exact(0.01)}, 0.0, 0.02)
    assert (document["variance"], document["mismatch"], document["verdict"]) == (None, None, "unsettled")
    assert document["next"] == ["variance is unknown: hold out a dev set (data.split.dev)"]
    assert diagnose({"train": exact(0.3)}, 0.0, 0.02)["verdict"] == "high bias"


def test_the_recipe_takes_bias_first() -> None:
    steps = diagnose({"train": exact(0.15), "dev": exact(0.3)}, 0.0, 0.02)["next"]
    about = [step.split()[0] for step in steps]
    assert about == sorted(about)
    assert "bigger network" in steps[0]
    assert any("data.augment" in step for step in steps)
    assert any("regularization.l2" in step for step in steps)


def test_the_document_is_plain_and_complete() -> None:
    document = diagnose({"train": error_rate(0.1, 50), "dev": error_rate(0.2, 40)}, 0.05, 0.02)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert list(document["errors"]["dev"]) == ["value", "low", "high", "m"]
    assert document["errors"]["dev"]["m"] == 40
    assert (document["optimal_error"], document["tolerance"], document["findings"]) == (0.05, 0.02, [])


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 0.5), st.floats(0.001, 0.3))
def test_more_examples_never_turn_a_verdict_round(train: int, dev: int, optimal: float, tolerance: float) -> None:
    few, many = (
        diagnose({"train": error_rate(train / 60, 60 * k), "dev": error_rate(dev / 60, 60 * k)}, optimal, tolerance)
        for k in (1, 100)
    )
    for name in ("bias", "variance"):
        assert few[name]["level"] in ("unsettled", many[name]["level"])
