"""Weights of examples: by class as scikit-learn gives them, by example, and combined with mean 1."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlx.data.targets.labels import Labels
from dlx.data.targets.weights import checked, class_weights, combined, unknown_classes
from dlx.errors import DataError
from dlx.types import Array
from dlx.words import Task

with np.load(Path(__file__).parents[2] / "reference" / "torch_losses.npz") as file:
    BALANCED: dict[str, Array] = {name: file[name] for name in file.files if name.startswith("balanced/")}


@pytest.mark.parametrize("number", range(3))
def test_balanced_weights_are_those_of_scikit_learn(number: int) -> None:
    y, expected = BALANCED[f"balanced/{number}/y"], BALANCED[f"balanced/{number}/weights"]
    labels = Labels(Task.MULTICLASS, tuple(range(len(expected))))
    assert class_weights("balanced", labels, y) == pytest.approx(expected)


def test_a_class_that_train_lacks_does_not_divide_by_zero() -> None:
    labels = Labels(Task.MULTICLASS, ("a", "b", "c"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weights = class_weights("balanced", labels, np.array([0, 0, 1]))
    assert weights is not None
    assert weights[2] == 1


@pytest.mark.parametrize(
    ("classes", "stated"),
    [
        (("no", "yes"), {"yes": 4.0}),
        ((0, 1), {"1": 4.0}),
        ((0, 1), {"1.0": 4.0}),
        ((1.0, 2.0), {"2": 4.0}),
        ((False, True), {"true": 4.0}),
        ((False, True), {"True": 4.0}),
    ],
)
def test_labels_are_named_as_text(classes: tuple[str | int | float | bool, ...], stated: dict[str, float]) -> None:
    weights = class_weights(stated, Labels(Task.BINARY, classes), np.array([0, 1]))
    assert weights is not None
    assert weights.tolist() == [1, 4]
    assert unknown_classes(stated | {"nobody": 1.0, "3": 2.0}, classes) == ["nobody", "3"]


def test_there_are_none_for_tasks_without_classes() -> None:
    assert class_weights("balanced", Labels(Task.REGRESSION), np.zeros((3, 1))) is None
    assert class_weights(None, Labels(Task.BINARY, (0, 1)), np.array([0, 1])) is None
    assert combined(None, np.array([0, 1]), None, "here") is None


@given(st.lists(st.floats(0, 1e300, allow_subnormal=False), min_size=1, max_size=9), st.floats(1e-3, 1e3))
def test_only_their_ratios_count(own: list[float], factor: float) -> None:
    weights = np.array(own)
    if weights.max() == 0:
        with pytest.raises(DataError, match="here: every example has the weight 0"):
            combined(None, np.zeros(len(own)), weights, "here")
        return
    normalized = combined(None, np.zeros(len(own)), weights, "here")
    assert normalized is not None
    assert normalized.mean() == pytest.approx(1)
    assert combined(None, np.zeros(len(own)), weights * factor, "here") == pytest.approx(normalized)


def test_weights_of_class_and_example_multiply() -> None:
    weights = combined(np.array([1.0, 3.0]), np.array([0, 1, 1]), np.array([2.0, 1.0, 0.0]), "here")
    assert weights is not None
    assert weights.tolist() == pytest.approx([2 * 3 / 5, 3 * 3 / 5, 0])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, -1.0], r"here: weight 1 \(counted from 0\): -1 is no weight: weights are finite numbers of 0 or more"),
        ([1.0, np.nan], "here: weight 1 .*: the weight is missing"),
        ([np.inf, 1.0], "here: weight 0 .*: inf is no weight"),
        ([1.0], r"here: weights of examples must be 2 numbers, they are float64 of shape \(1,\)"),
        (["a", "b"], "here: weights of examples must be 2 numbers, they are <U1"),
    ],
)
def test_what_is_no_weight(weights: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        checked(np.array(weights), 2, "here")


def test_whole_numbers_and_columns_are_weights_too() -> None:
    assert checked(np.array([[1], [2]]), 2, "here").tolist() == [1, 2]
